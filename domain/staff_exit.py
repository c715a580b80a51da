"""Staff who leave: when an exit can be closed, who takes over, and when a relationship ends (R-26, R-39)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from domain.decision import Decision, allow, refuse
from domain.months import month_add, month_end, month_of
from domain.words import Word

REASON_LENGTH = 500


class ExitItem(Word):
    """What can name somebody who leaves; afterwards none of it may."""

    RELATIONSHIP = "relationship", "Relationship held"
    PENDING = "pending", "Held, under approval"
    TASK = "task", "Reactivation task"
    PREREGISTRATION = "preregistration", "Pre-registration"
    PROSPECT = "prospect", "Prospect"
    STEP = "step", "Approval to decide"
    POST = "post", "Named post"
    DELEGATION = "delegation", "Delegation"
    VIEW = "view", "Shared view"
    ACCOUNT = "account", "User account"


class HeldItemFate(Word):
    """What the exit does with an item."""

    ENDED = "ended", "Ended"
    CONTINUED = "continued", "Goes on with the other holders"
    HANDED_ON = "handed_on", "Handed on"
    RETURNED = "returned", "Back to the pool"
    PROPOSED = "proposed", "Successor under approval"


@dataclass(frozen=True)
class Colleague:
    """Somebody who might take over a task: the offices whose clients they can take, and their open tasks now."""

    staff_no: str
    offices: frozenset[int]
    open_tasks: int


def decide_exit(*, staff_no: str, exit_on: date, today: date, joined_on: date | None, closed_on: date | None,
                is_self: bool, reason: str) -> Decision:  # fmt: skip
    """Decide whether an exit can be closed: from the day after ``exit_on``, the last day in service.

    On that last day the person may still be given work, so nothing would be final. Nobody closes the own exit; an
    exit is closed once.
    """
    if is_self:
        return refuse("exit.own")
    if closed_on is not None:
        return refuse("exit.closed", staff_no=staff_no, exit_on=closed_on.isoformat())
    if exit_on >= today:
        return refuse("exit.future", exit_on=exit_on.isoformat())
    if joined_on is not None and exit_on < joined_on:
        return refuse("exit.before_joining", joined_on=joined_on.isoformat())
    if not reason.strip():
        return refuse("R-05.reason_missing")
    if len(reason) > REASON_LENGTH:
        return refuse("R-05.reason_long", limit=REASON_LENGTH)
    return allow("exit.allowed")


def first_day_without(exit_on: date, valid_from: date) -> date:
    """Return the first day on which a leaver's relationship no longer holds: the day after the last in service.

    One that begins later than that never holds.
    """
    return max(exit_on + timedelta(days=1), valid_from)


def last_whole_month(exit_on: date) -> int:
    """Return the last month (YYYYMM) that ended within the service.

    A month's results belong to who holds the client on its last day: those of a month that is left halfway do not.
    """
    return month_of(exit_on) if exit_on == month_end(month_of(exit_on)) else month_add(month_of(exit_on), -1)


def propose_successors(tasks: Sequence[tuple[str, int]], people: Sequence[Colleague]) -> Mapping[str, str | None]:
    """Propose who takes each task, spread over those with the fewest open tasks; None: nobody in the office can.

    ``tasks``: (task number, client's office), taken in this order; ties go to the lower staff number.
    """
    load = {person.staff_no: person.open_tasks for person in people}
    proposed: dict[str, str | None] = {}
    for task_no, office in tasks:
        able = [person.staff_no for person in people if office in person.offices]
        chosen = min(able, key=lambda number: (load[number], number), default=None)
        proposed[task_no] = chosen
        if chosen is not None:
            load[chosen] += 1
    return proposed
