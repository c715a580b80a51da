"""The task list: counts, one page of rows, the facts and steps of one task."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from data_access.reads.tasks import PAGE_ROWS, TaskRow, count_tasks, read_task_history, read_tasks
from domain.tasks import TaskAct
from domain.words import OPEN_TASK_STATES, Status, TaskPriority, TaskState
from pages._ui.data import db
from pages._ui.frame import Frame
from pages._ui.grid import grid, table_height
from pages._ui.links import client_addresses, link
from pages._ui.profiles.narrow import says_not_narrowed
from pages._ui.relationships.links import preregister_link
from pages._ui.texts import _, label, labels, moment_text

_OPEN = tuple(state.value for state in OPEN_TASK_STATES)


def counts(frame: Frame, whose: str) -> None:
    """Draw how many tasks stand in each state and how many are late."""
    with db().reading() as connection:
        kinds = frame.profile.kinds
        by_state = count_tasks(connection, frame.scope, frame.user, whose=whose, kinds=kinds)
        late = count_tasks(connection, frame.scope, frame.user, whose=whose, overdue=True, kinds=kinds)
    says_not_narrowed(frame, tiers=True)
    cards = [(_("Open"), sum(by_state.get(code, 0) for code in _OPEN)), (_("Overdue"), sum(late.values())),
             *((label(TaskState, code.value), by_state.get(code.value, 0)) for code in TaskState
               if code.value not in _OPEN)]  # fmt: skip
    with st.container(horizontal=True, gap="small"):
        for words, count in cards:
            st.metric(words, f"{count:,}", border=True, width=140)


def asked(view: str, chosen: Sequence[str]) -> dict[str, Any]:
    """Return what a view of the list asks for: the states it keeps, and whether only late tasks count."""
    return {"state": tuple(chosen) if view == "all" else _OPEN, "overdue": view == "overdue"}


def read_page(frame: Frame, *, whose: str, view: str, chosen: Sequence[str]) -> tuple[list[TaskRow], bool]:
    """Return one page of tasks by due date, and whether more follow."""
    starts = _starts(repr((whose, view, chosen, frame.scope.fingerprint, frame.profile)))
    wanted = asked(view, chosen)
    with db().reading() as connection:
        rows = read_tasks(
            connection,
            frame.scope,
            frame.user,
            whose=whose,
            states=wanted["state"],
            overdue=wanted["overdue"],
            after=starts[-1],
            kinds=frame.profile.kinds,
        )
    return rows, len(rows) == PAGE_ROWS


def _starts(stamp: str) -> list[tuple[date, int] | None]:
    state = st.session_state.setdefault("task_pages", {"stamp": stamp, "starts": [None]})
    if state["stamp"] != stamp:
        state.update(stamp=stamp, starts=[None])
    return list(state["starts"])


def pager(frame: Frame, rows: Sequence[TaskRow], *, more: bool) -> None:
    """Draw the sentence below the list and the way to further rows."""
    del frame
    page = len(st.session_state["task_pages"]["starts"])
    first = (page - 1) * PAGE_ROWS + 1
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(_("Rows {first}–{last}, by due date. Select one to work on it, several to hand on or withdraw.",
                     first=f"{first:,}", last=f"{first + len(rows) - 1:,}"))  # fmt: skip
        if page > 1:
            st.button(_("Previous rows"), on_click=_turn, args=(None,), type="tertiary", key="tasks_previous")
        if more:
            st.button(_("Next rows"), on_click=_turn, args=((rows[-1].due_on, rows[-1].task_id),), type="tertiary",
                      key="tasks_next")  # fmt: skip


def _turn(start: tuple[date, int] | None) -> None:
    starts = st.session_state["task_pages"]["starts"]
    if start is None:
        starts.pop()
    else:
        starts.append(start)


def show_table(frame: Frame, rows: Sequence[TaskRow]) -> list[TaskRow]:
    """Draw the tasks and return the selected ones."""
    config = st.column_config
    # a word is looked up once a table, not once a row
    late, priorities, states_of, reasons = _("late"), labels(TaskPriority), labels(TaskState), labels(Status)
    table = pd.DataFrame({
        "client": client_addresses(frame, [row.client_no for row in rows]),
        "name": [row.client_name for row in rows],
        "due": [row.due_on for row in rows],
        "late": [late if row.is_overdue else "" for row in rows],
        "priority": [priorities[row.priority] for row in rows],
        "state": [states_of[row.state] for row in rows],
        "reason": [reasons[row.pool_status] for row in rows],
        "staff": [f"{row.staff_name} · {row.staff_no}" for row in rows],
        "office": [row.office_name for row in rows],
        "contact": [moment_text(row.last_contact_at) for row in rows],
        "note": [row.note for row in rows],
        "task": [row.task_no for row in rows],
    })  # fmt: skip
    chosen = grid(
        table, key=f"task_rows_{len(st.session_state['task_pages']['starts'])}", on_select="rerun",
        selection_mode="multi-row", height=table_height(len(rows), 480),
        column_config={
            "client": config.LinkColumn(_("Client number"), display_text=r"client=([^&]+)", pinned=True),
            "name": config.TextColumn(_("Name"), pinned=True),
            "due": config.DateColumn(_("Due"), format="YYYY-MM-DD"),
            "late": config.TextColumn(_("Late"), width="small"),
            "priority": config.TextColumn(_("Priority"), width="small"),
            "state": config.TextColumn(_("State")),
            "reason": config.TextColumn(_("Why in the pool")),
            "staff": config.TextColumn(_("Staff member")),
            "office": config.TextColumn(_("Business office")),
            "contact": config.TextColumn(_("Last contact")),
            "note": config.TextColumn(_("Note")),
            "task": config.TextColumn(_("Task")),
        },
    )  # fmt: skip
    return [rows[number] for number in chosen["selection"]["rows"] if number < len(rows)]


def facts(frame: Frame, task: TaskRow) -> None:
    """Draw what a caller needs to know of one task."""
    st.text(
        _(
            "{client} · {reason} · due {due} · with {staff}",
            client=f"{task.client_name} {task.client_no}",
            reason=label(Status, task.pool_status),
            due=task.due_on,
            staff=f"{task.staff_name} {task.staff_no}",
        )
    )
    if task.note:
        st.text(task.note)
    link(frame, "client", _("Open the client: number to call, history, why it is here"), client=task.client_no)
    if task.state in _OPEN:
        preregister_link(frame, task_no=task.task_no)


def history(frame: Frame, task: TaskRow) -> None:
    """Draw the steps of one task."""
    with db().reading() as connection:
        steps = read_task_history(connection, frame.scope, task.task_no)
    with st.expander(_("Steps of the task")):
        grid(pd.DataFrame([
            {_("When"): moment_text(step.at), _("Step"): label(TaskAct, step.kind), _("To"): step.staff_name,
             _("By"): step.by, _("Reason"): step.reason} for step in steps
        ]), key="steps")  # fmt: skip
