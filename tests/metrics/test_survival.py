from __future__ import annotations

import csv
import math
import random
import warnings

import pytest

from data_access.reads.survival import CohortMonth, Lives
from data_access.settings import ROOT
from metrics.survival import Cohort, cohorts, fit_survival, survival_by_group

TELCO = ROOT.parent / "shared" / "data" / "telco_churn" / "Telco-Customer-Churn.csv"


def test_a_curve_worked_out_by_hand():
    # 10 clients: 2 lost after 2 months, 1 out of sight after 3, 3 lost after 5, 4 out of sight after 6
    curve = fit_survival([Lives("C", 2, True, 2), Lives("C", 3, False, 1), Lives("C", 5, True, 3),
                          Lives("C", 6, False, 4)])  # fmt: skip
    assert curve is not None
    assert curve.months == (0, 2, 3, 5, 6)
    assert curve.share == pytest.approx((1, 8 / 10, 8 / 10, 8 / 10 * 4 / 7, 8 / 10 * 4 / 7))
    assert curve.at_risk == (10, 10, 8, 7, 4)
    assert (curve.median, curve.clients, curve.lost) == (5.0, 10, 5)
    # Greenwood on the log-log scale after two months: var = (1/ln 0.8)^2 * 2/(10*8)
    wide = 1.959964 * math.sqrt(2 / 80) / abs(math.log(0.8))
    assert curve.lower[1] == pytest.approx(0.8 ** math.exp(wide), abs=1e-6)
    assert curve.upper[1] == pytest.approx(0.8 ** math.exp(-wide), abs=1e-6)


def test_counts_weigh_as_many_single_lives():
    grouped = fit_survival([Lives("A", 1, True, 3), Lives("A", 4, False, 5)])
    single = fit_survival([Lives("A", 1, True, 1)] * 3 + [Lives("A", 4, False, 1)] * 5)
    assert grouped == single


@pytest.mark.parametrize("seed", range(12))
def test_curves_are_those_of_scipy_to_the_last_digit(seed):
    from scipy.stats import CensoredData, ecdf

    dice = random.Random(seed)
    some = [Lives("A", dice.randint(1, 36), seed % 4 == 3 or dice.random() < 0.5, dice.randint(1, 400))
            for _ in range(seed * 2 + 1)]  # fmt: skip
    each = {is_lost: [one.months for one in some for _ in range(one.count) if one.lost is is_lost]
            for is_lost in (True, False)}  # fmt: skip
    expected = ecdf(CensoredData(uncensored=each[True], right=each[False])).sf
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", RuntimeWarning)
        band = expected.confidence_interval(0.95, method="log-log")
    curve = fit_survival(some)
    assert list(curve.months[1:]) == expected.quantiles.tolist()
    assert list(curve.share[1:]) == expected.probabilities.tolist()
    for ends, told in ((band.low, curve.lower), (band.high, curve.upper)):
        assert list(told[1:]) == [one if math.isnan(end) else end
                                  for end, one in zip(ends.probabilities, curve.share[1:], strict=True)]  # fmt: skip


@pytest.mark.parametrize(("life", "share", "median"), [(Lives("A", 12, False, 7), 1.0, None),
                                                       (Lives("A", 3, True, 2), 0.0, 3.0)])  # fmt: skip
def test_nobody_lost_and_everybody_lost(life, share, median):
    curve = fit_survival([life])
    assert curve is not None
    assert (curve.share[-1], curve.median) == (share, median)
    assert curve.lower[-1] <= share <= curve.upper[-1]


def test_groups_have_curves_of_their_own_and_nothing_has_none():
    curves = survival_by_group([Lives("A", 2, False, 1), Lives("B", 2, True, 1), Lives("C", 2, True, 0)])
    assert {group: curve.lost for group, curve in curves.items()} == {"A": 0, "B": 1}
    assert fit_survival([]) is None


def test_cohorts_keep_what_is_left_of_them_at_each_quarters_end():
    lines = [CohortMonth(202403, 202401, 60, 0, 0), CohortMonth(202403, 202403, 40, 10, 0),
             CohortMonth(202403, 202405, 0, 20, 5), CohortMonth(202409, 202407, 10, 0, 0)]  # fmt: skip
    assert cohorts(lines, 202411) == [Cohort(202403, 100, (0.9, 0.75, 0.75)), Cohort(202409, 10, (1.0,))]
    assert cohorts([], 202411) == []


def test_telco_medians_by_contract():
    if not TELCO.exists():
        pytest.skip(f"no file {TELCO}")
    with TELCO.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    curves = survival_by_group(Lives(row["Contract"], int(row["tenure"]), row["Churn"] == "Yes", 1) for row in rows)
    assert len(rows) == 7043
    assert {group: (curve.clients, curve.lost, curve.median) for group, curve in curves.items()} == {
        "Month-to-month": (3875, 1655, 35.0), "One year": (1473, 166, None), "Two year": (1695, 48, None)}  # fmt: skip
