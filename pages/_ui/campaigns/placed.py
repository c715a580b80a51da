"""Who gets whom and who is left: the clients of each person with the reason, the clients without anyone."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from data_access.reads.client_filter import ClientFilter
from data_access.reads.client_lists import PAGE_LIMIT
from domain.words import Status
from metrics.desk import Preview
from pages._ui import cached, states
from pages._ui.campaigns.moves import move_form
from pages._ui.campaigns.words import named_reason
from pages._ui.components import card
from pages._ui.frame import Frame
from pages._ui.grid import grid, table_height
from pages._ui.links import client_addresses
from pages._ui.tables import yuan
from pages._ui.texts import _, label

_PERSON = "desk_person"


def show_unassigned(frame: Frame, preview: Preview) -> None:
    """Draw the clients whom nobody gets, each with its reason."""
    left = preview.distribution.unassigned
    with card(_("Without anyone"), _("These clients stay in the campaign; they can be handed out later.")):
        if not left:
            states.nothing_to_do(_("Every client has somebody."))
            return
        chosen = _clients(frame, preview, left, key="desk_left")
        move_form(preview, chosen, key="desk_left")


def show_placed(frame: Frame, preview: Preview) -> None:
    """Draw the clients of one person with the reason why each goes there, and the change by hand."""
    given = {load.staff_no: load.count_given for load in preview.distribution.loads if load.count_given}
    with card(_("Who gets whom"), _("Why each client goes to this person; select clients to give them to another.")):
        if not given:
            states.no_data_for_date(_("Nobody gets a client."))
            return
        order = sorted(given)  # the same after a change by hand
        names = {number: f"{preview.people[number].name} {number} · {given[number]:,}" for number in order}
        asked = st.query_params.get("person")
        st.session_state[_PERSON] = asked if asked in names else order[0]
        staff_no = st.selectbox(_("Staff member"), order, key=_PERSON, format_func=lambda number: names[number],
                                width=320, on_change=_keep_person)  # fmt: skip
        mine = [number for number, taker in preview.distribution.placed.items() if taker == staff_no]
        chosen = _clients(frame, preview, mine, key=f"desk_of_{staff_no}")
        move_form(preview, chosen, key="desk_placed")


def _keep_person() -> None:
    st.query_params["person"] = st.session_state[_PERSON]


def _clients(frame: Frame, preview: Preview, client_nos: Sequence[str], *, key: str) -> list[str]:
    """Draw clients with their reason, the first five hundred, and return the selected ones."""
    shown = list(client_nos)[:PAGE_LIMIT]
    found = [preview.clients[number] for number in shown]
    details = {row["client_no"]: row for row in cached.client_rows(
        frame.generation, frame.generation.last_month, frame.user.scope,
        ClientFilter(client_ids=tuple(one.client_id for one in found)), order="client_no", after=None)}  # fmt: skip
    names = {number: person.name for number, person in preview.people.items()}
    statuses = {code: label(Status, code) for code in {one.status for one in found}}
    table = pd.DataFrame({
        "client": client_addresses(frame, shown),
        "name": [details[number]["name"] if number in details else None for number in shown],
        "why": [named_reason(preview.distribution.why[number], names) for number in shown],
        "office": [details[number]["office"] if number in details else one.office_code
                   for number, one in zip(shown, found, strict=True)],
        "status": [statuses[one.status] for one in found], "tier": [one.tier for one in found],
        "quiet": [one.months_quiet for one in found], "assets": [yuan(one.assets_fen) for one in found],
        "minutes": [one.effort for one in found], "value": [yuan(one.value_fen) for one in found],
        "reachable": [_("yes") if one.reachable else _("no") for one in found],
    })  # fmt: skip
    picked = grid(table, key=key, column_config=_columns(), on_select="rerun", selection_mode="multi-row",
                  height=table_height(len(shown), 360))["selection"]["rows"]  # fmt: skip
    if len(client_nos) > len(shown):
        st.caption(_("The first {most} of {count} are shown.", most=f"{len(shown):,}", count=f"{len(client_nos):,}"))
    return [shown[row] for row in picked if row < len(shown)]


def _columns() -> dict[str, Any]:
    config = st.column_config
    return {
        "client": config.LinkColumn(_("Client number"), display_text=r"client=([^&]+)", pinned=True),
        "name": config.TextColumn(_("Name"), pinned=True, width=90),
        "why": config.TextColumn(_("Why"), width="large"),
        "office": config.TextColumn(_("Business office")), "status": config.TextColumn(_("Status")),
        "tier": config.TextColumn(_("Tier before"), width="small"),
        "quiet": config.NumberColumn(_("Months quiet"), width="small"),
        "assets": config.NumberColumn(_("Month-end assets (yuan)"), format="accounting"),
        "minutes": config.NumberColumn(_("Expected minutes"), width="small"),
        "value": config.NumberColumn(_("Expected value (yuan)"), format="accounting"),
        "reachable": config.TextColumn(_("Reachable"), width="small"),
    }  # fmt: skip
