"""The one source of time: UTC moments and the Shanghai business date, replaceable in tests."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from domain.months import month_end

SHANGHAI = ZoneInfo("Asia/Shanghai")
_fixed: ContextVar[datetime | None] = ContextVar("fixed_now", default=None)


def now() -> datetime:
    """Return the present moment in UTC."""
    return _fixed.get() or datetime.now(UTC)


def business_date(moment: datetime | None = None) -> date:
    """Return the Shanghai date of a moment (of now when omitted)."""
    return (moment or now()).astimezone(SHANGHAI).date()


def day_begins_at(day: date) -> datetime:
    """Return the first moment of a business day: 0:00 Shanghai."""
    return datetime.combine(day, time(), SHANGHAI)


def month_closes_at(month: int) -> datetime:
    """Return the first moment after a month: 24:00 Shanghai of its last day."""
    return day_begins_at(month_end(month) + timedelta(days=1))


@contextmanager
def frozen(moment: datetime) -> Iterator[None]:
    """Hold the clock at an aware moment, for tests and reproducible demo data."""
    if moment.tzinfo is None:
        raise ValueError("a moment needs a time zone")
    token = _fixed.set(moment.astimezone(UTC))
    try:
        yield
    finally:
        _fixed.reset(token)
