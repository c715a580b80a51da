"""Which tasks a list keeps, and by what they are ordered; the choices its filters offer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Date, Select, and_, bindparam, case, func, or_, select

from data_access.actor import ActingUser
from data_access.clock import business_date
from data_access.scope import Scope, clients_in
from data_access.tables import campaign, client, contact_log, reactivation_task, staff
from domain.prospects import ProspectGrade
from domain.words import OPEN_TASK_STATES

OPEN_STATES = [state.value for state in OPEN_TASK_STATES]
_TASK = reactivation_task.c
_UNGRADED = 5
"""A client without a grade stands between grade D and grade E."""
_GRADES = {grade.value: place + (place > 4) for place, grade in enumerate(ProspectGrade, start=1)}
value_key = func.coalesce(_TASK.value_fen, -1)
grade_key = case(_GRADES, value=_TASK.grade, else_=_UNGRADED)
ORDER = (_TASK.due_on, value_key.desc(), grade_key, _TASK.task_id)
"""The order of work: by due date, then the highest expected value, then the best prospect grade."""
Position = tuple[date, int, int, int]
"""Where a task stands in the order of work."""


@dataclass(frozen=True)
class TaskFilter:
    """What a list of tasks keeps.

    ``whose``: ``mine`` (held by the user) or ``team`` (all inside the reach). ``states`` empty: all. ``overdue``:
    open with a due date before today. ``office``: unit id of the client's office. ``kinds``: of the clients (empty:
    all). ``campaign_no``, ``staff_no``: of one campaign, with one person.
    """

    whose: str = "team"
    states: Sequence[str] = ()
    overdue: bool = False
    office: int | None = None
    kinds: Sequence[str] = ()
    campaign_no: str | None = None
    staff_no: str | None = None

    def holds_them(self, scope: Scope, user: ActingUser) -> bool:
        """Tell whether the tasks asked for are the user's own, all of them visible to their holder."""
        return self.whose == "mine" and user.staff_id in scope.staff_ids

    def chosen(self, statement: Select[Any], scope: Scope, user: ActingUser) -> Select[Any]:
        """Return a statement over ``reactivation_task`` cut down to these tasks, with ``client`` where it is asked."""
        if self._needs_client(scope, user):
            statement = statement.join(client, self._its_client(scope))
        return statement.where(*self._conditions(scope, user))

    def _needs_client(self, scope: Scope, user: ActingUser) -> bool:
        is_free = scope.everything or self.holds_them(scope, user)
        return not is_free or self.office is not None or bool(self.kinds)

    def _its_client(self, scope: Scope) -> ColumnElement[bool]:
        """Return how a task meets its client, by way of the smaller side.

        A place has its clients in an index, and its tasks are few beside the firm's. Compared as an expression, so
        that a planner does not go through every task of the firm and look its client up.
        """
        of_places = bool(scope.office_ids or self.office is not None) and not scope.staff_ids
        if of_places and self.whose == "team" and not (self.campaign_no or self.staff_no):
            return client.c.client_id + 0 == _TASK.client_id
        return client.c.client_id == _TASK.client_id

    def _conditions(self, scope: Scope, user: ActingUser) -> list[ColumnElement[bool]]:
        kept = [] if self.holds_them(scope, user) else [visible(scope)]
        if self.whose == "mine":
            kept.append(_TASK.staff_id == (user.staff_id if user.staff_id is not None else -1))
        if self.states:
            kept.append(_TASK.state.in_(list(self.states)))
        if self.overdue:
            kept.append(IS_OVERDUE)
        if self.office is not None:
            kept.append(client.c.office_id == self.office)
        if self.kinds:
            kept.append(client.c.kind.in_(self.kinds))
        if self.campaign_no:
            wanted = select(campaign.c.campaign_id).where(campaign.c.campaign_no == self.campaign_no)
            kept.append(_TASK.campaign_id == wanted.scalar_subquery())
        if self.staff_no:
            person = select(staff.c.staff_id).where(staff.c.staff_no == self.staff_no)
            kept.append(_TASK.staff_id == person.scalar_subquery())
        return kept


