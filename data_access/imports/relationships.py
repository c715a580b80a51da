"""Writes relationships and pre-registrations: one row per holder in the file, one object in the database."""

from __future__ import annotations

from itertools import groupby, islice
from typing import Any

from sqlalchemy import Row, delete, insert, select, text, update

from data_access.imports.batches import Batch, Record, to_json
from data_access.listed import chunks
from data_access.share_sums import OVERSHARED_BY_BATCH
from data_access.tables import (
    preregistration,
    preregistration_share,
    relationship,
    relationship_revision,
    relationship_share,
)
from domain.months import add_months
from domain.words import RelationshipState

CHUNK_GROUPS = 1_000
ALL_BP = 10_000
PREREGISTRATION_MONTHS = 1
"""A pre-registration of another platform holds for one month (R-10)."""


def write_relationships(batch: Batch) -> None:
    """Write relationships with their holders' shares; delivered ones count as confirmed."""
    people = batch.staff()
    groups = groupby(batch.records(("relationship_no", "staff_no")), key=lambda record: record["relationship_no"])
    while chunk := [list(group) for _, group in islice(groups, CHUNK_GROUPS)]:
        clients = batch.client_ids(record["client_no"] for group in chunk for record in group)
        for group in chunk:
            _check_holders(batch, group, people, ("client_no", "type", "valid_from", "valid_to"))
            for record in group:
                if record["client_no"] not in clients:
                    batch.problems.add("client_unknown", record["row_number"], "client_no", "client_no")
                person = people.get(record["staff_no"])
                if person is not None and person.left_on is not None and record["valid_from"] >= person.left_on:
                    batch.problems.add("staff_left", record["row_number"], "staff_no", "")
        if not batch.problems:
            _write_chunk(batch, chunk, clients, people)
    if not batch.problems:
        _check_share_sums(batch)


def _check_share_sums(batch: Batch) -> None:
    """Refuse relationships with which a client is handed out twice over on some day, stored ones counted (R-15)."""
    found = {
        row.relationship_no for row in batch.connection.execute(text(OVERSHARED_BY_BATCH), {"batch": batch.batch_id})
    }
    if not found:
        return
    rows = {record["relationship_no"]: record["row_number"] for record in batch.records()}
    for row in sorted(rows[number] for number in found):
        batch.problems.add("share_sum_client", row, "share", "<= 1")


def _check_holders(batch: Batch, group: list[Record], people: dict[str, Row[Any]], agreeing: tuple[str, ...]) -> None:
    for record in group:
        if record["staff_no"] not in people:
            batch.problems.add("staff_unknown", record["row_number"], "staff_no", "staff_no")
        for name in agreeing:
            if record[name] != group[0][name]:
                batch.problems.add("rows_disagree", record["row_number"], name, f"row {group[0]['row_number']}")
    if sum(record["share"] for record in group) > ALL_BP:
        batch.problems.add("share_sum", group[-1]["row_number"], "share", "<= 1")


def _write_chunk(batch: Batch, chunk: list[list[Record]], clients: dict[str, int], people: dict[str, Row[Any]]) -> None:
    keys = [{"relationship_no": group[0]["relationship_no"]} for group in chunk]
    known = batch.existing(relationship, ("relationship_no",), keys)
    shares = _shares(batch, [row["relationship_id"] for row in known.values()])
    fresh: list[Record] = []
    holders: dict[str, dict[int, int]] = {}
    for group in chunk:
        first = group[0]
        number = first["relationship_no"]
        holders[number] = {people[record["staff_no"]].staff_id: record["share"] for record in group}
        values = {"client_id": clients[first["client_no"]], "type": first["type"], "valid_from": first["valid_from"]}
        if "valid_to" in batch.staged.present:
            values["valid_to"] = first["valid_to"]
        old = known.get((number,))
        if old is None:
            fresh.append(
                {
                    "relationship_no": number,
                    **values,
                    "state": RelationshipState.CONFIRMED.value,
                    "how_confirmed": "import",
                    "confirmed_at": batch.at,
                    "batch_id": batch.batch_id,
                    "version": 1,
                }
            )
            batch.count("new", len(group))
            continue
        had = shares.get(old["relationship_id"], {})
        if had == holders[number] and all(old[name] == value for name, value in values.items()):
            batch.count("same", len(group))
            continue
        _change(batch, old, had, values, holders[number])
        batch.count("changed", len(group))
    if fresh:
        batch.connection.execute(insert(relationship), fresh)
        made = batch.existing(relationship, ("relationship_no",), fresh)
        batch.connection.execute(
            insert(relationship_share),
            [
                {"relationship_id": row["relationship_id"], "staff_id": staff_id, "share_bp": share}
                for (number,), row in made.items()
                for staff_id, share in holders[number].items()
            ],
        )


