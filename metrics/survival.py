"""How long clients stay: Kaplan-Meier curves by group, and the share kept of every cohort.

Both work on grouped counts, not on clients: ``(group, months, lost or censored, count)`` and the months of cohorts.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from data_access.reads.survival import CohortMonth, Lives, quarter_of
from domain.months import month_add

_Z = 1.959963984540054  # the normal quantile of a band that holds the truth 95 times of a hundred
Counts = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]


@dataclass(frozen=True)
class SurvivalCurve:
    """The share still there after each number of months, with the ends of its confidence band.

    ``at_risk``: who was still watched just before that month's losses. ``median``: months after which half are gone,
    None where fewer were lost in the time watched.
    """

    months: tuple[int, ...]
    share: tuple[float, ...]
    lower: tuple[float, ...]
    upper: tuple[float, ...]
    at_risk: tuple[int, ...]
    median: float | None
    clients: int
    lost: int


def fit_survival(lives: Iterable[Lives]) -> SurvivalCurve | None:
    """Return the Kaplan-Meier curve of one group with the 95 % band (Greenwood, log-log); None without any life."""
    rows = [life for life in lives if life.count > 0]
    if not rows:
        return None
    after, place = np.unique([life.months for life in rows], return_inverse=True)
    lost_then, gone_then = np.zeros(len(after), dtype=np.int64), np.zeros(len(after), dtype=np.int64)
    for life, at in zip(rows, place.tolist(), strict=True):
        gone_then[at] += life.count
        lost_then[at] += life.count * life.lost
    watched = gone_then.sum() - np.cumsum(gone_then) + gone_then
    kept = np.cumprod((watched - lost_then) / watched)
    if (lost_then == gone_then).all():  # nobody is censored: what is left of the whole, without a product's rounding
        kept = 1 - np.cumsum(lost_then) / gone_then.sum()
    times = [0, *after.tolist()]
    share = (1.0, *kept.tolist())
    lower, upper = ((1.0, *map(_known, ends.tolist(), share[1:])) for ends in _band(kept, lost_then, watched))
    median = next((float(time) for time, one in zip(times, share, strict=True) if one <= 0.5), None)
    at_risk = tuple(sum(row.count for row in rows if row.months >= time) for time in times)
    clients, lost = sum(row.count for row in rows), sum(row.count for row in rows if row.lost)
    return SurvivalCurve(tuple(times), share, lower, upper, at_risk, median, clients, lost)


def _band(kept: Floats, lost: Counts, watched: Counts) -> tuple[Floats, Floats]:
    """Return both ends of the band; not a number where nobody is lost yet, or all are."""
    with np.errstate(divide="ignore", invalid="ignore"):
        variance = 1 / np.log(kept) ** 2 * np.cumsum(lost / (watched * (watched - lost)))
        middle, reach = np.log(-np.log(kept)), _Z * np.sqrt(variance)
        return np.exp(-np.exp(middle + reach)), np.exp(-np.exp(middle - reach))


def _known(value: float, instead: float) -> float:
    """Return the end of the band; where nobody is lost yet, or all are, the band is the curve itself."""
    return instead if math.isnan(value) else value


def survival_by_group(lives: Iterable[Lives]) -> dict[str, SurvivalCurve]:
    """Return one curve per group, in the order in which the groups appear."""
    groups: dict[str, list[Lives]] = {}
    for life in lives:
        groups.setdefault(life.group, []).append(life)
    curves = {group: fit_survival(some) for group, some in groups.items()}
    return {group: curve for group, curve in curves.items() if curve is not None}


@dataclass(frozen=True)
class Cohort:
    """Clients opened in one quarter (``YYYYMM`` of its last month) and the share kept at each quarter's end since.

    The first share is that of the opening quarter's own end; quarters that have not ended are left out.
    """

    quarter: int
    opened: int
    kept: tuple[float, ...]


def cohorts(lines: Sequence[CohortMonth], last: int) -> list[Cohort]:
    """Return the retention of every cohort up to the last quarter that has ended by month ``last``, oldest first."""
    opened: dict[int, int] = {}
    changes: dict[int, dict[int, int]] = {}
    for line in lines:
        opened[line.quarter] = opened.get(line.quarter, 0) + line.opened
        month = quarter_of(line.month)
        change = changes.setdefault(line.quarter, {})
        change[month] = change.get(month, 0) + line.returned - line.lost
    return [Cohort(quarter, opened[quarter], tuple(_kept(quarter, opened[quarter], changes[quarter], last)))
            for quarter in sorted(opened) if opened[quarter]]  # fmt: skip


def _kept(quarter: int, opened: int, changes: Mapping[int, int], last: int) -> Iterable[float]:
    held, end = opened, quarter
    while end <= last:
        held += changes.get(end, 0)
        yield held / opened
        end = month_add(end, 3)