def visible(scope: Scope) -> ColumnElement[bool]:
    """A task is seen with its client, and by the person who holds it, also after it is closed."""
    seen = clients_in(scope, client.c.client_id, client.c.office_id)
    return or_(seen, _TASK.staff_id.in_(sorted(scope.staff_ids))) if scope.staff_ids else seen


# the day is asked for when a statement is run: statements that name it can be kept
_DAY: ColumnElement[date] = bindparam("day", callable_=business_date, type_=Date, unique=True)
IS_OVERDUE = and_(_TASK.state.in_(OPEN_STATES), _TASK.due_on < _DAY)
"""An open task whose due date has passed."""
_NEWEST = contact_log.alias("newest").c
NEWEST_CONTACT: ColumnElement[int] = (
    select(_NEWEST.contact_id).where(_NEWEST.task_id == _TASK.task_id)
    .order_by(_NEWEST.at.desc(), _NEWEST.contact_id.desc())
    .limit(1).correlate(reactivation_task).scalar_subquery()
)  # fmt: skip
"""The id of the newest contact within a task, for a join."""


def comes_after(position: Position) -> ColumnElement[bool]:
    """Return the condition that keeps the tasks behind a position in the order of work."""
    due_on, value_fen, grade, task_id = position
    same_due, same_value, same_grade = _TASK.due_on == due_on, value_key == value_fen, grade_key == grade
    return or_(
        _TASK.due_on > due_on,
        and_(same_due, value_key < value_fen),
        and_(same_due, same_value, grade_key > grade),
        and_(same_due, same_value, same_grade, _TASK.task_id > task_id),
    )


def position_of(due_on: date, value_fen: int | None, grade: str | None, task_id: int) -> Position:
    """Return where a task stands in the order of work."""
    return due_on, -1 if value_fen is None else value_fen, _GRADES.get(grade or "", _UNGRADED), task_id


@dataclass(frozen=True)
class TaskChoices:
    """What the filters of a team's list offer: (code, name, open tasks) of campaigns and of people, by name."""

    campaigns: list[tuple[str, str, int]]
    people: list[tuple[str, str, int]]


def read_task_choices(connection: Connection, scope: Scope, user: ActingUser, *, whose: str = "team",
                      states: Sequence[str] = (), kinds: Sequence[str] = ()) -> TaskChoices:  # fmt: skip
    """Return the campaigns and people that have tasks of some states (empty: all) inside the reach."""
    kept = TaskFilter(whose, states, kinds=kinds)
    statement = select(_TASK.campaign_id, _TASK.staff_id,
                       func.sum(case((_TASK.state.in_(OPEN_STATES), 1), else_=0)).label("load"))  # fmt: skip
    rows = connection.execute(kept.chosen(statement, scope, user).group_by(_TASK.campaign_id, _TASK.staff_id)).all()
    campaigns: dict[int, int] = {}
    people: dict[int, int] = {}
    for row in rows:
        people[row.staff_id] = people.get(row.staff_id, 0) + int(row.load)
        if row.campaign_id is not None:
            campaigns[row.campaign_id] = campaigns.get(row.campaign_id, 0) + int(row.load)
    named = connection.execute(
        select(campaign.c.campaign_id, campaign.c.campaign_no, campaign.c.name)
        .where(campaign.c.campaign_id.in_(campaigns)).order_by(campaign.c.campaign_no.desc())
    ) if campaigns else ()  # fmt: skip
    known = connection.execute(
        select(staff.c.staff_id, staff.c.staff_no, staff.c.name)
        .where(staff.c.staff_id.in_(people)).order_by(staff.c.name, staff.c.staff_no)
    )  # fmt: skip
    return TaskChoices([(row.campaign_no, row.name, campaigns[row.campaign_id]) for row in named],
                       [(row.staff_no, row.name, people[row.staff_id]) for row in known])  # fmt: skip
