"""Working and trading days of mainland China, for years whose calendars exist; never guessed beyond them."""

from __future__ import annotations

from datetime import date, timedelta
from functools import lru_cache
from typing import Any

import numpy as np

from domain.months import month_end, month_start

FIRST_YEAR = 2005
SPRING_FESTIVAL = {
    2005: (2, 9), 2006: (1, 29), 2007: (2, 18), 2008: (2, 7), 2009: (1, 26), 2010: (2, 14), 2011: (2, 3),
    2012: (1, 23), 2013: (2, 10), 2014: (1, 31), 2015: (2, 19), 2016: (2, 8), 2017: (1, 28), 2018: (2, 16),
    2019: (2, 5), 2020: (1, 25), 2021: (2, 12), 2022: (2, 1), 2023: (1, 22), 2024: (2, 10), 2025: (1, 29),
    2026: (2, 17), 2027: (2, 6), 2028: (1, 26), 2029: (2, 13), 2030: (2, 3),
}  # fmt: skip
"""New Year's Day of the lunar calendar, as (month, day) of each year."""


class NoCalendar(ValueError):
    """A year has no published calendar."""


@lru_cache(maxsize=1)
def _closed() -> frozenset[date]:
    # imported late: the package takes a second to load
    from exchange_calendars.exchange_calendar_xshg import precomputed_shanghai_holidays

    return frozenset(day.date() for day in precomputed_shanghai_holidays)


@lru_cache(maxsize=1)
def last_year() -> int:
    """Return the last year for which official working days and the exchange's closings are both published."""
    from chinese_calendar import constants

    return min(max(int(day.year) for day in constants.holidays), max(day.year for day in _closed()))


def is_trading_day(day: date) -> bool:
    """Tell whether Shanghai trades on ``day``; raises ``NoCalendar`` outside the published years."""
    if not FIRST_YEAR <= day.year <= last_year():
        raise NoCalendar(
            f"no calendar is published for {day.year}; choose months from {FIRST_YEAR}-01 to {last_year()}-12"
        )
    return day.weekday() < 5 and day not in _closed()


@lru_cache(maxsize=512)
def trading_days(month: int) -> tuple[date, ...]:
    """Return the trading days of a month in order."""
    first, last = month_start(month), month_end(month)
    return tuple(day for step in range((last - first).days + 1) if is_trading_day(day := first + timedelta(days=step)))


def festival_month(year: int) -> int:
    """Return the month (YYYYMM) that holds Spring Festival in ``year``."""
    return year * 100 + SPRING_FESTIVAL[year][0]


def calendar_rows(first: int, last: int) -> list[tuple[str, int, int, str]]:
    """Return (day, is_working_day, is_trading_day, source) for every day of those years that have a calendar."""
    from chinese_calendar import is_workday

    start = date(max(first, FIRST_YEAR), 1, 1)
    end = date(min(last, last_year()), 12, 31)
    days = (start + timedelta(days=step) for step in range((end - start).days + 1))
    return [(day.isoformat(), int(is_workday(day)), int(is_trading_day(day)), "chinesecalendar, XSHG") for day in days]


def weekday_before(days: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
    """Move Saturdays and Sundays of a ``datetime64[D]`` array to the Friday before."""
    weekday = (days.astype("int64") + 3) % 7  # 1970-01-01 was a Thursday; Monday is 0
    moved: np.ndarray[Any, Any] = days - np.maximum(weekday - 4, 0).astype("timedelta64[D]")
    return moved
