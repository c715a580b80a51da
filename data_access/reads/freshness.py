"""How fresh a published month is: its state, when it was loaded and published, which offices lack rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, func, or_, select

from data_access.clock import business_date
from data_access.reads.generation import Generation
from data_access.tables import cube_client, import_batch, month_state, org_unit
from domain.months import month_add, month_end
from domain.words import MonthState

LATE_AFTER_DAYS = 10
"""Calendar days after a month's end by which its figures are expected."""


@dataclass(frozen=True)
class Freshness:
    """What a reader should know of a month's data.

    ``state`` is ``final`` once marked so, else ``provisional``. ``loaded_at`` is the newest committed load of
    month rows that covers the month (None: none recorded). ``offices_missing`` holds (unit_code, name) of
    offices with clients but without a single row in the month. ``is_late``: a newer month has ended
    ``LATE_AFTER_DAYS`` days ago or longer and is not published.
    """

    month: int
    state: str
    loaded_at: datetime | None
    published_at: datetime
    offices_missing: list[tuple[str, str]]
    is_late: bool


def read_freshness(connection: Connection, generation: Generation, month: int) -> Freshness:
    """Return the freshness of a month of the generation; raises ``KeyError`` for a month it does not hold."""
    cube = cube_client.c
    state = connection.execute(select(month_state.c.state).where(month_state.c.month == month)).scalar()
    loaded_at = connection.execute(
        select(import_batch.c.committed_at)
        .where(import_batch.c.kind == "client_month", import_batch.c.committed_at.is_not(None),
               import_batch.c.rolled_back_at.is_(None),
               or_(import_batch.c.first_month.is_(None), import_batch.c.first_month <= month),
               or_(import_batch.c.last_month.is_(None), import_batch.c.last_month >= month))
        .order_by(import_batch.c.committed_at.desc()).limit(1)
    ).scalar()  # fmt: skip
    missing = connection.execute(
        select(org_unit.c.unit_code, org_unit.c.name)
        .join(cube_client, cube.office_id == org_unit.c.unit_id)
        .where(cube.build_id == generation.builds[month])
        .group_by(org_unit.c.unit_code, org_unit.c.name)
        .having(func.sum(cube.row_count) == 0, func.sum(cube.alive_count) > 0)
        .order_by(org_unit.c.unit_code)
    )  # fmt: skip
    expected = month_end(month_add(generation.last_month, 1)) + timedelta(days=LATE_AFTER_DAYS)
    return Freshness(month, state or MonthState.PROVISIONAL.value, loaded_at, generation.published_at,
                     [(row.unit_code, row.name) for row in missing], business_date() >= expected)  # fmt: skip
