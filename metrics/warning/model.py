"""A model of loss, fitted on history and tested out of time (R-74, K-56); a probability, never mixed with rule points.

``fit`` and ``metrics.warning.evaluation.evaluate`` run on any frame of numbers with 0/1 labels; ``back_test`` judges
candidates on months that begin after every label of the training is known.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
import pandas as pd
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression
from threadpoolctl import threadpool_limits

from domain.months import month_add
from metrics.warning.evaluation import Measures, evaluate

SEED = 20_260
LOGISTIC, BOOSTING = "logistic", "gradient_boosting"
ALGORITHMS = (LOGISTIC, BOOSTING)
LABEL, MONTH, POINTS, TRUTH = "is_lost", "month", "warning_points", "true_chance"
"""Columns of a training frame beside its features."""
REASONS_SHOWN = 4
FEWEST_VARIED = 10
_EDGE = 1e-9


@dataclass(frozen=True)
class FittedModel:
    """A fitted classifier over named features; unknown values take the training median in the logistic regression.

    ``means`` and ``scales`` are of the training rows after unknown values were filled; a feature that hardly varied
    there is not in ``features``.
    """

    algorithm: str
    features: tuple[str, ...]
    medians: np.ndarray
    means: np.ndarray
    scales: np.ndarray
    estimator: Any

    def predict(self, frame: pd.DataFrame) -> np.ndarray:
        """Return the probability of the label 1 per row, in 0 … 1."""
        return self._chances(self._values(frame))

    def effects(self, frame: pd.DataFrame) -> pd.DataFrame:
        """Return how far each feature moved each row's score, in log-odds.

        Logistic regression: coefficient times distance from the training mean; these add up to the row's log-odds less
        those of the mean client. Boosting: the row's log-odds less those with the feature set to the training median.
        """
        values = self._values(frame)
        if self.algorithm == LOGISTIC:
            moved = self._scaled(values) * self.estimator.coef_[0]
        else:
            whole = log_odds(self._chances(values))
            moved = np.empty((len(values), len(self.features)))
            for place, median in enumerate(self.medians):
                plain = values.copy()
                plain[:, place] = median
                moved[:, place] = whole - log_odds(self._chances(plain))
        return pd.DataFrame(moved, columns=list(self.features), index=frame.index)

    def weights(self) -> dict[str, float]:
        """Return the coefficients per standard deviation (logistic regression); empty for boosting."""
        if self.algorithm != LOGISTIC:
            return {}
        return {name: float(weight) for name, weight in zip(self.features, self.estimator.coef_[0], strict=True)}

    def _values(self, frame: pd.DataFrame) -> np.ndarray:
        return frame[list(self.features)].to_numpy(float)

    def _scaled(self, values: np.ndarray) -> np.ndarray:
        scaled: np.ndarray = (np.where(np.isnan(values), self.medians, values) - self.means) / self.scales
        return scaled

    def _chances(self, values: np.ndarray) -> np.ndarray:
        given = self._scaled(values) if self.algorithm == LOGISTIC else values
        with threadpool_limits(1):
            chances: np.ndarray = self.estimator.predict_proba(given)[:, 1]
        return chances


def fit(frame: pd.DataFrame, labels: Sequence[int] | np.ndarray, *, algorithm: str = LOGISTIC,
        seed: int = SEED) -> FittedModel:  # fmt: skip
    """Fit one algorithm on a frame of numbers (NaN is unknown); the same input gives the same model.

    Features that hardly vary (fewer than ``FEWEST_VARIED`` known rows off the commonest value) are left out. Raises
    ``ValueError`` for an unknown algorithm, for labels of one class, and where no feature is left.
    """
    truth = np.asarray(labels, int)
    if algorithm not in ALGORITHMS:
        raise ValueError(f"unknown algorithm {algorithm!r}")
    if len(np.unique(truth)) < 2:
        raise ValueError("nothing to tell apart: all labels are equal")
    varied = [str(name) for name in frame.columns if _varied(frame[name].to_numpy(float)) >= FEWEST_VARIED]
    if not varied:
        raise ValueError("no feature varies")
    values = frame[varied].to_numpy(float)
    medians = np.nanmedian(values, axis=0)
    filled = np.where(np.isnan(values), medians, values)
    means, spread = filled.mean(axis=0), filled.std(axis=0)
    scales = np.where(spread > 0, spread, 1.0)
    estimator: Any
    if algorithm == LOGISTIC:
        estimator, given = LogisticRegression(max_iter=1000, random_state=seed), (filled - means) / scales
    else:
        estimator = HistGradientBoostingClassifier(
            learning_rate=0.04, max_iter=120, max_leaf_nodes=8, min_samples_leaf=min(200, max(20, len(truth) // 50)),
            l2_regularization=5.0, early_stopping=False, random_state=seed)  # fmt: skip
        given = values
    with threadpool_limits(1):
        estimator.fit(given, truth)
    return FittedModel(algorithm, tuple(varied), medians, means, scales, estimator)


def _varied(values: np.ndarray) -> int:
    """Return how many known values differ from the commonest one."""
    counts = np.unique(values[~np.isnan(values)], return_counts=True)[1]
    return int(counts.sum() - counts.max()) if len(counts) else 0


def log_odds(chances: np.ndarray) -> np.ndarray:
    """Return the log-odds of probabilities, kept finite."""
    kept = np.clip(chances, _EDGE, 1 - _EDGE)
    odds: np.ndarray = np.log(kept / (1 - kept))
    return odds


def strongest(effects: pd.DataFrame, count: int = REASONS_SHOWN) -> list[list[tuple[str, float]]]:
    """Return per row the features that moved the score most, the strongest first, with their log-odds effect."""
    names, values = list(effects.columns), effects.to_numpy(float)
    order = np.argsort(-np.abs(values), axis=1, kind="stable")[:, :count]
    return [[(names[place], round(float(line[place]), 3)) for place in places if round(float(line[place]), 3)]
            for line, places in zip(values, order, strict=True)]  # fmt: skip


@dataclass(frozen=True)
class Split:
    """Months of a back-test, each list in order: labels of the training end before the first month of the test."""

    training: tuple[int, ...]
    test: tuple[int, ...]


TEST_MONTHS, WARM_UP, FEWEST_TRAINING = 6, 12, 6
FEWEST_LOSSES = 30
"""Losses, and clients kept, that the training and the test must each hold: fewer prove nothing either way."""


def split_months(months: Sequence[int], horizon: int) -> Split | None:
    """Choose months for training and test, or None where history is too short.

    The test takes the last months whose label is known, six or a quarter of what there is. The first year serves as the
    past of the others where six months of training remain, else the first quarter of a year does.
    """
    labelled = sorted(months)[: -horizon or None]
    count = min(TEST_MONTHS, max(1, len(labelled) // 4))
    test = tuple(labelled[len(labelled) - count :])
    known = [month for month in labelled if test and month_add(month, horizon) < test[0]]
    warm = WARM_UP if len(known) - WARM_UP >= FEWEST_TRAINING else 3
    training = tuple(known[warm:])
    return Split(training, test) if training and test else None


@dataclass(frozen=True)
class BackTest:
    """What the test months said of every candidate; ``chosen`` is None where nothing could be fitted.

    ``refusal`` is the reason why the model is not shown, None where it is: ``too_little_history``, ``too_few_losses``,
    ``not_above_points`` (area under the curve, on all clients or on the rated ones) or ``not_below_base_rate`` (Brier).
    """

    chosen: str | None
    refusal: str | None
    body: dict[str, Any]
    model: FittedModel | None = None


def back_test(frame: pd.DataFrame, features: Sequence[str], split: Split) -> BackTest:
    """Fit both algorithms on the training months and measure them on the test months, beside the yardsticks.

    ``frame`` holds the features, ``month``, ``is_lost`` and ``warning_points`` (NaN: not rated), and ``true_chance``
    where it is known. The candidate with the larger area under the curve is chosen, a tie goes to the smaller Brier
    score. It is shown only where its area beats that of the points, on all clients (those not rated counting 0 points)
    and on the rated ones, and its Brier score beats "always the base rate" of the training.
    """
    training = frame[frame[MONTH].isin(split.training)]
    test = frame[frame[MONTH].isin(split.test)]
    learnt, truth = training[LABEL].to_numpy(int), test[LABEL].to_numpy(int)
    body: dict[str, Any] = {
        "training": _window(split.training, learnt), "test": _window(split.test, truth), "measures": {},
    }  # fmt: skip
    if min(_rarer(learnt), _rarer(truth)) < FEWEST_LOSSES:
        return BackTest(None, "too_few_losses", body)
    models = {name: fit(training[list(features)], learnt, algorithm=name) for name in ALGORITHMS}
    scores = {name: model.predict(test) for name, model in models.items()}
    measured = {name: evaluate(given, truth) for name, given in scores.items()}
    chosen = max(ALGORITHMS, key=lambda name: (measured[name].auc or 0, -(measured[name].brier or 0)))
    points = _points(test)
    measured["points"] = evaluate(points, truth)
    measured["base_rate"] = evaluate(np.full(len(truth), learnt.mean()), truth)
    by_points = evaluate(_rates(_points(training), learnt, points), truth)
    if TRUTH in test:
        measured["optimum"] = evaluate(test[TRUTH].to_numpy(float), truth)
    rated = test[POINTS].notna().to_numpy()
    rated_model = evaluate(scores[chosen][rated], truth[rated]) if rated.any() else None
    rated_points = evaluate(points[rated], truth[rated]) if rated.any() else None
    body["measures"] = {name: _brief(one) for name, one in measured.items()}
    body["measures"]["points"]["brier"] = by_points.brier
    body["rated"] = {
        "rows": int(rated.sum()),
        "losses": int(truth[rated].sum()),
        "model_auc": rated_model and rated_model.auc,
        "points_auc": rated_points and rated_points.auc,
    }
    body["parts"] = {name: [asdict(part) for part in measured[name].parts]
                     for name in (chosen, "points", "optimum") if name in measured}  # fmt: skip
    body["months"] = _by_month(test, scores[chosen], points)
    return BackTest(chosen, _refusal(measured, chosen, body["rated"]), body, models[chosen])


def _refusal(measured: Mapping[str, Measures], chosen: str, rated: Mapping[str, Any]) -> str | None:
    model = measured[chosen]
    pairs = [(model.auc, measured["points"].auc), (rated["model_auc"], rated["points_auc"])]
    if any(one is not None and other is not None and one <= other for one, other in pairs):
        return "not_above_points"
    brier, base = model.brier, measured["base_rate"].brier
    return "not_below_base_rate" if brier is None or base is None or brier >= base else None


def _rarer(labels: np.ndarray) -> int:
    """Return how many rows carry the rarer label."""
    return int(min(labels.sum(), len(labels) - labels.sum()))


def _points(frame: pd.DataFrame) -> np.ndarray:
    return frame[POINTS].fillna(0).to_numpy(float)


def _rates(learnt_points: np.ndarray, learnt: np.ndarray, points: np.ndarray) -> np.ndarray:
    """Return the training's rate of losses for each number of points; the whole's where a number is new."""
    rates = np.full(len(points), learnt.mean())
    for value in np.unique(learnt_points):
        rates[points == value] = learnt[learnt_points == value].mean()
    return rates


def _brief(one: Measures) -> dict[str, Any]:
    return {key: value for key, value in asdict(one).items() if key != "parts"}


def _window(months: Sequence[int], labels: np.ndarray) -> dict[str, Any]:
    return {"first_month": months[0], "last_month": months[-1], "rows": len(labels), "losses": int(labels.sum())}


def _by_month(test: pd.DataFrame, scores: np.ndarray, points: np.ndarray) -> list[dict[str, Any]]:
    lines = []
    for month in sorted(test[MONTH].unique()):
        rows = (test[MONTH] == month).to_numpy()
        truth = test.loc[rows, LABEL].to_numpy(int)
        lines.append(
            {
                "month": int(month),
                "rows": len(truth),
                "losses": int(truth.sum()),
                "model_auc": evaluate(scores[rows], truth).auc,
                "points_auc": evaluate(points[rows], truth).auc,
            }
        )
    return lines
