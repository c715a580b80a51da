"""Client flow and churn: who came, left and returned in a period, and what was lost with them (K-50 to K-52)."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pandas as pd
import streamlit as st

from data_access.reads.losses import LossFilter, TierLosses
from data_access.reads.periods import period_months
from domain.campaigns import Source
from domain.months import month_add
from domain.words import ClientKind, Tier
from metrics.figures.flow import waterfall_figure
from metrics.flow import flow_total
from metrics.terms import FLOW_TERMS
from metrics.units import COUNT, YUAN, write_value
from pages._ui import cached, states
from pages._ui.campaigns.button import campaign_button
from pages._ui.campaigns.carried import carried
from pages._ui.components import card, chart, figures, how_made, kpi_row
from pages._ui.exports import export_button
from pages._ui.filters import choice, choices, switch
from pages._ui.frame import Frame
from pages._ui.grid import grid
from pages._ui.lifecycle import reads as lifecycle_reads
from pages._ui.lifecycle.losses import rows_gone, show_losses, span_words
from pages._ui.links import export_params
from pages._ui.profiles.narrow import says_not_narrowed, without_tiers
from pages._ui.tables import yuan
from pages._ui.texts import _, label, labels

PERIODS = {"month": "Month", "quarter": "Quarter so far", "year": "Year so far", "12m": "12 months"}
HEADLINES = ["new_clients", "lost_clients", "returned_clients", "churn_rate", "return_rate", "net_churn_rate"]
RATES = ["lost_clients", "churn_rate", "returned_clients", "return_rate", "net_churn_rate"]
WORTH = ["lost_assets_before", "lost_income_before"]
SPLITS = {"tier": "Tier before", "branch": "Branch company", "office": "Business office", "client_kind": "Client kind"}


def show(frame: Frame) -> None:
    """Draw the view."""
    kpi_row(frame, HEADLINES)
    period = switch("period", _("Period"), {code: _(words) for code, words in PERIODS.items()}, default="12m")
    months = period_months(frame.generation, frame.month, period)
    if rows_gone(frame, months):
        return
    losses = lifecycle_reads.tier_losses(frame.generation.generation_id, months, frame.scope.key, frame.profile.kinds,
                                         frame.profile.tiers)  # fmt: skip
    left, right = st.columns([2, 3])
    with left, card(_("Client flow"), _("From the month before {span} to its end, to the client.",
                                        span=span_words(months))):  # fmt: skip
        _bridge(frame, months)
    with right, card(_("What was lost"), _worth(frame, losses)):
        _breakdown(frame, period, losses)
    with card(_("Who was lost"), _("Lost in {span}, the most valuable first; a number opens the client.",
                                   span=span_words(months))):  # fmt: skip
        _list(frame, period, months, sum(one.lost for one in losses))


def _bridge(frame: Frame, months: tuple[int, ...]) -> None:
    says_not_narrowed(frame, kinds=True, tiers=True)
    before = month_add(months[0], -1)
    if before not in frame.generation.builds:
        states.no_data_for_date(_("The month before is not published, so the flow has no opening."))
        return
    flow = flow_total(lifecycle_reads.flow(frame.generation.generation_id, before, frame.month, frame.scope.key))
    steps = [(_(term.label), term.sign * flow[key]) for key, term in FLOW_TERMS.items()
             if term.sign and (flow[key] or not key.startswith("transferred"))]  # fmt: skip
    opening, closing = ((_(FLOW_TERMS[key].label), flow[key]) for key in ("opening", "closing"))
    chart(frame, waterfall_figure, steps, opening, closing, unit=COUNT, language=frame.language, key="flow",
          alt=_("Client flow"))  # fmt: skip


def _worth(frame: Frame, losses: list[TierLosses]) -> str:
    assets, income = (Decimal(sum(fen)) / 100 for fen in (
        [one.assets_before_fen for one in losses], [one.income_before_fen for one in losses]))  # fmt: skip
    return _(
        "{assets} assets and {income} trailing income, as of the month before each loss.",
        assets=write_value(assets, YUAN, frame.language),
        income=write_value(income, YUAN, frame.language),
    )


def _breakdown(frame: Frame, period: str, losses: list[TierLosses]) -> None:
    split = switch("by", _("Dimension"), {code: _(words) for code, words in SPLITS.items()}, default="tier")
    rows = _tier_rows(losses) if split == "tier" else _place_rows(frame, split, period)
    table = pd.DataFrame(rows)
    config = st.column_config
    grid(table, key="churn_rows", height="content" if len(rows) < 9 else 330, column_config={
        _("Churn rate"): config.NumberColumn(format="percent"), _("Return rate"): config.NumberColumn(format="percent"),
        _("Net churn rate"): config.NumberColumn(format="percent"),
        _("Lost assets (yuan)"): config.NumberColumn(format="accounting"),
        _("Lost trailing income (yuan)"): config.NumberColumn(format="accounting"),
    })  # fmt: skip
    if split == "tier":
        st.caption(_("Lost: by the tier of the month before the loss. Rate: of the clients who had the tier at the "
                     "period's start."))  # fmt: skip
    if split == "tier":  # the table's own tiers are narrowed, those before the loss
        how_made(without_tiers(frame), [*RATES, *WORTH], period=period)
    else:
        how_made(frame, [*RATES, *WORTH], by=[split], period=period)


def _tier_rows(losses: list[TierLosses]) -> list[dict[str, Any]]:
    return [{
        _("Group"): one.tier or _("no value"), _("Lost"): one.lost,
        _("Churn rate"): one.lost / one.clients if one.clients else None,
        _("Lost assets (yuan)"): yuan(one.assets_before_fen),
        _("Lost trailing income (yuan)"): yuan(one.income_before_fen),
    } for one in losses]  # fmt: skip


def _place_rows(frame: Frame, split: str, period: str) -> list[dict[str, Any]]:
    found = figures(frame, RATES, by=[split], period=period).to_dict("records")
    worth = {row[split]: row for row in figures(frame, WORTH, by=[split], period=period).to_dict("records")}
    names, rows = cached.place_names(frame.scope.key), []
    for row in found:
        lost = worth.get(row[split], {})
        rows.append({
            _("Group"): label(ClientKind, row[split]) if split == "client_kind" else names.get(row[split], row[split]),
            _("Lost"): int(row["lost_clients"]), _("Churn rate"): _share(row["churn_rate"]),
            _("Returned"): int(row["returned_clients"]), _("Return rate"): _share(row["return_rate"]),
            _("Net churn rate"): _share(row["net_churn_rate"]),
            _("Lost assets (yuan)"): _plain(lost.get("lost_assets_before")),
            _("Lost trailing income (yuan)"): _plain(lost.get("lost_income_before")),
        })  # fmt: skip
    return sorted(rows, key=lambda row: -(row[_("Churn rate")] or 0))


def _share(value: Any) -> float | None:
    return None if value is None or pd.isna(value) else float(value)


def _plain(value: Any) -> float:
    return 0.0 if value is None or pd.isna(value) else float(value)


def _list(frame: Frame, period: str, months: tuple[int, ...], total: int) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        tiers = choices("tier", _("Tier before"), {tier.value: tier.value for tier in Tier}, width=150)
        kinds = choices("kind", _("Kind"), labels(ClientKind), width=150)
        back = choice("back", _("Back since"), {"no": _("Not back"), "yes": _("Came back")}, width=150)
    kept = LossFilter(tiers=tiers, kinds=kinds, is_back=None if back is None else back == "yes")
    every = kept == LossFilter()
    show_losses(frame, months, kept, key="losses", empty=_("Nobody was lost in this period.") if every else "",
                total=total if every else None)  # fmt: skip
    params = export_params(frame, period=period, tier_before=tiers, kind=kinds, back=back)
    with st.container(horizontal=True):
        campaign_button(frame, carried(Source.CHURN, period=period, tier=tiers, kind=kinds, back=back))
        export_button(_("Export the whole list"), "losses", params, key="export")
