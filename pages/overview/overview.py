"""Overview: managers open it first. How does the book stand, where is it moving, what needs attention?

Metrics: clients, monthly_active_clients, assets, net_income, new_clients, lost_clients, pool_*, tiers, branches.
"""

import streamlit as st

from metrics.catalogue import METRICS
from metrics.figures.bars import places_bars, tier_mix
from metrics.figures.book import trend_figure
from metrics.figures.flow import waterfall_figure
from pages._ui import cached
from pages._ui.components import card, chart, figures, how_made, kpi_row, picture
from pages._ui.flow import client_flow
from pages._ui.frame import open_page
from pages._ui.links import link
from pages._ui.past import says_rows_gone
from pages._ui.profiles.narrow import says_not_narrowed, without_tiers
from pages._ui.rule_words import tier_words
from pages._ui.tables import attention_rows, place_rows
from pages._ui.texts import _

HEADLINES = ["clients", "monthly_active_clients", "assets", "net_income", "new_clients", "lost_clients"]
FLOW = ["clients", "new_clients", "lost_clients", "returned_clients"]
TRENDS = ["clients", "assets", "net_income", "turnover", "net_inflow"]

frame = open_page("Overview", "How the book stands, where it is moving, and what needs attention.", needs_clients=False)
# one question for the headlines, the flow and the trend
history = figures(frame, list(dict.fromkeys([*HEADLINES, "returned_clients", *TRENDS])), by=["month"])
kpi_row(frame, HEADLINES, history)

left, right = st.columns([3, 2])
with left, card(_("Client flow"), _("Opening + new − lost + returned = closing, to the client.")):
    followed = without_tiers(frame)
    flow = client_flow(followed, history if followed is frame else figures(followed, FLOW, by=["month"]))
    if flow is None:
        st.info(_("The month before is not published, so there is nothing to compare."))
    else:
        chart(
            frame,
            waterfall_figure,
            flow.steps,
            flow.opening,
            flow.closing,
            unit=METRICS["clients"].unit,
            language=frame.language,
            key="bridge",
            alt=_("Client flow"),
        )
        with st.container(horizontal=True, gap="small"):
            link(frame, "list", _("New clients"), moved="new")
            link(frame, "list", _("Lost clients"), moved="lost")
            link(frame, "list", _("Returned clients"), moved="returned")
    says_not_narrowed(frame, tiers=True)
    how_made(followed, ["new_clients", "lost_clients", "returned_clients"])

with right, card(_("Tier mix"), tier_words(frame)):
    tiers = figures(frame, ["clients", "net_income", "assets"], by=["tier"], period="12m").dropna(subset=["tier"])
    rows = {_(METRICS[key].label): dict(zip(tiers["tier"], tiers[key], strict=True)) for key in tiers.columns[1:]}
    picture(frame, tier_mix, rows, alt=_("Tier mix"))
    link(frame, "tiers", _("Open tiers"))
    how_made(frame, ["clients", "net_income", "assets"], by=["tier"], period="12m")

left, right = st.columns([3, 2])
with left, card(_("Trend"), _("The last 24 published months.")):
    key = st.segmented_control(
        _("Measure"),
        TRENDS,
        default="assets",
        format_func=lambda code: _(METRICS[code].label),
        label_visibility="collapsed",
        required=True,
        key="trend",
    )
    line = {_(METRICS[key].label): history[key].tolist()}
    chart(
        frame,
        trend_figure,
        history["month"].tolist(),
        line,
        METRICS[key].unit,
        language=frame.language,
        key="trend_chart",
        alt=_(METRICS[key].label),
    )
    how_made(frame, [key], by=["month"])

with right, card(_("Needs attention"), _("What waits for somebody now.")):
    counts = (
        {}
        if says_rows_gone(frame)
        else cached.attention(frame.generation.generation_id, frame.month, frame.scope.key, frame.user, frame.profile)
    )
    for row in attention_rows(counts) if counts else ():
        with st.container(horizontal=True, vertical_alignment="center"):
            st.markdown(f"**{row.count:,}**", width=64)
            link(frame, row.address, row.words, **row.params)

dimension = "branch" if frame.scope.everything else "office"
with card(
    _("Comparison by branch company") if dimension == "branch" else _("Comparison by business office"),
    _("Net income of the month with the change on the year; the dotted line is the mean."),
):
    rows = place_rows(frame, "net_income", dimension)
    unit = METRICS["net_income"].unit
    picture(frame, places_bars, rows, unit, language=frame.language, alt=_("Net income"))
    how_made(frame, ["net_income"], by=[dimension])
