"""How much work a person can take, and what stands in the way; who may check a logged contact (K-86)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

from domain.decision import Decision, allow, refuse
from domain.months import add_months
from domain.words import FRONTLINE, QualificationKind, Word

FULL_POST = 100
MOST_CAPACITY = 200
"""Percent of a full post."""
MOST_CEILING = 1_000
REASON_LENGTH = 200
AHEAD_MONTHS = 12
"""How far ahead a capacity may begin."""
ABSENCE_DAYS = 60
"""Days ahead in which planned absences are shown."""
EXPIRY_DAYS = 90
"""Days ahead in which the end of a qualification is shown."""
CHECK_NOTE_LENGTH = 500
HALF_FULL_BP, NEARLY_FULL_BP = 5_000, 8_000


class CapacityProblem(Word):
    """What keeps a person from taking more work, or will soon."""

    LEFT = "left", "Has left, tasks remain"
    NO_LICENCE = "no_licence", "No valid licence"
    NOT_FRONTLINE = "not_frontline", "Not frontline"
    TAKES_NOTHING = "takes_nothing", "Takes nothing"
    ABSENT = "absent", "Absent"
    FULL = "full", "No room"
    OVERDUE = "overdue", "Overdue tasks"
    CORE_FULL = "core_full", "Core clients full"
    EXPIRING = "expiring", "A licence ends soon"
    ABSENT_SOON = "absent_soon", "Absent soon"


BLOCKING = (CapacityProblem.LEFT, CapacityProblem.NO_LICENCE, CapacityProblem.NOT_FRONTLINE,
            CapacityProblem.TAKES_NOTHING, CapacityProblem.ABSENT, CapacityProblem.FULL)  # fmt: skip
"""Problems with which a person is handed nothing today."""


class CheckResult(Word):
    """What the check of a logged contact found (K-86)."""

    CONFIRMED = "confirmed", "As logged"
    DIFFERS = "differs", "Differs from the log"
    UNCLEAR = "unclear", "Cannot be told"


@dataclass(frozen=True)
class Away:
    """An absence, both days included."""

    from_on: date
    to_on: date
    reason: str | None = None


@dataclass(frozen=True)
class Load:
    """A person's work on a day.

    ``ceiling``: most open tasks; ``effort`` in minutes and ``value_fen`` as expected when the tasks were handed out;
    ``capacity``: percent of a full post; ``core_limit`` None: no limit; ``ends``: the first day without each
    qualification held (None: no end known).
    """

    category: str
    capacity: int
    ceiling: int
    open_tasks: int = 0
    overdue: int = 0
    effort: int = 0
    value_fen: int = 0
    core_clients: int = 0
    core_limit: int | None = None
    left_on: date | None = None
    away: tuple[Away, ...] = ()
    ends: Mapping[str, date | None] = field(default_factory=dict)


@dataclass(frozen=True)
class LoadSum:
    """The work of several people; ``able``: those who can take something today, ``room``: how much."""

    people: int
    able: int
    absent: int
    open_tasks: int
    ceiling: int
    room: int
    overdue: int
    effort: int
    value_fen: int
    core_clients: int
    ending: int

    @property
    def load_bp(self) -> int | None:
        """Open tasks of the ceilings, in basis points; None without any room at all."""
        return self.open_tasks * 10_000 // self.ceiling if self.ceiling else None


def load_bp(load: Load) -> int:
    """Return open tasks of the ceiling in basis points; a ceiling of 0 is full."""
    return load.open_tasks * 10_000 // load.ceiling if load.ceiling else 10_000


def find_problems(load: Load, on: date) -> tuple[CapacityProblem, ...]:
    """Return what keeps a person from more work on a day, those that block first (R-26, R-30)."""
    found = {
        CapacityProblem.LEFT: load.left_on is not None and on > load.left_on,
        CapacityProblem.NO_LICENCE: not holds(load, QualificationKind.LICENCE, on),
        CapacityProblem.NOT_FRONTLINE: load.category not in FRONTLINE,
        CapacityProblem.TAKES_NOTHING: load.capacity <= 0,
        CapacityProblem.ABSENT: any(away.from_on <= on <= away.to_on for away in load.away),
        CapacityProblem.FULL: load.open_tasks >= load.ceiling,
        CapacityProblem.OVERDUE: load.overdue > 0,
        CapacityProblem.CORE_FULL: load.core_limit is not None and load.core_clients >= load.core_limit,
        CapacityProblem.EXPIRING: any(is_ending(end, on) for end in load.ends.values()),
        CapacityProblem.ABSENT_SOON: any(on < away.from_on <= on + timedelta(days=ABSENCE_DAYS)
                                         for away in load.away),
    }  # fmt: skip
    return tuple(problem for problem, stands in found.items() if stands)


def holds(load: Load, kind: str, on: date) -> bool:
    """Tell whether a qualification holds on a day."""
    if kind not in load.ends:
        return False
    end = load.ends[kind]
    return end is None or on < end


def is_ending(end: date | None, on: date) -> bool:
    """Tell whether a qualification has ended by a day or ends within ``EXPIRY_DAYS`` after it."""
    return end is not None and end <= on + timedelta(days=EXPIRY_DAYS)


def find_room(load: Load, on: date) -> int:
    """Return how many more tasks a person can take on a day; 0 where something blocks."""
    if any(problem in BLOCKING for problem in find_problems(load, on)):
        return 0
    return load.ceiling - load.open_tasks


def sum_loads(loads: Iterable[Load], on: date) -> LoadSum:
    """Add up the work of several people; the ceilings of those who take nothing do not count."""
    every = list(loads)
    problems = [find_problems(load, on) for load in every]
    idle = {CapacityProblem.LEFT, CapacityProblem.NOT_FRONTLINE, CapacityProblem.TAKES_NOTHING}
    return LoadSum(
        people=len(every),
        able=sum(not any(one in BLOCKING for one in found) for found in problems),
        absent=sum(CapacityProblem.ABSENT in found for found in problems),
        open_tasks=sum(load.open_tasks for load in every),
        ceiling=sum(load.ceiling for load, found in zip(every, problems, strict=True) if not idle & set(found)),
        room=sum(find_room(load, on) for load in every),
        overdue=sum(load.overdue for load in every),
        effort=sum(load.effort for load in every),
        value_fen=sum(load.value_fen for load in every),
        core_clients=sum(load.core_clients for load in every),
        ending=sum(CapacityProblem.EXPIRING in found for found in problems),
    )


def decide_capacity(*, staff_no: str, capacity: int, ceiling: int | None, reason: str, valid_from: date, today: date,
                    left_on: date | None) -> Decision:  # fmt: skip
    """Decide whether a capacity can be set: in range, with a reason, from today on, for somebody in service."""
    if left_on is not None and valid_from > left_on:
        return refuse("capacity.left", staff_no=staff_no, left_on=left_on.isoformat())
    if not 0 <= capacity <= MOST_CAPACITY:
        return refuse("capacity.share", least=0, most=MOST_CAPACITY)
    if ceiling is not None and not 0 <= ceiling <= MOST_CEILING:
        return refuse("capacity.ceiling", least=0, most=MOST_CEILING)
    if not 0 < len(reason) <= REASON_LENGTH:
        return refuse("capacity.reason", most=REASON_LENGTH)
    if valid_from < today:
        return refuse("capacity.past")
    latest = add_months(today, AHEAD_MONTHS)
    if valid_from > latest:
        return refuse("capacity.far", latest=latest.isoformat())
    return allow("capacity.allowed")


def decide_check(*, is_own: bool, checked_by: str | None, result: str, note: str) -> Decision:
    """Decide whether a logged contact can be checked (K-86): once, not by who made it, a difference with its words."""
    if is_own:
        return refuse("check.own")
    if checked_by is not None:
        return refuse("check.done", name=checked_by)
    if len(note) > CHECK_NOTE_LENGTH:
        return refuse("contact.note_long", limit=CHECK_NOTE_LENGTH)
    if result == CheckResult.DIFFERS and not note:
        return refuse("check.note_missing")
    return allow("check.allowed")
