"""Client list: whoever follows a number here sees the clients it counts. Which clients are these?

Metrics behind it: clients, new_clients, lost_clients, returned_clients, by status, tier and kind.
"""

import streamlit as st

from domain.campaigns import Source
from domain.words import ClientKind, Status
from metrics.explore.cells import read_cell
from pages._ui.campaigns.button import campaign_button
from pages._ui.campaigns.carried import carried, chosen
from pages._ui.explore.cell_filter import show_cell
from pages._ui.exports import export_button
from pages._ui.filters import choice, choices
from pages._ui.frame import open_page
from pages._ui.hand_out import hand_out_button, may_hand_out
from pages._ui.links import export_params
from pages._ui.lists import client_filter, show_clients
from pages._ui.tables import TIER_CODES
from pages._ui.texts import _, labels

ACTIVE = {"month": "Traded in the month", "quarter": "Traded in three months"}
MOVES = {"new": "New clients", "lost": "Lost clients", "returned": "Returned clients"}
COLUMNS = ["client", "name", "office", "kind", "status", "tier", "tier_before", "assets", "value", "last_trade",
           "since", "holders", "task"]  # fmt: skip

frame = open_page("Client list", "The clients behind a figure, with a way into each of them.")

with st.container(horizontal=True, vertical_alignment="bottom"):
    statuses = choices("status", _("Status"), labels(Status), width=148)
    tiers = choices("tier", _("Tier"), {code: code for code in TIER_CODES}, width=148)
    before = choices("tier_before", _("Tier before"), {code: code for code in TIER_CODES}, width=148)
    kinds = choices("kind", _("Kind"), labels(ClientKind), width=148)
    moved = choice("moved", _("Movement of the month"), {code: _(words) for code, words in MOVES.items()}, width=148)
    active = choice("active", _("Activity"), {code: _(words) for code, words in ACTIVE.items()}, width=148)
    task = choice("task", _("Open task"), {"without": _("Without a task"), "with": _("With a task")}, width=148)

cell = read_cell(st.query_params.get("cell", ""))
if cell:
    show_cell(frame, cell)
kept = client_filter(
    statuses=statuses,
    tiers=tiers,
    tiers_before=before,
    kinds=kinds,
    moved=moved or "",
    active=active or "",
    has_task=None if task is None else task == "with",
    among=cell,
)
asked = {
    "status": statuses,
    "tier": tiers,
    "tier_before": before,
    "kind": kinds,
    "moved": moved,
    "active": active,
    "task": task,
    "cell": cell.text() if cell else None,
}
actions = st.container(horizontal=True)
may_select = cell is not None and may_hand_out(frame)
selected = show_clients(frame, kept, COLUMNS, order="value", key="clients", selectable=may_select)
if may_select:
    with actions:
        hand_out_button(frame, selected)
with actions:
    of_list = carried(Source.CLIENTS, **asked)
    campaign_button(frame, chosen(selected) or of_list, len(selected))
export_button(
    _("Export the whole list"),
    "client_list",
    export_params(frame, **asked, order="value"),
    key="export",
)
