"""R-12: working days in (a, b] over a calendar that the caller brings."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from domain.calendar import CalendarMissing, WorkingDays

HOLIDAYS = {date(2024, 4, 4), date(2024, 4, 5)}
TRADING = WorkingDays.of(
    day
    for day in (date(2024, 1, 1) + timedelta(days=step) for step in range(366))
    if day.weekday() < 5 and day not in HOLIDAYS
)
OFFICIAL = WorkingDays.of({*TRADING.days, date(2024, 4, 7)})


@pytest.mark.parametrize(
    ("rule", "calendar", "opened", "registered", "expected"),
    [
        ("R-11", TRADING, (3, 4), (3, 4), 0),
        ("R-11", TRADING, (3, 4), (3, 13), 7),
        ("R-11", TRADING, (3, 4), (3, 14), 8),
        ("R-11", TRADING, (3, 8), (3, 10), 0),
        ("R-11", TRADING, (3, 8), (3, 19), 7),
        ("R-12", TRADING, (4, 1), (4, 12), 7),
        ("R-12", OFFICIAL, (4, 1), (4, 12), 8),
    ],
)
def test_working_days(rule, calendar, opened, registered, expected):
    assert calendar.count(date(2024, *opened), date(2024, *registered)) == expected


def test_a_year_without_a_calendar_is_refused():
    with pytest.raises(CalendarMissing, match="2025"):
        TRADING.count(date(2024, 12, 30), date(2025, 1, 2))
