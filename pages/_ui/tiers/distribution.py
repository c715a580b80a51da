"""Distribution of the tiers: what each brings, how concentrated income is, where the clients sit, who they are."""

from __future__ import annotations

from decimal import Decimal

import pandas as pd
import streamlit as st

from data_access.reads.tiers import Concentration
from domain.words import ClientKind, Tier
from metrics.catalogue import METRICS
from metrics.figures.bars import tier_mix
from metrics.figures.book import curve_figure, stacked_months_figure
from metrics.profiles import SHARES
from pages._ui import cached, states
from pages._ui.components import card, chart, figures, how_made, kpi_row, picture
from pages._ui.exports import export_button
from pages._ui.filters import choices, switch
from pages._ui.frame import Frame
from pages._ui.grid import grid, table_height
from pages._ui.links import export_params
from pages._ui.lists import client_filter
from pages._ui.sheet import sheet
from pages._ui.tables import cutoff_lines, money_columns, tier_rows, tier_table
from pages._ui.texts import _, labels
from pages._ui.top_clients import show_top

TIERS = [tier.value for tier in Tier]
SPLITS = {"branch": "Branch company", "office": "Business office", "region": "Region", "client_kind": "Client kind",
          "risk_level": "Risk level"}  # fmt: skip
COUNTED = ["clients", "active_clients", "net_income", "assets"]
FEW = 12
"""A longer table is worth sorting."""


def show(frame: Frame) -> None:
    """Draw the view."""
    found = cached.concentration(frame.generation.generation_id, frame.month, frame.scope.key, frame.profile.kinds)
    kpi_row(frame, [*SHARES, *COUNTED], _past(frame, found))
    tiers = figures(frame, ["clients", "net_income", "assets"], by=["tier"], period="12m").dropna(subset=["tier"])
    if not tiers["clients"].sum():
        states.no_data_for_date(_("No client stands inside this scope at {month}.", month=frame.as_of))
        return
    left, right = st.columns([3, 2])
    with left, card(_("Tier mix"), _("Shares of clients, trailing net income and assets per tier.")):
        shares = {_(METRICS[key].label): dict(zip(tiers["tier"], tiers[key], strict=True)) for key in tiers.columns[1:]}
        picture(frame, tier_mix, shares, alt=_("Tier mix"))
        sheet(frame.tokens, tier_rows(tiers, frame), key="tier_rows")
        st.caption(cutoff_lines(cached.cutoffs(frame.generation.generation_id, frame.month, frame.user.scope.key)))
        how_made(frame, ["clients", "net_income", "assets"], by=["tier"], period="12m")
    with right, card(_("Pareto curve"), _("Share of trailing net income by share of clients, most valuable first.")):
        _curve(frame, found)
    left, right = st.columns(2)
    with left, card(_("Tiers over time"), _("Clients per tier at each month's end.")):
        _over_time(frame)
    with right, card(_("Where they sit"), _("Clients and trailing net income per tier by one dimension.")):
        split = switch("by", _("Dimension"), {code: _(words) for code, words in SPLITS.items()}, default="branch")
        table = tier_table(frame, figures(frame, ["clients", "net_income"], by=[split, "tier"], period="12m"), split,
                           brief=FEW)  # fmt: skip
        if len(table) <= FEW:
            sheet(frame.tokens, table, key="tier_split")
        else:
            grid(table, column_config=money_columns(table), key="tier_split",
                 height=table_height(len(table) + 1, 280))  # fmt: skip
        how_made(frame, ["clients", "net_income"], by=[split, "tier"], period="12m")
    with card(_("Clients"), _("The most valuable clients of a tier; a number opens the client.")):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            offered = frame.profile.tiers or TIERS
            tier = switch("tier", _("Tier"), {code: code for code in offered}, default=offered[0])
            kinds = choices("kind", _("Kind"), labels(ClientKind))
        show_top(frame, client_filter(tiers=(tier,), kinds=kinds), key="tier_clients", tier=tier, kind=kinds)
        export_button(_("Export the whole list"), "tier_list", export_params(frame, tier=tier, kind=kinds),
                      key="export")  # fmt: skip


def _past(frame: Frame, found: Concentration) -> pd.DataFrame:
    """Return the headline figures by month.

    Income shares are published for places; those of a profile's kinds or places are worked out for the month alone.
    """
    if not frame.profile.kinds and not (frame.profile.units and frame.place is None):
        return figures(frame, [*SHARES, *COUNTED], by=["month"])
    past = figures(frame, COUNTED, by=["month"])
    shares = {key: found.tops.get(int(METRICS[key].column.removeprefix("top"))) for key in SHARES}
    return past.assign(**{
        key: [Decimal(part[0]) / part[1] if part and month == frame.as_of else None for month in past["month"]]
        for key, part in shares.items()
    })  # fmt: skip


def _curve(frame: Frame, found: Concentration) -> None:
    points = list(found.curve)
    if points:
        words = {5: _("top 5 %:"), 20: _("top 20 %:")}
        marks = [(part / total, words[percent]) for percent, (part, total) in found.tops.items() if total]
        chart(frame, curve_figure, points, x_title=_("Clients with value"), y_title=_("Net income, 12 months"),
              marks=marks, key="curve", alt=_("Pareto curve"))  # fmt: skip
    else:
        states.no_data_for_date(_("No client inside this scope has value above 0."))
    how_made(frame, ["income_share_top5", "income_share_top20"])


def _over_time(frame: Frame) -> None:
    past = figures(frame, ["clients"], by=["month", "tier"])
    months = sorted(past["month"].unique())
    known = {(row["month"], row["tier"]): int(row["clients"]) for row in past.to_dict("records")}
    parts = {tier: [known.get((month, tier), 0) for month in months] for tier in TIERS}
    hues = {"A": frame.tokens.tier_a, "B": frame.tokens.tier_b, "C": frame.tokens.tier_c}
    chart(frame, stacked_months_figure, months, parts, hues, METRICS["clients"].unit, language=frame.language,
          key="months", alt=_("Tiers over time"))  # fmt: skip
    how_made(frame, ["clients"], by=["month", "tier"])
