"""How far the task is on its way to being recognised, and its steps so far."""

from __future__ import annotations

import streamlit as st

from data_access.clock import business_date
from data_access.reads.call import CallPage
from data_access.reads.tasks import read_task_history
from domain.decision import Reason
from domain.months import month_of
from domain.reasons import reason_text
from domain.task_progress import progress_of
from domain.tasks import TaskAct
from domain.words import POOL, TaskState
from pages._ui import cached
from pages._ui.calls.head import is_open
from pages._ui.data import db
from pages._ui.frame import Frame
from pages._ui.relationships.links import preregister_link
from pages._ui.texts import _, label, moment_text, plain


def show_progress(frame: Frame, page: CallPage) -> None:
    """Draw the steps to the recognition, done ones ticked, and the way to the next one."""
    today = business_date()
    steps = progress_of(page.way, today, cached.rules(month_of(today)))
    marks = {True: ":green[:material/check_circle:]", False: ":material/radio_button_unchecked:"}
    # the hyphen of a rule's number does not break the line
    lines = [f"{marks[step.is_done]} {plain(reason_text(step.reason, _))} `{step.rule.replace('-', chr(0x2011))}`"
             for step in steps]  # fmt: skip
    st.markdown("  \n".join(lines))
    if is_open(page) and page.task["is_own"] and page.task["pool_status"] in POOL:
        preregister_link(frame, task_no=page.task["task_no"])


def show_steps(frame: Frame, task_no: str) -> None:
    """Draw the history of a task, read when it is opened."""
    block = st.expander(_("Steps of the task"), key=f"steps_{task_no}", on_change="rerun")
    with block:
        if not block.open:
            return
        with db().reading() as connection:
            steps = read_task_history(connection, frame.scope, task_no)
        lines = []
        for step in steps:
            parts = [moment_text(step.at), label(TaskAct, step.kind), label(TaskState, step.to_state), step.staff_name,
                     _("by {name}", name=step.by) if step.by else _("automatically"),
                     reason_text(Reason(step.reason), _) if step.reason else None]  # fmt: skip
            lines.append("- " + " · ".join(plain(part) for part in parts if part))
        st.markdown("\n".join(lines) or _("no data"))
