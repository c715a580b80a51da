"""The task list: counts, filters, whom to call next, one page of rows, the facts and steps of one task."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from data_access.reads.call import read_next_tasks
from data_access.reads.task_filters import Position, read_task_choices
from data_access.reads.tasks import PAGE_ROWS, TaskRow, count_open_and_late, read_task_history, read_tasks
from domain.decision import Reason
from domain.reasons import reason_text
from domain.tasks import TaskAct
from domain.words import OPEN_TASK_STATES, ContactResult, Status, TaskPriority, TaskState
from pages._ui.data import db
from pages._ui.filters import choice
from pages._ui.frame import Frame
from pages._ui.grid import grid, table_height
from pages._ui.links import addresses_of, client_addresses, go, link
from pages._ui.profiles.narrow import says_not_narrowed
from pages._ui.relationships.links import preregister_link
from pages._ui.tables import yuan
from pages._ui.texts import _, label, labels, moment_text, plain

_OPEN = tuple(state.value for state in OPEN_TASK_STATES)
_NEXT_CALLS = 3


def counts(frame: Frame, whose: str) -> None:
    """Draw how many tasks stand in each state and how many are late."""
    with db().reading() as connection:
        by_state, late = count_open_and_late(connection, frame.scope, frame.user, whose=whose,
                                             kinds=frame.profile.kinds)  # fmt: skip
    says_not_narrowed(frame, tiers=True)
    cards = [(_("Open"), sum(by_state.get(code, 0) for code in _OPEN)), (_("Overdue"), late),
             *((label(TaskState, code.value), by_state.get(code.value, 0)) for code in TaskState
               if code.value not in _OPEN)]  # fmt: skip
    with st.container(horizontal=True, gap="small"):
        for words, count in cards:
            st.metric(words, f"{count:,}", border=True, width=140)


def narrow(frame: Frame, whose: str, view: str) -> dict[str, Any]:
    """Draw the filters by campaign and, for a team's list, by person; return those that are set."""
    states = () if view == "all" else _OPEN
    with db().reading() as connection:
        offered = read_task_choices(connection, frame.scope, frame.user, whose=whose, states=states,
                                    kinds=frame.profile.kinds)  # fmt: skip
    kept: dict[str, Any] = {}
    if offered.campaigns:
        names = {code: f"{name} · {code} ({load:,})" for code, name, load in offered.campaigns}
        kept["campaign_no"] = choice("campaign", _("Campaign"), names, width=240)
    if whose == "team" and len(offered.people) > 1:
        names = {code: f"{name} · {code} ({load:,})" for code, name, load in offered.people}
        kept["staff_no"] = choice("with", _("Staff member"), names, width=220)
    return {name: code for name, code in kept.items() if code}


def asked(view: str, chosen: Sequence[str]) -> dict[str, Any]:
    """Return what a view of the list asks for: the states it keeps, and whether only late tasks count."""
    return {"state": tuple(chosen) if view == "all" else _OPEN, "overdue": view == "overdue"}


def read_page(frame: Frame, wanted: Mapping[str, Any]) -> tuple[list[TaskRow], bool]:
    """Return one page of tasks in the order of work, and whether more follow."""
    starts = _starts(repr((wanted, frame.scope.fingerprint, frame.profile)))
    with db().reading() as connection:
        rows = read_tasks(
            connection, frame.scope, frame.user, whose=wanted["whose"], states=wanted["state"],
            overdue=wanted["overdue"], campaign_no=wanted.get("campaign_no"), staff_no=wanted.get("staff_no"),
            after=starts[-1], kinds=frame.profile.kinds, limit=PAGE_ROWS + 1)  # fmt: skip
    return rows[:PAGE_ROWS], len(rows) > PAGE_ROWS


def _starts(stamp: str) -> list[Position | None]:
    state = st.session_state.setdefault("task_pages", {"stamp": stamp, "starts": [None]})
    if state["stamp"] != stamp:
        state.update(stamp=stamp, starts=[None])
    return list(state["starts"])


def pager(rows: Sequence[TaskRow], *, more: bool) -> None:
    """Draw the sentence below the list and the way to further rows."""
    page = len(st.session_state["task_pages"]["starts"])
    first = (page - 1) * PAGE_ROWS + 1
    with st.container(horizontal=True, vertical_alignment="center"):
        words = _("Rows {first}–{last}, by due date, then value, then grade. Select one for its steps, several to "
                  "hand on, extend or withdraw.", first=f"{first:,}", last=f"{first + len(rows) - 1:,}")  # fmt: skip
        st.caption(words)
        if page > 1:
            st.button(_("Previous rows"), on_click=_turn, args=(None,), type="tertiary", key="tasks_previous")
        if more:
            st.button(_("Next rows"), on_click=_turn, args=(rows[-1].position,), type="tertiary", key="tasks_next")


def _turn(start: Position | None) -> None:
    starts = st.session_state["task_pages"]["starts"]
    if start is None:
        starts.pop()
    else:
        starts.append(start)


_MEANINGS = {
    TaskState.OPEN: "Handed out; the next step is to pre-register, before the client becomes active.",
    TaskState.PREREGISTERED: "A pre-registration stands; what comes in and is traded from then on counts.",
    TaskState.RECOGNISED: "The client came back by the rules; found by the system from events and months, nobody "
                          "ticks it off.",
    TaskState.NOT_RECOGNISED: "The client came back, but a rule was not met; the task names the first one.",
    TaskState.WITHDRAWN: "Taken back by a lead, with a reason; the client is in the pool again.",
    TaskState.EXPIRED: "The due date passed, or nobody tried for too long; the client is in the pool again.",
}  # fmt: skip


