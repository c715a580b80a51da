"""Tasks, their history, and the people to whom they can be handed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any, NamedTuple

from sqlalchemy import Connection, Select, case, func, select

from data_access.actor import ActingUser
from data_access.clock import business_date
from data_access.desk.desk import limits_of_day
from data_access.desk.people import read_desk_people
from data_access.reads.rules import read_rules
from data_access.reads.task_filters import (
    IS_OVERDUE,
    NEWEST_CONTACT,
    ORDER,
    Position,
    TaskFilter,
    comes_after,
    position_of,
    visible,
)
from data_access.scope import Scope
from data_access.tables import app_user, campaign, client, contact_log, org_unit, reactivation_task, staff, task_event
from domain.decision import Reason
from domain.distribution import Predecessor, decide_person
from domain.identity import mask_name

PAGE_ROWS = 500
"""Rows of one page at most."""


class TaskRow(NamedTuple):
    """One task as a list shows it.

    ``last_contact_at``, ``last_result`` and ``next_step_on`` are of the newest contact within the task; ``value_fen``
    is the value expected when it was handed out, None when it was handed out one by one. ``note`` is free text about
    a person: None for readers of masked names.
    """

    task_id: int
    task_no: str
    version: int
    client_no: str
    client_name: str
    office_id: int
    office_name: str
    staff_no: str
    staff_name: str
    state: str
    pool_status: str
    priority: str
    due_on: date
    is_overdue: bool
    note: str | None
    assigned_at: datetime
    assigned_by: str | None
    closed_on: date | None
    last_contact_at: datetime | None
    last_result: str | None
    next_step_on: date | None
    campaign_no: str | None
    campaign_name: str | None
    value_fen: int | None
    grade: str | None
    extended_count: int

    @property
    def value_yuan(self) -> Decimal | None:
        """The expected value in yuan."""
        return None if self.value_fen is None else Decimal(self.value_fen).scaleb(-2)

    @property
    def position(self) -> Position:
        """Where the task stands in the order of work."""
        return position_of(self.due_on, self.value_fen, self.grade, self.task_id)


@dataclass(frozen=True)
class TaskStep:
    """One row of a task's history."""

    sequence: int
    kind: str
    from_state: str | None
    to_state: str
    staff_no: str | None
    staff_name: str | None
    reason: str | None
    by: str | None
    at: datetime


@dataclass(frozen=True)
class AssignableStaff:
    """A person to whom a task might go; ``problem`` says why not, None when it can."""

    staff_no: str
    name: str
    category: str
    unit_name: str
    open_tasks: int
    problem: Reason | None


_TASK = reactivation_task.c
_IDS = select(_TASK.task_id)
_COUNTS = select(_TASK.state, func.count(), func.sum(case((IS_OVERDUE, 1), else_=0))).select_from(reactivation_task)
_ROWS: Select[Any] = (
    # in the order of the fields of a task's row
    select(
        _TASK.task_id,
        _TASK.task_no,
        _TASK.version,
        client.c.client_no,
        client.c.name.label("client_name"),
        client.c.office_id,
        org_unit.c.name.label("office_name"),
        staff.c.staff_no,
        staff.c.name.label("staff_name"),
        _TASK.state,
        _TASK.pool_status,
        _TASK.priority,
        _TASK.due_on,
        IS_OVERDUE.label("is_overdue"),
        _TASK.note,
        _TASK.assigned_at,
        app_user.c.display_name.label("assigned_by"),
        _TASK.closed_on,
        contact_log.c.at.label("last_contact_at"),
        contact_log.c.result.label("last_result"),
        contact_log.c.next_step_on,
        campaign.c.campaign_no,
        campaign.c.name.label("campaign_name"),
        _TASK.value_fen,
        _TASK.grade,
        _TASK.extended_count,
    )
    .select_from(reactivation_task)
    .join(client, client.c.client_id == _TASK.client_id)
    .join(staff, staff.c.staff_id == _TASK.staff_id)
    .join(org_unit, org_unit.c.unit_id == client.c.office_id)
    .outerjoin(app_user, app_user.c.user_id == _TASK.assigned_by)
    .outerjoin(campaign, campaign.c.campaign_id == _TASK.campaign_id)
    .outerjoin(contact_log, contact_log.c.contact_id == NEWEST_CONTACT)
    .order_by(*ORDER)
)


