"""How long clients stay: Kaplan-Meier curves by group, and the share kept of every cohort.

Both work on grouped counts, not on clients: ``(group, months, lost or censored, count)`` and the months of cohorts.
"""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from data_access.reads.survival import CohortMonth, Lives, quarter_of
from domain.months import month_add

CONFIDENCE = 0.95
"""Level of the confidence band."""


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
    from scipy.stats import CensoredData, ecdf  # type: ignore[import-untyped]  # slow to load, and wanted by few

    rows = [life for life in lives if life.count > 0]
    if not rows:
        return None
    each = np.repeat([float(row.months) for row in rows], [row.count for row in rows])
    lost_ones = np.repeat([row.lost for row in rows], [row.count for row in rows])
    estimate = ecdf(CensoredData(uncensored=each[lost_ones], right=each[~lost_ones])).sf
    with warnings.catch_warnings():
        # where nobody is lost yet, or all are, the band has no ends
        warnings.simplefilter("ignore", RuntimeWarning)
        band = estimate.confidence_interval(CONFIDENCE, method="log-log")
    times = [0, *(int(time) for time in estimate.quantiles)]
    share = (1.0, *(float(value) for value in estimate.probabilities))
    lower, upper = (
        (1.0, *(_known(float(value), one) for value, one in zip(ends.probabilities, share[1:], strict=True)))
        for ends in (band.low, band.high)
    )
    median = next((float(time) for time, one in zip(times, share, strict=True) if one <= 0.5), None)
    at_risk = tuple(sum(row.count for row in rows if row.months >= time) for time in times)
    clients, lost = sum(row.count for row in rows), sum(row.count for row in rows if row.lost)
    return SurvivalCurve(tuple(times), share, lower, upper, at_risk, median, clients, lost)


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
