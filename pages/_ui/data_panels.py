"""Panels of the Data page: months, import batches, refresh runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pandas as pd
import streamlit as st

from data_access.actor import ActingUser
from data_access.commands.months import mark_month_final
from data_access.commands.refreshes import start_refresh
from data_access.imports import MEANINGS, RollbackRefused, read_batches, read_errors, rollback_batch
from data_access.imports.kinds import KINDS
from data_access.reads.generation import Generation
from data_access.reads.loads import read_months, read_runs
from domain.months import month_text
from domain.words import MonthState
from pages._ui import cached, states
from pages._ui.acts import attempt
from pages._ui.data import db
from pages._ui.grid import grid
from pages._ui.import_panel import show_problems
from pages._ui.session import actor
from pages._ui.texts import _, label, moment_text

BATCH_STATES = {"committed": "Imported", "refused": "Refused", "rolled_back": "Rolled back", "unchanged": "Unchanged",
                "running": "Running", "failed": "Failed", "finished": "Finished", "done": "Finished"}  # fmt: skip


FAILURES = {
    "KeyboardInterrupt": "It was stopped by hand.", "MemoryError": "Memory ran out.",
    "OperationalError": "The database was not reachable or busy for too long.",
    "DatabaseUnavailable": "The database was not reachable or busy for too long.",
    "NotAllowed": "Whoever started it may not do so.", "NotSignedIn": "Whoever started it is no longer signed in.",
}  # fmt: skip
"""What stopped a refresh, by the kind of error that it recorded."""


def _outcome(run: Mapping[str, Any]) -> str:
    """Say why a refresh run failed; nothing for one that did not."""
    if run["state"] != "failed":
        return ""
    if run["message"] == "interrupted":
        return _("It was interrupted; the next run starts anew.")
    kind = FAILURES.get(run["message"] or "")
    return _("Failed; see the log.") + (f" {_(kind)}" if kind else "")


def _state(code: str) -> str:
    return _(BATCH_STATES.get(code, code))


def months(user: ActingUser, generation: Generation | None, *, can_mark: bool) -> None:
    """Draw published months with state and missing offices; headquarters marks a month final."""
    with db().reading() as connection:
        rows = read_months(connection, user.scope, generation)
    if not rows:
        return
    grid(pd.DataFrame([
        {_("Month"): month_text(row["month"]), _("State"): label(MonthState, row["state"]),
         _("Clients"): row["clients"], _("Month rows"): row["rows"], _("Offices without data"): row["missing"]}
        for row in rows
    ]), height=420)  # fmt: skip
    if not can_mark:
        return
    with st.form("mark_month", border=False), st.container(horizontal=True, vertical_alignment="bottom"):
        chosen = st.selectbox(_("Month"), [row["month"] for row in rows], format_func=month_text, width=140)
        state = st.selectbox(_("State"), [code.value for code in reversed(MonthState)], width=160,
                             format_func=lambda code: label(MonthState, code))  # fmt: skip
        pressed = st.form_submit_button(_("Mark the month"))
    if pressed and chosen is not None:
        done = attempt(lambda: (mark_month_final(db(), actor=actor(), month=chosen, state=state), True)[1])
        if done:
            cached.forget()
            st.rerun()


def batches(*, can_roll_back: bool) -> None:
    """Draw the newest imports, the problems of a refused one, and the way back."""
    with db().reading() as connection:
        rows = read_batches(connection)
    if not rows:
        states.no_data_for_date(_("No file has been imported yet."))
        return
    chosen = grid(
        pd.DataFrame([
            {_("Batch"): row.batch_id, _("File"): row.file_name, _("Kind"): _(KINDS[row.kind].label),
             _("State"): _state(row.state), _("Rows"): row.rows_read, _("New"): row.rows_new,
             _("Changed"): row.rows_changed, _("Same"): row.rows_same, _("When"): moment_text(row.started_at)}
            for row in rows
        ]),
        key="batches", on_select="rerun", selection_mode="single-row", height=360,
    )  # fmt: skip
    picked = chosen["selection"]["rows"]
    if not picked or picked[0] >= len(rows):
        st.caption(_("Select a batch to see its problems or to take it back."))
        return
    row = rows[picked[0]]
    with db().reading() as connection:
        problems = read_errors(connection, row.batch_id)
    if problems:
        show_problems((entry.row_number, entry.column_name, entry.code, entry.expected) for entry in problems)
    if can_roll_back and row.state == "committed":
        _roll_back(row)


def _roll_back(row: Any) -> None:
    with st.popover(_("Roll batch {batch} back", batch=row.batch_id), icon=":material/undo:"):
        st.caption(_("Rows that the batch brought are taken out, rows that it changed become what they were."))
        if st.button(_("Roll back"), type="primary"):
            try:
                rollback_batch(db(), actor=actor(), batch_id=row.batch_id)
            except RollbackRefused as refused:
                st.error(_(MEANINGS.get(str(refused), str(refused))))
                return
            st.rerun()


def refreshes(*, can_start: bool) -> None:
    """Draw the newest refresh runs with their progress; headquarters starts one."""
    if can_start and st.button(_("Run a refresh"), type="primary", icon=":material/refresh:"):
        attempt(lambda: start_refresh(db(), actor=actor()))
        st.toast(_("The refresh was started; this list follows it."))
    _runs()


@st.fragment(run_every="4s")
def _runs() -> None:
    with db().reading() as connection:
        rows = read_runs(connection)
    if not rows:
        st.caption(_("No refresh has run yet."))
        return
    newest = rows[0]
    if newest["state"] == "running" and newest["months_total"]:
        st.progress(
            newest["months_built"] / newest["months_total"],
            text=_("{done} of {total} months", done=newest["months_built"], total=newest["months_total"]),
        )
    grid(pd.DataFrame([
        {_("Run"): row["run_id"], _("State"): _state(row["state"]), _("Months built"): row["months_built"],
         _("Started"): moment_text(row["started_at"]), _("Finished"): moment_text(row["finished_at"]),
         _("Message"): _outcome(row)} for row in rows
    ]))  # fmt: skip
