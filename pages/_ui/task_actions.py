"""Handing tasks on, moving their due dates out, withdrawing them; each at the version the reader saw."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence

import streamlit as st

from data_access.clock import business_date
from data_access.commands.task_steps import StepResult, extend_tasks, reassign_tasks, withdraw_tasks
from data_access.commands.tasks import HAND_OUT_ROLES
from data_access.reads.tasks import TaskRow
from domain.months import month_of
from domain.reasons import reason_text
from pages._ui import cached
from pages._ui.acts import attempt
from pages._ui.data import db
from pages._ui.frame import Frame
from pages._ui.hand_out import person_words, read_people
from pages._ui.session import actor
from pages._ui.texts import _

_DONE = "task_step_done"
_REQUEST = "task_step_request"
_REASON_LIMIT = 200


def show_actions(frame: Frame, selected: Sequence[TaskRow]) -> None:
    """Offer to hand the selected tasks on, to extend or to withdraw them, to those who may."""
    done: StepResult | None = st.session_state.pop(_DONE, None)
    if done is not None:
        _outcome(done)
    if frame.user.role not in HAND_OUT_ROLES:
        return
    with st.popover(_("Hand on"), icon=":material/swap_horiz:", disabled=not selected):
        _hand_on(selected)
    with st.popover(_("Extend"), icon=":material/event_upcoming:", disabled=not selected):
        _extend(selected)
    with st.popover(_("Withdraw"), icon=":material/undo:", disabled=not selected):
        _withdraw(selected)


def _hand_on(selected: Sequence[TaskRow]) -> None:
    able = {person.staff_no: person for person in read_people(sorted({task.office_id for task in selected}))
            if person.problem is None}  # fmt: skip
    if not able:
        st.caption(_("Nobody in this office can take a client now."))
        return
    staff_no = st.selectbox(_("Staff member"), list(able), format_func=lambda number: person_words(able[number]),
                            key="hand_on_to")  # fmt: skip
    reason = st.text_input(_("Reason"), key="hand_on_reason", max_chars=_REASON_LIMIT)
    if st.button(_("Hand on {count} tasks", count=len(selected)), type="primary", key="hand_on_go"):
        _run(selected, lambda versions, request: reassign_tasks(
            db(), actor=actor(), versions=versions, staff_no=staff_no, reason=reason, request_id=request))  # fmt: skip


def _extend(selected: Sequence[TaskRow]) -> None:
    rules = cached.rules(month_of(business_date()))
    if rules.task_extend_most == 0:
        st.caption(_("The rules let no due date be moved out."))
        return
    st.caption(_("The due date moves out by {months} months; at most {most} times a task.",
                 months=rules.task_extend_months, most=rules.task_extend_most))  # fmt: skip
    reason = st.text_input(_("Reason"), key="extend_reason", max_chars=_REASON_LIMIT)
    if st.button(_("Extend {count} tasks", count=len(selected)), type="primary", key="extend_go"):
        _run(selected, lambda versions, request: extend_tasks(
            db(), actor=actor(), versions=versions, reason=reason, request_id=request))  # fmt: skip


def _withdraw(selected: Sequence[TaskRow]) -> None:
    reason = st.text_input(_("Reason"), key="withdraw_reason", max_chars=_REASON_LIMIT)
    if st.button(_("Withdraw {count} tasks", count=len(selected)), type="primary", key="withdraw_go"):
        _run(selected, lambda versions, request: withdraw_tasks(
            db(), actor=actor(), versions=versions, reason=reason, request_id=request))  # fmt: skip


def _run(selected: Sequence[TaskRow], act: Callable[[dict[str, int], str], StepResult]) -> None:
    versions = {task.task_no: task.version for task in selected}
    # pressed twice for the same tasks as they were seen, it is one request
    kept = st.session_state.get(_REQUEST)
    if kept is None or kept["versions"] != versions:
        kept = st.session_state[_REQUEST] = {"versions": versions, "id": uuid.uuid4().hex}
    done = attempt(lambda: act(versions, kept["id"]))
    st.session_state.pop(_REQUEST, None)
    if done is not None:
        cached.forget_tasks()
        st.session_state[_DONE] = done
        st.rerun()


def _outcome(done: StepResult) -> None:
    if done.done:
        st.success(_("{count} tasks were changed.", count=len(done.done)), icon=":material/check_circle:")
    for number, reason in done.refused[:20]:
        st.warning(f"{number} · {reason_text(reason, _)}", icon=":material/block:")
