"""Logging a contact, from a client or from a task; a double click stores it once."""

from __future__ import annotations

import uuid

import streamlit as st

from data_access.commands.contacts import CONTACT_ROLES, log_contact
from domain.words import ContactChannel, ContactResult
from pages._ui.acts import attempt
from pages._ui.data import db
from pages._ui.frame import Frame
from pages._ui.session import actor
from pages._ui.texts import _, labels


def contact_form(frame: Frame, *, client_no: str | None = None, task_no: str | None = None) -> None:
    """Draw the form for one client or task, for those who may log contacts."""
    if frame.user.role not in CONTACT_ROLES:
        return
    key = f"contact_{task_no or client_no}"
    request = st.session_state.setdefault(f"{key}_request", uuid.uuid4().hex)
    if st.session_state.pop(f"{key}_saved", False):
        st.success(_("The contact was logged."), icon=":material/check_circle:")
    channels, results = labels(ContactChannel), labels(ContactResult)
    with st.form(key, clear_on_submit=True):
        with st.container(horizontal=True):
            channel = st.selectbox(
                _("Channel"), list(channels), index=1, format_func=lambda code: channels[code], width=170
            )
            result = st.selectbox(_("Result"), list(results), format_func=lambda code: results[code], width=170)
            following = st.date_input(_("Next step on"), value=None, min_value="today", format="YYYY-MM-DD", width=170)
        note = st.text_area(_("Note"), max_chars=1000, height=80)
        pressed = st.form_submit_button(_("Log the contact"), type="primary", icon=":material/call:")
    if not pressed:
        return
    logged = attempt(lambda: log_contact(
        db(), actor=actor(), client_no=client_no, task_no=task_no, channel=channel, result=result, note=note,
        next_step_on=following, request_id=request))  # fmt: skip
    if logged is None:
        return
    st.session_state[f"{key}_request"] = uuid.uuid4().hex
    st.session_state[f"{key}_saved"] = True
    st.rerun()
