"""Conflicts: faults of the register that people have to settle, each with what is wrong and a way to it."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from data_access.commands.conflicts import SETTLE_ROLES, reopen_conflict, resolve_conflict
from data_access.reads.conflicts import PAGE_ROWS, ConflictRow, read_conflicts
from data_access.register.conflicts import find_conflicts, went_by_itself
from domain.follow_ups import NOTE_LIMIT
from domain.reasons import reason_text
from domain.register_words import ConflictKind, ConflictState
from domain.words import Role
from pages._ui import states
from pages._ui.acts import attempt
from pages._ui.data import db
from pages._ui.exports import export_button
from pages._ui.filters import choices, switch
from pages._ui.frame import Frame
from pages._ui.links import export_params, link
from pages._ui.lists import choose_row, position
from pages._ui.relationships import reads
from pages._ui.session import actor
from pages._ui.texts import _, moment_text

KEY = "conflicts"
_DONE = "conflicts_done"
_REQUEST = "conflict_request"


def show(frame: Frame) -> None:
    """Draw the view."""
    done = st.session_state.pop(_DONE, None)
    if done:
        st.success(done, icon=":material/check_circle:")
    with st.container(horizontal=True, vertical_alignment="bottom"):
        names = {state.value: _(state.label) for state in ConflictState}
        state = switch("state", _("State"), names, default=ConflictState.OPEN.value)
        counts = reads.conflict_counts(frame.scope.key, state)
        words = {kind.value: f"{_(kind.label)} {counts[kind.value]:,}" for kind in ConflictKind if kind.value in counts}
        kinds = choices("kind", _("Kind of conflict"), words, width=300)
        _check_button(frame)
    total = sum(count for kind, count in counts.items() if not kinds or kind in kinds)
    if not total:
        states.nothing_to_do(_("No conflict waits here."))
        return
    page, after = position(KEY, (state, kinds), frame)
    with db().reading() as connection:
        rows = read_conflicts(connection, frame.scope, kinds=kinds, state=state, after=after[1] if after else None)
    place = choose_row(
        KEY, _table(rows, state), _("Rows {first}–{last} of {total}, the newest first. Select one to see it and to "
                                    "settle it."), (0, rows[-1].conflict_id) if rows else None,
        page=page, size=PAGE_ROWS, total=total,
        beside=lambda: export_button(_("Export the whole list"), "conflicts",
                                     export_params(frame, state=state, kind=kinds), key="export"),
    )  # fmt: skip
    if place is not None:
        _one(frame, rows[place])


def _table(rows: Sequence[ConflictRow], state: str) -> pd.DataFrame:
    settled = state == ConflictState.RESOLVED
    kinds = {kind.value: _(kind.label) for kind in ConflictKind}
    again = any(row.reopened for row in rows)
    return pd.DataFrame([
        {_("Kind of conflict"): kinds.get(row.kind, row.kind), _("What is wrong"): reason_text(row.reason, _),
         **({_("Opened again on"): moment_text(row.reopened[-1].at) if row.reopened else None} if again else {}),
         _("Client concerned"): _named(row.client_no, row.client_name),
         _("Staff member concerned"): _named(row.staff_no, row.staff_name),
         _("Relationship"): row.relationship_no, _("Business office"): row.office,
         _("Found on"): moment_text(row.opened_at),
         **({_("Settled"): moment_text(row.resolved_at), _("By"): row.resolved_by, _("Reason"): _settled(row)}
            if settled else {})} for row in rows
    ])  # fmt: skip


def _named(number: str | None, name: str | None) -> str | None:
    return f"{name} · {number}" if number else None


def _settled(row: ConflictRow) -> str | None:
    return _("The fault is gone.") if went_by_itself(row.resolution, row.resolved_by) else row.resolution


def _one(frame: Frame, row: ConflictRow) -> None:
    with st.container(border=True):
        st.subheader(_(ConflictKind(row.kind).label), anchor=False)
        st.text(reason_text(row.reason, _))
        with st.container(horizontal=True):
            if row.client_no:
                link(frame, "client", _("Open the client"), client=row.client_no)
                link(frame, "register", _("Its relationships"), client=row.client_no, when="all")
            if row.staff_no:
                link(frame, "register", _("Relationships of the staff member"), staff=row.staff_no)
                if row.kind == ConflictKind.HOLDER_LEFT and frame.user.role in SETTLE_ROLES:
                    link(frame, "exit", _("Hand over on Staff exit"), staff=row.staff_no)
        _show_reopened(row)
        if row.state == ConflictState.RESOLVED:
            st.caption(_("Settled on {when} by {who}", when=moment_text(row.resolved_at),
                         who=row.resolved_by or _("System")))  # fmt: skip
            _show_words(_settled(row))
        if frame.user.role not in SETTLE_ROLES:
            return
        if row.state == ConflictState.OPEN:
            _form(row, _("What was done, or why it is in order"), _("Settle the conflict"),
                  _("The conflict is settled."), lambda words, given: resolve_conflict(
                      db(), actor=actor(), resolution=words, **given), type="primary")  # fmt: skip
        elif not went_by_itself(row.resolution, row.resolved_by):
            _form(row, _("Why it is opened again"), _("Open the conflict again"), _("The conflict is open again."),
                  lambda words, given: reopen_conflict(db(), actor=actor(), reason=words, **given))  # fmt: skip


def _show_reopened(row: ConflictRow) -> None:
    """Draw the settlements that were taken back, each with who settled it, who opened it again, and their words."""
    for one in row.reopened:
        st.caption(_("Settled on {when} by {who}, opened again on {again} by {other}",
                     when=moment_text(one.settled_at), who=one.settled_by or "–", again=moment_text(one.at),
                     other=one.by or _("System")))  # fmt: skip
        _show_words(one.resolution, one.reason)


def _show_words(*given: str | None) -> None:
    """Draw what people wrote; a reader who may not see it gets nothing."""
    for words in filter(None, given):
        st.text(f"· {words}")


def _form(row: ConflictRow, asked: str, button: str, done: str, act: Callable[[str, dict[str, Any]], None],
          **look: Any) -> None:  # fmt: skip
    request = st.session_state.setdefault(f"{_REQUEST}_{row.conflict_id}_{row.version}", uuid.uuid4().hex)
    with st.form(f"{row.state}_{row.conflict_id}", border=False):
        words = st.text_area(asked, max_chars=NOTE_LIMIT, height=80)
        pressed = st.form_submit_button(button, **look)
    if not pressed:
        return
    given = {"conflict_id": row.conflict_id, "seen_version": row.version, "request_id": request}
    if attempt(lambda: (act(words, given), True)[1]):
        reads.forget_counts()
        st.session_state[_DONE] = done
        st.rerun()


def _check_button(frame: Frame) -> None:
    """Offer the check of the whole register to headquarters; it runs every night as well."""
    if frame.user.role != Role.HQ or not st.button(_("Check the register now"), icon=":material/fact_check:"):
        return
    with st.spinner(_("Checking every relationship …")):
        summary = attempt(lambda: find_conflicts(db(), actor()))
    if summary is not None:
        reads.forget_counts()
        st.session_state[_DONE] = _("Checked: {opened} new, {gone} gone, {waiting} waiting.",
                                    opened=f"{summary.opened:,}", gone=f"{summary.gone:,}",
                                    waiting=f"{summary.waiting:,}")  # fmt: skip
        st.rerun()
