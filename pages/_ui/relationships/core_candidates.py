"""Candidates for core service: the most valuable clients that may be proposed, and for whom (R-30)."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from data_access.clock import business_date
from data_access.reads.core_candidates import LIMIT, read_core_candidates
from data_access.reads.core_lists import read_core_lists, read_core_loads
from domain.core_lists import CoreLine
from domain.register_words import CoreAction
from pages._ui import states
from pages._ui.data import db
from pages._ui.frame import Frame
from pages._ui.grid import grid, table_height
from pages._ui.links import client_addresses
from pages._ui.relationships.core_proposals import add_to_list, show_done
from pages._ui.tables import yuan
from pages._ui.texts import _


def show_candidates(frame: Frame) -> None:
    """Draw the candidates with an adviser to choose, and add the selected to the open list."""
    show_done()
    today = business_date()
    with db().reading() as connection:
        rows = read_core_candidates(connection, frame.generation, frame.month, frame.scope, today)
        loads = read_core_loads(connection, frame.scope, today)
        heads = read_core_lists(connection, frame.user)
    st.caption(_("Naturally new clients with an account of twelve months, without core adviser and in no open list; "
                 "the {count} most valuable.", count=LIMIT))  # fmt: skip
    if not rows:
        states.nothing_to_do(_("No client of this scope can be proposed now."))
        return
    config = st.column_config
    table = pd.DataFrame({
        "client": client_addresses(frame, [row["client_no"] for row in rows]),
        "name": [row["name"] for row in rows], "office": [row["office"] for row in rows],
        "opened": [row["opened_on"] for row in rows], "tier": [row["tier"] for row in rows],
        "value": [yuan(row["value_fen"]) for row in rows], "assets": [yuan(row["end_assets_fen"]) for row in rows],
    })  # fmt: skip
    picked = grid(table, key="core_candidates", on_select="rerun", selection_mode="multi-row",
                  height=table_height(len(rows), 420), column_config={
        "client": config.LinkColumn(_("Client number"), display_text=r"client=([^&]+)", pinned=True),
        "name": config.TextColumn(_("Name"), pinned=True), "office": config.TextColumn(_("Business office")),
        "opened": config.DateColumn(_("Opened"), format="YYYY-MM-DD"), "tier": config.TextColumn(_("Tier")),
        "value": config.NumberColumn(_("Net income, 12 months (yuan)"), format="accounting"),
        "assets": config.NumberColumn(_("Month-end assets (yuan)"), format="accounting"),
    })["selection"]["rows"]  # fmt: skip
    loads.sort(key=lambda row: (row["clients"], row["staff_no"]))
    able = {
        row["staff_no"]: _("{name} · {unit} · {count} of {limit}", name=row["name"], unit=row["unit"],
                           count=row["clients"], limit=row["limit"])
        for row in loads if row["qualified"]
    }  # fmt: skip
    if not able:
        st.warning(_("No qualified adviser works inside this scope."))
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        staff_no = st.selectbox(_("Adviser"), list(able), format_func=lambda number: able[number], key="core_adviser",
                                width=380)  # fmt: skip
        add_to_list(heads, [CoreLine(CoreAction.ADD.value, rows[place]["client_no"], staff_no) for place in picked
                            if place < len(rows)])  # fmt: skip
