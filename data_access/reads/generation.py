"""The published generation that a reader pins once and then reads by ``build_id``."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, bindparam, select

from data_access.tables import generation, generation_month


@dataclass(frozen=True)
class Generation:
    """One published state of all months: ``builds`` maps a month ``YYYYMM`` to the build that holds it."""

    generation_id: int
    published_at: datetime
    last_month: int
    builds: Mapping[int, int]


_MONTHS = (
    select(generation.c.generation_id, generation.c.published_at, generation.c.last_month,
           generation_month.c.month, generation_month.c.build_id)
    .outerjoin(generation_month, generation_month.c.generation_id == generation.c.generation_id)
    .order_by(generation_month.c.month)
)  # fmt: skip
_CURRENT = _MONTHS.where(generation.c.is_current)
_BY_ID = _MONTHS.where(generation.c.generation_id == bindparam("generation_id"))


def read_generation(connection: Connection, generation_id: int | None = None) -> Generation | None:
    """Return a generation (the current one when None), or None when there is none (any more)."""
    rows = (connection.execute(_CURRENT) if generation_id is None
            else connection.execute(_BY_ID, {"generation_id": generation_id})).all()  # fmt: skip
    if not rows:
        return None
    found, published_at, last_month = rows[0][:3]
    builds = {month: build_id for *_rest, month, build_id in rows if month is not None}
    return Generation(found, published_at, last_month, builds)
