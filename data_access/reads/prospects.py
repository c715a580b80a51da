"""Prospects as they stand today: the register with grade and urgency, their counts, the pipeline, one history."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Date,
    Integer,
    Select,
    and_,
    case,
    cast,
    extract,
    func,
    literal,
    or_,
    select,
)

from data_access.scope import Scope, clients_in, prospects_in
from data_access.tables import app_user, client, org_unit, prospect, prospect_event, staff
from domain.identity import mask_name
from domain.months import add_months
from domain.prospects import (
    GRADE_MONTHS,
    URGENCY_MONTHS,
    URGENT_DAYS,
    Need,
    ProspectGrade,
    ProspectState,
    Urgency,
)

PAGE_ROWS = 500
"""Rows of one page at most."""
FAR_DAY = date(9999, 12, 31)
OPEN, WON, CLOSED = "open", "won", "closed"
"""Parts of the register: worked on, become a client, without need or chance."""


@dataclass(frozen=True)
class ProspectFilter:
    """What the register keeps: one part, grades, urgencies (empty: all; ``-``: without one), and client kinds."""

    part: str = OPEN
    grades: tuple[str, ...] = ()
    urgencies: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True)
class ProspectRow:
    """One prospect with its grade and urgency of the day; note is None and the name masked for a masked reach.

    ``client_no`` is None, too, where the client it became lies outside the reach.
    """

    prospect_id: int
    version: int
    name: str
    client_kind: str
    office: str
    office_code: str
    staff_no: str | None
    staff_name: str | None
    need: str
    state: str
    grade: str | None
    urgency: str | None
    expected_on: date | None
    act_by: date | None
    note: str | None
    client_no: str | None
    entered_at: datetime


@dataclass
class ProspectCounts:
    """Open prospects by (grade, urgency) and by (expected month YYYYMM or None, grade); sizes of the three parts."""

    crossed: dict[tuple[str | None, str | None], int] = field(default_factory=dict)
    pipeline: dict[tuple[int | None, str | None], int] = field(default_factory=dict)
    parts: dict[str, int] = field(default_factory=lambda: {OPEN: 0, WON: 0, CLOSED: 0})


@dataclass(frozen=True)
class ProspectStep:
    """One change of a prospect: what was done, by whom, and the facts afterwards."""

    sequence: int
    act: str
    by: str | None
    at: datetime
    facts: dict[str, Any]


def grade_of(on: date) -> ColumnElement[str | None]:
    """Return the grade of a prospect on a day: ``domain.prospects.decide_grade`` for all rows."""
    row = prospect.c
    lines = [(row.expected_on <= literal(add_months(on, months), Date), literal(grade.value))
             for grade, months in GRADE_MONTHS]  # fmt: skip
    return case((row.need == Need.NONE.value, ProspectGrade.E.value),
                (row.need == Need.POTENTIAL.value, ProspectGrade.D.value),
                (row.expected_on.is_(None), None), *lines, else_=ProspectGrade.D.value)  # fmt: skip


def urgency_of(on: date) -> ColumnElement[str | None]:
    """Return the urgency of a prospect on a day: ``domain.prospects.decide_urgency`` for all rows."""
    row = prospect.c
    lines = [(row.act_by <= literal(add_months(on, months), Date), literal(urgency.value))
             for urgency, months in URGENCY_MONTHS]  # fmt: skip
    week = literal(on + timedelta(days=URGENT_DAYS), Date)
    return case((row.act_by.is_(None), None), (row.act_by <= week, Urgency.URGENT.value), *lines,
                else_=Urgency.SLOW.value)  # fmt: skip


def _part() -> ColumnElement[str]:
    row = prospect.c
    return case((row.state == ProspectState.WON.value, WON), (row.need == Need.NONE.value, CLOSED), else_=OPEN)


def count_prospects(connection: Connection, scope: Scope, on: date, kinds: Sequence[str] = ()) -> ProspectCounts:
    """Count the prospects inside the reach, of some client kinds or (empty) all, graded as of a day."""
    row = prospect.c
    of_kinds = [row.client_kind.in_(kinds)] if kinds else []
    month = cast(extract("year", row.expected_on), Integer) * 100 + cast(extract("month", row.expected_on), Integer)
    inner = (
        select(_part().label("part"), grade_of(on).label("grade"), urgency_of(on).label("urgency"),
               month.label("month"))
        .where(prospects_in(scope, row.staff_id, row.office_id), *of_kinds).subquery()
    )  # fmt: skip
    one = inner.c
    found = ProspectCounts()
    for part, grade, urgency, expected, count in connection.execute(
        select(one.part, one.grade, one.urgency, one.month, func.count())
        .group_by(one.part, one.grade, one.urgency, one.month)
    ):  # fmt: skip
        found.parts[part] += count
        if part == OPEN:
            found.crossed[grade, urgency] = found.crossed.get((grade, urgency), 0) + count
            found.pipeline[expected, grade] = found.pipeline.get((expected, grade), 0) + count
    return found


def read_prospects(
    connection: Connection, scope: Scope, on: date, kept: ProspectFilter, *, after: tuple[date, int] | None = None,
    limit: int = PAGE_ROWS,
) -> list[ProspectRow]:  # fmt: skip
    """Return one page of the register, the most urgent first, graded as of a day.

    ``after``: (act_by or ``FAR_DAY``, prospect_id) of the last row of the page before.
    """
    row = prospect.c
    grade, urgency = grade_of(on), urgency_of(on)
    due = func.coalesce(row.act_by, literal(FAR_DAY, Date))
    became = and_(client.c.client_id == row.client_id, clients_in(scope, client.c.client_id, client.c.office_id))
    statement: Select[Any] = (
        select(row.prospect_id, row.version, row.name, row.client_kind, org_unit.c.name.label("office"),
               org_unit.c.unit_code.label("office_code"), staff.c.staff_no, staff.c.name.label("staff_name"), row.need,
               row.state, grade.label("grade"), urgency.label("urgency"), row.expected_on, row.act_by, row.note,
               client.c.client_no, row.entered_at)
        .select_from(prospect)
        .join(org_unit, org_unit.c.unit_id == row.office_id)
        .outerjoin(staff, staff.c.staff_id == row.staff_id)
        .outerjoin(client, became)
        .where(prospects_in(scope, row.staff_id, row.office_id), _part() == kept.part)
        .order_by(due, row.prospect_id).limit(min(limit, PAGE_ROWS))
    )  # fmt: skip
    for column, codes in ((grade, kept.grades), (urgency, kept.urgencies)):
        if codes:
            statement = statement.where(_one_of(column, codes))
    if kept.kinds:
        statement = statement.where(row.client_kind.in_(kept.kinds))
    if after is not None:
        statement = statement.where(or_(due > after[0], and_(due == after[0], row.prospect_id > after[1])))
    found = [ProspectRow(*line) for line in connection.execute(statement)]
    if not scope.masks_names:
        return found
    return [replace(one, name=mask_name(one.name), note=None) for one in found]


def _one_of(column: ColumnElement[str | None], codes: Sequence[str]) -> ColumnElement[bool]:
    known = column.in_([code for code in codes if code != "-"])
    return or_(known, column.is_(None)) if "-" in codes else known


def read_prospect_history(connection: Connection, scope: Scope, prospect_id: int) -> list[ProspectStep]:
    """Return the steps of one prospect inside the reach, oldest first; none for a reader of masked names."""
    if scope.masks_names:
        return []
    rows = connection.execute(
        select(prospect_event.c.sequence, prospect_event.c.body, app_user.c.display_name, prospect_event.c.at)
        .join(prospect, prospect.c.prospect_id == prospect_event.c.prospect_id)
        .outerjoin(app_user, app_user.c.user_id == prospect_event.c.by_user_id)
        .where(prospect.c.prospect_id == prospect_id,
               prospects_in(scope, prospect.c.staff_id, prospect.c.office_id))
        .order_by(prospect_event.c.sequence)
    )  # fmt: skip
    steps = []
    for sequence, body, by, at in rows:
        facts = json.loads(body)
        steps.append(ProspectStep(sequence, facts.pop("act"), by, at, facts))
    return steps
