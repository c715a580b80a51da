"""The churn model: known answers of the measures, no leakage, determinism, reasons that add up, refusal to show."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.months import month_add, month_range
from metrics.warning.evaluation import evaluate
from metrics.warning.model import (
    ALGORITHMS,
    BOOSTING,
    FEWEST_LOSSES,
    LABEL,
    LOGISTIC,
    MONTH,
    POINTS,
    Split,
    back_test,
    fit,
    log_odds,
    split_months,
    strongest,
)


def test_measures_of_ten_rows_worked_out_by_hand():
    found = evaluate([0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.0], [1, 0, 1, 0, 0, 0, 0, 0, 0, 0])
    # of 16 pairs the first loss wins all 8, the second 7
    assert (found.rows, found.losses, found.rate, found.auc, found.top_lift) == (10, 2, 0.2, 15 / 16, 5.0)
    assert found.brier == pytest.approx((0.01 + 0.64 + 0.09 + 0.36 + 0.25 + 0.16 + 0.09 + 0.04 + 0.01) / 10)
    assert [part.rate for part in found.parts] == [1, 0, 1, 0, 0, 0, 0, 0, 0, 0]
    assert [part.score for part in found.parts] == pytest.approx([0.9, 0.8, 0.7, 0.6, 0.5, 0.4, 0.3, 0.2, 0.1, 0.0])
    assert [part.lift for part in found.parts][:3] == pytest.approx([5, 0, 5])


def test_a_constant_says_nothing_and_its_brier_is_the_variance():
    found = evaluate(np.full(40, 0.25), [1] * 10 + [0] * 30)
    assert (found.auc, found.brier) == (0.5, pytest.approx(0.25 * 0.75))
    assert [part.lift for part in found.parts] == pytest.approx([1.0] * 10)


def test_equal_scores_share_their_losses_so_that_the_order_of_rows_never_matters():
    # 15 rows of score 2 hold 5 losses, 5 of score 1 none: the top tenth is 2 rows at 5/15 each
    scores, labels = [2] * 15 + [1] * 5, [1] * 5 + [0] * 15
    found = evaluate(scores, labels)
    assert found.top_lift == pytest.approx((5 / 15) / (5 / 20))
    assert evaluate(scores[::-1], labels[::-1]) == found


def test_a_row_on_a_cut_counts_in_both_parts():
    # fifteen rows, 1.5 in each part: the single loss, second from the top, lies half in the first part
    found = evaluate(np.arange(15)[::-1], [0, 1] + [0] * 13)
    assert [part.rate * part.rows for part in found.parts][:3] == pytest.approx([0.5, 0.5, 0])


def test_points_have_no_brier_score_and_one_class_no_area():
    assert evaluate([3, 2, 0], [1, 0, 0]).brier is None
    one_class = evaluate([0.3, 0.2], [0, 0])
    assert (one_class.auc, one_class.top_lift, one_class.brier) == (None, None, pytest.approx(0.065))
    for scores, labels in (([], []), ([0.1], [0, 1]), ([float("nan")], [1])):
        with pytest.raises(ValueError, match=r"scores for|not a number"):
            evaluate(scores, labels)


def two_cells(rows: int = 400) -> tuple[pd.DataFrame, np.ndarray]:
    """Half of the clients carry x = 1 and are lost at 1 in 2, the others at 1 in 10; ``noise`` says nothing."""
    x = np.repeat([1.0, 0.0], rows // 2)
    labels = np.concatenate([np.arange(rows // 2) % 2 == 0, np.arange(rows // 2) % 10 == 0]).astype(int)
    noise = (np.arange(rows) // 10 % 5).astype(float)
    return pd.DataFrame({"x": x, "noise": noise, "same": 7.0}), labels


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_both_algorithms_find_the_rates_of_two_cells(algorithm):
    frame, labels = two_cells(2_000)
    model = fit(frame, labels, algorithm=algorithm)
    assert model.features == ("x", "noise")
    scores = model.predict(frame)
    assert scores[:1000].mean() == pytest.approx(0.5, abs=0.02)
    assert scores[1000:].mean() == pytest.approx(0.1, abs=0.02)
    assert scores.mean() == pytest.approx(labels.mean(), abs=0.005)


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_the_same_rows_give_the_same_model(algorithm):
    frame, labels = two_cells()
    first, second = (fit(frame, labels, algorithm=algorithm) for _ in range(2))
    assert first.predict(frame).tolist() == second.predict(frame).tolist()
    assert first.effects(frame).equals(second.effects(frame))


def test_reasons_of_a_logistic_regression_add_up_to_its_log_odds():
    frame, labels = two_cells()
    frame.loc[3, "noise"] = np.nan
    model = fit(frame, labels)
    effects = model.effects(frame)
    mean_client = float(model.estimator.intercept_[0])
    assert (effects.sum(axis=1) + mean_client).to_numpy() == pytest.approx(log_odds(model.predict(frame)))
    assert effects["x"].mean() == pytest.approx(0, abs=1e-12)
    # an unknown value stands at the training median
    assert effects.loc[3, "noise"] == pytest.approx(effects.loc[frame["noise"] == 2, "noise"].iloc[0])


def test_reasons_of_boosting_are_what_putting_the_median_in_would_change():
    frame, labels = two_cells(2_000)
    frame["x"] = np.where(np.arange(2_000) < 900, 1.0, 0.0)
    model = fit(frame, labels, algorithm=BOOSTING)
    effects = model.effects(frame)
    plain = frame.assign(x=0.0)
    wanted = log_odds(model.predict(frame)) - log_odds(model.predict(plain))
    assert effects["x"].to_numpy() == pytest.approx(wanted)
    assert effects["x"][:900].min() > 1
    assert effects["x"][900:].abs().max() == 0


def test_the_strongest_reasons_come_first_and_nothing_is_no_reason():
    effects = pd.DataFrame({"a": [0.1, 0.0], "b": [-0.9, 0.0004], "c": [0.5, 0.2]})
    assert strongest(effects, 2) == [[("b", -0.9), ("c", 0.5)], [("c", 0.2)]]


def test_wrong_questions_are_refused():
    frame, labels = two_cells()
    with pytest.raises(ValueError, match="unknown algorithm"):
        fit(frame, labels, algorithm="oracle")
    with pytest.raises(ValueError, match="all labels are equal"):
        fit(frame, np.zeros(len(frame)))
    with pytest.raises(ValueError, match="no feature varies"):
        fit(frame[["same"]], labels)


def test_three_years_are_split_with_a_gap_of_the_horizon():
    months = month_range(202311, 202610)
    assert split_months(months, 3) == Split(tuple(month_range(202411, 202510)), tuple(month_range(202602, 202607)))


@settings(max_examples=200, deadline=None)
@given(count=st.integers(0, 80), horizon=st.integers(1, 12))
def test_every_label_of_the_training_is_known_before_the_test_begins(count, horizon):
    months = [month_add(202001, step) for step in range(count)]
    split = split_months(months, horizon)
    if split is None:
        assert count <= 2 * horizon + 9
        return
    assert month_add(split.training[-1], horizon) < split.test[0]
    assert month_add(split.test[-1], horizon) == months[-1]
    assert split.training[0] >= months[3]


def book(*, signal: float, points_know: bool = False, seed: int = 1) -> tuple[pd.DataFrame, Split]:
    """Eight months of 500 clients: ``x`` moves the log-odds of loss by ``signal``; points may know the loss itself."""
    random = np.random.default_rng(seed)
    split = Split(tuple(month_range(202501, 202504)), tuple(month_range(202507, 202508)))
    rows = []
    for month in month_range(202501, 202508):
        x, other = random.normal(size=500), random.normal(size=500)
        lost = (random.random(500) < 1 / (1 + np.exp(2.5 - signal * x))).astype(int)
        points = lost * 2.0 if points_know else random.integers(0, 3, 500).astype(float)
        rows.append(pd.DataFrame({"x": x, "other": other, MONTH: month, LABEL: lost, POINTS: points}))
    return pd.concat(rows, ignore_index=True), split


def test_a_model_that_beats_points_and_base_rate_is_shown():
    frame, split = book(signal=1.5)
    test = back_test(frame, ["x", "other"], split)
    assert (test.chosen, test.refusal) == (LOGISTIC, None)
    measures = test.body["measures"]
    assert measures[LOGISTIC]["auc"] > 0.75 > 0.6 > measures["points"]["auc"]
    assert measures[LOGISTIC]["brier"] < measures["base_rate"]["brier"]
    assert measures["base_rate"]["auc"] == 0.5
    assert test.body["training"] == {"first_month": 202501, "last_month": 202504, "rows": 2000,
                                     "losses": int(frame[LABEL][:2000].sum())}  # fmt: skip
    assert [line["month"] for line in test.body["months"]] == [202507, 202508]


def test_a_model_that_does_not_beat_the_points_is_not_shown():
    frame, split = book(signal=1.5, points_know=True)
    assert back_test(frame, ["x"], split).refusal == "not_above_points"


def test_points_are_judged_on_the_rated_clients_too():
    # the points know every loss among the rated, and most clients are not rated
    frame, split = book(signal=1.5, points_know=True)
    frame.loc[frame.index % 10 > 0, POINTS] = np.nan
    test = back_test(frame, ["x"], split)
    assert test.body["measures"][LOGISTIC]["auc"] > test.body["measures"]["points"]["auc"]
    assert test.body["rated"]["points_auc"] == 1.0
    assert test.refusal == "not_above_points"


def test_a_model_no_closer_than_the_base_rate_is_not_shown():
    frame, split = book(signal=0.0, seed=4)
    test = back_test(frame, ["x"], split)
    assert test.refusal in {"not_above_points", "not_below_base_rate"}
    # the losses turn round after the training: ranks and probabilities are wrong
    frame, split = book(signal=1.5)
    later = frame[MONTH] > 202504
    frame.loc[later, "x"] = -frame.loc[later, "x"]
    frame[POINTS] = np.where(frame[LABEL] == 1, 0.0, 1.0)
    assert back_test(frame, ["x"], split).refusal == "not_below_base_rate"


def test_nothing_after_the_training_reaches_the_model():
    frame, split = book(signal=1.5)
    whole = back_test(frame, ["x", "other"], split)
    known = frame[MONTH] <= split.training[-1]
    alone = fit(frame.loc[known, ["x", "other"]], frame.loc[known, LABEL].to_numpy())
    assert alone.weights() == whole.model.weights()
    # the months of the gap, whose labels reach into the test, change nothing at all
    gap = ~known & (frame[MONTH] < split.test[0])
    frame.loc[gap, ["x", "other"]] = 1e9
    frame.loc[gap, LABEL] = 1 - frame.loc[gap, LABEL]
    assert back_test(frame, ["x", "other"], split).body == whole.body


def test_a_book_with_too_few_losses_gives_no_model():
    frame, split = book(signal=1.5)
    later = frame[MONTH].isin(split.test)
    losses = frame.index[later & (frame[LABEL] == 1)]
    frame.loc[losses[FEWEST_LOSSES:], LABEL] = 0
    assert back_test(frame, ["x"], split).chosen in ALGORITHMS
    frame.loc[losses[0], LABEL] = 0
    test = back_test(frame, ["x"], split)
    assert (test.chosen, test.refusal, test.model) == (None, "too_few_losses", None)


def test_a_feature_that_hardly_varies_is_left_out():
    frame, labels = two_cells()
    frame["rare"] = 0.0
    frame.loc[:8, "rare"] = 1.0
    frame["unknown"] = np.nan
    assert fit(frame, labels).features == ("x", "noise")
    frame.loc[9, "rare"] = 1.0
    assert fit(frame, labels).features == ("x", "noise", "rare")
