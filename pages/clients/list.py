"""Client list: whoever follows a number here sees the clients it counts. Which clients are these?

Metrics behind it: clients, new_clients, lost_clients, returned_clients, by status, tier and kind.
"""

import streamlit as st

from data_access.reads.client_lists import ClientFilter
from domain.words import ClientKind, Status
from pages._ui.exports import export_button
from pages._ui.filters import choice, choices
from pages._ui.frame import open_page
from pages._ui.lists import show_clients
from pages._ui.tables import TIER_CODES
from pages._ui.texts import _, labels

MOVES = {"new": "New clients", "lost": "Lost clients", "returned": "Returned clients"}
COLUMNS = ["client", "name", "office", "kind", "status", "tier", "tier_before", "assets", "value", "last_trade",
           "since", "holders", "task"]  # fmt: skip

frame = open_page("Client list", "The clients behind a figure, with a way into each of them.")

with st.container(horizontal=True, vertical_alignment="bottom"):
    statuses = choices("status", _("Status"), labels(Status))
    tiers = choices("tier", _("Tier"), {code: code for code in TIER_CODES})
    before = choices("tier_before", _("Tier before"), {code: code for code in TIER_CODES})
    kinds = choices("kind", _("Kind"), labels(ClientKind))
    moved = choice("moved", _("Movement of the month"), {code: _(words) for code, words in MOVES.items()})

kept = ClientFilter(statuses=statuses, tiers=tiers, tiers_before=before, kinds=kinds, moved=moved or "")
show_clients(frame, kept, COLUMNS, order="value", key="clients")
export_button(_("Export the whole list"), "client_list", {
    "as_of": frame.as_of, "unit": frame.place.unit_code if frame.place else None, "status": statuses, "tier": tiers,
    "tier_before": before, "kind": kinds, "moved": moved, "language": frame.language}, key="export")  # fmt: skip
