"""The watch list of tiers: who falls below the line keeps the tier for a published number of month-ends (R-53).

Upwards a client moves at once. The refresh decides the same for all clients in SQL; these functions decide and
explain one client, month after month.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from domain.months import month_add
from domain.policies import RuleSet
from domain.status import Test
from domain.tiers import CutOffs
from domain.words import Tier

ON_WATCH = "on_watch"
"""The label that the conditions of the watch list speak for."""


@dataclass(frozen=True)
class Held:
    """The tier a client holds, the tier by the month's lines alone, and the month-ends spent below the held one."""

    tier: Tier | None
    line_tier: Tier | None
    watch_count: int = 0


NOTHING_HELD = Held(None, None)
"""Before the first month, and while lost."""


def decide_watch(line_tier: Tier | None, before: Held, rules: RuleSet) -> Held:
    """Return what a client holds after a month-end, from its tier by the lines (None: lost) and what it held before.

    Below the line of the tier held it stays there for ``watch_months`` month-ends and then falls to the tier by
    the lines.
    """
    if line_tier is None:
        return NOTHING_HELD
    # the codes of the tiers sort from the top
    if before.tier is not None and line_tier > before.tier and before.watch_count < rules.watch_months:
        return Held(before.tier, line_tier, before.watch_count + 1)
    return Held(line_tier, line_tier)


def decide_watch_over(months: Iterable[tuple[Tier | None, RuleSet]]) -> Held:
    """Return what a client holds after several month-ends, each with its tier by the lines and its rules."""
    held = NOTHING_HELD
    for line_tier, rules in months:
        held = decide_watch(line_tier, held, rules)
    return held


@dataclass(frozen=True)
class WatchTrace:
    """Whether a client is on watch, the conditions read, and the month at whose end it falls if nothing changes.

    ``line_fen`` is the line of the tier held; ``falls_in`` is None where the client is not on watch.
    """

    held: Held
    rule: str
    line_fen: int | None
    falls_in: int | None
    tests: tuple[Test, ...]


def explain_watch(held: Held, value_fen: int, cuts: CutOffs, month: int, rules: RuleSet) -> WatchTrace:
    """Return why a client is on watch or not; see ``decide_watch``."""
    line = line_of(held.tier, cuts)
    tests = (
        Test("R-53.watch_tier", met=held.tier in (Tier.A, Tier.B), candidate=ON_WATCH),
        Test("R-53.watch_value", met=held.watch_count > 0, actual=value_fen, threshold=line, month=month,
             candidate=ON_WATCH),
        Test("R-53.watch_months", met=rules.watch_months > 0, actual=held.watch_count, threshold=rules.watch_months,
             candidate=ON_WATCH),
    )  # fmt: skip
    falls_in = month_add(month, months_until_fall(held, rules)) if held.watch_count else None
    return WatchTrace(held, "R-53", line, falls_in, tests)


def months_until_fall(held: Held, rules: RuleSet) -> int:
    """Return after how many more month-ends below the line the client has fallen."""
    return max(rules.watch_months - held.watch_count, 0) + 1


def line_of(tier: Tier | None, cuts: CutOffs) -> int | None:
    """Return the line of a tier in fen; None for C and where no client has a value."""
    return {Tier.A: cuts.a_fen, Tier.B: cuts.b_fen}.get(tier) if tier is not None else None
