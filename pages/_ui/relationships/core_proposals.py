"""The lists of core clients: drawn up line by line, sent, reviewed at headquarters (R-30 to R-33)."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from data_access.clock import business_date
from data_access.commands.core_lines import DRAFT_ROLES, add_core_lines, remove_core_lines, review_core_lines
from data_access.commands.core_lists import SEND_ROLES, open_core_list, submit_core_list, withdraw_core_draft
from data_access.reads.core_lists import ListHead, ListLine, read_core_lines, read_core_lists
from data_access.register.core_drafts import ListStand
from domain.assigned import REASON_LENGTH
from domain.core_lists import CoreLine, read_pasted
from domain.months import month_text
from domain.reasons import reason_text
from domain.register_words import ChainState, CoreAction, CoreListState, CoreVerdict
from domain.words import Role
from pages._ui import states
from pages._ui.acts import attempt
from pages._ui.data import db
from pages._ui.exports import export_button
from pages._ui.frame import Frame
from pages._ui.grid import grid, table_height
from pages._ui.links import client_addresses, export_params, link
from pages._ui.relationships.links import approval_link
from pages._ui.session import actor
from pages._ui.texts import _, label

_DONE = "core_list_done"
_REQUEST = "core_list_request"
_COLOURS = {"draft": "gray", "submitted": "orange", "approved": "green", "rejected": "red", "withdrawn": "gray"}


def run(act: Callable[[str], ListStand]) -> None:
    """Run an act once per form, open its list and say what was not taken."""
    request = st.session_state.setdefault(_REQUEST, uuid.uuid4().hex)
    done = attempt(lambda: act(request))
    if done is not None:
        st.session_state.pop(_REQUEST, None)
        st.session_state[_DONE] = done
        st.query_params["list"] = done.list_no
        st.rerun()


def show_done() -> None:
    """Say what the last act did not take."""
    done: ListStand | None = st.session_state.pop(_DONE, None)
    if done is None:
        return
    if not done.refused:
        st.success(_("Done: list {list_no}.", list_no=done.list_no), icon=":material/check_circle:")
        return
    st.warning(_("{count} lines were not taken:", count=len(done.refused)), icon=":material/block:")
    for number, reason in done.refused[:20]:
        st.text(f"{number} · {reason_text(reason, _)}")


def show_lists(frame: Frame) -> None:
    """Draw the lists that the reader may see and the one that is open."""
    show_done()
    with db().reading() as connection:
        heads = read_core_lists(connection, frame.user)
    opens = frame.user.role in SEND_ROLES and not any(head.is_editable for head in heads)
    if opens and st.button(_("Open the list of the next window"), icon=":material/add:", key="core_open"):
        run(lambda request: open_core_list(db(), actor=actor(), request_id=request))
    if not heads:
        states.no_data_for_date(_("No list so far."))
        return
    picked = grid(_heads_frame(heads), key=f"core_lists_{heads[0].list_no}", on_select="rerun",
                  selection_mode="single-row", height=table_height(len(heads), 220))["selection"]["rows"]  # fmt: skip
    if picked and picked[0] < len(heads):
        st.query_params["list"] = heads[picked[0]].list_no
    asked = st.query_params.get("list", heads[0].list_no)
    head = next((one for one in heads if one.list_no == asked), None)
    if head is None:
        states.not_found()
        return
    _one(frame, head)


def _heads_frame(heads: Sequence[ListHead]) -> pd.DataFrame:
    return pd.DataFrame([
        {_("List"): head.list_no, _("Branch company"): head.branch, _("Window"): month_text(head.month),
         _("State"): state_words(head), _("List lines"): head.asked, _("Rejected"): head.rejected, _("Done"): head.done,
         _("Opened by"): head.created_by} for head in heads
    ])  # fmt: skip


def state_words(head: ListHead) -> str:
    """Write the state of a list; one that came back says so."""
    returned = head.chain_state == ChainState.RETURNED and head.state == CoreListState.SUBMITTED
    return _("Returned, to mend") if returned else label(CoreListState, head.state)


def _one(frame: Frame, head: ListHead) -> None:
    with db().reading() as connection:
        lines = read_core_lines(connection, frame.user, head, business_date())
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.subheader(_("List {list_no}", list_no=head.list_no), anchor=False, width="content")
        st.badge(state_words(head), color=_COLOURS[head.state])  # type: ignore[arg-type]
        st.badge(_("{branch} · window {month}", branch=head.branch, month=month_text(head.month)), color="gray")
        if head.chain_no is not None:
            approval_link(frame, head.chain_no)
    reviews = frame.user.role == Role.HQ and head.state == CoreListState.SUBMITTED and not head.is_editable
    edits = frame.user.role in DRAFT_ROLES and head.is_editable
    chosen: list[ListLine] = []
    if lines:
        chosen = draw_lines(frame, head, lines, selectable=edits or reviews)
    else:
        st.caption(_("No line yet: choose clients under Candidates, or paste lines."))
    with st.container(horizontal=True):
        if edits:
            _edit(head, chosen, able_to_send=frame.user.role in SEND_ROLES, empty=not lines)
        if reviews:
            _review(head, chosen)
        if lines:
            export_button(_("Export the whole list"), "core_list", export_params(frame, list=head.list_no),
                          key="export")  # fmt: skip


def show_evidence(frame: Frame, list_no: str) -> None:
    """Draw the lines of a list as they stand now, beside its approval, with a way to the list."""
    with db().reading() as connection:
        head = next((one for one in read_core_lists(connection, frame.user) if one.list_no == list_no), None)
        lines = read_core_lines(connection, frame.user, head, business_date()) if head else []
    if head is None:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(_("{asked} lines, {rejected} of them rejected", asked=head.asked, rejected=head.rejected),
                   width="content")  # fmt: skip
        link(frame, "core", _("Open list {list_no}", list_no=list_no), view="lists", list=list_no)
    draw_lines(frame, head, lines, selectable=False)


def draw_lines(frame: Frame, head: ListHead, lines: Sequence[ListLine], *, selectable: bool) -> list[ListLine]:
    """Draw the lines of a list with their verdicts and return the selected ones."""
    faults = [line for line in lines if line.reason is not None]
    if head.is_editable and faults:
        st.warning(_("{count} of {total} lines cannot stand; they fall when the list is sent.", count=len(faults),
                     total=len(lines)), icon=":material/rule:")  # fmt: skip
    verdicts = {"": _("stands"), CoreVerdict.REJECTED.value: _("rejected"), CoreVerdict.DONE.value: _("done")}
    config = st.column_config
    table = pd.DataFrame({
        "position": [line.position for line in lines],
        "client": client_addresses(frame, [line.client_no for line in lines]),
        "name": [line.client for line in lines], "office": [line.office for line in lines],
        "action": [label(CoreAction, line.action) for line in lines],
        "adviser": [f"{line.adviser} · {line.staff_no}" for line in lines],
        "verdict": [verdicts[line.verdict] for line in lines],
        "why": [reason_text(line.reason, _) if line.reason else None for line in lines],
    })  # fmt: skip
    picked = grid(table, key=f"core_lines_{head.list_no}_{head.version}", selection_mode="multi-row",
                  on_select="rerun" if selectable else "ignore", height=table_height(len(lines), 420), column_config={
        "position": config.NumberColumn(_("List line"), width="small"),
        "client": config.LinkColumn(_("Client number"), display_text=r"client=([^&]+)"),
        "name": config.TextColumn(_("Name")), "office": config.TextColumn(_("Business office")),
        "action": config.TextColumn(_("Asked")), "adviser": config.TextColumn(_("Adviser")),
        "verdict": config.TextColumn(_("Verdict")), "why": config.TextColumn(_("Why not"), width="large"),
    })  # fmt: skip
    return [lines[place] for place in picked["selection"]["rows"] if place < len(lines)] if selectable else []


def _edit(head: ListHead, chosen: Sequence[ListLine], *, able_to_send: bool, empty: bool) -> None:
    common: dict[str, Any] = {"list_no": head.list_no, "version": head.version}
    with st.popover(_("Paste lines"), icon=":material/content_paste:"):
        text = st.text_area(_("One line each: client number, adviser number, and release where it is one"),
                            key="core_paste", height=160, max_chars=200_000)  # fmt: skip
        if st.button(_("Add the lines"), type="primary", key="core_add"):
            lines, faulty = read_pasted(text)
            if faulty:
                st.error(_("These lines cannot be read: {numbers}.", numbers=", ".join(map(str, faulty[:20]))))
            elif lines:
                run(lambda request: add_core_lines(db(), actor=actor(), lines=lines, request_id=request, **common))
    if st.button(_("Take out the selected ({count})", count=len(chosen)), disabled=not chosen, key="core_remove",
                 icon=":material/playlist_remove:"):  # fmt: skip
        run(lambda request: remove_core_lines(db(), actor=actor(), positions=[line.position for line in chosen],
                                              request_id=request, **common))  # fmt: skip
    if not able_to_send:
        return
    if st.button(_("Send for approval"), type="primary", disabled=empty, key="core_send", icon=":material/send:"):
        run(lambda request: submit_core_list(db(), actor=actor(), request_id=request, **common))
    if head.state == CoreListState.DRAFT and st.button(_("Give up the draft"), key="core_give_up",
                                                       icon=":material/delete:"):  # fmt: skip
        run(lambda request: withdraw_core_draft(db(), actor=actor(), request_id=request, **common))


def _review(head: ListHead, chosen: Sequence[ListLine]) -> None:
    common: dict[str, Any] = {"list_no": head.list_no, "version": head.version,
                              "positions": [line.position for line in chosen]}  # fmt: skip
    with st.popover(_("Reject the selected ({count})", count=len(chosen)), disabled=not chosen,
                    icon=":material/block:"):  # fmt: skip
        reason = st.text_input(_("Reason"), key="core_review_reason", max_chars=REASON_LENGTH)
        if st.button(_("Reject"), type="primary", key="core_review", disabled=not reason.strip()):
            run(lambda request: review_core_lines(db(), actor=actor(), reason=reason, request_id=request, **common))
    if st.button(_("Let them stand again"), disabled=not chosen, key="core_restore", icon=":material/undo:"):
        run(lambda request: review_core_lines(db(), actor=actor(), reason="", request_id=request, **common))


def add_to_list(heads: Sequence[ListHead], lines: Sequence[CoreLine]) -> None:
    """Add lines to the newest list that can be edited; the button says which it is."""
    head = next((one for one in heads if one.is_editable), None)
    if head is None:
        st.caption(_("Open a list first."))
        return
    if st.button(_("Add {count} to list {list_no}", count=len(lines), list_no=head.list_no), type="primary",
                 disabled=not lines, key="core_propose"):  # fmt: skip
        run(lambda request: add_core_lines(db(), actor=actor(), list_no=head.list_no, version=head.version,
                                           lines=lines, request_id=request))  # fmt: skip
