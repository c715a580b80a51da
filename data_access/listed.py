"""Lists of any length in a statement: as one bound value, or cut into parts."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Sequence
from typing import Any, TypeVar

from sqlalchemy import ARRAY, BindParameter, ColumnElement, Connection, Text, bindparam, func, select
from sqlalchemy.types import TypeEngine

T = TypeVar("T")
POSTGRESQL = "postgresql"
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
    name = connection.dialect.name
    return _in_bound(
        name, column, bindparam(None, as_bound(name, values), type_=_bound_type(name, column), unique=True)
    )


def listed_under(dialect: str, column: ColumnElement[Any], key: str) -> ColumnElement[bool]:
    """Return ``column IN (the list bound as key)`` for a statement that is kept; bind ``as_bound`` of the list."""
    return _in_bound(dialect, column, bindparam(key, type_=_bound_type(dialect, column)))


def as_bound(dialect: str, values: Collection[Any]) -> Any:
    """Return a list of whole numbers or texts as the one value that an engine's statement takes."""
    return list(values) if dialect == POSTGRESQL else json.dumps(list(values), ensure_ascii=False)


def _in_bound(dialect: str, column: ColumnElement[Any], listed: BindParameter[Any]) -> ColumnElement[bool]:
    if dialect == POSTGRESQL:
        return column == func.any(listed)
    return column.in_(select(func.json_each(listed).table_valued("value").c.value))


def _bound_type(dialect: str, column: ColumnElement[Any]) -> TypeEngine[Any]:
    return ARRAY(column.type) if dialect == POSTGRESQL else Text()