def _shares(batch: Batch, ids: list[int]) -> dict[int, dict[int, int]]:
    found: dict[int, dict[int, int]] = {}
    for part in chunks(sorted(ids)):
        for row in batch.connection.execute(
            select(relationship_share).where(relationship_share.c.relationship_id.in_(part))
        ):
            found.setdefault(row.relationship_id, {})[row.staff_id] = row.share_bp
    return found


def _change(batch: Batch, old: Record, had: dict[int, int], values: Record, holders: dict[int, int]) -> None:
    key = old["relationship_id"]
    before = {**old, "shares": sorted(had.items())}
    batch.keep_before(relationship, key, before)
    batch.connection.execute(
        insert(relationship_revision).values(
            relationship_id=key, body=to_json(before), superseded_at=batch.at, superseded_by=batch.batch_id
        )
    )
    batch.connection.execute(
        update(relationship)
        .where(relationship.c.relationship_id == key)
        .values(**values, batch_id=batch.batch_id, version=relationship.c.version + 1)
    )
    if had != holders:
        batch.connection.execute(delete(relationship_share).where(relationship_share.c.relationship_id == key))
        batch.connection.execute(
            insert(relationship_share),
            [{"relationship_id": key, "staff_id": staff_id, "share_bp": share} for staff_id, share in holders.items()],
        )


def write_preregistrations(batch: Batch) -> None:
    """Write the pre-registrations of another platform; they keep their past and open nothing."""
    people = batch.staff()
    groups = groupby(batch.records(("prereg_no", "staff_no")), key=lambda record: record["prereg_no"])
    plain = ("type", "client_name", "document_hash", "document_masked", "contact_masked", "registered_at")
    while chunk := [list(group) for _, group in islice(groups, CHUNK_GROUPS)]:
        for group in chunk:
            _check_holders(batch, group, people, plain)
        if batch.problems:
            continue
        rows = [
            {
                "prereg_no": group[0]["prereg_no"],
                **{name: group[0][name] for name in plain},
                "expires_on": add_months(group[0]["registered_at_on"], PREREGISTRATION_MONTHS),
                "state": "expired",
            }
            for group in chunk
        ]
        before = batch.existing(preregistration, ("prereg_no",), rows)
        had = _prereg_shares(batch, [row["prereg_id"] for row in before.values()])
        wanted = {
            group[0]["prereg_no"]: {people[record["staff_no"]].staff_id: record["share"] for record in group}
            for group in chunk
        }
        split = {number for (number,), row in before.items() if had.get(row["prereg_id"], {}) != wanted[number]}
        for number in split:
            row = before[number,]
            batch.keep_before(
                preregistration, row["prereg_id"], {**row, "shares": sorted(had.get(row["prereg_id"], {}).items())}
            )
        outcomes = batch.upsert(preregistration, "prereg_id", ("prereg_no",), rows)
        after = batch.existing(preregistration, ("prereg_no",), rows)
        for group, outcome in zip(chunk, outcomes, strict=True):
            number = group[0]["prereg_no"]
            batch.count("changed" if outcome == "same" and number in split else outcome, len(group))
            if outcome == "new" or number in split:
                _write_prereg_shares(batch, after[number,]["prereg_id"], wanted[number])


def _prereg_shares(batch: Batch, ids: list[int]) -> dict[int, dict[int, int]]:
    found: dict[int, dict[int, int]] = {}
    for part in chunks(sorted(ids)):
        for row in batch.connection.execute(
            select(preregistration_share).where(preregistration_share.c.prereg_id.in_(part))
        ):
            found.setdefault(row.prereg_id, {})[row.staff_id] = row.share_bp
    return found


def _write_prereg_shares(batch: Batch, key: int, wanted: dict[int, int]) -> None:
    batch.connection.execute(
        update(preregistration).where(preregistration.c.prereg_id == key).values(batch_id=batch.batch_id)
    )
    batch.connection.execute(delete(preregistration_share).where(preregistration_share.c.prereg_id == key))
    batch.connection.execute(
        insert(preregistration_share),
        [{"prereg_id": key, "staff_id": staff_id, "share_bp": share} for staff_id, share in wanted.items()],
    )
