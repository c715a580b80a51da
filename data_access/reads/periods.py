"""Periods that a month ends, as the published months they run over."""

from __future__ import annotations

from data_access.reads.generation import Generation
from domain.months import month_add, month_range

TRAILING_YEAR = "12m"
_CALENDAR_MONTHS = {"month": 1, "quarter": 3, "half": 6, "year": 12}
PERIODS = (*_CALENDAR_MONTHS, TRAILING_YEAR)


def period_months(generation: Generation, month: int, period: str) -> tuple[int, ...]:
    """Return the published months of a period up to a month: the month, its quarter, half or year so far, or twelve.

    Raises ``KeyError`` for an unknown period.
    """
    whole_months = 12 if period == TRAILING_YEAR else (month % 100 - 1) % _CALENDAR_MONTHS[period] + 1
    return tuple(one for one in month_range(month_add(month, 1 - whole_months), month) if one in generation.builds)


def newest_months(generation: Generation, month: int, most: int) -> tuple[int, ...]:
    """Return the newest published months up to a month, at most so many, in order."""
    return tuple(sorted(one for one in generation.builds if one <= month)[-most:])
