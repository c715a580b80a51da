"""The list of pre-registrations: counts, rows with the days that are left, renewing and withdrawing."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

import pandas as pd
import streamlit as st

from data_access.clock import business_date
from data_access.commands.preregistrations import REGISTER_ROLES, renew, withdraw
from data_access.reads.preregistrations import (
    EXPIRING_DAYS,
    PAGE_ROWS,
    PreregistrationRow,
    PreregistrationView,
    count_preregistrations,
    read_preregistrations,
    sort_value,
)
from domain.register_words import PreregistrationRoute, PreregistrationState
from domain.words import DocumentKind
from pages._ui import states
from pages._ui.acts import attempt
from pages._ui.data import db
from pages._ui.exports import export_button
from pages._ui.filters import switch, typed
from pages._ui.frame import Frame
from pages._ui.grid import grid
from pages._ui.links import export_params
from pages._ui.lists import pager, position
from pages._ui.relationships.words import share_words, type_word
from pages._ui.session import actor
from pages._ui.texts import _, label, labels, moment_text

KEY = "prereg"
_DONE = "prereg_done"
VIEWS = {view.value: view.label for view in PreregistrationView}


def countdown(row: PreregistrationRow) -> str:
    """Write how long a record is still valid; '' when it is not."""
    if row.days_left is None:
        return ""
    words = {0: _("last day today"), 1: _("1 day left")}
    return words.get(row.days_left) or _("{count} days left", count=row.days_left)


def show_counts(frame: Frame) -> dict[str, int]:
    """Draw how many records each list holds and return the counts."""
    with db().reading() as connection:
        counts = count_preregistrations(connection, frame.scope, business_date())
    cards = [
        (_("Valid"), "valid", None),
        (_("Expiring"), "expiring", _("{count} days left or fewer", count=EXPIRING_DAYS)),
        (_("Duplicates"), "several", _("Somebody else's valid record names the same client: approvals "
                                                "decide (R-13).")),
        (_("Matched"), "matched", None), (_("Expired"), "expired", None), (_("Withdrawn"), "withdrawn", None),
    ]  # fmt: skip
    with st.container(horizontal=True, gap="small"):
        for words, view, meaning in cards:
            st.metric(words, f"{counts[view]:,}", border=True, width=148, help=meaning)
    return counts


def show_list(frame: Frame, counts: dict[str, int]) -> PreregistrationRow | None:
    """Draw one list with its filters and return the selected row."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        view = switch("view", _("Show"), {code: _(words) for code, words in VIEWS.items()}, default="valid")
        search = typed("find", _("Name or number"), width=200)
    page, after = position(KEY, (view, search, business_date()), frame)
    with db().reading() as connection:
        rows = read_preregistrations(connection, frame.scope, on=business_date(), view=view, search=search,
                                     after=after)  # fmt: skip
    if not rows:
        _nothing(view, search)
        return None
    chosen = grid(_table(rows), column_config=_columns(), key=f"{KEY}_{view}_{page}", on_select="rerun",
                  selection_mode="single-row", height="content" if len(rows) <= 12 else 458)  # fmt: skip
    with st.container(horizontal=True, vertical_alignment="center"):
        first = page * PAGE_ROWS + 1
        st.caption(_("Rows {first}–{last}. Select one to see it whole, to renew or to withdraw it.",
                     first=f"{first:,}", last=f"{first + len(rows) - 1:,}"))  # fmt: skip
        last = (sort_value(view, rows[-1]), rows[-1].prereg_id)
        is_whole = not search and first + len(rows) - 1 >= counts[view]
        pager(KEY, last, page=page, more=len(rows) == PAGE_ROWS and not is_whole)
        export_button(_("Export the whole list"), "preregistrations",
                      export_params(frame, view=view, find=search or None), key="export")  # fmt: skip
    picked = chosen["selection"]["rows"]
    return rows[picked[0]] if picked and picked[0] < len(rows) else None


def _nothing(view: str, search: str) -> None:
    if search:
        states.filters_exclude_everything(st.query_params.clear)
    elif view in ("expiring", "several"):
        states.nothing_to_do(_("No record runs out soon.") if view == "expiring"
                             else _("No client is registered by several people."))  # fmt: skip
    else:
        states.no_data_for_date(_("No pre-registration stands here."))


