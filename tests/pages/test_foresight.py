"""The churn model on the screen: one sentence while none is shown, its test beside the yardsticks once one is."""

from __future__ import annotations

from dataclasses import asdict, replace

import numpy as np

from data_access.actor import OperatorActor
from data_access.commands.foresight import ClientScore, store_warning_model
from data_access.database import Database
from data_access.reads.foresight import TrainedModel
from metrics.warning.evaluation import evaluate
from tests.support.apptest import Open
from tests.support.firm import AS_OF

WARNINGS = {"view": "warnings"}
LABELS = np.array([1] * 20 + [0] * 80)
MODEL, POINTS = np.linspace(0.4, 0.0, 100), np.repeat([1, 0, 1, 0], 25)


def brief(scores) -> dict[str, object]:
    return {key: value for key, value in asdict(evaluate(scores, LABELS)).items() if key != "parts"}


def parts(scores) -> list[dict[str, object]]:
    return [asdict(part) for part in evaluate(scores, LABELS).parts]


BACK_TEST = {
    "training": {"first_month": 202405, "last_month": 202409, "rows": 5_000, "losses": 900},
    "test": {"first_month": 202502, "last_month": 202503, "rows": 100, "losses": 20},
    "measures": {"logistic": brief(MODEL), "points": brief(POINTS), "base_rate": brief(np.full(100, 0.18)),
                 "optimum": brief(MODEL)},
    "rated": {"rows": 90, "losses": 18, "model_auc": 0.9, "points_auc": 0.55},
    "parts": {"logistic": parts(MODEL), "points": parts(POINTS), "optimum": parts(MODEL)},
    "months": [{"month": 202502, "rows": 50, "losses": 10, "model_auc": 0.8, "points_auc": None}],
    "refusal": None, "share": 0.5, "is_demo": True,
}  # fmt: skip
TRAINED = TrainedModel("logistic", 202405, 202503, 202502, 3, AS_OF, is_shown=True, features={"tenure": 0.5},
                       back_test=BACK_TEST)  # fmt: skip


def store(firm: Database, model: TrainedModel = TRAINED) -> None:
    scores = [ClientScore(1, 0.05, [("tenure", 0.6931), ("silent", -0.6931)]), ClientScore(5, 0.4, [])]
    store_warning_model(firm, actor=OperatorActor("test"), model=model, scores=lambda _connection: [scores])


def test_without_a_model_the_view_says_what_to_run(open_screen: Open) -> None:
    screen = open_screen("lifecycle", "hq", query=WARNINGS)
    [sentence] = [text for text in screen.says("info") if "churn model" in text]
    assert sentence == ("No churn model has been trained yet: headquarters runs `python -m metrics train-warning`.")
    assert "Chance of loss by the model" not in open_screen("client", "hq", query={"client": "00000001"}).blocks


def test_a_model_that_failed_its_test_is_one_sentence_and_nowhere_a_score(open_screen: Open, firm: Database) -> None:
    store(firm, replace(TRAINED, is_shown=False, back_test={**BACK_TEST, "refusal": "not_above_points"}))
    screen = open_screen("lifecycle", "hq", query=WARNINGS)
    assert any(text.startswith("No churn model is shown. Out of time it does not rank the losses better than the rule "
                               "points. Tried 2025-07-02 10:00.") for text in screen.says("info"))  # fmt: skip
    assert not screen.has_table("Brier score")
    assert "Chance of loss by the model" not in open_screen("client", "hq", query={"client": "00000001"}).blocks


def test_the_back_test_stands_beside_points_base_rate_and_optimum(open_screen: Open, firm: Database) -> None:
    store(firm)
    screen = open_screen("lifecycle", "hq", query=WARNINGS)
    table = screen.table("Forecast", "Brier score")
    assert table["Forecast"].tolist() == ["Logistic regression ✓", "Rule points", "Always the base rate",
                                          "The generator's own optimum"]  # fmt: skip
    # the losses are the first twenty: the model ranks them first; the 50 rows with a point hold all of them
    assert table["Area under the curve (AUC)"].round(4).tolist() == [1.0, 0.8125, 0.5, 1.0]
    assert table["Lift of the top tenth"].round(6).tolist() == [5.0, 2.0, 1.0, 5.0]
    assert table["Closer than the base rate"].tolist()[2] == "+0.00%"
    assert any("measures its generator" in text for text in screen.says("info"))
    notes = "\n".join(screen.says("caption"))
    assert "Training 2024-05 – 2024-09 (5,000 client-months, 900 lost)" in notes
    assert "A fixed 50.0% of the clients was drawn" in notes
    assert {"Lift by tenth", "Calibration"} <= set(screen.blocks)
    assert screen.table("AUC of the model")["AUC of the points"].tolist() == ["–"]


def test_counts_of_the_firm_are_for_those_who_see_the_firm(open_screen: Open, firm: Database) -> None:
    store(firm)
    screen = open_screen("lifecycle", "branch_head", query=WARNINGS)
    assert screen.has_table("Brier score")
    assert "Training 2024-05 – 2024-09; a gap" in "\n".join(screen.says("caption"))
    assert "5,000" not in screen.everything()
    assert "Clients" not in screen.table("AUC of the model").columns


def test_a_client_shows_its_score_its_base_rate_and_its_reasons(open_screen: Open, firm: Database) -> None:
    store(firm)
    screen = open_screen("client", "office_head", query={"client": "00000001"})
    assert screen.cards["Lost within 3 months"] == "5.00%"
    assert "0.2 times the base rate of 20.00%" in screen.says("caption")
    table = screen.table("What moved the score")
    assert table.to_numpy().tolist() == [["Months since the account opened", "up", "2.00"], ["Silent", "down", "0.50"]]


def test_other_months_and_clients_that_were_not_scored_say_so(open_screen: Open, firm: Database) -> None:
    store(firm)

    def said(**query: str) -> list[str]:
        screen = open_screen("client", "hq", query=query)
        assert "Lost within 3 months" not in screen.cards
        return [text for text in screen.says("info") if "score" in text]

    assert said(client="00000001", as_of="2025-05") == ["The model scored 2025-06; other months have no score."]
    assert said(client="00000012") == ["Lost and archived clients are not scored."]
    assert said(client="00000002") == ["This client was not among those scored."]
