"""Core service now: how full each adviser is, who the clients are, and what facts force to end (R-30, R-33)."""

from __future__ import annotations

import uuid
from typing import Any

import pandas as pd
import streamlit as st

from data_access.clock import business_date
from data_access.commands.core_releases import ForcedResult, end_forced
from data_access.reads.core_lists import PAGE_ROWS, read_core_clients, read_core_loads, read_forced_ends
from data_access.register.core_drafts import read_rule
from domain.core_lists import is_window, next_window
from domain.reasons import reason_text
from domain.register_words import ForcedGround
from pages._ui import states
from pages._ui.acts import attempt
from pages._ui.data import db
from pages._ui.exports import export_button
from pages._ui.filters import choice
from pages._ui.frame import Frame
from pages._ui.grid import grid, table_height
from pages._ui.links import client_addresses, export_params
from pages._ui.session import actor
from pages._ui.texts import _, label

_DONE = "core_forced_done"
_REQUEST = "core_forced_request"
_PICKED = "core_picked"


def show_window() -> None:
    """Say whether core relationships can be changed now, and when next (R-33)."""
    today = business_date()
    with db().reading() as connection:
        rule = read_rule(connection, today)
    following = next_window(rule, today)
    if following is None:
        return
    if is_window(rule, today):
        st.badge(_("The window is open this month; the next opens on {day}", day=following),
                 icon=":material/event_available:", color="green")  # fmt: skip
    else:
        st.badge(_("The window is closed; it opens on {day}", day=following), icon=":material/event_busy:",
                 color="gray")  # fmt: skip


def show_advisers(frame: Frame) -> None:
    """Draw the advisers with their numbers, and the core clients of the one whom the address names, or of all."""
    today = business_date()
    with db().reading() as connection:
        loads = read_core_loads(connection, frame.scope, today)
    if loads:
        _advisers(loads)
    else:
        states.no_data_for_date(_("No investment adviser works inside this scope."))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        heading = st.container(width="stretch")
        chosen = choice("staff", _("Adviser"), {row["staff_no"]: f"{row['name']} · {row['staff_no']}" for row in loads},
                        width=220) if loads else None  # fmt: skip
        with db().reading() as connection:
            rows = read_core_clients(connection, frame.scope, today, staff_no=chosen)
        heading.subheader(_("Core clients of {staff_no}", staff_no=chosen) if chosen else _("All core clients"),
                          anchor=False)  # fmt: skip
        export_button(_("Export the whole list"), "core_clients", export_params(frame, staff=chosen), key="export")
    if not rows:
        states.no_data_for_date(_("No core client here."))
        return
    grid(_client_frame(frame, rows), column_config=_client_columns(), key="core_clients",
         height=table_height(len(rows), 420))  # fmt: skip
    if len(rows) == PAGE_ROWS:
        st.caption(_("The first {count} are shown; the export holds all.", count=f"{PAGE_ROWS:,}"))


def _advisers(loads: list[dict[str, Any]]) -> None:
    """Draw the advisers; a row that is selected or left goes into the address."""
    limit = loads[0]["limit"]
    total, able = sum(row["clients"] for row in loads), [row for row in loads if row["qualified"]]
    with st.container(horizontal=True, gap="small"):
        st.metric(_("Core relationships"), f"{total:,}", border=True, width=190)
        st.metric(_("Qualified advisers"), f"{len(able):,} / {len(loads):,}", border=True, width=190)
        if limit is not None:
            free = sum(max(0, limit - row["clients"]) for row in able)
            st.metric(_("Free places"), f"{free:,}", border=True, width=190,
                      help=_("Places of qualified advisers, {limit} each.", limit=limit))  # fmt: skip
    marks = {True: _("yes"), False: _("no")}
    table = pd.DataFrame({
        "staff_no": [row["staff_no"] for row in loads], "name": [row["name"] for row in loads],
        "unit": [row["unit"] for row in loads], "clients": [row["clients"] for row in loads],
        "qualified": [marks[row["qualified"]] for row in loads],
    })  # fmt: skip
    most = max(limit or 0, *(row["clients"] for row in loads), 1)
    config = st.column_config
    picked = grid(table, key="core_advisers", on_select="rerun", selection_mode="single-row",
                  height=table_height(len(loads), 300), column_config={
        "staff_no": config.TextColumn(_("Staff number")), "name": config.TextColumn(_("Name")),
        "unit": config.TextColumn(_("Unit")),
        "clients": config.ProgressColumn(_("Core clients of {limit}", limit=limit), format="%d", min_value=0,
                                         max_value=most),
        "qualified": config.TextColumn(_("Qualified"), help=_("Licence and advisory qualification hold today.")),
    })["selection"]["rows"]  # fmt: skip
    st.caption(_("Select an adviser to see the clients."))
    staff_no = str(loads[picked[0]]["staff_no"]) if picked and picked[0] < len(loads) else None
    if staff_no != st.session_state.get(_PICKED):
        st.session_state[_PICKED] = staff_no
        if staff_no:
            st.query_params["staff"] = staff_no
        else:
            st.query_params.pop("staff", None)


