"""Funnel and cohorts of handed-out tasks (K-58, K-59), from plain rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from statistics import median
from typing import NamedTuple

from domain.months import month_add, month_of, months_between
from domain.words import TaskState, Word

ACTIVE_DAYS = (30, 60, 90)


class FunnelStep(Word):
    """The steps of the funnel in their order."""

    HANDED_OUT = "handed_out", "Handed out"
    ATTEMPTED = "attempted", "Attempted"
    CONNECTED = "connected", "Connected"
    RESPONDED = "responded", "Responded"
    RECOGNISED = "recognised", "Recognised"
    ACTIVE_30 = "active_30", "Still active after 30 days"
    ACTIVE_60 = "active_60", "Still active after 60 days"
    ACTIVE_90 = "active_90", "Still active after 90 days"


class FunnelRow(NamedTuple):
    """A task as far as it came.

    Days of the first contact tried, made and answered, and of the recognition. ``active``: still active 30, 60 and 90
    days after the recognition, None where the day has not come or the data is missing. ``returned_30_fen`` and
    ``returned_90_fen``: inflow in that time after the recognition, None alike.
    """

    task_no: str
    handed_on: date
    pool_status: str
    state: str
    attempted_on: date | None = None
    connected_on: date | None = None
    responded_on: date | None = None
    preregistered_on: date | None = None
    recognised_on: date | None = None
    active: tuple[bool | None, bool | None, bool | None] = (None, None, None)
    returned_30_fen: int | None = None
    returned_90_fen: int | None = None


_STEPS = tuple(FunnelStep)
_FIRST = 5
"""Steps up to the recognition."""


@dataclass(frozen=True)
class StepCount:
    """How many reached a step, out of how many who could have."""

    step: FunnelStep
    count: int
    of: int

    @property
    def ratio(self) -> float | None:
        """The part that reached it; None where nobody could."""
        return self.count / self.of if self.of else None


@dataclass(frozen=True)
class Funnel:
    """The steps and what stands beside them.

    ``median_days``: from hand-out to recognition; ``returned_30_of`` and ``returned_90_of``: clients of whom the
    returned assets are known; ``expired_unregistered``: tasks that ran out without a pre-registration.
    """

    steps: tuple[StepCount, ...]
    median_days: float | None
    returned_30_fen: int
    returned_30_of: int
    returned_90_fen: int
    returned_90_of: int
    expired_unregistered: int


def funnel_of(rows: Iterable[FunnelRow]) -> Funnel:
    """Count the funnel.

    Who reached a step has passed those before it, so no step is larger than the one before. The first five are out of
    all tasks; those after the recognition are out of the recognised of whom the day has come and the data is known.
    """
    tasks = list(rows)
    ended = Counter(map(_furthest, tasks))
    steps = [StepCount(step, sum(ended[later] for later in range(place, _FIRST)), len(tasks))
             for place, step in enumerate(_STEPS[:_FIRST])]  # fmt: skip
    done = [task for task in tasks if task.recognised_on is not None]
    for place, step in enumerate(_STEPS[_FIRST:]):
        known = [task.active[place] for task in done if task.active[place] is not None]
        steps.append(StepCount(step, sum(bool(one) for one in known), len(known)))
    days = [(task.recognised_on - task.handed_on).days for task in done if task.recognised_on is not None]
    early = [task.returned_30_fen for task in done if task.returned_30_fen is not None]
    late = [task.returned_90_fen for task in done if task.returned_90_fen is not None]
    unregistered = sum(task.state == TaskState.EXPIRED and task.preregistered_on is None for task in tasks)
    return Funnel(tuple(steps), float(median(days)) if days else None, sum(early), len(early), sum(late), len(late),
                  unregistered)  # fmt: skip


def _furthest(task: FunnelRow) -> int:
    if task.recognised_on is not None:
        return 4
    if task.responded_on is not None:
        return 3
    if task.connected_on is not None:
        return 2
    return 0 if task.attempted_on is None else 1


@dataclass(frozen=True)
class Cohort:
    """Tasks handed out in one month (YYYYMM).

    ``recognised``: how many of them were recognised by the end of the same month, the next, and so on; None for months
    that are not published.
    """

    month: int
    handed_out: int
    recognised: tuple[int | None, ...]

    @property
    def ratios(self) -> tuple[float | None, ...]:
        """The recognised over the handed out."""
        return tuple(None if count is None else count / self.handed_out for count in self.recognised)


def cohorts_of(rows: Iterable[FunnelRow], *, last_month: int, months: int = 6) -> list[Cohort]:
    """Follow every month's tasks over ``months`` months, its own included, up to ``last_month`` (the newest published).

    Months without a task are left out.
    """
    by_month: dict[int, list[FunnelRow]] = {}
    for row in rows:
        by_month.setdefault(month_of(row.handed_on), []).append(row)
    cohorts = []
    for month, tasks in sorted(by_month.items()):
        after = [
            months_between(month, month_of(task.recognised_on)) for task in tasks if task.recognised_on is not None
        ]
        counts = tuple(sum(one <= step for one in after) if month_add(month, step) <= last_month else None
                       for step in range(months))  # fmt: skip
        cohorts.append(Cohort(month, len(tasks), counts))
    return cohorts