def meanings() -> None:
    """Offer what the states of a task mean."""
    with st.expander(_("What the states mean"), icon=":material/help:", type="compact"):
        st.markdown("\n".join(f"- **{label(TaskState, code)}** · {_(words)}" for code, words in _MEANINGS.items()))


def next_calls(frame: Frame) -> None:
    """Draw the first calls of the day as links that a thumb finds."""
    with db().reading() as connection:
        first = read_next_tasks(connection, frame.user, limit=_NEXT_CALLS)
    if not first:
        return
    with st.container(horizontal=True, gap="small"):
        for place, task in enumerate(first):
            words = _("{name} · due {day}", name=plain(task.client_name), day=task.due_on)
            if st.button(_("Call next: {words}", words=words) if place == 0 else words, icon=":material/call:",
                         type="primary" if place == 0 else "secondary", key=f"call_next_{place}"):  # fmt: skip
                go(frame, "call", task=task.task_no)


def show_table(frame: Frame, rows: Sequence[TaskRow], whose: str) -> list[TaskRow]:
    """Draw the tasks and return the selected ones; one's own list leaves out what is the same in every row."""
    config = st.column_config
    # a word is looked up once a table, not once a row
    late, priorities, states_of, reasons = _("late"), labels(TaskPriority), labels(TaskState), labels(Status)
    results = labels(ContactResult)
    table = pd.DataFrame({
        "call": addresses_of(frame, "call", "task", [row.task_no for row in rows]),
        "name": [row.client_name for row in rows],
        "due": [row.due_on for row in rows],
        "late": [late if row.is_overdue else "" for row in rows],
        "value": [yuan(row.value_fen) for row in rows],
        "grade": [row.grade for row in rows],
        "next": [row.next_step_on for row in rows],
        "contact": [moment_text(row.last_contact_at) for row in rows],
        "result": [results.get(row.last_result or "") for row in rows],
        "campaign": [row.campaign_name for row in rows],
        "state": [states_of[row.state] for row in rows],
        "reason": [reasons[row.pool_status] for row in rows],
        "priority": [priorities[row.priority] for row in rows],
        "staff": [f"{row.staff_name} · {row.staff_no}" for row in rows],
        "office": [row.office_name for row in rows],
        "client": client_addresses(frame, [row.client_no for row in rows]),
        "note": [row.note for row in rows],
        "task": [row.task_no for row in rows],
    })  # fmt: skip
    if whose == "mine":
        table = table.drop(columns=["staff", "office"])
    else:
        first = ["call", "name", "due", "late", "staff"]
        table = table[[*first, *(name for name in table.columns if name not in first)]]
    chosen = grid(
        table, key=f"task_rows_{len(st.session_state['task_pages']['starts'])}", on_select="rerun",
        selection_mode="multi-row", height=table_height(len(rows), 480),
        column_config={
            "call": config.LinkColumn("", display_text=_("Call"), width=56, pinned=True),
            "name": config.TextColumn(_("Name"), width=100, pinned=True),
            "due": config.DateColumn(_("Due"), format="YYYY-MM-DD"),
            "late": config.TextColumn(_("Late"), width=56),
            "value": config.NumberColumn(_("Expected value (yuan)"), format="accounting"),
            "grade": config.TextColumn(_("Prospect grade"), width=104),
            "next": config.DateColumn(_("Next step"), format="YYYY-MM-DD", width=96),
            "contact": config.TextColumn(_("Last contact")),
            "result": config.TextColumn(_("Result")),
            "campaign": config.TextColumn(_("Campaign")),
            "state": config.TextColumn(_("State")),
            "reason": config.TextColumn(_("Why handed out")),
            "priority": config.TextColumn(_("Priority"), width="small"),
            "staff": config.TextColumn(_("Staff member")),
            "office": config.TextColumn(_("Business office")),
            "client": config.LinkColumn(_("Client number"), display_text=r"client=([^&]+)"),
            "note": config.TextColumn(_("Note")),
            "task": config.TextColumn(_("Task")),
        },
    )  # fmt: skip
    return [rows[number] for number in chosen["selection"]["rows"] if number < len(rows)]


def facts(frame: Frame, task: TaskRow) -> None:
    """Draw what a lead needs to know of one task."""
    words = _("{client} · {reason} · due {due} · with {staff}", client=f"{task.client_name} {task.client_no}",
              reason=label(Status, task.pool_status), due=task.due_on,
              staff=f"{task.staff_name} {task.staff_no}")  # fmt: skip
    st.text(words)
    if task.note:
        st.text(task.note)
    link(frame, "call", _("Open the call: number, reasons, history, contact"), task=task.task_no)
    link(frame, "client", _("The client from every side"), client=task.client_no)
    if task.state in _OPEN:
        preregister_link(frame, task_no=task.task_no)


def history(frame: Frame, task: TaskRow) -> None:
    """Draw the steps of one task."""
    with db().reading() as connection:
        steps = read_task_history(connection, frame.scope, task.task_no)
    with st.expander(_("Steps of the task")):
        grid(pd.DataFrame([
            {_("When"): moment_text(step.at), _("Step"): label(TaskAct, step.kind), _("To"): step.staff_name,
             _("By"): step.by, _("Reason"): reason_text(Reason(step.reason), _) if step.reason else None}
            for step in steps
        ]), key="steps")  # fmt: skip
