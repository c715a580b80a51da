"""Words of the Capacity page: problems, absences, qualifications, minutes as hours."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from domain.capacity import Away, CapacityProblem, Load, is_ending
from domain.words import QualificationKind
from pages._ui.texts import _, label


def problem_words(problems: Sequence[CapacityProblem]) -> str:
    """Name what stands in the way, the gravest first."""
    return _(", ").join(label(CapacityProblem, problem.value) for problem in problems)


def away_words(away: Sequence[Away]) -> str:
    """Write the absences as days."""
    return _(", ").join(f"{one.from_on:%m-%d} – {one.to_on:%m-%d}" for one in away)


def qualification_words(load: Load, on: date) -> str:
    """Write the qualifications whose end is near or past, each with its last day."""
    return _(", ").join(f"{label(QualificationKind, kind)} {qualification_end(end, on)}"
                        for kind, end in sorted(load.ends.items()) if is_ending(end, on))  # fmt: skip


def qualification_end(end: date | None, on: date) -> str:
    """Say until when a qualification holds."""
    if end is None:
        return _("no end known")
    return _("ended {day}", day=end) if end <= on else _("ends {day}", day=end)


def hours(minutes: int) -> float:
    """Return minutes as hours with one decimal, for a table cell."""
    return round(minutes / 60, 1)
