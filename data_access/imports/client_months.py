"""Writes client months set by set, month by month: memory and time do not depend on rows already there.

Staged rows are joined to clients in the database (SQLite: the scratch file is attached; PostgreSQL: copied
into a temporary table). Rows that differ move to ``client_month_revision`` first; equal rows are not written.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any

from sqlalchemy import bindparam, text

from data_access.imports.batches import Batch
from data_access.tables import MEASURES, client_month

STAGED_AS = {
    "end_assets_fen": "end_assets", "cash_fen": "cash", "inflow_fen": "inflow", "outflow_fen": "outflow",
    "turnover_fen": "turnover", "trades_count": "trades", "commission_fen": "commission", "fees_fen": "fees",
    "net_income_fen": "net_income", "product_assets_fen": "product_assets", "margin_balance_fen": "margin_balance",
}  # fmt: skip
"""The staged column of every measure."""


def write_client_months(batch: Batch) -> None:
    """Insert new months, replace differing ones; columns that the file lacks keep their values."""
    stage = _open_stage(batch)
    _refuse_unknown(batch, stage, "client_no", "client", "client_unknown")
    if "office_code" in batch.staged.present:
        _refuse_unknown(batch, stage, "office_code", "org_unit", "unit_unknown")
        _refuse_wrong_offices(batch, stage)
    if batch.problems:
        return
    revise, write = _statements(batch, stage)
    months = batch.connection.execute(text(f"SELECT month, count(*) FROM {stage} GROUP BY month ORDER BY month")).all()
    done = 0
    for month, rows in months:
        values = {"month": month, "batch_id": batch.batch_id}
        changed = batch.connection.execute(revise, {**values, "at": batch.at}).rowcount
        touched = batch.connection.execute(write, values).rowcount
        batch.count("changed", changed)
        batch.count("new", touched - changed)
        batch.count("same", rows - touched)
        done += rows
        if batch.progress:
            batch.progress("write", done, batch.staged.rows_read)


def _open_stage(batch: Batch) -> str:
    """Make the staged rows readable for the database and return the table's name."""
    connection = batch.connection
    if connection.dialect.name == "sqlite":
        # an attached file stays on its connection, so this connection leaves the pool and is closed afterwards
        connection.detach()
        connection.exec_driver_sql("PRAGMA mmap_size=0")
        connection.exec_driver_sql("ATTACH DATABASE ? AS scratch", (str(batch.staged.path),))
        return "scratch.stage"
    columns = ("row_number", "client_no", "month", *STAGED_AS.values(), "office_code")
    typed = ", ".join(f"{name} {'text' if name in ('client_no', 'office_code') else 'bigint'}" for name in columns)
    connection.execute(text(f"CREATE TEMPORARY TABLE import_stage ({typed}) ON COMMIT DROP"))
    raw: Any = connection.connection.driver_connection
    with raw.cursor() as cursor, cursor.copy(f"COPY import_stage ({', '.join(columns)}) FROM STDIN") as copy:
        for row in _scratch_rows(batch, columns):
            copy.write_row(row)
    connection.execute(text("CREATE INDEX ON import_stage (month)"))
    connection.execute(text("ANALYZE import_stage"))
    return "import_stage"


def _scratch_rows(batch: Batch, columns: tuple[str, ...]) -> Iterator[tuple[Any, ...]]:
    scratch = sqlite3.connect(f"file:{batch.staged.path}?mode=ro", uri=True)
    try:
        yield from scratch.execute(f"SELECT {', '.join(columns)} FROM stage ORDER BY month, client_no")
    finally:
        scratch.close()


def _refuse_unknown(batch: Batch, stage: str, column: str, table: str, code: str) -> None:
    key = {"client": "client_no", "org_unit": "unit_code"}[table]
    unknown = batch.connection.execute(
        text(
            f"SELECT s.row_number FROM {stage} s WHERE s.{column} IS NOT NULL AND NOT EXISTS "
            f"(SELECT 1 FROM {table} k WHERE k.{key} = s.{column}) ORDER BY s.row_number"
        )
    )
    for (row,) in unknown:
        batch.problems.add(code, row, column, key)


