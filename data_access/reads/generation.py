"""The published generation that a reader pins once and then reads by ``build_id``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import lru_cache
from types import MappingProxyType

from sqlalchemy import Connection, String, bindparam, cast, exists, func, select

from data_access.tables import build, client_status, cube_client, generation, generation_month


@dataclass(frozen=True)
class Generation:
    """One published state of all months: ``builds`` maps a month ``YYYYMM`` to the build that holds it.

    ``is_current``: it was the newest one when it was read, so that its months have their clients' rows.
    """

    generation_id: int
    published_at: datetime
    last_month: int
    builds: Mapping[int, int]
    is_current: bool = field(default=True, compare=False)


_MONTH = generation_month.c
# the months as one text: a second statement, or a row for each of them, takes longer than all else
_BUILDS = (
    select(func.aggregate_strings(cast(_MONTH.month, String) + ":" + cast(_MONTH.build_id, String), ","))
    .where(_MONTH.generation_id == generation.c.generation_id).scalar_subquery()
)  # fmt: skip
_GENERATION = select(generation.c.generation_id, generation.c.published_at, generation.c.last_month,
                     generation.c.is_current, _BUILDS)  # fmt: skip
_CURRENT = _GENERATION.where(generation.c.is_current)
_BY_ID = _GENERATION.where(generation.c.generation_id == bindparam("generation_id"))


def read_generation(connection: Connection, generation_id: int | None = None) -> Generation | None:
    """Return a generation (the current one when None), or None when there is none (any more)."""
    found = (connection.execute(_CURRENT) if generation_id is None
             else connection.execute(_BY_ID, {"generation_id": generation_id})).first()  # fmt: skip
    if found is None:
        return None
    number, published_at, last_month, is_current, months = found
    return Generation(number, published_at, last_month, _builds(months or ""), is_current)


@lru_cache(maxsize=64)
def _builds(months: str) -> Mapping[int, int]:
    """Return months and builds in the order of the months; every read of a generation shares them."""
    pairs = sorted(pair.split(":") for pair in months.split(",")) if months else []
    return MappingProxyType({int(month): int(build_id) for month, build_id in pairs})


def read_months_without_clients(connection: Connection, builds: Iterable[int]) -> list[int]:
    """Return the months of those builds whose sums are kept but whose clients' rows are gone, in order."""
    sums = exists().where(cube_client.c.build_id == build.c.build_id)
    clients = exists().where(client_status.c.build_id == build.c.build_id)
    return list(connection.execute(
        select(build.c.month).where(build.c.build_id.in_(list(builds)), sums, ~clients).order_by(build.c.month)
    ).scalars())  # fmt: skip
