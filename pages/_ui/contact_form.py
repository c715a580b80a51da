"""Logging a contact, from a client or from a task; a double click stores it once."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import streamlit as st

from data_access.clock import business_date
from data_access.commands.contacts import CONTACT_ROLES, log_contact
from data_access.reads.holdouts import HeldOut
from domain.prospects import ProspectGrade
from domain.words import ContactChannel, ContactResult
from pages._ui.acts import attempt
from pages._ui.data import db
from pages._ui.frame import Frame
from pages._ui.session import actor
from pages._ui.texts import _, labels

NOTE_LIMIT = 1_000
_HALF = 140
"""Pixels of a field of which two stand side by side on a phone."""


def may_log(frame: Frame) -> bool:
    """Tell whether the reader's role logs contacts; the command decides again."""
    return frame.user.role in CONTACT_ROLES


def held_out_notice(held_out: HeldOut | None) -> None:
    """Say that a campaign holds the client back; whoever contacts it all the same is counted by the result."""
    if held_out is not None:
        st.warning(
            _(
                "In the hold-out group of campaign {campaign} until {until}: please do not contact for the campaign. "
                "A contact is counted by its result.",
                campaign=f"{held_out.campaign_name} {held_out.campaign_no}",
                until=held_out.until_on,
            ),
            icon=":material/pan_tool:",
        )


def contact_form(
    frame: Frame, *, client_no: str | None = None, task_no: str | None = None, held_out: HeldOut | None = None,
    grade: str | None = None, with_grade: bool = False, on_saved: Callable[[str], None] | None = None,
) -> None:  # fmt: skip
    """Draw the form for one client or task, for those who may log contacts.

    Every form has an id of its own: pressed twice or sent again it has one effect; it is drawn anew, empty, only
    when the contact was stored. ``on_saved`` is told the result; without it the form says so itself.
    """
    if not may_log(frame):
        return
    held_out_notice(held_out)
    key = f"contact_{task_no or client_no}"
    request = st.session_state.setdefault(f"{key}_request", uuid.uuid4().hex)
    if st.session_state.pop(f"{key}_saved", False):
        st.success(_("The contact was logged."), icon=":material/check_circle:")
    results, channels = labels(ContactResult), labels(ContactChannel)
    with st.form(f"{key}_{request}", border=False):
        result = st.pills(_("Result"), list(results), format_func=lambda code: results[code], key=f"result_{request}")
        chosen = _grade(request, grade) if with_grade else None
        with st.container(horizontal=True):
            following = st.date_input(_("Next step on"), value=None, min_value=business_date(), format="YYYY-MM-DD",
                                      width=_HALF, key=f"next_{request}")  # fmt: skip
            phone = list(channels).index(ContactChannel.PHONE)
            channel = st.selectbox(_("Channel"), list(channels), index=phone, width=_HALF, key=f"channel_{request}",
                                   format_func=lambda code: channels[code])  # fmt: skip
        note = st.text_area(_("Note"), max_chars=NOTE_LIMIT, height=80, key=f"note_{request}")
        pressed = st.form_submit_button(_("Log the contact"), type="primary", icon=":material/call:", width="stretch")
    if not pressed:
        return
    if result is None:
        st.error(_("Choose what the contact led to."), icon=":material/touch_app:")
        return
    logged = attempt(lambda: log_contact(
        db(), actor=actor(), client_no=client_no, task_no=task_no, channel=channel, result=result, note=note,
        next_step_on=following, grade=chosen, request_id=request))  # fmt: skip
    if logged is None:
        return
    st.session_state[f"{key}_request"] = uuid.uuid4().hex
    if on_saved is None:
        st.session_state[f"{key}_saved"] = True
    else:
        on_saved(result)
    st.rerun()


def _grade(request: str, grade: str | None) -> str | None:
    meaning = _("A: a clear need, business within one month. B: within three months. C: within half a year. "
                "D: later, or a need that may come. E: no need or no chance.")  # fmt: skip
    chosen = st.pills(_("Prospect grade"), [word.value for word in ProspectGrade], default=grade, help=meaning,
                      key=f"grade_{request}")  # fmt: skip
    # what was there before is no new word of the caller's
    return None if chosen == grade else chosen
