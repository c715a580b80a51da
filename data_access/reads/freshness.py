"""How fresh a published month is: its state, when it was loaded and published, which offices lack rows."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, bindparam, func, or_, select, true

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


_MONTH: ColumnElement[int] = bindparam("month")
_CUBE = cube_client.c
_STATE = select(month_state.c.state).where(month_state.c.month == _MONTH)
_LOADED_AT = (
    select(import_batch.c.committed_at)
    .where(import_batch.c.kind == "client_month", import_batch.c.committed_at.is_not(None),
           import_batch.c.rolled_back_at.is_(None),
           or_(import_batch.c.first_month.is_(None), import_batch.c.first_month <= _MONTH),
           or_(import_batch.c.last_month.is_(None), import_batch.c.last_month >= _MONTH))
    .order_by(import_batch.c.committed_at.desc()).limit(1)
)  # fmt: skip
_MISSING = (
    select(_CUBE.office_id).where(_CUBE.build_id == bindparam("build_id")).group_by(_CUBE.office_id)
    .having(func.sum(_CUBE.row_count) == 0, func.sum(_CUBE.alive_count) > 0).subquery("missing")
)  # fmt: skip
_HEAD = select(_STATE.scalar_subquery().label("state"), _LOADED_AT.scalar_subquery().label("loaded_at")).subquery(
    "head"
)
# one line at least: a month that lacks no office still has its state
_FRESHNESS = (
    select(_HEAD.c.state, _HEAD.c.loaded_at, org_unit.c.unit_code, org_unit.c.name)
    .select_from(_HEAD.outerjoin(_MISSING.join(org_unit, org_unit.c.unit_id == _MISSING.c.office_id), true()))
    .order_by(org_unit.c.unit_code)
)  # fmt: skip


def read_freshness(connection: Connection, generation: Generation, month: int) -> Freshness:
    """Return the freshness of a month of the generation; raises ``KeyError`` for a month it does not hold."""
    asked = {"month": month, "build_id": generation.builds[month]}
    lines = connection.execute(_FRESHNESS, asked).all()
    state, loaded_at = lines[0][:2]
    missing = [(unit_code, name) for _state, _loaded_at, unit_code, name in lines if unit_code is not None]
    expected = month_end(month_add(generation.last_month, 1)) + timedelta(days=LATE_AFTER_DAYS)
    return Freshness(month, state or MonthState.PROVISIONAL.value, loaded_at, generation.published_at, missing,
                     business_date() >= expected)  # fmt: skip
