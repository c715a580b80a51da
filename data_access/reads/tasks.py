"""Tasks, their history, and the people to whom they can be handed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, func, or_, select

from data_access.actor import ActingUser
from data_access.clock import business_date
from data_access.reads.holders import read_branches, read_holders
from data_access.scope import Scope, clients_in
from data_access.tables import app_user, client, contact_log, org_unit, reactivation_task, staff, task_event
from domain.decision import Reason
from domain.identity import mask_name
from domain.tasks import decide_holder
from domain.words import FRONTLINE, OPEN_TASK_STATES

_OPEN = [state.value for state in OPEN_TASK_STATES]
PAGE_ROWS = 500
"""Rows of one page at most."""


@dataclass(frozen=True)
class TaskRow:
    """One task as a list shows it; ``last_contact_at`` is the newest contact within the task.

    ``note`` is free text about a person: None for readers of masked names.
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


def read_tasks(
    connection: Connection,
    scope: Scope,
    user: ActingUser,
    *,
    whose: str = "team",
    states: Sequence[str] = (),
    overdue: bool = False,
    office: int | None = None,
    after: tuple[date, int] | None = None,
    kinds: Sequence[str] = (),
    limit: int = PAGE_ROWS,
) -> list[TaskRow]:
    """Return one page of tasks inside the reach, by due date, at most 500.

    ``whose``: ``mine`` (held by the user) or ``team`` (all inside the reach). ``states`` empty: all. ``overdue``:
    open with a due date before today. ``office``: unit id of the client's office. ``after``: (due_on, task_id) of
    the last row of the page before. ``kinds``: of the clients (empty: all).
    """
    task = reactivation_task.c
    last_contact = (
        select(func.max(contact_log.c.at))
        .where(contact_log.c.task_id == reactivation_task.c.task_id)
        .correlate(reactivation_task)
        .scalar_subquery()
    )
    statement: Select[Any] = (
        # in the order of the fields of a task's row
        select(
            task.task_id,
            task.task_no,
            task.version,
            client.c.client_no,
            client.c.name.label("client_name"),
            client.c.office_id,
            org_unit.c.name.label("office_name"),
            staff.c.staff_no,
            staff.c.name.label("staff_name"),
            task.state,
            task.pool_status,
            task.priority,
            task.due_on,
            _is_overdue().label("is_overdue"),
            task.note,
            task.assigned_at,
            app_user.c.display_name.label("assigned_by"),
            task.closed_on,
            last_contact.label("last_contact_at"),
        )
        .select_from(reactivation_task)
        .join(client, client.c.client_id == reactivation_task.c.client_id)
        .join(staff, staff.c.staff_id == reactivation_task.c.staff_id)
        .join(org_unit, org_unit.c.unit_id == client.c.office_id)
        .outerjoin(app_user, app_user.c.user_id == reactivation_task.c.assigned_by)
        .where(*_conditions(scope, user, whose, states, overdue=overdue, office=office, kinds=kinds))
    )
    if after is not None:
        statement = statement.where(
            or_(
                reactivation_task.c.due_on > after[0],
                and_(reactivation_task.c.due_on == after[0], reactivation_task.c.task_id > after[1]),
            )
        )
    ordered = statement.order_by(task.due_on, task.task_id).limit(min(limit, PAGE_ROWS))
    found = [TaskRow(*row) for row in connection.execute(ordered).all()]
    if not scope.masks_names:
        return found
    return [replace(one, client_name=mask_name(one.client_name), note=None) for one in found]


def count_tasks(
    connection: Connection,
    scope: Scope,
    user: ActingUser,
    *,
    whose: str = "team",
    overdue: bool = False,
    office: int | None = None,
    kinds: Sequence[str] = (),
) -> dict[str, int]:
    """Return the number of tasks inside the reach per state; states without a task are left out."""
    counted = select(reactivation_task.c.state, func.count()).select_from(reactivation_task)
    if not (scope.everything or _holds_them(scope, user, whose)) or office is not None or kinds:
        counted = counted.join(client, client.c.client_id == reactivation_task.c.client_id)
    rows = connection.execute(
        counted.where(*_conditions(scope, user, whose, (), overdue=overdue, office=office, kinds=kinds))
        .group_by(reactivation_task.c.state)
    )  # fmt: skip
    return {state: int(load) for state, load in rows}


