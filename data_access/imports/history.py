"""Rows that are versions: a head with the newest values and half-open history rows (clients, staff)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Table, insert, select, update

from data_access.imports.batches import Batch, Record, to_json
from data_access.listed import chunks


@dataclass(frozen=True)
class Versioned:
    """One head table with its history. ``dated`` columns live in both; ``fixed`` never change on re-import."""

    head: Table
    version: Table
    id_name: str
    key: str
    dated: tuple[str, ...]
    fixed: tuple[str, ...] = ()
    sealed: tuple[str, ...] = ()
    revision: Table | None = None


@dataclass
class Delivery:
    """The rows of one business key in a file, oldest first, as (effective day or None, values)."""

    key: str
    rows: list[tuple[date | None, Record]]


def write_versions(batch: Batch, versioned: Versioned, deliveries: Sequence[Delivery]) -> dict[str, int]:
    """Write heads and history of at most a chunk of keys; return the id of every key.

    The first version of a key holds from the beginning. A later one holds from its ``effective_on``, from
    the day of loading when blank, and until the next one; the head follows the newest only. When a file
    brings several rows of a key, the blank one is the first version.
    """
    heads = batch.existing(versioned.head, (versioned.key,), [{versioned.key: d.key} for d in deliveries])
    fresh = [delivery for delivery in deliveries if (delivery.key,) not in heads]
    ids = _write_new(batch, versioned, fresh)
    histories = _histories(batch, versioned, [head[versioned.id_name] for head in heads.values()])
    for delivery in deliveries:
        head = heads.get((delivery.key,))
        if head is not None:
            ids[delivery.key] = head[versioned.id_name]
            _write_known(batch, versioned, head, histories[head[versioned.id_name]], delivery)
    return ids


def _stamp(batch: Batch, table: Table) -> Record:
    return {"batch_id": batch.batch_id, **({"loaded_at": batch.at} if "loaded_at" in table.c else {})}


def _write_new(batch: Batch, versioned: Versioned, deliveries: Sequence[Delivery]) -> dict[str, int]:
    if not deliveries:
        return {}
    batch.connection.execute(
        insert(versioned.head),
        [
            {
                versioned.key: d.key,
                **d.rows[-1][1],
                **{name: d.rows[0][1][name] for name in versioned.fixed},
                **_stamp(batch, versioned.head),
            }
            for d in deliveries
        ],
    )
    ids: dict[str, int] = {}
    key, id_column = versioned.head.c[versioned.key], versioned.head.c[versioned.id_name]
    for part in chunks([d.key for d in deliveries]):
        ids.update(batch.connection.execute(select(key, id_column).where(key.in_(part))).all())
    versions = []
    for delivery in deliveries:
        starts = [None, *(day for day, _ in delivery.rows[1:])]
        for index, (_, values) in enumerate(delivery.rows):
            versions.append(
                {
                    versioned.id_name: ids[delivery.key],
                    "valid_from": starts[index],
                    "valid_to": starts[index + 1] if index + 1 < len(starts) else None,
                    **{name: values.get(name) for name in versioned.dated},
                    **_stamp(batch, versioned.version),
                }
            )
        batch.count("new", len(delivery.rows))
    batch.connection.execute(insert(versioned.version), versions)
    return ids


def _histories(batch: Batch, versioned: Versioned, ids: Sequence[int]) -> dict[int, list[Record]]:
    found: dict[int, list[Record]] = {key: [] for key in ids}
    column = versioned.version.c[versioned.id_name]
    for part in chunks(sorted(ids)):
        statement = (
            select(versioned.version)
            .where(column.in_(part))
            .order_by(column, versioned.version.c.valid_from.nulls_first(), versioned.version.c.version_id)
        )
        for row in batch.connection.execute(statement).mappings():
            found[row[versioned.id_name]].append(dict(row))
    return found


def _write_known(batch: Batch, versioned: Versioned, head: Record, history: list[Record], delivery: Delivery) -> None:
    several = len(delivery.rows) > 1
    for effective_on, values in delivery.rows:
        start = effective_on if effective_on is not None else None if several else batch.today
        touched = _apply(batch, versioned, history, start, values)
        newest = history[-1]["valid_from"]
        if newest is None or (start is not None and start >= newest):
            touched = _write_head(batch, versioned, head, values) or touched
        batch.count("changed" if touched else "same")


def _apply(batch: Batch, versioned: Versioned, history: list[Record], start: date | None, values: Record) -> bool:
    """Make the values hold from ``start`` until the next version; return whether anything changed."""
    index = max(
        (
            place
            for place, version in enumerate(history)
            if version["valid_from"] is None or (start is not None and version["valid_from"] <= start)
        ),
        default=0,
    )
    current = history[index]
    wanted = {name: values.get(name, current[name]) for name in versioned.dated}
    if all(current[name] == value for name, value in wanted.items()):
        return False
    table = versioned.version
    by_id = table.c.version_id == current["version_id"]
    batch.keep_before(table, current["version_id"], current)
    if start is None or current["valid_from"] == start:
        batch.connection.execute(update(table).where(by_id).values(**wanted, **_stamp(batch, table)))
        current.update(wanted)
        return True
    batch.connection.execute(update(table).where(by_id).values(valid_to=start))
    added = {
        versioned.id_name: current[versioned.id_name],
        "valid_from": start,
        "valid_to": current["valid_to"],
        **wanted,
        **_stamp(batch, table),
    }
    key = batch.connection.execute(insert(table).values(**added)).inserted_primary_key
    current["valid_to"] = start
    history.insert(index + 1, {**added, "version_id": key[0] if key else None})
    return True


def _write_head(batch: Batch, versioned: Versioned, head: Record, values: Record) -> bool:
    wanted = {name: value for name, value in values.items() if name not in versioned.fixed}
    if all(head[name] == value for name, value in wanted.items() if name not in versioned.sealed):
        return False
    table, row_id = versioned.head, head[versioned.id_name]
    batch.keep_before(table, row_id, head)
    if versioned.revision is not None:
        batch.connection.execute(
            insert(versioned.revision).values(
                **{versioned.id_name: row_id}, body=to_json(head), superseded_at=batch.at, superseded_by=batch.batch_id
            )
        )
    stamp: dict[str, Any] = _stamp(batch, table)
    batch.connection.execute(update(table).where(table.c[versioned.id_name] == row_id).values(**wanted, **stamp))
    head.update(wanted, **stamp)
    return True