def read_tasks(
    connection: Connection,
    scope: Scope,
    user: ActingUser,
    *,
    whose: str = "team",
    states: Sequence[str] = (),
    overdue: bool = False,
    office: int | None = None,
    campaign_no: str | None = None,
    staff_no: str | None = None,
    after: Position | None = None,
    kinds: Sequence[str] = (),
    limit: int = PAGE_ROWS,
) -> list[TaskRow]:
    """Return one page of tasks inside the reach in the order of work, at most 500 and one that tells of more.

    What is kept says ``TaskFilter``. ``after``: the position of the last row of the page before.
    """
    kept = TaskFilter(whose, states, overdue, office, kinds, campaign_no, staff_no)
    chosen = kept.chosen(_IDS, scope, user)
    if after is not None:
        chosen = chosen.where(comes_after(after))
    # the page is chosen first: what stands beside a task is looked up for its rows alone
    page = chosen.order_by(*ORDER).limit(min(limit, PAGE_ROWS + 1)).correlate(None)
    found = [TaskRow._make(row) for row in connection.execute(_ROWS.where(_TASK.task_id.in_(page)))]
    if not scope.masks_names:
        return found
    return [one._replace(client_name=mask_name(one.client_name), note=None) for one in found]


def count_open_and_late(connection: Connection, scope: Scope, user: ActingUser, *, whose: str = "team",
                        states: Sequence[str] = (),
                        kinds: Sequence[str] = ()) -> tuple[dict[str, int], int]:  # fmt: skip
    """Return the number of tasks per state (``states`` empty: of all), and how many of the open ones are overdue."""
    counted = TaskFilter(whose, states, kinds=kinds).chosen(_COUNTS, scope, user)
    rows = connection.execute(counted.group_by(_TASK.state)).all()
    return {state: int(load) for state, load, _late in rows}, sum(int(late) for _state, _load, late in rows)


def read_task_history(connection: Connection, scope: Scope, task_no: str) -> list[TaskStep]:
    """Return a task's history in order, without reasons for a masked reach; empty outside the reach."""
    rows = connection.execute(
        select(task_event, staff.c.staff_no, staff.c.name.label("staff_name"), app_user.c.display_name)
        .join(reactivation_task, reactivation_task.c.task_id == task_event.c.task_id)
        .join(client, client.c.client_id == reactivation_task.c.client_id)
        .outerjoin(staff, staff.c.staff_id == task_event.c.staff_id)
        .outerjoin(app_user, app_user.c.user_id == task_event.c.by_user_id)
        .where(reactivation_task.c.task_no == task_no, visible(scope))
        .order_by(task_event.c.sequence)
    )
    return [
        TaskStep(
            row.sequence,
            row.kind,
            row.from_state,
            row.to_state,
            row.staff_no,
            row.staff_name,
            None if scope.masks_names else row.reason,
            row.display_name,
            row.at,
        )
        for row in rows
    ]


def read_assignable_staff(connection: Connection, scope: Scope, office_id: int) -> list[AssignableStaff]:
    """Return who may be thought of for an office's clients, teams and allowed neighbours included.

    Every limit of a person is asked, the ceiling among them; those without a problem and with few tasks come first. An
    office outside the reach gives an empty list.
    """
    today = business_date()
    limits = limits_of_day(connection, read_rules(connection, today), today, Predecessor.FREE)
    people = read_desk_people(connection, scope, [office_id], on=limits.duty_on or today)
    units = dict(
        connection.execute(
            select(staff.c.staff_id, org_unit.c.name)
            .join(org_unit, org_unit.c.unit_id == staff.c.unit_id)
            .where(staff.c.staff_id.in_([one.staff_id for one in people]))
        ).all()
    )
    listed = []
    for one in people:
        decision = decide_person(one.person, today, limits)
        listed.append(
            AssignableStaff(
                one.staff_no,
                one.name,
                one.person.holder.category,
                units[one.staff_id],
                one.person.open_tasks,
                None if decision else decision.reason,
            )
        )
    return sorted(listed, key=lambda person: (person.problem is not None, person.open_tasks, person.staff_no))
