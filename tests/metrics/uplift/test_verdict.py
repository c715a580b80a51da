"""The comparison of the arms: exact on small rows, honest over many trials."""

from __future__ import annotations

import random

import numpy as np
import pytest

from domain.holdout import Candidate, draw_arms
from metrics.uplift import (
    DrawnClient,
    InflowRow,
    Verdict,
    clients_needed,
    inflow_difference,
    stratified_interval,
    uplift_of,
)


def arm(name: str, count: int, returned: int, *, contacted: int = 0, start: int = 0) -> list[DrawnClient]:
    return [DrawnClient(f"C{name[0]}{start + number:06d}", name, number < returned, number < contacted)
            for number in range(count)]  # fmt: skip


def test_both_arms_count_as_drawn():
    result = uplift_of([*arm("task", 70, 56, contacted=20), *arm("holdout", 80, 48, contacted=4)])
    assert (result.task_count, result.task_returned, result.held_count, result.held_returned) == (70, 56, 80, 48)
    assert (result.difference, result.low, result.high) == pytest.approx((0.2, 0.0524, 0.3339), abs=6e-5)
    assert (result.verdict, result.still_needed) == (Verdict.WORKS, None)
    assert (result.contaminated, result.contamination, result.attempted) == (4, 0.05, 20)


def test_campaigns_that_held_back_different_shares_are_compared_within_themselves():
    # nobody gains anything: 20 % come back in the first campaign and 2 % in the second, in either arm
    first = [row._replace(campaign="A1") for row in [*arm("task", 900, 180), *arm("holdout", 100, 20)]]
    second = [row._replace(campaign="A2") for row in [*arm("task", 700, 14, start=5_000),
                                                      *arm("holdout", 300, 6, start=5_000)]]  # fmt: skip
    together = uplift_of([*first, *second])
    # added up it would be 194 / 1,600 less 26 / 400: 5.6 points out of nothing
    assert together.difference == pytest.approx(0.0, abs=1e-12)
    assert (together.verdict, together.low < 0) == ("does_not", True)
    alone = uplift_of([row._replace(campaign="") for row in first])
    assert (alone.low, alone.high) == pytest.approx(stratified_interval([(180, 900, 20, 100)])[1:])
    rows = [InflowRow(row.arm, None, 100 if row.campaign == "A1" else 0, row.campaign) for row in [*first, *second]]
    inflow = inflow_difference(rows, seed=1)
    assert (inflow.difference_fen, inflow.task_count, inflow.held_count) == (pytest.approx(0.0), 1_600, 400)
    # a campaign without one of the arms says nothing
    only = [row._replace(campaign="A3") for row in arm("task", 500, 500, start=9_000)]
    assert uplift_of([*first, *second, *only]).difference == pytest.approx(0.0, abs=1e-12)


@pytest.mark.parametrize(("task", "held", "verdict"), [
    ((2_000, 240), (1_000, 60), "works"), ((4_000, 240), (2_000, 120), "does_not"),
    ((900, 60), (100, 5), "cannot_tell"), ((2_000, 20), (1_000, 60), "does_not"),
])  # fmt: skip
def test_three_plain_verdicts(task: tuple[int, int], held: tuple[int, int], verdict: str):
    result = uplift_of([*arm("task", *task), *arm("holdout", *held)])
    assert result.verdict == verdict
    assert (result.still_needed is not None) is (verdict == "cannot_tell")


def test_the_number_still_needed_is_the_size_planned_less_those_drawn():
    result = uplift_of([*arm("task", 900, 60), *arm("holdout", 100, 5)])
    assert result.needed == clients_needed(7 / 104, 0.05, 0.1)
    assert result.still_needed == result.needed - 1_000


def test_beyond_the_size_planned_it_takes_until_the_interval_is_narrow_enough():
    result = uplift_of([*arm("task", 9_000, 567), *arm("holdout", 1_000, 50)], worthwhile=0.025)
    # 6.3 % against 5 %: neither 0 nor 2.5 points can be left out yet
    assert (result.verdict, result.needed <= 10_000) == ("cannot_tell", True)
    ratio = min((0.013 - result.low) / 0.013, (result.high - 0.013) / 0.012)
    assert result.still_needed == pytest.approx(10_000 * (ratio**2 - 1), abs=1)
    # a fifth more of the same, which is above the number told, settles it
    assert result.still_needed < 2_000
    settled = uplift_of([*arm("task", 10_800, 680), *arm("holdout", 1_200, 60)], worthwhile=0.025)
    assert settled.verdict == "does_not"


def test_nobody_held_back_is_said():
    result = uplift_of(arm("task", 50, 5))
    assert (result.verdict, result.difference, result.still_needed, result.contamination) == (
        "no_holdout",
        None,
        None,
        None,
    )
    assert uplift_of([]).verdict == "no_holdout"


