"""A campaign without effect is said to work as rarely as promised, and a true effect is found as often as promised."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from metrics.uplift import Uplift, Verdict, clients_needed
from tests.metrics.uplift.drawn_world import Odds, World

WORTH = 0.05
SHARE_BP = 2_000
RARE, RARE_SHARE_BP = Odds(0.018, 0.012, 0.030), 3_000
"""Few come back without a call: less than seven hundred clients do, so that a hundred campaigns are thrown at once."""


@dataclass(frozen=True)
class Tally:
    """Shares of runs: the intervals that hold the truth, and the campaigns said to work."""

    covered: float
    inflow_covered: float
    works: float
    needed: int


def runs(count: int, effect: float, odds: Odds, share_bp: int) -> Tally:
    """Throw so many campaigns of the size that is said to be needed for a difference of five points."""
    size = clients_needed(odds.mean, WORTH, share_bp / 10_000)
    assert size is not None
    world = World(size, share_bp, odds)
    seen: list[Uplift] = [world.campaign(seed, effect) for seed in range(count)]
    inside = [one.low is not None and one.high is not None and one.low <= effect <= one.high for one in seen]
    flows = [one.inflow for one in seen if one.inflow is not None and one.inflow.low_fen is not None]
    nil = [(flow.low_fen or 0) <= 0 <= (flow.high_fen or 0) for flow in flows]
    works = [one.verdict == Verdict.WORKS for one in seen]
    return Tally(sum(inside) / count, sum(nil) / len(flows), sum(works) / count, size)


def test_without_effect_the_interval_holds_nought() -> None:
    tally = runs(100, 0.0, RARE, RARE_SHARE_BP)
    assert 0.89 <= tally.covered <= 1.0
    assert tally.works <= 0.07
    assert tally.inflow_covered >= 0.75


def test_five_points_are_found_at_the_size_that_was_said_to_be_needed() -> None:
    tally = runs(100, WORTH, RARE, RARE_SHARE_BP)
    assert tally.works >= 0.70
    assert 0.89 <= tally.covered <= 1.0


@pytest.mark.soak
def test_a_thousand_campaigns_without_effect() -> None:
    tally = runs(1_000, 0.0, Odds(), SHARE_BP)
    print(f"no effect: {tally}")
    assert 0.93 <= tally.covered <= 0.97
    # few clients bring much: the interval of the inflow holds nought less often than 95 in 100 times
    assert tally.inflow_covered >= 0.82


@pytest.mark.soak
def test_a_thousand_campaigns_with_five_points() -> None:
    tally = runs(1_000, WORTH, Odds(), SHARE_BP)
    print(f"five points: {tally}")
    assert tally.works >= 0.78
    assert 0.93 <= tally.covered <= 0.97
