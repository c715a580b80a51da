"""Column types that mean the same on SQLite (STRICT tables) and PostgreSQL."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BigInteger, Boolean, Date, DateTime, Integer, LargeBinary, MetaData, String, Text
from sqlalchemy.engine import Dialect
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.types import JSON, TypeDecorator

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# STRICT tables know INTEGER, REAL, TEXT, BLOB and ANY only.
for _type, _name in (
    (String, "TEXT"), (Text, "TEXT"), (BigInteger, "INTEGER"), (Integer, "INTEGER"), (Boolean, "INTEGER"),
    (Date, "TEXT"), (DateTime, "TEXT"), (LargeBinary, "BLOB"), (JSON, "TEXT"),
):  # fmt: skip

    def _render(_element: Any, _compiler: Any, _name: str = _name, **_kw: Any) -> str:
        return _name

    compiles(_type, "sqlite")(_render)


class UtcDateTime(TypeDecorator[datetime]):
    """A moment, stored in UTC; refuses naive values and always returns aware ones."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Convert to UTC; raises ``ValueError`` on a value without a zone."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a moment needs a time zone")
        value = value.astimezone(UTC)
        return value.replace(tzinfo=None) if dialect.name == "sqlite" else value

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        """Return the stored moment with zone UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


Id = BigInteger().with_variant(Integer(), "sqlite")
"""Surrogate keys."""
Fen = BigInteger
"""Money: integer 1/100 yuan."""
Code = String
"""A code of a closed list or a business key."""
Month = Integer
"""A calendar month as YYYYMM."""
