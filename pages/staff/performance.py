"""Performance: managers and team leads ask who developed clients and what the clients in charge bring.

Metrics: clients_developed, staff_net_income, staff_assets, staff_clients; attributed and unattributed net income.
"""

import streamlit as st

from domain.words import StaffCategory
from metrics.catalogue import METRICS
from metrics.figures.bars import places_bars
from pages._ui import cached, states
from pages._ui.components import card, figures, how_made, picture
from pages._ui.exports import export_button
from pages._ui.filters import choices, switch
from pages._ui.frame import open_page
from pages._ui.grid import grid
from pages._ui.links import export_params
from pages._ui.profiles.narrow import says_not_narrowed
from pages._ui.ranking import (
    KEYS,
    ranking_columns,
    ranking_rows,
    reconciliation_rows,
    staff_client_columns,
    staff_client_rows,
)
from pages._ui.sheet import sheet
from pages._ui.texts import _, labels

PERIODS = {"month": "Of the month", "quarter": "Quarter to date", "year": "Year to date"}

frame = open_page("Performance", "Who developed clients, and what the clients in charge bring.")
with st.container(horizontal=True, vertical_alignment="bottom"):
    period = switch("period", _("Period"), {code: _(words) for code, words in PERIODS.items()}, default="month")
    order = switch("by", _("Rank by"), {key: _(METRICS[key].label) for key in KEYS}, default="staff_net_income")
    categories = choices("category", _("Category"), labels(StaffCategory))

people = ranking_rows(frame, figures(frame, KEYS, by=["staff"], period=period), order, categories)
if not people:
    states.no_data_for_date(_("Nobody inside this scope has results at {month}.", month=frame.as_of))
    st.stop()

left, right = st.columns([3, 2])
with left, card(_("Ranking"), _("Equal values share a rank. Select a person to see the clients behind the results.")):
    chosen = grid(
        people,
        column_config=ranking_columns(),
        key="ranking",
        on_select="rerun",
        selection_mode="single-row",
        height=430,
    )
    st.caption(_("A client can count for several people, so sums over staff may exceed the firm's total."))
    export_button(
        _("Export the whole list"),
        "staff_performance",
        export_params(frame, period=period, by=order, category=categories),
        key="export",
    )
    how_made(frame, KEYS, by=["staff"], period=period)

with right, card(_("The leading fifteen"), _(METRICS[order].definition)):
    says_not_narrowed(frame, kinds=True, tiers=True)
    top = [(person["name"], person[order], None) for person in people[:15]]
    picture(frame, places_bars, top, METRICS[order].unit, language=frame.language, mean=False,
            alt=_(METRICS[order].label))  # fmt: skip

rows = chosen["selection"]["rows"]
if rows and rows[0] < len(people):
    person = people[rows[0]]
    with card(
        _("Clients behind {name}", name=f"{person['name']} {person['staff_no']}"),
        _("The person's part of each client, at the largest share of each month (R-61); adds up to the ranking."),
    ):
        says_not_narrowed(frame, kinds=True, tiers=True)
        clients, total = cached.staff_clients(
            frame.generation.generation_id, frame.month, frame.scope.key, person["staff_no"], period
        )
        if clients:
            grid(staff_client_rows(frame, clients), column_config=staff_client_columns(),
                         key="staff_clients", height=320)  # fmt: skip
            if total > len(clients):
                st.caption(_("The first {shown}; {more} more with less.", shown=f"{len(clients):,}",
                             more=f"{total - len(clients):,}"))  # fmt: skip
        else:
            states.nothing_to_do(_("No client is credited to this person in the period."))

identity = cached.reconciliation(frame.generation.generation_id, frame.month, frame.scope.key, period)
if identity:
    with card(
        _("Reconciliation"),
        _("Per relationship type: credited here + credited to other units + unattributed = total, difference 0.00."),
    ):
        sheet(frame.tokens, reconciliation_rows(identity), key="reconciliation")
        how_made(frame, ["attributed_net_income", "unattributed_net_income"], by=["relationship_type"], period=period)