def read_task_history(connection: Connection, scope: Scope, task_no: str) -> list[TaskStep]:
    """Return a task's history in order, without reasons for a masked reach; empty outside the reach."""
    rows = connection.execute(
        select(task_event, staff.c.staff_no, staff.c.name.label("staff_name"), app_user.c.display_name)
        .join(reactivation_task, reactivation_task.c.task_id == task_event.c.task_id)
        .join(client, client.c.client_id == reactivation_task.c.client_id)
        .outerjoin(staff, staff.c.staff_id == task_event.c.staff_id)
        .outerjoin(app_user, app_user.c.user_id == task_event.c.by_user_id)
        .where(reactivation_task.c.task_no == task_no, _visible(scope))
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
    """Return the frontline staff of an office and its teams, those without a problem and with few tasks first.

    An office outside the reach gives an empty list.
    """
    place = connection.execute(select(org_unit.c.path).where(org_unit.c.unit_id == office_id)).scalar()
    if place is None or not (scope.everything or office_id in scope.office_ids):
        return []
    units = {
        row.unit_id: row.name
        for row in connection.execute(
            select(org_unit.c.unit_id, org_unit.c.name).where(org_unit.c.path.startswith(place, autoescape=True))
        )
    }
    wanted = and_(staff.c.unit_id.in_(list(units)), staff.c.category.in_([word.value for word in FRONTLINE]))
    today = business_date()
    people = read_holders(connection, wanted, today, read_branches(connection))
    counts = {
        row.staff_id: row.load
        for row in connection.execute(
            select(reactivation_task.c.staff_id, func.count().label("load"))
            .where(
                reactivation_task.c.staff_id.in_([row["staff_id"] for row, _ in people]),
                reactivation_task.c.state.in_(_OPEN),
            )
            .group_by(reactivation_task.c.staff_id)
        )
    }
    listed = []
    for row, holder in people:
        decision = decide_holder(holder, today)
        if decision.reason.code != "R-26.left":
            listed.append(
                AssignableStaff(
                    row["staff_no"],
                    row["name"],
                    row["category"],
                    units[row["unit_id"]],
                    counts.get(row["staff_id"], 0),
                    None if decision else decision.reason,
                )
            )
    return sorted(listed, key=lambda person: (person.problem is not None, person.open_tasks, person.staff_no))


def _visible(scope: Scope) -> ColumnElement[bool]:
    """A task is seen with its client, and by the person who holds it, also after it is closed."""
    seen = clients_in(scope, client.c.client_id, client.c.office_id)
    return or_(seen, reactivation_task.c.staff_id.in_(sorted(scope.staff_ids))) if scope.staff_ids else seen


def _holds_them(scope: Scope, user: ActingUser, whose: str) -> bool:
    """Tell whether the tasks asked for are the user's own, all of them visible to their holder."""
    return whose == "mine" and user.staff_id in scope.staff_ids


def _is_overdue() -> ColumnElement[bool]:
    return and_(reactivation_task.c.state.in_(_OPEN), reactivation_task.c.due_on < business_date())


def _conditions(
    scope: Scope,
    user: ActingUser,
    whose: str,
    states: Sequence[str],
    *,
    overdue: bool,
    office: int | None,
    kinds: Sequence[str],
) -> list[ColumnElement[bool]]:
    conditions = [] if _holds_them(scope, user, whose) else [_visible(scope)]
    if whose == "mine":
        conditions.append(reactivation_task.c.staff_id == (user.staff_id if user.staff_id is not None else -1))
    if states:
        conditions.append(reactivation_task.c.state.in_(list(states)))
    if overdue:
        conditions.append(_is_overdue())
    if office is not None:
        conditions.append(client.c.office_id == office)
    if kinds:
        conditions.append(client.c.kind.in_(kinds))
    return conditions
