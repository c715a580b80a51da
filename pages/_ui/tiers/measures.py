"""Comparison of value measures (K-33): who would be in which tier by assets and turnover, or by points."""

from __future__ import annotations

from dataclasses import astuple, fields
from decimal import Decimal

import pandas as pd
import streamlit as st

from data_access.reads.client_lists import PAGE_LIMIT
from metrics.figures.flow import matrix_figure
from metrics.tier_measures import MEASURES, PAIRS, PUBLISHED, TIERS, Comparison, MeasureSettings, MeasureTier
from metrics.units import NO_DATA
from pages._ui import cached, states
from pages._ui.components import card, chart
from pages._ui.exports import export_button
from pages._ui.filters import choice, switch
from pages._ui.frame import Frame
from pages._ui.grid import grid, table_height
from pages._ui.links import client_address, export_params
from pages._ui.lists import client_filter
from pages._ui.profiles.narrow import says_not_narrowed
from pages._ui.tables import yuan
from pages._ui.texts import _
from pages._ui.tiers import reads as tiers_reads

NAMES = {"net_income": "Net income", "weighted": "Assets and turnover", "points": "Value points"}
FIELDS = {
    "assets_percent": "Assets weight (%)",
    "assets_points": "Points / ¥10,000 assets",
    "turnover_points": "Points / ¥100,000 turnover",
    "income_points": "Points / ¥100 income",
    "active_points": "Points if active",
}
LIMITS = {"assets_percent": 100}
MOST_POINTS = 1_000


def show(frame: Frame) -> None:
    """Draw the view."""
    st.caption(
        _(
            "Every measure ranks the firm's clients with the shares of the month's rule set; the tables count the "
            "clients of this scope. Tiers by net income are the published ones, without the watch list."
        )
    )
    settings = _asked()
    _inputs(settings)
    with st.spinner(_("Comparing the measures …")):
        found = tiers_reads.comparison(frame.generation.generation_id, frame.month, frame.scope.key, settings,
                                       frame.profile.kinds)  # fmt: skip
    says_not_narrowed(frame, tiers=True)
    if not found.totals.clients:
        states.no_data_for_date(_("No client stands inside this scope at {month}.", month=frame.as_of))
        return
    left, right = st.columns(2)
    with left, card(_("What tier A brings"), _("The clients of tier A by each measure, and their shares of all.")):
        grid(_brings(found), key="measure_tops")
    with right, card(_("Agreement"), _("Clients whom two measures put in the same tier; C is most of it, so A apart.")):
        grid(_agreements(found), key="measure_agreement")
        st.caption(_("All three agree on {count} of {all} clients ({share}).", count=f"{found.all_agree:,}",
                     all=f"{found.totals.clients:,}", share=_share(found.all_agree, found.totals.clients)))  # fmt: skip
    pairs = {f"{one}-{other}": (one, other) for one, other in PAIRS}
    with st.container(border=True):
        words = {code: f"{_(NAMES[one])} × {_(NAMES[other])}" for code, (one, other) in pairs.items()}
        name = switch("pair", _("Measures"), words, default=next(iter(words)))
        pair = pairs[name]
        left, right = st.columns([2, 3])
        with left:
            st.subheader(_("Cross table"), anchor=False)
            st.caption(
                _("Rows: tier by the first measure; columns: by the second. Stronger colour: larger part of its row.")
            )
            cells = {(one, other): count for one, row in zip(TIERS, found.crossed[pair], strict=True)
                     for other, count in zip(TIERS, row, strict=True)}  # fmt: skip
            chart(frame, matrix_figure, cells, {code: code for code in TIERS}, before=_(NAMES[pair[0]]),
                  after=_(NAMES[pair[1]]), key="crossed", alt=_("Cross table"))  # fmt: skip
        with right:
            _cell(frame, found, pair, settings)


def _asked() -> MeasureSettings:
    """Read the settings from the address; anything that is none gives the published ones."""
    parts = st.query_params.get("weights", "").split("-")
    names = [field.name for field in fields(MeasureSettings)]
    if len(parts) != len(names) or not all(part.isascii() and part.isdigit() and len(part) < 5 for part in parts):
        return PUBLISHED
    return MeasureSettings(*(min(int(part), LIMITS.get(name, MOST_POINTS))
                             for name, part in zip(names, parts, strict=True)))  # fmt: skip


