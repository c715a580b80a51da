"""One batch inside its write transaction: counts, problems, codes to ids, row-wise writes with their undo."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, Date, LargeBinary, Row, Table, bindparam, insert, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite

from data_access.actor import ActingUser
from data_access.clock import business_date, now
from data_access.imports.errors import Problems
from data_access.imports.kinds import DAY, KINDS, MOMENT, TRUTH
from data_access.imports.staging import Progress, Staged
from data_access.listed import chunks
from data_access.tables import client, import_undo, org_unit, staff
from data_access.tables.types import UtcDateTime
from data_access.user_accounts import Secret

SLICE = 500
"""Keys per lookup statement: far below the parameter limit of SQLite."""
CHUNK = 2_000

Record = dict[str, Any]


@dataclass
class Batch:
    """The state of one import while its transaction is open.

    ``secrets`` holds the one-time passwords made beforehand, by user name; None in a dry run.
    """

    connection: Connection
    batch_id: int
    staged: Staged
    user: ActingUser
    secrets: dict[str, Secret] | None = None
    progress: Progress | None = None
    problems: Problems = field(default_factory=Problems)
    new: int = 0
    changed: int = 0
    same: int = 0
    at: datetime = field(default_factory=now)
    today: date = field(default_factory=business_date)
    password_rows: list[tuple[str, str]] = field(default_factory=list)

    def count(self, outcome: str, rows: int = 1) -> None:
        """Add file rows to ``new``, ``changed`` or ``same``."""
        setattr(self, outcome, getattr(self, outcome) + rows)

    def records(self, order_by: tuple[str, ...] = ("row_number",)) -> Iterator[Record]:
        """Yield the staged rows with days and moments as such, ``row_number`` among the values."""
        kind = KINDS[self.staged.kind]
        days = [c.name for c in kind.columns if c.form is DAY] + [
            c.name + "_on" for c in kind.columns if c.form is MOMENT
        ]
        moments = [c.name for c in kind.columns if c.form is MOMENT]
        truths = [c.name for c in kind.columns if c.form is TRUTH] + [f"{name}_has_time" for name in moments]
        for index, row in enumerate(self.staged.rows(order_by)):
            record = dict(zip(row.keys(), row, strict=True))
            for name in days:
                record[name] = date.fromisoformat(record[name]) if record[name] is not None else None
            for name in moments:
                record[name] = datetime.fromisoformat(record[name]).replace(tzinfo=UTC) if record[name] else None
            for name in truths:
                record[name] = bool(record[name]) if record[name] is not None else None
            if self.progress and index % 10_000 == 0:
                self.progress("write", index, self.staged.rows_read)
            yield record

    def units(self) -> dict[str, Row[Any]]:
        """Return every org unit by its code."""
        return {row.unit_code: row for row in self.connection.execute(select(org_unit))}

    def staff(self) -> dict[str, Row[Any]]:
        """Return every staff member by number."""
        return {row.staff_no: row for row in self.connection.execute(select(staff))}

    def client_ids(self, numbers: Iterable[str]) -> dict[str, int]:
        """Return the ids of the known ones among the client numbers."""
        found: dict[str, int] = {}
        for part in chunks(sorted(set(numbers)), SLICE):
            found.update(
                self.connection.execute(
                    select(client.c.client_no, client.c.client_id).where(client.c.client_no.in_(part))
                ).all()
            )
        return found

    def keep_before(self, table: Table, row_key: object, before: Mapping[str, Any]) -> None:
        """Remember a row as it was before this batch; the first memory of a row counts."""
        self.keep_all_before(table, [(row_key, before)])

    def keep_all_before(self, table: Table, rows: Sequence[tuple[object, Mapping[str, Any]]]) -> None:
        """Remember many rows of one table as they were."""
        if not rows:
            return
        build = sqlite.insert if self.connection.dialect.name == "sqlite" else postgresql.insert
        self.connection.execute(
            build(import_undo).on_conflict_do_nothing(),
            [
                {
                    "batch_id": self.batch_id,
                    "table_name": table.name,
                    "row_key": str(key),
                    "before": to_json(before),
                    "previous_batch_id": before.get("batch_id"),
                }
                for key, before in rows
            ],
        )

    def upsert(
        self, table: Table, id_name: str, key: tuple[str, ...], rows: Sequence[Record], sealed: tuple[str, ...] = ()
    ) -> list[str]:
        """Write rows by business key; return per row ``new``, ``changed`` or ``same``.

        A row that does not differ is not written. ``sealed`` columns never compare (a cipher differs
        every time); they are written together with a change. The counts are the caller's.
        """
        known = self.existing(table, key, rows)
        outcomes, inserts, updates, memories = [], [], [], []
        for row in rows:
            old = known.get(tuple(row[name] for name in key))
            if old is None:
                inserts.append({**row, "batch_id": self.batch_id})
                outcomes.append("new")
            elif any(old[name] != value for name, value in row.items() if name not in sealed):
                memories.append((old[id_name], old))
                updates.append(
                    {
                        **{name: value for name, value in row.items() if name not in key},
                        "batch_id": self.batch_id,
                        "b_id": old[id_name],
                    }
                )
                outcomes.append("changed")
            else:
                outcomes.append("same")
        if inserts:
            self.connection.execute(insert(table), inserts)
        self.keep_all_before(table, memories)
        if updates:
            self.connection.execute(update(table).where(table.c[id_name] == bindparam("b_id")), updates)
        return outcomes

    def existing(self, table: Table, key: tuple[str, ...], rows: Sequence[Record]) -> dict[tuple[Any, ...], Record]:
        """Return the present rows of a table that have one of the given keys, by key."""
        columns = [table.c[name] for name in key]
        wanted = sorted({tuple(row[name] for name in key) for row in rows}, key=repr)
        found: dict[tuple[Any, ...], Record] = {}
        for part in chunks(wanted, SLICE):
            condition = (
                columns[0].in_([value for (value,) in part]) if len(columns) == 1 else tuple_(*columns).in_(part)
            )
            for row in self.connection.execute(select(table).where(condition)).mappings():
                found[tuple(row[name] for name in key)] = dict(row)
        return found


def to_json(row: Mapping[str, Any]) -> str:
    """Write a table row as JSON: days and moments as ISO text, ciphers as hexadecimal."""

    def plain(value: object) -> object:
        return bytes(value).hex() if isinstance(value, (bytes, memoryview)) else value.isoformat()  # type: ignore[attr-defined]

    return json.dumps(dict(row), default=plain, ensure_ascii=False, sort_keys=True)


def from_json(table: Table, text: str) -> Record:
    """Read back what ``to_json`` wrote, by the types of the table's columns."""
    record: Record = json.loads(text)
    for name, value in record.items():
        if value is None or name not in table.c:
            continue
        kind = table.c[name].type
        if isinstance(kind, UtcDateTime):
            record[name] = datetime.fromisoformat(value)
        elif isinstance(kind, Date):
            record[name] = date.fromisoformat(value)
        elif isinstance(kind, LargeBinary):
            record[name] = bytes.fromhex(value)
    return record
