"""Pool: team leads ask which lost, archived and silent clients can be worked, and hand them out.

Metrics: pool_lost, pool_archived, pool_silent; rules R-20, R-23, R-24, R-26; near silent K-55.
"""

import streamlit as st

from data_access.reads.narrowing import narrow_clients
from domain.campaigns import Source
from domain.words import ClientKind, Tier
from pages._ui import cached
from pages._ui.campaigns.button import campaign_button
from pages._ui.campaigns.carried import carried, chosen, quiet_text
from pages._ui.components import how_made
from pages._ui.exports import export_button
from pages._ui.filters import choice, choices, number_range, switch
from pages._ui.frame import open_page
from pages._ui.hand_out import hand_out_button, may_hand_out
from pages._ui.links import export_params
from pages._ui.lists import show_clients
from pages._ui.pool_lists import COLUMNS, EXPLAINED, GOOD_NEWS, LISTS, ORDERS, list_filter
from pages._ui.texts import _, labels

frame = open_page("Lost · archived · silent", "Which dormant clients can be worked, and who works them.")

lists = tuple(narrow_clients(list_filter(frame, code), frame.profile) for code in LISTS)
found = cached.client_counts(frame.generation.generation_id, frame.month, frame.scope.key, lists)
counts = dict(zip(LISTS, found, strict=True))
status = switch(
    "status", _("List"), {code: f"{_(words)} {counts[code]:,}" for code, words in LISTS.items()}, default="silent"
)
st.caption(_(EXPLAINED[status]))

with st.container(horizontal=True, vertical_alignment="bottom"):
    offices = {place.unit_code: place.name for place in cached.places(frame.scope.key) if place.kind == "office"}
    chosen_offices = choices("office", _("Business office"), offices, width=170) if len(offices) > 1 else ()
    before = choices("tier_before", _("Tier before"), {tier.value: tier.value for tier in Tier}, width=132)
    kinds = choices("kind", _("Kind"), labels(ClientKind), width=132)
    task = choice("task", _("Open task"), {"without": _("Without a task"), "with": _("With a task")}, width=132)
    quiet = number_range("quiet", _("Months quiet"), 0, 60, width=150) if status in ("silent", "near") else (None, None)
    newly = choice("newly", _("Newly silent"), {"1": _("Of the month")}, width=132) if status == "silent" else None
    order = choice("order", _("Order"), {code: _(words) for code, words in ORDERS.items()}, default="value", width=164)

actions = st.container(horizontal=True)
kept = list_filter(
    frame,
    status,
    office_codes=chosen_offices,
    tiers_before=before,
    kinds=kinds,
    task=task,
    quiet=quiet,
    newly=newly,
)
filtered = kept != list_filter(frame, status)
selected = show_clients(
    frame,
    kept,
    COLUMNS[status],
    order=order or "value",
    key=f"pool_{status}",
    selectable=status != "near" and may_hand_out(frame),
    empty="" if filtered else _(GOOD_NEWS[status]),
    total=None if filtered else counts[status],
)
with actions:
    if status != "near":
        hand_out_button(frame, selected)
    asked = {"status": status, "office": chosen_offices, "tier_before": before, "kind": kinds, "task": task,
             "newly": newly}  # fmt: skip
    of_list = carried(Source.POOL, **asked, quiet=quiet_text(quiet))
    campaign_button(frame, chosen(selected) or of_list, len(selected))
    export_button(_("Export the whole list"), "pool", export_params(frame, **asked, quiet=list(quiet), order=order),
                  key="export")  # fmt: skip
how_made(frame, ["pool_lost", "pool_archived", "pool_silent"])
