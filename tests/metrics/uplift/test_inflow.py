"""The interval of the net inflow is that of the people and of the lone clients drawn anew, one draw at a time."""

from __future__ import annotations

import random

import numpy as np
import pytest

from metrics.uplift.inflow import InflowRow, inflow_difference

DRAWS = 300


def drawn_one_by_one(rows: list[InflowRow], seed: int) -> tuple[float, float]:
    """Draw people and lone held-back clients of one campaign, each draw added up by itself."""
    people = sorted({row.staff_no for row in rows if row.staff_no is not None})
    alone = np.array(sorted(row.net_inflow_fen for row in rows if row.staff_no is None and row.arm == "holdout"))
    dice = np.random.default_rng(seed)
    times = dice.multinomial(len(people), np.full(len(people), 1 / len(people)), size=DRAWS)
    picked = dice.integers(0, len(alone), size=(DRAWS, len(alone))) if len(alone) else np.zeros((DRAWS, 0), int)
    spread = []
    for counts, places in zip(times, picked, strict=True):
        money, clients = [0, 0], [0, 0]
        for row in rows:
            side = row.arm == "holdout"
            if row.staff_no is not None:
                often = counts[people.index(row.staff_no)]
            elif side:
                continue  # drawn below
            else:
                often = 1
            money[side] += often * row.net_inflow_fen
            clients[side] += often
        money[1] += sum(int(alone[place]) for place in places)
        clients[1] += len(places)
        if all(clients):
            spread.append(money[0] / clients[0] - money[1] / clients[1])
    low, high = np.quantile(spread, [0.025, 0.975])
    return low, high


@pytest.mark.parametrize("seed", range(6))
def test_the_interval_is_that_of_draws_added_up_one_by_one(seed: int):
    chance = random.Random(seed)
    people = [f"S{number}" for number in range(chance.randint(2, 9))]
    rows = [
        InflowRow(chance.choice(["task", "task", "holdout"]), chance.choice([None, *people]),
                  chance.choice([0, 0, chance.randint(-10**8, 10**9)]), "K1")
        for _ in range(chance.choice([25, 60]))
    ]  # fmt: skip
    found = inflow_difference(rows, seed=seed, draws=DRAWS)
    assert found is not None
    assert found.low_fen is not None
    # to a hundred-thousandth of a fen
    assert (found.low_fen, found.high_fen) == pytest.approx(drawn_one_by_one(rows, seed), abs=1e-5, rel=1e-12)
