"""R-12: the calendar of the firm, the published ones behind it, and years that nobody has published."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import insert

from data_access.database import Database
from data_access.reads.working_days import (
    read_calendar_horizon,
    read_calendar_year,
    read_odd_days,
    read_working_days,
)
from data_access.tables import app_setting, calendar_day
from domain.calendar import CalendarMissing


def set_official(db: Database) -> None:
    with db.writing() as connection:
        connection.execute(insert(app_setting).values(key="working_days", value="official"))


def add_days(db: Database, days: dict[date, tuple[bool, bool]]) -> None:
    with db.writing() as connection:
        connection.execute(insert(calendar_day), [
            {"day": day, "is_trading_day": trades, "is_working_day": works} for day, (trades, works) in days.items()
        ])  # fmt: skip


def test_trading_days_are_the_default_and_official_days_a_setting(db: Database) -> None:
    opened, registered = date(2024, 4, 1), date(2024, 4, 12)
    with db.reading() as connection:
        assert read_working_days(connection, [2024]).count(opened, registered) == 7
    set_official(db)
    with db.reading() as connection:
        days = read_working_days(connection, [2024])
        assert days.count(opened, registered) == 8
        assert read_odd_days(connection, 2024)[:2] == [(date(2024, 1, 1), False), (date(2024, 2, 4), True)]


def test_own_days_win_over_the_published_calendar(db: Database) -> None:
    add_days(db, {date(2024, 4, 8): (False, False), date(2024, 4, 6): (True, False)})
    with db.reading() as connection:
        days = read_working_days(connection, [2024])
        assert not days.is_working(date(2024, 4, 8))
        assert days.is_working(date(2024, 4, 6))
        assert days.count(date(2024, 4, 1), date(2024, 4, 12)) == 7
        april = read_calendar_year(connection, 2024)[3]
    assert (april.month, april.trading, april.official, april.own_days, april.working) == (202404, 20, 21, 2, 20)


def test_a_year_that_is_not_published_is_refused_until_it_is_loaded_whole(db: Database) -> None:
    year = [date(2031, 1, 1) + timedelta(days=step) for step in range(365)]
    add_days(db, {day: (day.weekday() < 5, day.weekday() < 5) for day in year[:-1]})
    with db.reading() as connection:
        assert read_working_days(connection, [2030, 2031]).years == frozenset()
        with pytest.raises(CalendarMissing, match="2031"):
            read_working_days(connection, [2031]).is_working(date(2031, 6, 2))
        assert read_calendar_year(connection, 2031)[0].working is None
        assert read_odd_days(connection, 2031) == []
    add_days(db, {year[-1]: (True, True)})
    with db.reading() as connection:
        assert read_working_days(connection, [2030, 2031]).years == {2031}
        assert read_working_days(connection, [2031]).count(date(2031, 1, 1), date(2031, 1, 6)) == 3


@pytest.mark.parametrize(("on", "left", "low"), [
    (date(2026, 11, 1), 60, False), (date(2026, 11, 2), 59, True), (date(2026, 12, 31), 0, True),
])  # fmt: skip
def test_fewer_than_sixty_known_days_are_low(db: Database, on: date, left: int, low: bool) -> None:
    with db.reading() as connection:
        horizon = read_calendar_horizon(connection, on)
    assert (horizon.last_day, horizon.days_left, horizon.is_low) == (date(2026, 12, 31), left, low)


def test_a_year_without_a_calendar_has_no_horizon(db: Database) -> None:
    with db.reading() as connection:
        assert read_calendar_horizon(connection, date(2035, 3, 1)).last_day is None
