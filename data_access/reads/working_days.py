"""The working calendar (R-12): the firm's own days before the published ones, trading days unless set otherwise."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, select

from data_access.reads.public_calendars import days_of_year, official_days, trading_days
from data_access.tables import app_setting, calendar_day
from domain.calendar import WorkingDayKind, WorkingDays

SETTING = "working_days"
LOW_DAYS = 60
"""Fewer known days ahead than this are worth an alert."""
_HORIZON_YEARS = 3


class OwnDays(dict[date, tuple[bool, bool]]):
    """The firm's own entries of a year: by day, whether the exchange trades and whether it is a working day."""


@dataclass(frozen=True)
class CalendarHorizon:
    """How far the calendar reaches: ``last_day`` of the unbroken known years, None when this year has none."""

    last_day: date | None
    days_left: int

    @property
    def is_low(self) -> bool:
        """True when so few days remain that the next year has to be imported."""
        return self.days_left < LOW_DAYS


@dataclass(frozen=True)
class CalendarMonth:
    """Days of a month: open by the exchange and by the official calendar (None: not published), and own entries."""

    month: int
    trading: int | None
    official: int | None
    own_days: int
    working: int | None


def read_working_day_kind(connection: Connection) -> WorkingDayKind:
    """Return which days count as working days; trading days unless headquarters decided otherwise."""
    value = connection.execute(select(app_setting.c.value).where(app_setting.c.key == SETTING)).scalar()
    return WorkingDayKind.OFFICIAL if value == WorkingDayKind.OFFICIAL else WorkingDayKind.TRADING


def read_working_days(connection: Connection, years: Iterable[int]) -> WorkingDays:
    """Return the working days of some years.

    A day of ``calendar_day`` wins over the published calendar of that day. A year that neither the published calendar
    nor the table covers whole is left out of ``WorkingDays.years``, so that a rule asked about it refuses.
    """
    kind = read_working_day_kind(connection)
    wanted = sorted(set(years))
    own = _own_days(connection, wanted)
    known: set[date] = set()
    covered: set[int] = set()
    for year in wanted:
        days = _working_days_of(year, kind, own[year])
        if days is not None:
            known |= days
            covered.add(year)
    return WorkingDays(frozenset(known), frozenset(covered))


def read_calendar_horizon(connection: Connection, on: date) -> CalendarHorizon:
    """Return how many days after a day the calendar is known without a break."""
    years = range(on.year, on.year + _HORIZON_YEARS)
    covered = read_working_days(connection, years).years
    last = None
    for year in years:
        if year not in covered:
            break
        last = date(year, 12, 31)
    return CalendarHorizon(last, (last - on).days if last else 0)


def read_calendar_year(connection: Connection, year: int) -> list[CalendarMonth]:
    """Return the twelve months of a year with the days that each calendar counts."""
    own = _own_days(connection, [year])[year]
    working = _working_days_of(year, read_working_day_kind(connection), own)
    trading, official = (_working_days_of(year, kind, own) for kind in WorkingDayKind)
    return [
        CalendarMonth(year * 100 + month, _count(trading, month), _count(official, month),
                      sum(day.month == month for day in own), _count(working, month))
        for month in range(1, 13)
    ]  # fmt: skip


def read_odd_days(connection: Connection, year: int) -> list[tuple[date, bool]]:
    """Return the days of a year that are not what their weekday says: (day, True where work is done)."""
    days = read_working_days(connection, [year])
    if year not in days.years:
        return []
    return [(day, day in days.days) for day in days_of_year(year) if (day in days.days) != (day.weekday() < 5)]


def _count(days: frozenset[date] | None, month: int) -> int | None:
    return None if days is None else sum(day.month == month for day in days)


def _own_days(connection: Connection, years: list[int]) -> dict[int, OwnDays]:
    """Return the firm's own entries by year and day: (trading day, official working day)."""
    row, found = calendar_day.c, {year: OwnDays() for year in years}
    for year in years:
        rows = connection.execute(
            select(row.day, row.is_trading_day, row.is_working_day)
            .where(row.day >= date(year, 1, 1), row.day <= date(year, 12, 31))
        )  # fmt: skip
        found[year] = OwnDays({one.day: (bool(one.is_trading_day), bool(one.is_working_day)) for one in rows})
    return found


def _working_days_of(year: int, kind: WorkingDayKind, own: OwnDays) -> frozenset[date] | None:
    """Return a year's working days of one kind, None where a day of it is unknown."""
    is_trading = kind == WorkingDayKind.TRADING
    published = trading_days(year) if is_trading else official_days(year)
    if published is None and len(own) < len(days_of_year(year)):
        return None
    open_days = {day for day, (trades, works) in own.items() if (trades if is_trading else works)}
    return frozenset(((published or frozenset()) - own.keys()) | open_days)