def _inputs(settings: MeasureSettings) -> None:
    with st.form("measure_weights"):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            for name, words in FIELDS.items():
                key = f"weight_{name}"
                st.session_state[key] = getattr(settings, name)
                st.number_input(_(words), 0, LIMITS.get(name, MOST_POINTS), key=key, width=146,
                                help=_("Published: {value}", value=getattr(PUBLISHED, name)))  # fmt: skip
            st.form_submit_button(_("Compare"), on_click=_take, icon=":material/compare_arrows:")
        st.caption(
            _("Assets and turnover: the weighted mean of a client's share of the firm's assets and, with the rest of "
              "the weight, of its turnover of 12 months. Published: {values}.",
              values=" · ".join(str(value) for value in astuple(PUBLISHED)))
        )  # fmt: skip


def _take() -> None:
    asked = MeasureSettings(*(int(st.session_state[f"weight_{name}"]) for name in FIELDS))
    if asked == PUBLISHED:
        st.query_params.pop("weights", None)
    else:
        st.query_params["weights"] = "-".join(str(value) for value in astuple(asked))


def _brings(found: Comparison) -> pd.DataFrame:
    def line(words: str, part: MeasureTier) -> dict[str, str]:
        whole = found.totals
        return {_("Measure"): words, _("Clients in A"): f"{part.clients:,}",
                _("Net income %"): _share(part.income_fen, whole.income_fen),
                _("Assets %"): _share(part.assets_fen, whole.assets_fen),
                _("Turnover %"): _share(part.turnover_fen, whole.turnover_fen)}  # fmt: skip

    return pd.DataFrame([line(_(NAMES[measure]), found.top[measure]) for measure in MEASURES])


def _agreements(found: Comparison) -> pd.DataFrame:
    rows = []
    for one, other in PAIRS:
        same, everybody = found.agreement((one, other))
        both, either = found.both_in_a((one, other))
        rows.append({_("Measures"): f"{_(NAMES[one])} × {_(NAMES[other])}",
                     _("Same tier"): f"{same:,} / {everybody:,} ({_share(same, everybody)})",
                     _("In A: both / either"): f"{both:,} / {either:,} ({_share(both, either)})"})  # fmt: skip
    return pd.DataFrame(rows)


def _cell(frame: Frame, found: Comparison, pair: tuple[str, str], settings: MeasureSettings) -> None:
    st.subheader(_("Clients of a cell"), anchor=False)
    st.caption(_("The largest assets first; a number opens the client."))
    tiers = {code: code for code in TIERS}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        one = choice("first", _(NAMES[pair[0]]), tiers, default="C", width=150) or "C"
        other = choice("second", _(NAMES[pair[1]]), tiers, default="A", width=150) or "A"
        export_button(_("Export the whole list"), "measure_list",
                      export_params(frame, pair="-".join(pair), first=one, second=other,
                                    weights=list(astuple(settings))), key="export")  # fmt: skip
    places = found.places_of(pair, one, other)
    if not len(places):
        states.nothing_to_do(_("No client stands in this cell."))
        return
    known = {int(found.client_ids[place]): int(place) for place in places[:PAGE_LIMIT]}
    rows = cached.client_rows(frame.generation, frame.month, frame.scope, client_filter(client_ids=tuple(known)),
                              order="assets", after=None)  # fmt: skip
    config = st.column_config
    grid(pd.DataFrame({
        "client": [client_address(frame, row["client_no"]) for row in rows],
        "name": [row["name"] for row in rows],
        "assets": [yuan(row["end_assets_fen"]) for row in rows],
        "turnover": [yuan(int(found.turnover_fen[known[row["client_id"]]])) for row in rows],
        "value": [yuan(row["value_fen"]) for row in rows],
        "points": [int(found.points[known[row["client_id"]]]) for row in rows],
        "office": [row["office"] for row in rows],
    }), key="cell_clients", height=table_height(len(rows), 248), column_config={
        "client": config.LinkColumn(_("Client number"), display_text=r"client=([^&]+)", pinned=True),
        "name": config.TextColumn(_("Name"), pinned=True), "office": config.TextColumn(_("Business office")),
        "assets": config.NumberColumn(_("Month-end assets (yuan)"), format="accounting"),
        "turnover": config.NumberColumn(_("Turnover, 12 months (yuan)"), format="accounting"),
        "value": config.NumberColumn(_("Net income, 12 months (yuan)"), format="accounting"),
        "points": config.NumberColumn(_("Value points"), format="localized"),
    })  # fmt: skip
    st.caption(_("{shown} of {total} clients of the cell are shown; the export has all.", shown=f"{len(rows):,}",
                 total=f"{len(places):,}"))  # fmt: skip


def _share(part: int, whole: int) -> str:
    return f"{Decimal(part) / whole:.1%}" if whole > 0 else NO_DATA
