"""The words of the churn model, and its stored back-test as a table; loads nothing that fits models."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

import pandas as pd

from domain.months import month_text

FEATURES: dict[str, str] = {
    "assets": "Month-end assets",
    "assets_change_1": "Change of assets on the month",
    "assets_change_3": "Change of assets over three months",
    "assets_change_12": "Change of assets over twelve months",
    "turnover": "Recent turnover",
    "turnover_change": "Change of recent turnover",
    "trades": "Trades in the month",
    "months_since_trade": "Months since the last trade",
    "months_quiet": "Months quiet",
    "net_inflow": "Net inflow against assets",
    "outflow": "Outflow against assets",
    "cash_share": "Share of cash",
    "tenure": "Months since the account opened",
    "first_year": "Account in its first year",
    "tier": "Tier",
    "value": "Trailing net income",
    "on_watch": "On the watch list",
    "not_a_person": "Institution or product",
    "risk_level": "Risk level",
    "silent": "Silent",
    "growing": "Growing",
    "declining": "Declining",
    "contacts": "Contacts in three months",
    "complaints": "Complaints in twelve months",
}
"""Every feature with its wording, the English text being the message id."""
SERVICE_FEATURES = ("contacts", "complaints")
"""Features that rest on what people wrote down."""
REFUSALS = {
    "too_little_history": "Too few months are published for a training, a gap of the horizon and a test.",
    "too_few_losses": "The training or the test holds fewer losses than could prove anything.",
    "not_above_points": "Out of time it does not rank the losses better than the rule points.",
    "not_below_base_rate": "Out of time its probabilities are no closer to what happened than always the base rate.",
}
"""Why a model is not shown, by the code of the back-test; English text, the message id."""
NAMES = {
    "logistic": "Logistic regression", "gradient_boosting": "Gradient boosting", "points": "Rule points",
    "base_rate": "Always the base rate", "optimum": "The generator's own optimum",
}  # fmt: skip
"""Lines of the back-test table by their code; English text, the message id."""


class Stored(Protocol):
    """What a trained and a stored model have in common."""

    @property
    def algorithm(self) -> str | None:
        """The chosen algorithm's code, None where nothing was fitted."""

    @property
    def horizon_months(self) -> int:
        """Months ahead in which a loss counts."""

    @property
    def scored_month(self) -> int:
        """Month of the scores, YYYYMM."""

    @property
    def back_test(self) -> Mapping[str, Any]:
        """What ``metrics.warning.model.back_test`` found."""


def back_test_table(model: Stored) -> pd.DataFrame:
    """Return the lines of the back-test: candidate, area under the curve, lift of the top tenth, Brier score."""
    lines = []
    for code, name in NAMES.items():
        found = model.back_test.get("measures", {}).get(code)
        if found:
            lines.append((code, name, found["auc"], found["top_lift"], found["brier"], code == model.algorithm))
    return pd.DataFrame(lines, columns=["code", "name", "auc", "top_lift", "brier", "is_chosen"])


def window_sentence(model: Stored) -> str:
    """Say what was trained and tested on."""
    body = model.back_test
    if "training" not in body:
        return f"Scored month {month_text(model.scored_month)}; nothing was fitted."
    parts = [
        f"{word} {month_text(one['first_month'])} to {month_text(one['last_month'])}: {one['rows']:,} rows, "
        f"{one['losses']:,} lost"
        for word, one in (("Training", body["training"]), ("test", body["test"]))
    ]
    drawn = "" if body["share"] == 1 else f" A fixed {body['share']:.2%} of the clients was drawn."
    return "; ".join(parts) + f"; lost within {model.horizon_months} months.{drawn}"
