"""Client: whoever works a client sees it from every side. Who is this, how does it stand and why, who holds it?

Metrics behind it: status, pool and tier with their trace (R-20, R-23, R-24, R-53), value, assets, completeness.
"""

import streamlit as st

from domain.months import month_text
from domain.words import ClientKind, Status
from metrics.catalogue import METRICS
from metrics.figures.book import history_figure
from metrics.units import write_value
from pages._ui import client_blocks as blocks
from pages._ui import states
from pages._ui.client_search import show_search
from pages._ui.components import card, chart
from pages._ui.contact_form import contact_form, held_out_notice
from pages._ui.foresight_panel import client_score
from pages._ui.frame import open_page
from pages._ui.relationships.links import assigned_link, preregister_link, register_link
from pages._ui.reveal import reveal_controls
from pages._ui.tables import yuan
from pages._ui.texts import _, label

frame = open_page("Client", "One client from every side.")
number = show_search(frame)
if not number:
    st.stop()
page = blocks.read_page(frame, number)
if page is None:
    states.not_found()
    st.stop()

facts, now = page.facts, page.status
with st.container(horizontal=True, vertical_alignment="center", gap="small"):
    st.header(blocks.plain(facts["name"]), anchor=False, width="content")
    st.badge(facts["client_no"], color="gray")
    st.badge(label(ClientKind, facts["kind"]), color="blue")
    if now:
        st.badge(label(Status, now["status"]), color=blocks.STATUS_COLOURS[now["status"]])
        if now["tier"]:
            st.badge(_("Tier {tier}", tier=now["tier"]), color="primary")
    if facts["marketing_opt_out"]:
        st.badge(_("Refuses marketing"), icon=":material/do_not_disturb:", color="orange")
st.caption(f"{facts['office']} · {_('opened {day}', day=facts['opened_on'])}")
held_out_notice(page.held_out)

if now is None:
    states.no_data_for_date(_("The client had not opened an account at {month}.", month=frame.as_of))
else:
    with st.container(horizontal=True, gap="small"):
        blocks.small_metric(_("Month-end assets"), write_value(yuan(now["end_assets_fen"]), METRICS["assets"].unit,
                                                               frame.language))  # fmt: skip
        blocks.small_metric(_("Net income, 12 months"), write_value(yuan(now["value_fen"]), METRICS["net_income"].unit,
                                                                    frame.language))  # fmt: skip
        blocks.small_metric(_("Months quiet"), str(now["months_quiet"]))
        blocks.small_metric(_("Last trade"), blocks.month_or_dash(now["last_trade_month"]))
        blocks.small_metric(_("Profile"), f"{now['filled_count']}/{now['required_count']}")

left, right = st.columns([3, 2])
with left, card(_("History"), _("Month-end assets, and the status of each month as a band below.")):
    if page.history:
        months = [month_text(row["month"]) for row in page.history]
        assets = [yuan(row["end_assets_fen"]) for row in page.history]
        chart(
            frame,
            history_figure,
            months,
            assets,
            blocks.bands(frame, page.history),
            language=frame.language,
            unit=METRICS["assets"].unit,
            key="history",
            alt=_("History"),
        )
        st.caption(blocks.band_legend(page.history))
    else:
        states.no_data_for_date(_("No month is published for this client."))
with right, card(_("Who"), _("Master data; numbers are masked and revealed one at a time with a purpose.")):
    blocks.fact_list(frame, facts)
    reveal_controls(frame, facts)

with card(_("Why this status and tier"), _("The rule, what was found, the line, and what would change it.")):
    blocks.why_table(frame, page)
client_score(frame, now)

held, work, accounts, every_month = st.tabs(
    [_("Holders"), _("Tasks and contacts"), _("Accounts and events"), _("Months")]
)
with held:
    blocks.relationship_table(frame, page.relationships)
    with st.container(horizontal=True):
        register_link(frame, number)
        assigned_link(frame, number)
        preregister_link(frame, client_no=number)
with work:
    blocks.task_table(page)
    contact_form(frame, client_no=number, held_out=page.held_out)
    blocks.contact_table(page)
with accounts:
    blocks.account_tables(page)
with every_month:
    blocks.month_table(page)
