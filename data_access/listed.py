"""Lists of any length in a statement: as one bound value, or cut into parts."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from typing import Any, TypeVar

from sqlalchemy import ARRAY, ColumnElement, Connection, bindparam, func, select

T = TypeVar("T")
CHUNK = 1_000
"""Values that one statement takes one by one: far below the parameter limit of SQLite."""


def chunks(items: Sequence[T], size: int = CHUNK) -> Iterator[Sequence[T]]:
    """Cut a list into parts that one statement can take."""
    for start in range(0, len(items), size):
        yield items[start : start + size]


def one_of(connection: Connection, column: ColumnElement[Any], values: Collection[Any]) -> ColumnElement[bool]:
    """Return ``column IN (values)`` for whole numbers or texts, as the engine takes a long list fastest.

    An array on PostgreSQL, a JSON text on SQLite; the statement is the same for every list and is compiled once.
    """
    if connection.dialect.name == "postgresql":
        listed = bindparam(None, list(values), type_=ARRAY(column.type), unique=True)
        return column == func.any(listed)
    found = func.json_each(bindparam(None, json.dumps(list(values), ensure_ascii=False), unique=True))
    return column.in_(select(found.table_valued("value").c.value))
