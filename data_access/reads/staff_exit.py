"""Who leaves or has left: the person, exits that wait to be closed, closed ones, and results by month."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, func, or_, select

from data_access.clock import business_date
from data_access.reads.generation import Generation
from data_access.scope import Scope, staff_in
from data_access.tables import (
    app_user,
    org_unit,
    reactivation_task,
    relationship,
    relationship_share,
    staff,
    staff_exit,
    staff_month,
)
from domain.months import month_text
from domain.words import OPEN_TASK_STATES, RelationshipState

ANY_TYPE = "any"
RESULTS = ("client_count", "weighted_bp", "net_income_fen", "end_assets_fen", "turnover_fen", "net_inflow_fen",
           "started_count", "started_bp")  # fmt: skip
"""Results of a month that are kept with an exit: counts, basis points and fen, every client once (R-61)."""


@dataclass(frozen=True)
class Leaver:
    """A staff member whose exit is looked at; ``exit_on`` and ``closed_at`` stand once it is closed."""

    staff_id: int
    staff_no: str
    name: str
    category: str
    unit_name: str
    joined_on: date | None
    left_on: date | None
    exit_on: date | None = None
    closed_at: datetime | None = None
    closed_by: str | None = None
    body: str | None = None


def read_leaver(connection: Connection, scope: Scope, staff_no: str) -> Leaver | None:
    """Return a staff member inside the reach, None for anybody else."""
    row = connection.execute(
        _people().where(staff.c.staff_no == staff_no, staff_in(scope, staff.c.staff_id, staff.c.unit_id))
    ).first()  # fmt: skip
    return None if row is None else Leaver(*row)


def search_people(connection: Connection, scope: Scope, text: str, *, limit: int = 100) -> list[Leaver]:
    """Return staff inside the reach by part of a number or name, by number."""
    wanted = text.strip().lower()
    statement = _people().where(staff_in(scope, staff.c.staff_id, staff.c.unit_id))
    if wanted:
        statement = statement.where(or_(func.lower(staff.c.staff_no).contains(wanted, autoescape=True),
                                        func.lower(staff.c.name).contains(wanted, autoescape=True)))  # fmt: skip
    rows = connection.execute(statement.order_by(staff.c.staff_no).limit(limit))
    return [Leaver(*row) for row in rows]


def _people() -> Select[Any]:
    by = app_user.alias("by")
    return (
        select(staff.c.staff_id, staff.c.staff_no, staff.c.name, staff.c.category, org_unit.c.name.label("unit_name"),
               staff.c.joined_on, staff.c.left_on, staff_exit.c.exit_on, staff_exit.c.closed_at, by.c.display_name,
               staff_exit.c.body)
        .join(org_unit, org_unit.c.unit_id == staff.c.unit_id)
        .outerjoin(staff_exit, staff_exit.c.staff_id == staff.c.staff_id)
        .outerjoin(by, by.c.user_id == staff_exit.c.closed_by)
    )  # fmt: skip


def read_waiting(connection: Connection, scope: Scope, *, limit: int = 100) -> list[Row[Any]]:
    """Return staff inside the reach whose last day has passed while something open still names them, oldest first.

    Columns: staff_no, name, unit_name, left_on, relationships, tasks, accounts (how many are open).
    """
    link, share, task = relationship.c, relationship_share.c, reactivation_task.c
    held = (
        select(func.count()).select_from(relationship_share.join(relationship))
        .where(share.staff_id == staff.c.staff_id, link.state == RelationshipState.CONFIRMED.value,
               or_(link.valid_to.is_(None), link.valid_to > business_date())).correlate(staff).scalar_subquery()
    )  # fmt: skip
    tasked = (
        select(func.count()).where(task.staff_id == staff.c.staff_id,
                                   task.state.in_([state.value for state in OPEN_TASK_STATES]))
        .correlate(staff).scalar_subquery()
    )  # fmt: skip
    live = (
        select(func.count())
        .where(app_user.c.staff_id == staff.c.staff_id, app_user.c.disabled_at.is_(None))
        .correlate(staff)
        .scalar_subquery()
    )
    rows = (
        select(staff.c.staff_no, staff.c.name, org_unit.c.name.label("unit_name"), staff.c.left_on,
               held.label("relationships"), tasked.label("tasks"), live.label("accounts"))
        .join(org_unit, org_unit.c.unit_id == staff.c.unit_id)
        .outerjoin(staff_exit, staff_exit.c.staff_id == staff.c.staff_id)
        .where(staff.c.left_on < business_date(), staff_exit.c.exit_id.is_(None),
               staff_in(scope, staff.c.staff_id, staff.c.unit_id))
        .subquery().c
    )  # fmt: skip
    return list(connection.execute(
        select(*rows).where(or_(rows.relationships > 0, rows.tasks > 0, rows.accounts > 0))
        .order_by(rows.left_on, rows.staff_no).limit(limit)
    ))  # fmt: skip


def read_results(connection: Connection, generation: Generation | None, staff_id: int, *,
                 until: int) -> dict[str, dict[str, int]]:  # fmt: skip
    """Return a person's published results by month (``YYYY-MM``) up to a month, the last 24 at most.

    Every client counts once at the person's largest share (R-61); months without results are left out.
    """
    if generation is None:
        return {}
    months = [month for month in sorted(generation.builds) if month <= until][-24:]
    row = staff_month.c
    sums = [func.sum(row[name]).label(name) for name in RESULTS]
    found = connection.execute(
        select(row.month, *sums)
        .where(row.build_id.in_([generation.builds[month] for month in months]), row.type == ANY_TYPE,
               row.staff_id == staff_id)
        .group_by(row.month).order_by(row.month)
    )  # fmt: skip
    return {month_text(line.month): {name: int(getattr(line, name) or 0) for name in RESULTS} for line in found}
