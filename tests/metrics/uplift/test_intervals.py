"""Intervals against the published worked examples, and the power against trials."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.stats import binom, binomtest

from metrics.uplift import clients_needed, newcombe_interval, power_of, wilson_interval

NEWCOMBE_1998_TABLE_II_METHOD_10 = [
    (56, 70, 48, 80, 0.0524, 0.3339), (9, 10, 3, 10, 0.1705, 0.8090), (6, 7, 2, 7, 0.0582, 0.8062),
    (5, 56, 0, 29, -0.0381, 0.1926), (0, 10, 0, 20, -0.1611, 0.2775), (0, 10, 0, 10, -0.2775, 0.2775),
    (10, 10, 0, 20, 0.6791, 1.0000), (10, 10, 0, 10, 0.6075, 1.0000),
]  # fmt: skip


@pytest.mark.parametrize(("a", "m", "b", "n", "low", "high"), NEWCOMBE_1998_TABLE_II_METHOD_10)
def test_newcombes_own_examples(a: int, m: int, b: int, n: int, low: float, high: float):
    assert newcombe_interval(a, m, b, n) == pytest.approx((low, high), abs=6e-5)


@given(st.integers(1, 500).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_agrees_with_another_implementation(proportion: tuple[int, int]):
    other = binomtest(*proportion).proportion_ci(method="wilson")
    assert wilson_interval(*proportion) == pytest.approx((other.low, other.high), abs=1e-12)


@given(
    st.tuples(st.integers(1, 200), st.integers(1, 200)).flatmap(
        lambda n: st.tuples(st.integers(0, n[0]), st.just(n[0]), st.integers(0, n[1]), st.just(n[1]))
    )
)
def test_the_interval_holds_its_difference_and_turns_with_the_arms(arms: tuple[int, int, int, int]):
    a, m, b, n = arms
    low, high = newcombe_interval(a, m, b, n)
    assert -1 <= low <= a / m - b / n <= high <= 1
    turned = newcombe_interval(b, n, a, m)
    assert (-turned[1], -turned[0]) == pytest.approx((low, high))


@pytest.mark.parametrize(("count", "total"), [(1, 0), (-1, 5), (6, 5)])
def test_no_proportion(count: int, total: int):
    with pytest.raises(ValueError, match="is no proportion"):
        wilson_interval(count, total)


@pytest.mark.parametrize("size", [600, 1_000, 2_500])
@pytest.mark.parametrize("base", [0.01, 0.03, 0.05, 0.1, 0.2])
def test_without_an_effect_nil_is_covered_in_93_to_97_of_100_reckoned_exactly(size: int, base: float):
    task, held = round(size * 0.9), round(size * 0.1)
    a = range(int(binom.ppf(1e-5, task, base)), int(binom.ppf(1 - 1e-5, task, base)) + 1)
    b = range(int(binom.ppf(1e-5, held, base)), int(binom.ppf(1 - 1e-5, held, base)) + 1)
    arm, other = binom.pmf(a, task, base), binom.pmf(b, held, base)
    covered = 0.0
    for count, chance in zip(a, arm, strict=True):
        for other_count, other_chance in zip(b, other, strict=True):
            low, high = newcombe_interval(count, task, other_count, held)
            covered += chance * other_chance if low <= 0 <= high else 0.0
    assert 0.93 <= covered <= 0.97


def shown_in_trials(task: int, held: int, base: float, effect: float, runs: int, seed: int) -> float:
    dice = np.random.default_rng(seed)
    pairs = zip(dice.binomial(task, base + effect, runs), dice.binomial(held, base, runs), strict=True)
    return sum(newcombe_interval(int(a), task, int(b), held)[0] > 0 for a, b in pairs) / runs


def test_power_agrees_with_trials():
    assert power_of(900, 100, 0.1, 0.1) == pytest.approx(shown_in_trials(900, 100, 0.1, 0.1, 4_000, 7), abs=0.03)


def test_power_by_hand():
    # one against one: returned with contact and not without is never shown
    assert power_of(1, 1, 0.5, 0.0) == 0.0
    assert power_of(0, 10, 0.1, 0.1) == power_of(10, 0, 0.1, 0.1) == 0.0
    # everyone returns with contact and nobody without
    assert power_of(10, 10, 0.0, 1.0) == pytest.approx(1.0)


@pytest.mark.parametrize(("base", "effect", "share"), [
    (0.0, 0.05, 0.1), (0.02, 0.05, 0.1), (0.1, 0.05, 0.1), (0.1, 0.05, 0.3), (0.03, 0.02, 0.2), (0.5, 0.1, 0.5),
])  # fmt: skip
def test_the_size_needed_gives_the_power_and_little_less_does_not(base: float, effect: float, share: float):
    total = clients_needed(base, effect, share)
    assert total is not None
    held = round(total * share)
    assert power_of(total - held, held, base, effect) >= 0.80
    fewer = round(total * 0.95)
    assert power_of(fewer - round(fewer * share), round(fewer * share), base, effect) < 0.80


def test_sizes_that_no_number_reaches_or_that_make_no_sense():
    assert clients_needed(0.1, 0.0, 0.1) is None
    assert clients_needed(0.1, -0.1, 0.1) is None
    assert clients_needed(0.3, 0.0001, 0.1) is None
    for base, share in ((0.1, 0.0), (0.1, 1.0), (1.1, 0.1)):
        with pytest.raises(ValueError, match="out of range"):
            clients_needed(base, 0.05, share)


def test_a_smaller_effect_needs_more_clients_and_a_larger_hold_out_fewer():
    sizes = [clients_needed(0.05, effect, 0.1) for effect in (0.1, 0.05, 0.02)]
    assert sizes == sorted(sizes)
    assert clients_needed(0.05, 0.05, 0.3) < clients_needed(0.05, 0.05, 0.1)
