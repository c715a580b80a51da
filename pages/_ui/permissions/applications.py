"""Applications for rights: the list, the form that signs one, and the steps of the one that is selected."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence

import pandas as pd
import streamlit as st

from data_access.actor import ActingUser
from data_access.clock import now
from data_access.commands.grants import (
    WITHDRAWERS,
    apply_for_rights,
    approve_grant,
    execute_grant,
    refuse_grant,
    take_back_grant,
)
from data_access.reads.grants import PAGE_ROWS, GrantRow, read_grants, read_officer
from data_access.reads.places import read_places
from data_access.scope import FIRM
from domain.permissions import OPEN_STATES, REASON_LENGTH, Officer, decide_approve, decide_execute, decide_take_back
from domain.register_words import GrantAction, GrantState
from domain.words import Role
from pages._ui import states
from pages._ui.acts import attempt
from pages._ui.data import db
from pages._ui.grid import grid, table_height
from pages._ui.session import actor
from pages._ui.texts import _, labels, moment_text

_DONE = "grant_done"
_REQUEST = "grant_request"


def show_applications(user: ActingUser, *, view: str, text: str) -> None:
    """Draw what waits for the reader (``mine``), every open application (``open``) or all of them (``all``)."""
    done = st.session_state.pop(_DONE, None)
    if done:
        st.success(done, icon=":material/check_circle:")
    with db().reading() as connection:
        officer = read_officer(connection, user)
        rows = read_grants(connection, user, text=text,
                           states=() if view == "all" else [state.value for state in OPEN_STATES])  # fmt: skip
    if view == "mine":
        rows = [row for row in rows if _waits_for(row, officer)]
    if not rows:
        states.nothing_to_do(_("No application waits for you.") if view == "mine" else _("There is no application."))
        return
    selected = _table(rows, key=f"grants_{view}")
    if selected is None:
        st.caption(_("Select an application to see its steps and to decide."))
    else:
        _steps(selected, officer)


def _waits_for(row: GrantRow, officer: Officer) -> bool:
    return bool(decide_approve(row.application, officer) or decide_execute(row.application, officer, now()))


def _table(rows: Sequence[GrantRow], key: str) -> GrantRow | None:
    actions, roles, stands = labels(GrantAction), labels(Role), labels(GrantState)
    chosen = grid(
        pd.DataFrame([
            {_("Application"): row.grant_id, _("State"): stands[row.application.state], _("Name"): row.display_name,
             _("User name"): row.username, _("Asks for"): actions[row.application.action],
             _("Role"): roles.get(row.application.role, row.application.role), _("Place"): row.unit_name,
             _("Reason"): row.reason, _("Applied"): moment_text(row.applied_at), _("Approved by"): row.approved_by,
             _("Executed by"): row.executed_by} for row in rows
        ]),
        key=key, on_select="rerun", selection_mode="single-row", height=table_height(len(rows), 420),
    )  # fmt: skip
    if len(rows) == PAGE_ROWS:
        st.caption(_("The newest {count}; search for older ones.", count=PAGE_ROWS))
    picked = chosen["selection"]["rows"]
    return rows[picked[0]] if picked and picked[0] < len(rows) else None


def _steps(row: GrantRow, officer: Officer) -> None:
    """Draw the steps of one application and the buttons of those that the reader may take."""
    with st.container(border=True):
        st.subheader(_("Application {number} of {name}", number=row.grant_id, name=row.display_name), anchor=False)
        for words, who, when in (
            (_("Applied and signed"), row.applied_by, row.applied_at),
            (_("Approved"), row.approved_by, row.application.approved_at),
            (_("Executed"), row.executed_by, row.executed_at), (_("Refused"), row.refused_by, row.refused_at),
        ):  # fmt: skip
            if who:
                st.text(f"{moment_text(when)} · {words} · {who}")
        if row.refused_reason:
            st.text(row.refused_reason)
        with st.container(horizontal=True):
            _buttons(row, officer)


def _buttons(row: GrantRow, officer: Officer) -> None:
    number, version = row.grant_id, row.version
    if decide_approve(row.application, officer):
        if st.button(_("Approve"), type="primary", icon=":material/check:"):
            _act(_("Approved."), lambda key: approve_grant(db(), actor=actor(), grant_id=number, version=version,
                                                           request_id=key))  # fmt: skip
        with st.popover(_("Refuse"), icon=":material/block:"):
            reason = st.text_input(_("Reason"), max_chars=REASON_LENGTH, key="grant_refusal")
            if st.button(_("Refuse the application"), type="primary"):
                _act(_("Refused."), lambda key: refuse_grant(db(), actor=actor(), grant_id=number, version=version,
                                                             reason=reason, request_id=key))  # fmt: skip
    if decide_execute(row.application, officer, now()) and st.button(_("Execute"), type="primary",
                                                                     icon=":material/done_all:"):  # fmt: skip
        _act(_("Executed; the account's sessions have ended."),
             lambda key: execute_grant(db(), actor=actor(), grant_id=number, version=version,
                                       request_id=key))  # fmt: skip
    if decide_take_back(row.application, officer) and st.button(_("Take the application back"), icon=":material/undo:"):
        _act(_("Taken back."), lambda key: take_back_grant(db(), actor=actor(), grant_id=number, version=version,
                                                           request_id=key))  # fmt: skip


def _act(words: str, act: Callable[[str], object]) -> None:
    if attempt(lambda: (act(uuid.uuid4().hex), True)[1]):
        st.session_state[_DONE] = words
        st.rerun()


def apply_form(user: ActingUser) -> None:
    """Draw the form in which the reader applies and signs; heads may also ask to end the rights of their people."""
    with st.popover(_("Apply for rights"), icon=":material/edit_document:"):
        actions = labels(GrantAction)
        action = st.selectbox(_("Asks for"), list(actions), format_func=lambda code: actions[code], key="grant_action")
        username = None
        if action == GrantAction.WITHDRAW and user.role in WITHDRAWERS:
            username = st.text_input(_("User name"), user.username, max_chars=64, key="grant_user")
        role = unit = None
        if action != GrantAction.WITHDRAW:
            roles = labels(Role)
            role = st.selectbox(_("Role"), list(roles), format_func=lambda code: roles[code], key="grant_role",
                                index=list(roles).index(user.role))  # fmt: skip
            with db().reading() as connection:
                places = {place.unit_code: place for place in read_places(connection, FIRM, teams=True)}
            mine = next((code for code, place in places.items() if place.unit_id == user.unit_id), None)
            unit = st.selectbox(_("Place"), list(places), key="grant_unit",
                                index=list(places).index(mine) if mine else None,
                                format_func=lambda code: "\u3000" * places[code].depth + places[code].name)  # fmt: skip
        reason = st.text_area(_("Reason"), max_chars=REASON_LENGTH, height=80, key="grant_reason")
        password = st.text_input(_("Your password, as a signature"), type="password", max_chars=128,
                                 key="grant_password", autocomplete="current-password")  # fmt: skip
        if st.button(_("Sign and apply"), type="primary", icon=":material/draw:"):
            request = st.session_state.setdefault(_REQUEST, uuid.uuid4().hex)
            done = attempt(lambda: apply_for_rights(
                db(), actor=actor(), action=action, role=role, unit_code=unit, username=username, reason=reason,
                password=password, request_id=request))  # fmt: skip
            if done is not None:
                del st.session_state[_REQUEST]
                for key in ("grant_password", "grant_reason"):
                    st.session_state.pop(key, None)
                st.session_state[_DONE] = _("Application {number} is signed and entered.", number=done)
                st.rerun()
