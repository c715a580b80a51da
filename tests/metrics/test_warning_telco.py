"""The same fit and evaluation on a public book of churn with known results: 7,043 telephone clients."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from metrics.warning.evaluation import evaluate
from metrics.warning.model import ALGORITHMS, LOGISTIC, fit

TELCO = Path(__file__).resolve().parents[3] / "shared" / "data" / "telco_churn" / "Telco-Customer-Churn.csv"
SEED = 1
NUMBERS = ["SeniorCitizen", "tenure", "MonthlyCharges", "TotalCharges"]

pytestmark = pytest.mark.skipif(not TELCO.exists(), reason=f"the public churn data are not there: {TELCO}")


def telco() -> tuple[pd.DataFrame, np.ndarray, np.ndarray]:
    """Features (words as 0/1 columns, eleven unknown charges as NaN), labels, and the seeded 30 % of the test."""
    raw = pd.read_csv(TELCO)
    numbers = raw[NUMBERS].apply(pd.to_numeric, errors="coerce")
    words = pd.get_dummies(raw.drop(columns=["customerID", "Churn", *NUMBERS]), dtype=float)
    labels = (raw["Churn"] == "Yes").to_numpy(int)
    random, test = np.random.default_rng(SEED), np.zeros(len(raw), bool)
    for label in (0, 1):  # the same 30 % of the lost and of the kept
        of_class = random.permutation(np.flatnonzero(labels == label))
        test[of_class[: round(0.3 * len(of_class))]] = True
    return pd.concat([numbers, words], axis=1), labels, test


@pytest.mark.parametrize("algorithm", ALGORITHMS)
def test_telco_churn_is_ranked_and_calibrated_as_is_known_of_it(algorithm, capsys):
    frame, labels, test = telco()
    assert (len(frame), labels.sum(), test.sum()) == (7_043, 1_869, 2_113)
    model = fit(frame[~test], labels[~test], algorithm=algorithm)
    found = evaluate(model.predict(frame[test]), labels[test])
    base = evaluate(np.full(test.sum(), labels[~test].mean()), labels[test])
    with capsys.disabled():
        print(f"\n{algorithm}: AUC {found.auc:.4f}, lift of the top tenth {found.top_lift:.2f}, "
              f"Brier {found.brier:.4f}; base rate: AUC {base.auc:.4f}, lift 1.00, Brier {base.brier:.4f}")  # fmt: skip
    assert 0.83 < found.auc < 0.86
    assert found.top_lift > 2.6
    assert found.brier < 0.145 < 0.195 < base.brier
    # predicted and observed rates of every tenth agree within what chance allows on 211 clients
    assert max(abs(part.score - part.rate) for part in found.parts) < 0.11


def test_reasons_name_what_is_known_to_hold_telco_clients():
    frame, labels, test = telco()
    effects = fit(frame[~test], labels[~test], algorithm=LOGISTIC).effects(frame[test])
    longest, newest = frame[test]["tenure"].idxmax(), frame[test]["tenure"].idxmin()
    assert effects.loc[longest, "tenure"] < -0.5 < 0.5 < effects.loc[newest, "tenure"]
