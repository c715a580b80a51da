"""Many rows at once: written by executemany of tuples on SQLite and COPY on PostgreSQL, read as columns of numbers.

Values to write are given column by column as plain Python lists in one neutral form: ints, text, bytes, None;
booleans as 0/1, dates as ``YYYY-MM-DD``, moments as ``YYYY-MM-DD HH:MM:SS.ffffff`` in UTC.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import ColumnElement, Connection, String, Table, cast, func, select, text

from data_access.tables.types import UtcDateTime

Columns = Mapping[str, Sequence[Any]]
_BLOCK = 50_000


def load_columns(connection: Connection, table: Table, columns: Columns) -> int:
    """Append rows inside the caller's transaction and return how many; columns not named take their default."""
    if not columns:
        return 0
    count = len(next(iter(columns.values())))
    if any(len(values) != count for values in columns.values()):
        raise ValueError(f"columns of {table.name} differ in length")
    columns = {**columns, **_defaults(table, columns, count)}
    for start in range(0, count, _BLOCK):
        block = {name: values[start : start + _BLOCK] for name, values in columns.items()}
        if connection.dialect.name == "postgresql":
            _copy(connection, table, block)
        else:
            names = ", ".join(block)
            marks = ", ".join("?" * len(block))
            raw: Any = connection.connection.driver_connection
            raw.executemany(f"INSERT INTO {table.name} ({names}) VALUES ({marks})", zip(*block.values(), strict=True))
    return count


def _defaults(table: Table, columns: Columns, count: int) -> Columns:
    missing = [column for column in table.columns if column.name not in columns and column.default is not None]
    return {
        column.name: [int(value) if isinstance(value := getattr(column.default, "arg", None), bool) else value] * count
        for column in missing
    }


def load_rows(connection: Connection, table: Table, names: Sequence[str], rows: Sequence[tuple[Any, ...]]) -> int:
    """Append rows given as tuples in the order of ``names``."""
    if not rows:
        return 0
    return load_columns(
        connection, table, dict(zip(names, (list(column) for column in zip(*rows, strict=True)), strict=True))
    )


def _copy(connection: Connection, table: Table, block: Columns) -> None:
    written = [
        [_field(value) for value in values]
        if not isinstance(table.c[name].type, UtcDateTime)
        else [r"\N" if value is None else f"{value}+00" for value in values]
        for name, values in block.items()
    ]
    raw: Any = connection.connection.driver_connection
    with raw.cursor() as cursor, cursor.copy(f"COPY {table.name} ({', '.join(block)}) FROM STDIN") as copy:
        copy.write("".join("\t".join(row) + "\n" for row in zip(*written, strict=True)))


def _field(value: object) -> str:
    if value is None:
        return r"\N"
    if isinstance(value, bytes):
        return r"\\x" + value.hex()
    if isinstance(value, str):
        return value.replace("\\", r"\\").replace("\t", r"\t").replace("\n", r"\n").replace("\r", r"\r")
    return str(value)


def read_numbers(connection: Connection, *columns: ColumnElement[int],
                 where: Sequence[ColumnElement[bool]]) -> list[npt.NDArray[np.int64]]:  # fmt: skip
    """Return columns of whole numbers as arrays, one place a row, in no order but the same for all of them.

    The database writes each column as one text, which is several times faster than fetching row by row. A column with
    an unknown number raises ``ValueError``, since its array would be shorter than the others.
    """
    texts = (func.aggregate_strings(cast(column, String), ",") for column in columns)
    row = connection.execute(select(func.count(), *texts).where(*where)).one()
    found = [np.fromstring(text or "", dtype=np.int64, sep=",") for text in row[1:]]
    if any(len(one) != row[0] for one in found):
        raise ValueError("a column of numbers holds an unknown one")
    return found


def tell_size(connection: Connection, *tables: Table) -> None:
    """Tell PostgreSQL's planner how large tables are that were just filled, by this transaction too.

    It learns of that by itself only a while after the commit. SQLite plans by its keys.
    """
    if connection.dialect.name == "postgresql":
        for table in tables:
            connection.exec_driver_sql(f"ANALYZE {table.name}")


def join_whole_tables(connection: Connection) -> None:
    """Keep PostgreSQL from joining row by row until the transaction ends, for statements over all rows of a month.

    It knows nothing of rows that the transaction has just written: joined as if they were few, they take minutes.
    """
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL enable_nestloop = off")


def continue_sequences(connection: Connection, tables: Sequence[Table]) -> None:
    """Let PostgreSQL number on after rows that brought their own ids; nothing to do on SQLite."""
    if connection.dialect.name != "postgresql":
        return
    for table in tables:
        key = list(table.primary_key.columns)
        sequence = (
            connection.execute(
                text("SELECT pg_get_serial_sequence(:table, :column)"), {"table": table.name, "column": key[0].name}
            ).scalar()
            if len(key) == 1
            else None
        )
        if sequence:
            last = connection.execute(select(func.max(key[0]))).scalar()
            if last is not None:
                connection.execute(text("SELECT setval(:name, :last)"), {"name": sequence, "last": last})
