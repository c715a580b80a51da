"""Working days over a given set of days (R-12): the caller brings the calendar, a year without one is refused."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta

from domain.words import Word


class WorkingDayKind(Word):
    """Which days count as working days (R-12); a published setting of the firm."""

    TRADING = "trading", "Trading days of the exchange"
    OFFICIAL = "official", "Official working days"


class CalendarMissing(LookupError):
    """A year is asked about that no calendar covers; the rule does not decide (R-12)."""

    def __init__(self, year: int) -> None:
        super().__init__(f"There is no calendar for {year}; import it before rules can count its working days.")
        self.year = year


@dataclass(frozen=True)
class WorkingDays:
    """The working days that are known, by default the exchange's trading days; ``years`` are complete."""

    days: frozenset[date]
    years: frozenset[int] = field(default=frozenset())

    @classmethod
    def of(cls, days: Iterable[date]) -> WorkingDays:
        """Build from the working days of complete years."""
        known = frozenset(days)
        return cls(known, frozenset(day.year for day in known))

    def is_working(self, day: date) -> bool:
        """Tell whether a day is a working day; raises ``CalendarMissing``."""
        if day.year not in self.years:
            raise CalendarMissing(day.year)
        return day in self.days

    def count(self, after: date, upto: date) -> int:
        """Count working days in ``(after, upto]``: the starting day is not counted; 0 when reversed.

        Raises ``CalendarMissing`` when a day of the interval lies in a year without a calendar.
        """
        days = (after + timedelta(days=step) for step in range(1, (upto - after).days + 1))
        return sum(self.is_working(day) for day in days)
