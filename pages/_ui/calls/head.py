"""The head of a call: who it is, what stops it, the number, and what became of a task that is over."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import streamlit as st

from data_access.clock import business_date
from data_access.commands.reveal import REVEAL_ROLES, reveal_field
from data_access.reads.call import CallPage
from domain.decision import Reason
from domain.prospects import ProspectGrade, Urgency, decide_urgency
from domain.reasons import reason_text
from domain.words import ClientKind, RevealField, RevealPurpose, Status, TaskPriority, TaskState
from pages._ui.acts import attempt
from pages._ui.client_blocks import STATUS_COLOURS
from pages._ui.contact_form import held_out_notice
from pages._ui.data import db
from pages._ui.frame import Frame
from pages._ui.session import actor
from pages._ui.texts import _, label, plain


def is_stopped(page: CallPage) -> bool:
    """Tell whether nobody should call: marketing is refused, or a complaint is open."""
    return bool(page.client["marketing_opt_out"]) or page.open_complaint is not None


@contextmanager
def block(title: str, caption: str) -> Iterator[None]:
    """A bordered block as tall as what it holds: heading, and one line that says how to read it."""
    with st.container(border=True):
        st.subheader(title, anchor=False)
        st.caption(caption)
        yield


def form_place(page: CallPage) -> Any:
    """Return where the form of the contact stands: folded away where nobody should call."""
    return st.expander(_("Log a contact all the same")) if is_stopped(page) else st.container()


def show_head(page: CallPage) -> None:
    """Draw who is to be called and about what; a stop comes first."""
    _stops(page)
    facts, task, now = page.client, page.task, page.status
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.header(plain(facts["name"]), anchor=False, width="content")
        st.badge(facts["client_no"], color="gray")
        if facts["kind"] != ClientKind.INDIVIDUAL:
            st.badge(label(ClientKind, facts["kind"]), color="blue")
        status = now["status"] if now else task["pool_status"]
        st.badge(label(Status, status), color=STATUS_COLOURS[status])
        if now and now["tier_before"]:
            st.badge(_("Tier before: {tier}", tier=now["tier_before"]), color="primary")
        if is_open(page) and task["due_on"] < business_date():
            st.badge(_("Overdue"), icon=":material/running_with_errors:", color="red")
        if task["grade"]:
            st.badge(label(ProspectGrade, task["grade"]), color="violet")
    words = [facts["office"], _("due {day}", day=task["due_on"]), _("priority {words}",
             words=label(TaskPriority, task["priority"])), task["campaign_name"]]  # fmt: skip
    planned = next((one["next_step_on"] for one in page.contacts if one["task_id"] == task["task_id"]), None)
    if planned is not None and is_open(page):
        words += [_("next step {day}", day=planned), label(Urgency, decide_urgency(planned, business_date()))]
    if not task["is_own"]:
        words.append(_("with {staff}", staff=f"{task['staff_name']} {task['staff_no']}"))
    st.caption(" · ".join(plain(word) for word in words if word))


def is_open(page: CallPage) -> bool:
    """Tell whether the task still waits for a result."""
    return page.task["state"] in (TaskState.OPEN, TaskState.PREREGISTERED)


def _stops(page: CallPage) -> None:
    if page.client["marketing_opt_out"]:
        st.error(_("Stop: the client refuses marketing. Do not call for the campaign."), icon=":material/block:")
    if page.open_complaint is not None:
        reason = Reason("hand_out.complaint", {"complaint_no": page.open_complaint})
        st.error(_("Stop: {reason}", reason=plain(reason_text(reason, _))), icon=":material/block:")
    held_out_notice(page.held_out)
    if not is_open(page):
        st.info(_closed(page), icon=":material/lock:")


def _closed(page: CallPage) -> str:
    task = page.task
    state, day = task["state"], task["closed_on"] or "–"
    if state == TaskState.RECOGNISED:
        return _("Recognised automatically on {day}; the client is won back.", day=day)
    # a code of the rules, or what somebody wrote
    reason = reason_text(Reason(str(task["result_reason"])), _) if task["result_reason"] else "–"
    if state == TaskState.NOT_RECOGNISED:
        return _("Not recognised on {day}: {reason}", day=day, reason=plain(reason))
    if state == TaskState.WITHDRAWN:
        return _("Withdrawn on {day}: {reason}", day=day, reason=plain(reason))
    return _("Expired on {day}; the client went back to the pool.", day=day)


def show_number(frame: Frame, page: CallPage) -> None:
    """Draw the masked number, and for those who may the press that shows it once, logged."""
    facts = page.client
    masked = facts["phone_masked"] or _("no phone on file")
    if frame.user.role not in REVEAL_ROLES or not facts["can_reveal_phone"] or is_stopped(page):
        st.markdown(f":material/phone: {plain(masked)}")
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.markdown(f":material/phone: {plain(masked)}", width="content")
        logged = _("One value at a time; client, field, purpose and your name are logged.")
        pressed = st.button(_("Show the number to call"), icon=":material/visibility:", key="show_number", help=logged)
    if not pressed:
        return
    value = attempt(lambda: reveal_field(db(), actor=actor(), client_no=facts["client_no"], field=RevealField.PHONE,
                                         purpose=RevealPurpose.CALL_CLIENT))  # fmt: skip
    if value is not None:
        st.link_button(_("Call {number}", number=value), f"tel:{value}", icon=":material/call:", type="primary",
                       width="stretch")  # fmt: skip
