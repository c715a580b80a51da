"""Published calendars of mainland China: the Shanghai exchange's trading days and the official working days.

A year that is not published as a whole has no days at all: nothing is guessed (R-12).
"""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache

FIRST_TRADING_YEAR = 1991
"""The exchange's first complete year."""


def days_of_year(year: int) -> list[date]:
    """Return every day of a year."""
    first = date(year, 1, 1)
    return [first + timedelta(days=step) for step in range((date(year + 1, 1, 1) - first).days)]


@lru_cache(maxsize=64)
def trading_days(year: int) -> frozenset[date] | None:
    """Return the days on which Shanghai trades in a year, None where the year is not published."""
    # imported late: the package takes a second to load
    from exchange_calendars.exchange_calendar_xshg import precomputed_shanghai_holidays as closed

    if not FIRST_TRADING_YEAR <= year <= max(closed).year:
        return None
    holidays = {day.date() for day in closed if day.year == year}
    return frozenset(day for day in days_of_year(year) if day.weekday() < 5 and day not in holidays)


@lru_cache(maxsize=64)
def official_days(year: int) -> frozenset[date] | None:
    """Return the official working days of a year, make-up weekends among them; None where it is not published."""
    from chinese_calendar import constants, is_workday

    published = {day.year for day in constants.holidays}
    if year not in published:
        return None
    return frozenset(day for day in days_of_year(year) if is_workday(day))