def _table(rows: Sequence[PreregistrationRow]) -> pd.DataFrame:
    kinds, found = {code: type_word(code) for code in {row.type for row in rows}}, labels(PreregistrationState)
    return pd.DataFrame({
        "number": [row.prereg_no for row in rows],
        "name": [row.client_name for row in rows],
        "left": [countdown(row) for row in rows],
        "until": [row.expires_on for row in rows],
        "type": [kinds[row.type] for row in rows],
        "holders": [holder_line(row) for row in rows],
        "several": [_("yes") if row.several else "" for row in rows],
        "document": [row.document_masked for row in rows],
        "registered": [moment_text(row.registered_at) for row in rows],
        "state": [found[row.state] for row in rows],
        "task": [row.task_no for row in rows],
    })  # fmt: skip


def holder_line(row: PreregistrationRow) -> str:
    """Write the holders of a record with their shares."""
    return " · ".join(f"{one.name} {one.staff_no} {share_words(one.share_bp)}" for one in row.holders)


def _columns() -> dict[str, object]:
    config = st.column_config
    return {
        "number": config.TextColumn(_("Record number"), pinned=True), "name": config.TextColumn(_("Name"), pinned=True),
        "left": config.TextColumn(_("Validity")), "until": config.DateColumn(_("Last day"), format="YYYY-MM-DD"),
        "type": config.TextColumn(_("Relationship type")), "holders": config.TextColumn(_("Holders"), width="medium"),
        "several": config.TextColumn(_("Duplicates"), width="small"),
        "document": config.TextColumn(_("Document number")), "registered": config.TextColumn(_("Registered")),
        "state": config.TextColumn(_("State")), "task": config.TextColumn(_("Task")),
    }  # fmt: skip


def show_record(frame: Frame, row: PreregistrationRow) -> None:
    """Draw one record whole; its holders may renew or withdraw it."""
    with st.container(border=True):
        st.subheader(_("Pre-registration {number}", number=row.prereg_no), anchor=False)
        facts = [type_word(row.type), label(PreregistrationRoute, row.route), row.client_name,
                 f"{label(DocumentKind, row.document_kind)} {row.document_masked or '–'}", row.contact_masked or "–",
                 holder_line(row)]  # fmt: skip
        st.text(" · ".join(facts))
        st.text(_("Registered {moment}, last day {day}", moment=moment_text(row.registered_at), day=row.expires_on)
                + (f" · {countdown(row)}" if row.days_left is not None else ""))  # fmt: skip
        if row.several:
            st.warning(_("Somebody else has registered the same client. The system does not match; three approvals "
                         "decide (R-13)."), icon=":material/groups:")  # fmt: skip
        if row.withdrawn_reason:
            st.text(_("Withdrawn: {reason}", reason=row.withdrawn_reason))
        _actions(frame, row)


def _actions(frame: Frame, row: PreregistrationRow) -> None:
    own = frame.user.staff_id
    open_states = (PreregistrationState.ACTIVE, PreregistrationState.EXPIRED)
    if frame.user.role not in REGISTER_ROLES or own is None or row.state not in open_states:
        return
    request = st.session_state.setdefault(f"prereg_request_{row.prereg_no}", uuid.uuid4().hex)
    with st.container(horizontal=True):
        if st.button(_("Renew"), icon=":material/update:", key="prereg_renew",
                     help=_("Registers the same client again from now; the old record keeps its days.")):  # fmt: skip
            made = attempt(lambda: renew(db(), actor=actor(), prereg_no=row.prereg_no, request_id=f"{request}-n"))
            _finish(row, _("Renewed as {number}.", number=made) if made else None)
        with st.popover(_("Withdraw"), icon=":material/undo:"):
            reason = st.text_input(_("Reason"), max_chars=200, key="prereg_reason")
            if st.button(_("Withdraw the record"), type="primary", key="prereg_withdraw"):
                done = attempt(lambda: withdraw(db(), actor=actor(), prereg_no=row.prereg_no, version=row.version,
                                                reason=reason, request_id=f"{request}-w") or True)  # fmt: skip
                _finish(row, _("{number} is withdrawn.", number=row.prereg_no) if done else None)


def _finish(row: PreregistrationRow, words: str | None) -> None:
    if words is None:
        return
    st.session_state.pop(f"prereg_request_{row.prereg_no}", None)
    st.session_state[_DONE] = words
    st.rerun()


def show_done() -> None:
    """Say what the last action did."""
    words = st.session_state.pop(_DONE, None)
    if words:
        st.success(words, icon=":material/check_circle:")