def _client_frame(frame: Frame, rows: list[dict[str, Any]]) -> pd.DataFrame:
    return pd.DataFrame({
        "client": client_addresses(frame, [row["client_no"] for row in rows]),
        "name": [row["client"] for row in rows], "office": [row["office"] for row in rows],
        "opened": [row["opened_on"] for row in rows], "adviser": [row["adviser"] for row in rows],
        "staff_no": [row["staff_no"] for row in rows], "since": [row["valid_from"] for row in rows],
        "number": [row["relationship_no"] for row in rows],
        "ground": [label(ForcedGround, row["ground"]) if "ground" in row else None for row in rows],
        "end_on": [row.get("end_on") for row in rows],
    })  # fmt: skip


def _client_columns(*, forced: bool = False) -> dict[str, Any]:
    config = st.column_config
    return {
        "client": config.LinkColumn(_("Client number"), display_text=r"client=([^&]+)", pinned=True),
        "name": config.TextColumn(_("Name"), pinned=True), "office": config.TextColumn(_("Business office")),
        "opened": None if forced else config.DateColumn(_("Opened"), format="YYYY-MM-DD"),
        "adviser": config.TextColumn(_("Adviser")), "staff_no": config.TextColumn(_("Staff number")),
        "since": config.DateColumn(_("From"), format="YYYY-MM-DD"),
        "number": config.TextColumn(_("Relationship")),
        "ground": config.TextColumn(_("Ground")) if forced else None,
        "end_on": config.DateColumn(_("Ends with"), format="YYYY-MM-DD",
                                    help=_("The first day without the relationship.")) if forced else None,
    }  # fmt: skip


def show_forced(frame: Frame) -> None:
    """Draw what has to end outside the window, with the button for those who may."""
    done: ForcedResult | None = st.session_state.pop(_DONE, None)
    if done is not None:
        st.success(_("{count} core relationships were ended.", count=len(done.ended)), icon=":material/check_circle:")
        for number, reason in done.refused[:20]:
            st.warning(f"{number} · {reason_text(reason, _)}", icon=":material/block:")
    with db().reading() as connection:
        rule = read_rule(connection, business_date())
        rows = read_forced_ends(connection, frame.scope, business_date())
    st.caption(_("Outside the window a core relationship ends only where facts force it. The replacement waits for "
                 "the window."))  # fmt: skip
    if not rows:
        states.nothing_to_do(_("Nothing forces an end."))
        return
    able = frame.user.role in rule.released_by
    picked = grid(_client_frame(frame, rows), column_config=_client_columns(forced=True), key="core_forced",
                  on_select="rerun" if able else "ignore", selection_mode="multi-row",
                  height=table_height(len(rows), 420))  # fmt: skip
    if not able:
        st.caption(_("Headquarters ends them."))
        return
    numbers = [rows[place]["relationship_no"] for place in picked["selection"]["rows"] if place < len(rows)]
    request = st.session_state.setdefault(_REQUEST, uuid.uuid4().hex)
    if st.button(_("End the selected ({count})", count=len(numbers)) if numbers else _("Select rows to end"),
                 type="primary", disabled=not numbers, key="core_force", icon=":material/link_off:"):  # fmt: skip
        result = attempt(lambda: end_forced(db(), actor=actor(), relationship_nos=numbers, request_id=request))
        if result is not None:
            st.session_state.pop(_REQUEST, None)
            st.session_state[_DONE] = result
            st.rerun()