def test_faulty_rows_are_refused():
    with pytest.raises(ValueError, match="twice"):
        uplift_of([*arm("task", 1, 0), *arm("task", 1, 0)])
    with pytest.raises(ValueError, match="above 0"):
        uplift_of(arm("task", 1, 0), worthwhile=0)


def test_inflow_per_client_by_hand():
    rows = [
        InflowRow("task", "S1", 300),
        InflowRow("task", "S1", 100),
        InflowRow("task", "S2", 200),
        InflowRow("holdout", None, 50),
        InflowRow("holdout", None, 150),
        InflowRow("holdout", None, None),
    ]
    result = inflow_difference(rows, seed=3)
    assert (result.difference_fen, result.task_count, result.held_count, result.people, result.unknown) == (
        100,
        3,
        2,
        2,
        1,
    )
    # S1 alone has a mean of 200, S2 alone too; the held back between 50 and 150
    assert (result.low_fen, result.high_fen) == (50, 150)
    assert inflow_difference(rows[::-1], seed=3) == result
    assert inflow_difference(rows[:3], seed=3) is None
    one = inflow_difference([rows[0], *rows[3:]], seed=3)
    assert (one.low_fen, one.high_fen) == (None, None)


def inflow_rows(dice: np.random.Generator, people: int = 30, each: int = 27, held: int = 90) -> list[InflowRow]:
    skill = dice.normal(0, 300, people)
    rows = [InflowRow("task", f"S{person:02d}", int(1_000 + skill[person] + dice.normal(0, 2_000)))
            for person in range(people) for _ in range(each)]  # fmt: skip
    return rows + [InflowRow("holdout", None, int(dice.normal(1_000, 2_000))) for _ in range(held)]


def test_clients_of_one_person_are_drawn_together():
    rows = [InflowRow("task", f"S{number % 4}", 10_000 * (number % 4)) for number in range(400)]
    rows += [InflowRow("holdout", None, 0)] * 100
    clustered = inflow_difference(rows, seed=1)
    spread = inflow_difference([InflowRow(row.arm, f"P{number}" if row.arm == "task" else None, row.net_inflow_fen)
                                for number, row in enumerate(rows)], seed=1)  # fmt: skip
    assert clustered.high_fen - clustered.low_fen > 5 * (spread.high_fen - spread.low_fen)


def inflow_covers(runs: int) -> float:
    dice = np.random.default_rng(11)
    results = [inflow_difference(inflow_rows(dice), seed=run, draws=400) for run in range(runs)]
    return sum(one.low_fen <= 0 <= one.high_fen for one in results) / runs


def simulated(base: float, effect: float, size: int, dice: random.Random) -> list[DrawnClient]:
    """Draw a campaign and let its clients act, some of the held back being called all the same in vain."""
    list_ = [Candidate(f"C{number:05d}", dice.choice("ABC"), dice.randrange(12, 40), dice.choice(["O1", "O2"]))
             for number in range(size)]  # fmt: skip
    arms = draw_arms(dice.randbytes(32), list_).arms
    return [DrawnClient(number, group, dice.random() < base + (effect if group == "task" else 0))
            for number, group in arms.items()]  # fmt: skip


def outcomes(base: float, effect: float, size: int, runs: int, seed: int) -> tuple[float, float]:
    """Return how often the interval covers 0, and how often it lies above."""
    dice = random.Random(seed)
    results = [uplift_of(simulated(base, effect, size, dice)) for _ in range(runs)]
    return (sum(one.low <= 0 <= one.high for one in results) / runs, sum(one.low > 0 for one in results) / runs)


def test_without_an_effect_the_interval_covers_nil():
    covered, _ = outcomes(0.08, 0.0, 600, 60, 5)
    assert covered >= 0.85


def test_what_would_be_needed_is_enough():
    pilot = uplift_of([*arm("task", 180, 29), *arm("holdout", 20, 2)], worthwhile=0.15)
    assert pilot.verdict == "cannot_tell"
    _, shown = outcomes(0.1, 0.15, 200 + pilot.still_needed, 40, 6)
    assert shown >= 0.65


@pytest.mark.soak
@pytest.mark.parametrize("base", [0.05, 0.1, 0.2])
def test_without_an_effect_the_interval_covers_nil_in_93_to_97_of_100(base: float):
    covered, _ = outcomes(base, 0.0, 2_500, 1_000, 17)
    assert 0.93 <= covered <= 0.97


@pytest.mark.soak
@pytest.mark.parametrize("base", [0.03, 0.1])
def test_five_points_are_shown_at_the_size_needed(base: float):
    size = clients_needed(base, 0.05, 0.1)
    _, shown = outcomes(base, 0.05, size, 1_000, 19)
    assert shown >= 0.78


def test_inflow_interval_covers_nil_in_a_few_trials():
    assert inflow_covers(25) >= 0.8


@pytest.mark.soak
def test_inflow_interval_covers_nil_in_many_trials():
    assert 0.92 <= inflow_covers(1_000) <= 0.97
