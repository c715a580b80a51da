"""Reactivation tasks: who may be handed to whom (R-26), and which step follows which (R-28).

The steps are a table; what is absent is forbidden.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from domain.decision import Decision, allow, refuse
from domain.months import add_months
from domain.policies import RuleSet
from domain.words import FRONTLINE, POOL, TaskState, Tier, Word

HAND_OUT_LIMIT = 5_000
"""Clients handed to one person, or steps taken, at once."""
UNTOUCHED = "task.untouched"
"""Reason of a task that went back because nobody worked it."""


class TaskAct(Word):
    """What can happen to a task; the kinds of its history rows."""

    ASSIGNED = "assigned", "Handed out"
    REASSIGNED = "reassigned", "Handed on"
    WITHDRAWN = "withdrawn", "Withdrawn"
    EXPIRED = "expired", "Expired"
    EXTENDED = "extended", "Extended"
    RETURNED = "returned", "Went back untouched"
    PREREGISTERED = "preregistered", "Pre-registered"
    PREREGISTRATION_LAPSED = "preregistration_lapsed", "Pre-registration lapsed"
    RECOGNISED = "recognised", "Recognised"
    NOT_RECOGNISED = "not_recognised", "Not recognised"


STEPS: Mapping[tuple[TaskState | None, TaskAct], TaskState] = {
    (None, TaskAct.ASSIGNED): TaskState.OPEN,
    (TaskState.OPEN, TaskAct.REASSIGNED): TaskState.OPEN,
    # the pre-registration was the former holder's own, so the task starts again
    (TaskState.PREREGISTERED, TaskAct.REASSIGNED): TaskState.OPEN,
    (TaskState.OPEN, TaskAct.WITHDRAWN): TaskState.WITHDRAWN,
    (TaskState.PREREGISTERED, TaskAct.WITHDRAWN): TaskState.WITHDRAWN,
    (TaskState.OPEN, TaskAct.EXPIRED): TaskState.EXPIRED,
    (TaskState.PREREGISTERED, TaskAct.EXPIRED): TaskState.EXPIRED,
    # only the due date moves
    (TaskState.OPEN, TaskAct.EXTENDED): TaskState.OPEN,
    (TaskState.PREREGISTERED, TaskAct.EXTENDED): TaskState.PREREGISTERED,
    (TaskState.OPEN, TaskAct.RETURNED): TaskState.EXPIRED,
    (TaskState.OPEN, TaskAct.PREREGISTERED): TaskState.PREREGISTERED,
    (TaskState.PREREGISTERED, TaskAct.PREREGISTRATION_LAPSED): TaskState.OPEN,
    (TaskState.PREREGISTERED, TaskAct.RECOGNISED): TaskState.RECOGNISED,
    (TaskState.OPEN, TaskAct.NOT_RECOGNISED): TaskState.NOT_RECOGNISED,
    (TaskState.PREREGISTERED, TaskAct.NOT_RECOGNISED): TaskState.NOT_RECOGNISED,
}
"""(state before, act) to state after."""


@dataclass(frozen=True)
class OpenTask:
    """The task that holds a client: its number, its holder and the business day since which."""

    task_no: str
    staff_no: str
    staff_name: str
    since: date


@dataclass(frozen=True)
class PoolClient:
    """A client as R-26 sees it on the day of the hand-out.

    ``status`` is decided on present facts, None when none is known. ``returned_on``: the day of an event that
    ended the pool status and that the figures have not seen yet. ``moved_in``: a month after the published
    one with a trade or with assets at the line of R-24 or above. ``wanted_statuses``: those that the hand-out is for.
    """

    client_no: str
    status: str | None
    branch_id: int | None
    marketing_opt_out: bool = False
    returned_on: date | None = None
    moved_in: str | None = None
    open_task: OpenTask | None = None
    wanted_statuses: tuple[str, ...] = POOL


@dataclass(frozen=True)
class TaskHolder:
    """A staff member as R-26 sees them on the day of the hand-out.

    ``licence_to`` is the first day without licence of the newest licence (None: no end known), read with
    ``has_licence`` (any licence begun by the day). ``absent_to``: the last day of an absence that covers the day.
    """

    staff_no: str
    category: str
    branch_id: int | None
    joined_on: date | None = None
    left_on: date | None = None
    has_licence: bool = False
    licence_to: date | None = None
    absent_to: date | None = None


def decide_holder(holder: TaskHolder, on: date) -> Decision:
    """Decide whether a person may be handed pool clients on a day (R-01, R-03, R-26).

    ``left_on`` is the last day in service; the first reason that stands is the one given.
    """
    number = holder.staff_no
    if holder.category not in FRONTLINE:
        return refuse("R-26.not_frontline", staff_no=number, category=holder.category)
    if holder.joined_on is not None and on < holder.joined_on:
        return refuse("R-26.not_joined", staff_no=number, joined_on=holder.joined_on.isoformat())
    if holder.left_on is not None and on > holder.left_on:
        return refuse("R-26.left", staff_no=number, left_on=holder.left_on.isoformat())
    if not holder.has_licence:
        return refuse("R-26.no_licence", staff_no=number)
    if holder.licence_to is not None and on >= holder.licence_to:
        return refuse("R-26.licence_expired", staff_no=number, licence_to=holder.licence_to.isoformat())
    if holder.absent_to is not None and on <= holder.absent_to:
        return refuse("R-26.absent", staff_no=number, absent_to=holder.absent_to.isoformat())
    return allow("task.allowed")


def decide_pool_client(client: PoolClient) -> Decision:
    """Decide whether a client may be handed out to anybody (R-26): in the pool, free, without refusal of marketing."""
    if client.open_task is not None:
        held = client.open_task
        return refuse("R-26.open_task", task_no=held.task_no, staff_no=held.staff_no, staff_name=held.staff_name,
                      since=held.since.isoformat())  # fmt: skip
    if client.status is None:
        return refuse("R-26.no_status")
    if client.returned_on is not None:
        return refuse("R-26.returned", on=client.returned_on.isoformat())
    if client.status not in client.wanted_statuses:
        code = "R-26.not_in_pool" if tuple(client.wanted_statuses) == POOL else "R-26.not_wanted"
        return refuse(code, status=client.status)
    if client.moved_in is not None:
        return refuse("R-26.moved", month=client.moved_in)
    if client.marketing_opt_out:
        return refuse("R-26.opt_out")
    return allow("task.allowed")


def decide_step(task_no: str, state: str, act: TaskAct) -> Decision:
    """Decide whether an act may follow a state (R-28); what the table does not list is forbidden."""
    if (state, act) in STEPS:
        return allow("task.allowed")
    return refuse("task.state", task_no=task_no, state=state)


def decide_withdraw(task_no: str, state: str, reason: str) -> Decision:
    """Decide a withdrawal: an open task and a reason that says something."""
    step = decide_step(task_no, state, TaskAct.WITHDRAWN)
    if step and not reason.strip():
        return refuse("task.reason_missing")
    return step


def decide_reassign(task_no: str, state: str, from_staff_no: str, to_staff_no: str) -> Decision:
    """Decide whether a task may go to another person; whom that person may be is ``distribution.decide_hand_on``."""
    step = decide_step(task_no, state, TaskAct.REASSIGNED)
    if step and from_staff_no == to_staff_no:
        return refuse("task.same_staff", task_no=task_no, staff_no=to_staff_no)
    return step


def decide_expire(task_no: str, state: str, due_on: date, on: date) -> Decision:
    """Decide whether a task has run out: the due date, itself still inside, has passed (A10)."""
    step = decide_step(task_no, state, TaskAct.EXPIRED)
    if step and on <= due_on:
        return refuse("task.not_due", task_no=task_no, due_on=due_on.isoformat())
    return step


def decide_extend(task_no: str, state: str, due_on: date, extended_count: int, on: date, rules: RuleSet) -> Decision:
    """Decide whether a due date, itself still inside, may be moved out once more (A10, published number of times)."""
    step = decide_step(task_no, state, TaskAct.EXTENDED)
    if step and on > due_on:
        return refuse("task.over", task_no=task_no, due_on=due_on.isoformat())
    if step and extended_count >= rules.task_extend_most:
        return refuse("task.extended_most", task_no=task_no, most=rules.task_extend_most)
    return step


def extended_due_on(due_on: date, rules: RuleSet) -> date:
    """Return the day until which a task runs after its due date was moved out once."""
    return add_months(due_on, rules.task_extend_months)


def return_days(tier: str | None, rules: RuleSet) -> int:
    """Return after how many days an untouched task goes back, by the client's tier before dormancy; 0: never.

    A client without a tier counts like the lowest.
    """
    days = {Tier.A: rules.task_return_days_a, Tier.B: rules.task_return_days_b}
    return days.get(Tier(tier), rules.task_return_days_c) if tier is not None else rules.task_return_days_c


def decide_return(
    task_no: str, state: str, *, tier: str | None, handed_on: date, attempted: bool, rules: RuleSet, on: date
) -> Decision:
    """Decide whether a task goes back to the pool because its holder has left it untouched.

    ``handed_on``: the day on which the present holder got it; ``attempted``: a contact was logged since. The last of
    the published days is still inside.
    """
    step = decide_step(task_no, state, TaskAct.RETURNED)
    if not step:
        return step
    if attempted:
        return refuse("task.touched", task_no=task_no)
    days = return_days(tier, rules)
    if days == 0:
        return refuse("task.never_returns", task_no=task_no)
    until = handed_on + timedelta(days=days)
    if on <= until:
        return refuse("task.return_later", task_no=task_no, until=until.isoformat())
    return step


def decide_due(due_on: date, on: date) -> Decision:
    """Decide whether a due date can be set on a day: that day or later."""
    return refuse("task.due_past", due_on=due_on.isoformat()) if due_on < on else allow("task.allowed")


def decide_list(count: int, limit: int = HAND_OUT_LIMIT) -> Decision:
    """Decide whether a hand-out has an acceptable length: 1 to ``limit`` clients."""
    if count == 0:
        return refuse("list.empty")
    if count > limit:
        return refuse("list.too_long", count=count, limit=limit)
    return allow("task.allowed")


def decide_contact(*, on: date, today: date, next_step_on: date | None, note: str, limit: int = 2_000) -> Decision:
    """Decide whether a contact can be logged: not in the future, next step not before it, note of bounded length."""
    if on > today:
        return refuse("contact.future")
    if next_step_on is not None and next_step_on < on:
        return refuse("contact.next_step_past", next_step_on=next_step_on.isoformat())
    if len(note) > limit:
        return refuse("contact.note_long", limit=limit)
    return allow("task.allowed")


def default_due_on(on: date, rules: RuleSet) -> date:
    """Return the day until which a task handed out on ``on`` runs when no other is given (A10)."""
    return add_months(on, rules.task_life_months)
