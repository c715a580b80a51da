"""Panels of the Audit page: whether the chain is whole, and its rows page by page."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from data_access.actor import ActingUser, NotAllowed
from data_access.audit import first_broken_audit
from data_access.reads.audit import read_audit
from pages._ui.data import db
from pages._ui.grid import grid
from pages._ui.texts import _, moment_text

PAGE_ROWS = 200


def show_chain(user: ActingUser) -> None:
    """Verify the whole chain when asked; it reads every row."""
    del user
    if not st.button(_("Verify the chain"), icon=":material/verified:"):
        return
    with db().reading() as connection:
        broken = first_broken_audit(connection)
    if broken is None:
        st.success(_("The chain is whole."), icon=":material/verified:")
    else:
        st.error(_("The chain is broken at row {sequence}.", sequence=broken), icon=":material/gpp_bad:")


def show_rows(user: ActingUser) -> None:
    """Draw one page of rows, or what happened to one object."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        kind = st.text_input(_("Kind of object"), placeholder="client, staff, user …", max_chars=40, width=200).strip()
        key = st.text_input(_("Object"), max_chars=60, width=200).strip()
    starts = st.session_state.setdefault("audit_starts", [None])
    try:
        with db().reading() as connection:
            rows = read_audit(connection, user, object_kind=kind if kind and key else None, object_key=key or None,
                              before=starts[-1], limit=PAGE_ROWS)  # fmt: skip
    except NotAllowed:
        st.error(_("You may not do this."), icon=":material/lock:")
        return
    grid(
        pd.DataFrame([
            {_("Sequence"): row.sequence, _("When"): moment_text(row.at), _("By"): row.who, _("Act"): row.action,
             _("Kind of object"): row.object_kind, _("Object"): row.object_key, _("Details"): row.details}
            for row in rows
        ]),
        key="audit", height=520,
    )  # fmt: skip
    with st.container(horizontal=True):
        if len(starts) > 1:
            st.button(_("Previous rows"), key="audit_previous", type="tertiary", on_click=starts.pop)
        if len(rows) == PAGE_ROWS:
            st.button(_("Next rows"), key="audit_next", type="tertiary", on_click=starts.append,
                      args=(rows[-1].sequence,))  # fmt: skip
