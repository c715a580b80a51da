"""The permission register page by page, and the accounts for which it is not complete (R-05)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pandas as pd
import streamlit as st

from data_access.actor import ActingUser
from data_access.clock import business_date
from data_access.reads.grants import PAGE_ROWS, EntryRow, read_gaps, read_register
from domain.register_words import RegisterAction, RegisterGap
from domain.words import Role
from pages._ui import states
from pages._ui.data import db
from pages._ui.exports import export_button
from pages._ui.filters import choices
from pages._ui.grid import grid
from pages._ui.texts import _, labels, language, moment_text

_STARTS = "register_starts"


def show_register(user: ActingUser, text: str) -> None:
    """Draw the entries, the newest first, with their filters, pages and export."""
    actions, days = _filters()
    since, until = days if len(days) == 2 else (None, None)
    stamp = repr((text, actions, since, until))
    if st.session_state.get(_STARTS, {}).get("stamp") != stamp:
        st.session_state[_STARTS] = {"stamp": stamp, "starts": [None]}
    starts = st.session_state[_STARTS]["starts"]
    with db().reading() as connection:
        rows = read_register(connection, user, actions=actions, text=text, since=since, until=until, before=starts[-1])
    if not rows:
        states.no_data_for_date(_("No entry matches."))
        return
    _entries(rows)
    with st.container(horizontal=True, vertical_alignment="center"):
        if len(starts) > 1:
            st.button(_("Previous rows"), key="register_previous", type="tertiary", on_click=starts.pop)
        if len(rows) == PAGE_ROWS:
            st.button(_("Next rows"), key="register_next", type="tertiary", on_click=starts.append,
                      args=(rows[-1].entry_id,))  # fmt: skip
        export_button(_("Export the register"), "permission_register",
                      {"action": list(actions), "text": text, "since": since, "until": until,
                       "language": language()}, key="export_register")  # fmt: skip


def _filters() -> tuple[tuple[str, ...], Sequence[date]]:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        actions = choices("action", _("Act"), labels(RegisterAction), width=300)
        days = st.date_input(_("From and to"), value=(), max_value=business_date(), format="YYYY-MM-DD",
                             key="register_days", width=240)  # fmt: skip
    return actions, days if isinstance(days, tuple) else ()


def _entries(rows: Sequence[EntryRow]) -> None:
    acts, roles = labels(RegisterAction), labels(Role)
    grid(
        pd.DataFrame([
            {_("Entry"): row.entry_id, _("When"): moment_text(row.at), _("Act"): acts.get(row.action, row.action),
             _("Name"): row.display_name, _("Role"): roles.get(row.role or "", row.role), _("By"): row.by,
             _("Signed"): row.applicant_signed, _("Place"): row.unit_name, _("User name"): row.username,
             _("Application"): row.grant_id, _("Note"): row.note}
            for row in rows
        ]),
        key="register_rows", height=480,
    )  # fmt: skip


def show_gaps(user: ActingUser) -> None:
    """Draw the accounts whose rights the register does not explain, and how a gap is closed."""
    with db().reading() as connection:
        rows = read_gaps(connection, user)
    if not rows:
        states.nothing_to_do(_("The register explains the rights of every account."))
        return
    gaps, roles = labels(RegisterGap), labels(Role)
    st.caption(_("{count} accounts. A gap closes when its owner signs an application for the rights that the account "
                 "has, the head approves it and the administrator executes it.", count=f"{len(rows):,}"))  # fmt: skip
    grid(
        pd.DataFrame([
            {_("Gap"): gaps[row.gap], _("Name"): row.display_name, _("User name"): row.username,
             _("Role"): roles.get(row.role, row.role), _("Place"): row.unit_name} for row in rows
        ]),
        key="register_gaps", height=480,
    )  # fmt: skip
