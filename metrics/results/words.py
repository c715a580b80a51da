"""The results of campaigns in sentences: English message ids, translated at the edge."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from metrics.results.facts import Comparison
from metrics.uplift import Uplift, Verdict

Translate = Callable[[str], str]
GOOD, BAD, OPEN = "good", "bad", "open"

SENTENCES = {
    "works": "It works: with contact {points} percentage points more clients came back than without.",
    "works_keep": "It works: with contact {points} percentage points more clients stayed than without.",
    "does_not": "It does not work: a difference that is worth the calls, {worth} percentage points, can be ruled out.",
    "harms": "It does not work: with contact fewer clients came back than without.",
    "harms_keep": "It does not work: with contact fewer clients stayed than without.",
    "cannot_tell": "Cannot tell yet: about {still} more clients have to be drawn before it is likely settled.",
    "cannot_tell_ever": "Cannot tell: no feasible number of clients would settle whether {worth} percentage points are "
                        "reached.",
    "early": "Too early to say that it does not work: day {days} of {planned}.",
    "works_so_far": "It works so far: with contact {points} percentage points more clients came back than without.",
    "works_so_far_keep": "It works so far: with contact {points} percentage points more clients stayed than without.",
    "no_holdout": "Nobody was held back, so it cannot be told whether the calls made the difference.",
    "no_task": "Every drawn client was held back, so nothing can be compared.",
    "no_month": "Nothing to compare yet: no month since the draw is known.",
    "no_outcome": "Nothing to compare: no outcome is known.",
}  # fmt: skip
"""What the comparison says, by code."""
DAYS = {
    "reached": "Compared on day {planned} after the draw.",
    "later": "To be compared on day {planned} after the draw; data reach day {days}, and day {days} is shown.",
    "chosen": "Day {planned} after the draw is shown.",
    "none": "To be compared on day {planned} after the draw.",
}
"""How far the data reach, by code."""


@dataclass(frozen=True)
class Headline:
    """The verdict in one sentence, and its tone: good, bad or open."""

    tone: str
    text: str


def headline(results: Comparison, translate: Translate = str) -> Headline:
    """Return what the comparison says; before the day planned it says no more than the days allow."""
    tone, code, values = _said(results)
    return Headline(tone, translate(SENTENCES[code]).format(**values))


def _said(results: Comparison) -> tuple[str, str, dict[str, object]]:
    uplift = results.uplift
    if results.days is None:
        return OPEN, "no_month", {}
    if uplift is None:
        return OPEN, "no_outcome", {}
    keep = "_keep" if results.is_retention else ""
    values: dict[str, object] = {
        "points": points(uplift.difference or 0.0), "worth": points(uplift.worthwhile), "days": results.days,
        "planned": results.days_planned,
        "still": f"{uplift.still_needed:,}" if uplift.still_needed is not None else ""}  # fmt: skip
    if uplift.verdict == Verdict.NO_HOLDOUT:
        return OPEN, "no_holdout" if uplift.task_count else "no_task", values
    if uplift.verdict == Verdict.WORKS:
        return GOOD, ("works" if results.is_mature else "works_so_far") + keep, values
    if uplift.verdict == Verdict.DOES_NOT:
        if not results.is_mature:
            return OPEN, "early", values
        return BAD, f"harms{keep}" if _harms(uplift) else "does_not", values
    return OPEN, "cannot_tell" if uplift.still_needed is not None else "cannot_tell_ever", values


def _harms(uplift: Uplift) -> bool:
    return uplift.high is not None and uplift.high < 0


def days_sentence(results: Comparison, translate: Translate = str) -> str:
    """Return on which day the groups are compared and how far the data reach."""
    own = min((one.outcome_days for one in results.campaigns), default=results.days_planned)
    code = ("none" if results.days is None else "later" if not results.is_mature
            else "reached" if results.days_planned == own else "chosen")  # fmt: skip
    return translate(DAYS[code]).format(planned=results.days_planned, days=results.days)


def points(ratio: float) -> str:
    """Write a difference of proportions in percentage points with one decimal."""
    value = Decimal(str(ratio * 100)).quantize(Decimal("0.1"))
    return f"{value + 0:,.1f}".replace("-", "−")


def signed_points(ratio: float) -> str:
    """Write it with its sign; nil has none."""
    text = points(ratio)
    return text if text.startswith("−") or text == "0.0" else f"+{text}"
