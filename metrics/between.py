"""Two month ends of what is published, and the place whose clients are followed from the one to the other."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection

from data_access.reads.flow import Territory, read_territory
from data_access.reads.generation import Generation
from data_access.scope import FIRM, Scope
from domain.months import month_range, month_text, parse_month
from metrics.errors import QuestionError
from metrics.kept_rows import require_clients
from metrics.question import ask

MonthLike = int | str
"""A month as ``YYYYMM`` or ``"YYYY-MM"``."""


@dataclass(frozen=True)
class Between:
    """The pinned generation, the months from the first to the last with their builds, and the place."""

    generation: Generation
    builds: dict[int, int]
    territory: Territory

    @property
    def first(self) -> int:
        """The month at whose end the opening stands."""
        return min(self.builds)

    @property
    def last(self) -> int:
        """The month at whose end the closing stands."""
        return max(self.builds)


def between(
    connection: Connection,
    *,
    first: MonthLike,
    last: MonthLike,
    unit: str | None = None,
    region: str | None = None,
    scope: Scope | None = None,
    known_at: datetime | str | None = None,
    rules: int | None = None,
    generation: Generation | int | None = None,
) -> Between:
    """Check what is asked and pin it; raises ``QuestionError`` with one sentence."""
    reach = scope or FIRM
    pinned = pin(connection, known_at=known_at, rules=rules, generation=generation)
    months = read_months(pinned, first, last)
    if unit is not None and region is not None:
        raise QuestionError("Name a unit or a region, not both.")
    territory = read_territory(connection, reach, unit=unit, region=region)
    if territory is None:
        asked = f"Unit {unit!r}" if unit is not None else f"Region {region!r}"
        raise QuestionError(f"{asked} was not found; use a branch, an office or a region inside the reach.")
    builds = {month: pinned.builds[month] for month in months}
    if territory.scope is not None:  # places are read from the cubes, which are kept for ever
        require_clients(connection, pinned, builds.values())
    return Between(pinned, builds, territory)


def pin(connection: Connection, *, known_at: datetime | str | None = None, rules: int | None = None,
        generation: Generation | int | None = None) -> Generation:  # fmt: skip
    """Return the generation that holds what was known at a moment; raises ``QuestionError``."""
    return ask(connection, "clients", known_at=known_at, rules=rules, scope=FIRM, generation=generation).generation


def read_months(pinned: Generation, first: MonthLike, last: MonthLike) -> list[int]:
    """Return the months from the first to the last, all published; raises ``QuestionError``."""
    ends = [_month(first), _month(last)]
    if ends[0] >= ends[1]:
        raise QuestionError(f"{month_text(ends[0])} does not lie before {month_text(ends[1])}; "
                            "the first month's end is the opening, the last one's the closing.")  # fmt: skip
    months = month_range(*ends)
    missing = [month for month in (ends[0], ends[1], *months) if month not in pinned.builds]
    if missing:
        raise QuestionError(f"{month_text(missing[0])} is not published; published are "
                            f"{month_text(min(pinned.builds))} to {month_text(max(pinned.builds))}.")  # fmt: skip
    return months


def _month(value: MonthLike) -> int:
    try:
        month = parse_month(value) if isinstance(value, str) else parse_month(month_text(value))
    except ValueError:
        raise QuestionError(f"Not a month: {value!r}; write YYYY-MM.") from None
    return month
