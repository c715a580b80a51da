"""Fresh ids and the numbers under which people know what the register makes."""

from __future__ import annotations

from sqlalchemy import Connection, Table, func, select, text


def next_id(connection: Connection, table: Table) -> int:
    """Return a fresh id of a table: from its sequence on PostgreSQL, after the newest one on SQLite."""
    column = next(iter(table.primary_key.columns))
    if connection.dialect.name == "postgresql":
        names = {"table": table.name, "column": column.name}
        statement = text("SELECT nextval(pg_get_serial_sequence(:table, :column))")
        return int(connection.execute(statement, names).scalar_one())
    return int(connection.execute(select(func.max(column))).scalar() or 0) + 1


def relationship_number(relationship_id: int) -> str:
    """Return the number of a relationship that the register made; imported ones keep theirs."""
    return f"REL-{relationship_id:08d}"
