"""Clients about to fall silent (K-55): the list of the pool page, longest quiet among the valuable first."""

from __future__ import annotations

import streamlit as st

from domain.campaigns import Source
from domain.words import ClientKind
from pages._ui.campaigns.button import campaign_button
from pages._ui.campaigns.carried import carried, quiet_text
from pages._ui.exports import export_button
from pages._ui.filters import choice, choices, number_range
from pages._ui.frame import Frame
from pages._ui.links import export_params, link
from pages._ui.lists import show_clients
from pages._ui.pool_lists import COLUMNS, EXPLAINED, GOOD_NEWS, ORDERS, list_filter
from pages._ui.texts import _, labels
from pages._ui.tiers import reads as tiers_reads


def show(frame: Frame) -> None:
    """Draw the view."""
    rules = tiers_reads.rules_of(frame.generation.generation_id, frame.month, frame.scope.key)
    st.caption(_(EXPLAINED["near"]))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kinds = choices("kind", _("Kind"), labels(ClientKind), width=132)
        quiet = number_range("quiet", _("Months quiet"), rules.near_silent_from, rules.near_silent_to, width=150)
        order = choice("order", _("Order"), {code: _(words) for code, words in ORDERS.items()}, default="value",
                       width=164) or "value"  # fmt: skip
    kept = list_filter(frame, "near", kinds=kinds, quiet=quiet)
    filtered = kept != list_filter(frame, "near")
    show_clients(frame, kept, COLUMNS["near"], order=order, key="near",
                 empty="" if filtered else _(GOOD_NEWS["near"]))  # fmt: skip
    with st.container(horizontal=True):
        campaign_button(frame, carried(Source.POOL, status="near", kind=kinds, quiet=quiet_text(quiet)))
        export_button(_("Export the whole list"), "pool",
                      export_params(frame, status="near", kind=kinds, quiet=list(quiet), order=order),
                      key="export")  # fmt: skip
        link(frame, "pool", _("Silent clients, to hand out"), status="silent")
