"""The churn model on the screen: its back-test beside the rule points, and the score of one client with its reasons.

A score is a probability and stands apart: it is never added to the points of the rules, nor shown without its test.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from data_access.reads.foresight import WarningModel, read_warning_model, read_warning_scores
from domain.months import month_text
from domain.words import Status
from metrics.figures.foresight import calibration_figure, lift_figure
from metrics.units import NO_DATA
from metrics.warning.words import FEATURES, NAMES, REFUSALS, back_test_table
from pages._ui import states
from pages._ui.components import card, chart
from pages._ui.data import db
from pages._ui.frame import Frame
from pages._ui.grid import grid
from pages._ui.texts import _, moment_text

UNSCORED = (Status.LOST.value, Status.ARCHIVED.value)


def warning_model_panel(frame: Frame) -> None:
    """Draw the back-test of the current model, or one sentence why no model is shown."""
    with db().reading() as connection:
        model = read_warning_model(connection)
    if model is None:
        states.no_data_for_date(_("No churn model has been trained yet: headquarters runs `{command}`.",
                                  command="python -m metrics train-warning"))  # fmt: skip
        return
    if not model.is_shown:
        st.info(f"{_('No churn model is shown.')} {_(REFUSALS[model.back_test['refusal']])} "
                f"{_('Tried {moment}.', moment=moment_text(model.trained_at))}", icon=":material/block:")  # fmt: skip
        return
    if model.back_test["is_demo"]:
        st.info(_("This is a demo firm: the back-test measures its generator, not people. The generator's own optimum "
                  "knows every client's hidden mood and the market to come; nothing can do better on average."),
                icon=":material/science:")  # fmt: skip
    with card(_("Back-test out of time"), _("Fitted on the training months and measured on later ones that it never "
                                            "saw; it beats both the points and the base rate.")):  # fmt: skip
        grid(_table(model), key="back_test", height="content", column_config=_columns())
        st.caption("  \n".join(_notes(model, counts=frame.user.scope.everything)))
        with st.expander(_("Month by month")):
            grid(_by_month(model, counts=frame.user.scope.everything), key="back_test_months", height="content")
    parts = model.back_test["parts"]
    left, right = st.columns(2)
    with left, card(_("Lift by tenth"), _("Losses of each tenth of the clients, the highest scores first, as a "
                                          "multiple of the whole's rate.")):  # fmt: skip
        lines = {_(NAMES[code]): [part["lift"] for part in line] for code, line in parts.items()}
        chart(frame, lift_figure, lines, x_title=_("Tenth of the clients by score (1: highest)"),
              y_title=_("Multiple of the base rate"), key="lift", alt=_("Lift by tenth"))  # fmt: skip
    with right, card(_("Calibration"), _("What was predicted and what happened, one point per tenth of the clients.")):
        own = parts[model.algorithm]
        chart(frame, calibration_figure, [part["score"] for part in own], [part["rate"] for part in own],
              x_title=_("Predicted rate of losses"), y_title=_("Observed rate of losses"),
              names=(_(NAMES[model.algorithm or ""]), _("Predicted = observed")), key="calibration",
              alt=_("Calibration"))  # fmt: skip


def _table(model: WarningModel) -> pd.DataFrame:
    found = back_test_table(model)
    base = model.back_test["measures"]["base_rate"]["brier"]
    return pd.DataFrame({
        _("Forecast"): [f"{_(name)} ✓" if chosen else _(name)
                        for name, chosen in zip(found["name"], found["is_chosen"], strict=True)],
        _("Area under the curve (AUC)"): found["auc"],
        _("Lift of the top tenth"): found["top_lift"],
        _("Brier score"): found["brier"],
        _("Closer than the base rate"): [f"{(base - brier) / base:+.2%}".replace("-", "−") for brier in found["brier"]],
    })  # fmt: skip


def _columns() -> dict[str, Any]:
    number = st.column_config.NumberColumn
    return {
        _("Area under the curve (AUC)"): number(format="%.4f", help=_(
            "The chance that a client who was lost scored higher than one who stayed; 0.5 says nothing.")),
        _("Lift of the top tenth"): number(format="%.2f"),
        _("Brier score"): number(format="%.6f", help=_("Mean squared distance of the probability from what happened; "
                                                       "smaller is better. Points are read as the rate of losses "
                                                       "that each number of points had in the training.")),
    }  # fmt: skip


def _notes(model: WarningModel, *, counts: bool) -> list[str]:
    body = model.back_test
    training, test, rated = body["training"], body["test"], body["rated"]

    def span(one: Mapping[str, Any]) -> str:
        months = f"{month_text(one['first_month'])} – {month_text(one['last_month'])}"
        if not counts:
            return months
        return months + _(
            " ({rows} client-months, {losses} lost)", rows=f"{one['rows']:,}", losses=f"{one['losses']:,}"
        )

    notes = [
        _("Label: lost (account closed or designation withdrawn, R-20) within {count} months; clients already lost or "
          "archived are left out.", count=model.horizon_months),
        _("Training {training}; a gap, so that no label reaches into the test; test {test}.", training=span(training),
          test=span(test)),
        _("Clients rated by points alone: AUC {model} against {points} of the points.",
          model=_ratio(rated["model_auc"]), points=_ratio(rated["points_auc"])),
        _("Fitted anew on {first} – {last}, scores of {scored}; trained {moment}.", first=month_text(model.first_month),
          last=month_text(model.last_month), scored=month_text(model.scored_month),
          moment=moment_text(model.trained_at)),
    ]  # fmt: skip
    if body["share"] < 1:
        notes.append(_("A fixed {share} of the clients was drawn for training and test; every client is scored.",
                       share=f"{body['share']:.1%}"))  # fmt: skip
    return notes


def _by_month(model: WarningModel, *, counts: bool) -> pd.DataFrame:
    lines = pd.DataFrame([
        {_("Month"): month_text(line["month"]), _("Clients"): line["rows"],
         _("Lost within the horizon"): line["losses"], _("AUC of the model"): _ratio(line["model_auc"]),
         _("AUC of the points"): _ratio(line["points_auc"])} for line in model.back_test["months"]
    ])  # fmt: skip
    return lines if counts else lines.drop(columns=[_("Clients"), _("Lost within the horizon")])


def _ratio(value: float | None) -> str:
    return NO_DATA if value is None else f"{value:.4f}"


def client_score(frame: Frame, status: Mapping[str, Any] | None) -> None:
    """Draw the score of one client and what moved it; nothing where no model is shown.

    ``status`` is the client's published row of the month, None before the account opened.
    """
    with db().reading() as connection:
        model = read_warning_model(connection)
        if model is None or not model.is_shown or status is None:
            return
        number = int(status["client_id"])
        found = read_warning_scores(connection, frame.generation, frame.month, frame.scope, [number]).get(number)
    with card(_("Chance of loss by the model"), _("A probability from the firm's own history, apart from the rule "
                                                  "points; its back-test stands on the Lifecycle page.")):  # fmt: skip
        if found is None:
            states.no_data_for_date(_unscored(frame, model, status))
            return
        test = model.back_test["test"]
        base = test["losses"] / test["rows"]
        left, right = st.columns([1, 3])
        left.metric(_("Lost within {count} months", count=model.horizon_months), f"{found.score:.2%}", border=True)
        left.caption(_("{times} times the base rate of {base}", times=f"{found.score / base:.1f}", base=f"{base:.2%}"))
        with right:
            grid(pd.DataFrame([
                {_("What moved the score"): _(FEATURES[name]), _("Direction"): _("up") if effect > 0 else _("down"),
                 _("Odds multiplied by"): f"{math.exp(effect):.2f}"} for name, effect in found.reasons
            ]), key="score_reasons", height="content")  # fmt: skip
            st.caption(_("Against an average client, each feature alone; the strongest first."))


def _unscored(frame: Frame, model: WarningModel, status: Mapping[str, Any]) -> str:
    if frame.month != model.scored_month:
        return _("The model scored {month}; other months have no score.", month=month_text(model.scored_month))
    if status["status"] in UNSCORED:
        return _("Lost and archived clients are not scored.")
    return _("This client was not among those scored.")
