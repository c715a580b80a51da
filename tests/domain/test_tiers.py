"""R-53 and R-54: cut-offs, ties, the base, and that more value never lowers the tier."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.policies import FIRST_RULE_SET as RULES
from domain.tiers import CutOffs, explain_tier, rank_count, tier_of
from domain.words import Tier

ORDER = {Tier.C: 0, Tier.B: 1, Tier.A: 2}


def cut_offs(values, rules) -> CutOffs:
    """The lines over the clients with value, as the refresh publishes them."""
    ranked = sorted((value for value in values if value > 0), reverse=True)
    a, b = rank_count(len(ranked), rules.tier_a_bp), rank_count(len(ranked), rules.tier_b_bp)
    return CutOffs(len(ranked), a, b, ranked[a - 1] if a else None, ranked[b - 1] if b else None)


@pytest.mark.parametrize(
    ("rule", "base", "expected"), [("R-53", 100, 5), ("R-53", 30, 2), ("R-53", 10, 1), ("R-53", 1, 1), ("R-53", 0, 0)]
)
def test_rank_of_the_top_five_percent(rule, base, expected):
    assert rank_count(base, 500) == expected


def test_ties_at_the_cut_are_all_in():
    values = [900, 800, 700, 600, 500, 500, *range(1, 95)]
    cuts = cut_offs(values, RULES)
    assert (cuts.base_count, cuts.a_count, cuts.a_fen) == (100, 5, 500)
    assert sum(tier_of(value, cuts, is_lost=False) == Tier.A for value in values) == 6


@pytest.mark.parametrize(
    ("value", "is_lost", "expected"),
    [
        (500, False, Tier.A),
        (499, False, Tier.B),
        (81, False, Tier.B),
        (80, False, Tier.C),
        (0, False, Tier.C),
        (-1, False, Tier.C),
        (500, True, None),
    ],
)
def test_tier_at_and_beside_the_cuts(value, is_lost, expected):
    cuts = cut_offs([900, 800, 700, 600, 500, *range(1, 96)], RULES)
    assert (cuts.a_fen, cuts.b_fen) == (500, 81)
    assert tier_of(value, cuts, is_lost=is_lost) == expected


def test_without_a_base_everybody_is_c():
    cuts = cut_offs([0, -5], RULES)
    assert (cuts.base_count, cuts.a_fen, cuts.b_fen) == (0, None, None)
    assert tier_of(0, cuts, is_lost=False) == Tier.C


def test_explanation_says_what_lacks_for_the_next_tier():
    cuts = cut_offs([1000, 500, 400, 300, 200, 100, 90, 80, 70, 60], RULES)
    assert (cuts.a_fen, cuts.b_fen) == (1000, 500)
    trace = explain_tier(450, cuts, is_lost=False)
    assert (trace.tier, trace.next_tier, trace.short_fen) == (Tier.C, Tier.B, 50)
    assert explain_tier(600, cuts, is_lost=False).short_fen == 400
    assert explain_tier(1000, cuts, is_lost=False).next_tier is None


@given(st.lists(st.integers(-50, 50), min_size=1, max_size=40), st.integers(0, 39), st.integers(1, 60))
def test_more_value_never_lowers_the_tier(values, index, more):
    index %= len(values)
    before = tier_of(values[index], cut_offs(values, RULES), is_lost=False)
    values[index] += more
    after = tier_of(values[index], cut_offs(values, RULES), is_lost=False)
    assert ORDER[after] >= ORDER[before]
