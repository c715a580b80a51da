"""The generator's own chances of loss agree with the losses that it then makes."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from data_access.demo.behaviour import EMPTIED, HERE, Behaviour, Called, archiving_chance, loss_chance
from data_access.demo.hazards import Truth, true_chances
from data_access.demo.profiles import draw_profiles
from domain.months import month_range

MONTHS = tuple(month_range(202301, 202412))
CALLED = tuple(Called(at, 0.2, tuple(range(0, 8_000, 3))) for at in (13, 14))
TRUTH = Truth(3, 8_000, MONTHS, tuple(0.05 if at % 3 else -0.06 for at in range(24)), (1.0,) * 24, CALLED)


def lived(until: int) -> Behaviour:
    firm = Behaviour(TRUTH.seed, draw_profiles(TRUTH.seed, TRUTH.clients, list(MONTHS)))
    for at in range(until + 1):
        firm.hear(CALLED, at)
        firm.advance(at, TRUTH.market_returns[at], TRUTH.busyness[at])
    return firm


def test_chances_add_up_to_the_losses_in_every_mood():
    at, horizon = 11, 6
    before = lived(at)
    here = (before.place == HERE) & (before.profiles.opened_at <= at)
    mood, archived = before.mood.copy(), before.archived.copy()
    [(month, chances)] = true_chances(TRUTH, [MONTHS[at]], horizon)
    lost = np.zeros(TRUTH.clients, bool)
    for now in range(at + 1, at + horizon + 1):
        before.hear(CALLED, now)
        before.advance(now, TRUTH.market_returns[now], TRUTH.busyness[now])
        lost |= before.left_at == now
    assert month == MONTHS[at]
    assert chances[~here].max() == 0
    for group in [here & ~archived & (mood == one) for one in range(4)] + [here & archived]:
        wanted, spread = chances[group].sum(), np.sqrt((chances[group] * (1 - chances[group])).sum())
        assert abs(lost[group].sum() - wanted) < 3 * spread + 0.5


def test_one_month_ahead_is_the_chance_after_the_moods_have_changed():
    at = 6
    firm = lived(at)
    [(_month, chances)] = true_chances(TRUTH, [MONTHS[at]], 1)
    resting = (firm.place == HERE) & ~firm.archived & (firm.mood == EMPTIED) & (firm.profiles.opened_at < at - 40)
    # an emptied client of long standing wakes at 0.0045 by the clipped factor 1.2, else leaves at 0.0115 x 0.8
    woken = 0.0045 * 1.2
    assert chances[resting] == pytest.approx((1 - woken) * 0.0115 * 0.8 + woken * 0.0024 * 0.8)
    assert resting.sum() > 300


def test_chances_of_leaving_and_of_archiving():
    moods, tenure = np.array([0, 3, 3]), np.array([5, 40, 20])
    assert loss_chance(moods, tenure, -0.05, archived=False) == pytest.approx([0.00414, 0.01058, 0.0145475])
    assert loss_chance(moods, tenure, 0.0, archived=True) == pytest.approx([0.00072, 0.00184, 0.00253])
    assert archiving_chance(5, np.array([24, 25])).tolist() == [0.0, 0.12]
    assert archiving_chance(6, np.array([99])).tolist() == [0.0]


def test_the_same_chances_are_given_however_many_months_are_asked():
    several = dict(true_chances(TRUTH, [MONTHS[4], MONTHS[8]], 3))
    [(_month, alone)] = true_chances(TRUTH, [MONTHS[8]], 3)
    assert np.array_equal(several[MONTHS[8]], alone)


def test_questions_beyond_the_truth_are_refused():
    for truth, months, horizon in ((TRUTH, [MONTHS[4]], 25), (TRUTH, [MONTHS[21]], 3),
                                   (replace(TRUTH, months=MONTHS[:5]), [MONTHS[4]], 1)):  # fmt: skip
        with pytest.raises(ValueError, match=r"exact for|end after"):
            list(true_chances(truth, months, horizon))
