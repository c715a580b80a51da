"""Calendar months as integers ``YYYYMM`` and date arithmetic clamped to month ends (choices: months)."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from functools import lru_cache


def month_of(day: date) -> int:
    """Return the month ``YYYYMM`` that contains ``day``."""
    return day.year * 100 + day.month


def parse_month(text: str) -> int:
    """Read ``YYYY-MM``; raises ``ValueError`` naming the text otherwise."""
    year, dash, number = text.partition("-")
    valid = dash and len(year) == 4 and len(number) == 2 and (year + number).isascii() and (year + number).isdigit()
    if not valid or not 1 <= int(number) <= 12 or int(year) < 1900:
        raise ValueError(f"not a month YYYY-MM: {text!r}")
    return int(year) * 100 + int(number)


def month_text(month: int) -> str:
    """Write a month as ``YYYY-MM``."""
    return f"{month // 100:04d}-{month % 100:02d}"


def month_add(month: int, count: int) -> int:
    """Return the month ``count`` months later (earlier when negative)."""
    index = (month // 100) * 12 + month % 100 - 1 + count
    return (index // 12) * 100 + index % 12 + 1


def months_between(first: int, last: int) -> int:
    """Return how many months ``last`` lies after ``first``."""
    return (last // 100 - first // 100) * 12 + last % 100 - first % 100


def month_range(first: int, last: int) -> list[int]:
    """Return every month from ``first`` to ``last``, both included; empty when reversed."""
    start, end = ((month // 100) * 12 + month % 100 - 1 for month in (first, last))
    return [index // 12 * 100 + index % 12 + 1 for index in range(start, end + 1)]


@lru_cache(maxsize=4_096)
def month_start(month: int) -> date:
    """Return the month's first day."""
    return date(month // 100, month % 100, 1)


@lru_cache(maxsize=4_096)
def month_end(month: int) -> date:
    """Return the month's last day."""
    year, number = divmod(month, 100)
    return date(year, number, monthrange(year, number)[1])


def add_months(day: date, count: int) -> date:
    """Return the same day-number ``count`` months later, clamped to the month's end (R-10, R-21)."""
    end = month_end(month_add(month_of(day), count))
    return end.replace(day=min(day.day, end.day))


def month_ending_near(day: date) -> int:
    """Return the month whose end is nearest to a day, the earlier one of two as near (K-59)."""
    month = month_of(day)
    before = month_add(month, -1)
    return before if day - month_end(before) <= month_end(month) - day else month