def _refuse_wrong_offices(batch: Batch, stage: str) -> None:
    wrong = batch.connection.execute(
        text(
            f"SELECT s.row_number FROM {stage} s JOIN org_unit u ON u.unit_code = s.office_code "
            "WHERE u.kind <> 'office' ORDER BY s.row_number"
        )
    )
    for (row,) in wrong:
        batch.problems.add("unit_kind", row, "office_code", "office")


def _statements(batch: Batch, stage: str) -> tuple[Any, Any]:
    """Return (older rows to revisions, write new and differing rows) for one month each."""
    sqlite_engine = batch.connection.dialect.name == "sqlite"
    differs = "IS NOT" if sqlite_engine else "IS DISTINCT FROM"
    taken = [name for name in MEASURES if STAGED_AS[name] in batch.staged.present]
    has_office = "office_code" in batch.staged.present
    source = f"{stage} s JOIN client c ON c.client_no = s.client_no" + (
        " LEFT JOIN org_unit u ON u.unit_code = s.office_code" if has_office else ""
    )
    old_differs = (
        " OR ".join(
            [f"m.{name} {differs} s.{STAGED_AS[name]}" for name in taken]
            + ([f"m.office_id {differs} u.unit_id"] if has_office else [])
        )
        or "1 = 0"
    )
    kept = ", ".join(("month", "client_id", "office_id", *MEASURES, "batch_id"))
    old = ", ".join(f"m.{name}" for name in ("month", "client_id", "office_id", *MEASURES, "batch_id"))
    revise = text(
        f"INSERT INTO client_month_revision ({kept}, superseded_at, superseded_by) "
        f"SELECT {old}, :at, :batch_id FROM {source} "
        "JOIN client_month m ON m.month = s.month AND m.client_id = c.client_id "
        f"WHERE s.month = :month AND ({old_differs})"
    ).bindparams(bindparam("at", type_=_moment_type()))
    columns = [*taken, *(["office_id"] if has_office else [])]
    values = [f"s.{STAGED_AS[name]}" for name in taken] + (["u.unit_id"] if has_office else [])
    new_differs = " OR ".join(f"client_month.{name} {differs} excluded.{name}" for name in columns) or "1 = 0"
    assign = ", ".join(f"{name} = excluded.{name}" for name in (*columns, "batch_id"))
    batch_value = ":batch_id" if sqlite_engine else "CAST(:batch_id AS bigint)"
    write = text(
        f"INSERT INTO client_month ({', '.join(('month', 'client_id', *columns, 'batch_id'))}) "
        f"SELECT {', '.join(('s.month', 'c.client_id', *values, batch_value))} FROM {source} WHERE s.month = :month "
        f"ON CONFLICT (month, client_id) DO UPDATE SET {assign} WHERE {new_differs}"
    )
    return revise, write


def _moment_type() -> Any:
    from data_access.tables.types import UtcDateTime

    return UtcDateTime()


def undo_client_months(batch_id: int, first_month: int, last_month: int) -> list[Any]:
    """Return the statements that take one batch's months back: older rows return, new ones go."""
    scope = "batch_id = :batch_id AND month BETWEEN :first AND :last"
    columns = ("office_id", *MEASURES, "batch_id")
    older = (
        "FROM client_month_revision r WHERE r.superseded_by = :batch_id AND r.month = client_month.month "
        "AND r.client_id = client_month.client_id"
    )
    assign = ", ".join(f"{name} = r.{name}" for name in columns)
    values = {"batch_id": batch_id, "first": first_month, "last": last_month}
    return [
        (text(statement), values)
        for statement in (
            f"DELETE FROM client_month WHERE {scope} AND NOT EXISTS (SELECT 1 {older})",
            f"UPDATE client_month SET {assign} {older}",
            "DELETE FROM client_month_revision WHERE superseded_by = :batch_id",
        )
    ]


assert set(STAGED_AS) == set(MEASURES) <= set(client_month.c.keys())  # noqa: S101 -- the two lists name the same columns
