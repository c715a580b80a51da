"""Forms that write prospects: add, edit, close, link to the client it became; the command decides again."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import streamlit as st

from data_access.clock import business_date
from data_access.commands.prospects import (
    PROSPECT_ROLES,
    ProspectFacts,
    change_prospect,
    close_prospect,
    enter_prospect,
    link_prospect,
)
from data_access.reads.prospects import ProspectRow
from domain.prospects import NAME_LIMIT, NOTE_LIMIT, Need, ProspectState
from domain.words import ClientKind, Role
from pages._ui import cached
from pages._ui.acts import attempt
from pages._ui.data import db
from pages._ui.frame import Frame
from pages._ui.session import actor
from pages._ui.texts import _, labels

_REQUEST, _SAVED = "prospect_request", "prospect_saved"


@dataclass(frozen=True)
class _Choices:
    """The persons and offices that a form offers, by code."""

    people: dict[str, str]
    offices: dict[str, str]


def show_add(frame: Frame) -> None:
    """Offer to enter a prospect, to those who may, and say that the last form was saved."""
    if st.session_state.pop(_SAVED, False):
        st.toast(_("The prospect was saved."), icon=":material/check_circle:")
    if frame.user.role not in PROSPECT_ROLES:
        return
    if st.button(_("Add a prospect"), type="primary", icon=":material/person_add:", key="prospect_add"):
        _new_request()
        st.dialog(_("Add a prospect"), width="medium")(_add)(frame)


def show_actions(frame: Frame, row: ProspectRow | None) -> None:
    """Offer to edit, close or link the selected prospect, to those who may."""
    if frame.user.role not in PROSPECT_ROLES:
        return
    is_done = row is None or row.state == ProspectState.WON
    for key, words, icon, form in (
        ("edit", _("Edit"), ":material/edit:", _edit), ("link", _("Link to a client"), ":material/link:", _link),
        ("close", _("Close the prospect"), ":material/block:", _close),
    ):  # fmt: skip
        blocked = is_done or (key == "close" and row is not None and row.need == Need.NONE)
        if st.button(words, icon=icon, disabled=blocked, key=f"prospect_{key}") and row is not None:
            _new_request()
            st.dialog(words, width="medium")(form)(frame, row)


def _add(frame: Frame) -> None:
    facts = _facts_form(frame, None)
    if facts is not None:
        _run(lambda request: enter_prospect(db(), actor=actor(), facts=facts, request_id=request))


def _edit(frame: Frame, row: ProspectRow) -> None:
    facts = _facts_form(frame, row)
    if facts is not None:
        _run(lambda request: change_prospect(db(), actor=actor(), prospect_id=row.prospect_id, version=row.version,
                                             facts=facts, request_id=request))  # fmt: skip


def _close(frame: Frame, row: ProspectRow) -> None:
    del frame
    st.text(row.name)
    with st.form("prospect_close_form", border=False):
        st.caption(_("A prospect without need or chance gets grade E and leaves the list of those worked on."))
        note = st.text_area(_("Why"), max_chars=NOTE_LIMIT, height=80)
        pressed = st.form_submit_button(_("Close the prospect"), type="primary")
    if pressed:
        _run(lambda request: close_prospect(db(), actor=actor(), prospect_id=row.prospect_id, version=row.version,
                                            note=note, request_id=request))  # fmt: skip


def _link(frame: Frame, row: ProspectRow) -> None:
    del frame
    st.text(row.name)
    with st.form("prospect_link_form", border=False):
        st.caption(_("Business is done once the prospect has an account: name the client it became."))
        number = st.text_input(_("Client number"), max_chars=40)
        pressed = st.form_submit_button(_("Link to the client"), type="primary")
    if pressed:
        _run(lambda request: link_prospect(db(), actor=actor(), prospect_id=row.prospect_id, version=row.version,
                                           client_no=number, request_id=request))  # fmt: skip


def _facts_form(frame: Frame, row: ProspectRow | None) -> ProspectFacts | None:
    """Draw the form of a prospect's facts and return them when it is sent."""
    kinds, needs, states = labels(ClientKind), labels(Need), labels(ProspectState)
    states.pop(ProspectState.WON.value)
    offered = _offered(frame, row)

    def held(name: str, default: Any = None) -> Any:
        return default if row is None else getattr(row, name)

    with st.form("prospect_form", border=False):
        name = st.text_input(_("Name"), held("name", ""), max_chars=NAME_LIMIT)
        left, right = st.columns(2)
        kind = _select(left, _("Kind"), kinds, held("client_kind"))
        need = _select(right, _("Need"), needs, held("need"))
        expected = left.date_input(_("Business expected on"), value=held("expected_on"), format="YYYY-MM-DD")
        act_by = right.date_input(_("Act by"), value=held("act_by"), format="YYYY-MM-DD")
        state = _select(left, _("State"), states, held("state"))
        staff_no = _select(right, _("Staff member"), offered.people, held("staff_no"))
        office = _select(left, _("Business office"), offered.offices, held("office_code")) \
            if len(offered.offices) > 1 else ""  # fmt: skip
        note = st.text_area(_("Note"), held("note") or "", max_chars=NOTE_LIMIT, height=80)
        pressed = st.form_submit_button(_("Save"), type="primary", icon=":material/save:")
    if not pressed:
        return None
    return ProspectFacts(name=name, client_kind=kind, need=need, state=state, expected_on=expected, act_by=act_by,
                         note=note, staff_no=staff_no, office_code=office)  # fmt: skip


def _select(place: Any, words: str, options: dict[str, str], held: str | None) -> str:
    known = list(options)
    return place.selectbox(words, known, index=known.index(held) if held in options else 0,
                           format_func=lambda code: options[code]) or ""  # fmt: skip


def _offered(frame: Frame, row: ProspectRow | None) -> _Choices:
    reach = frame.user.scope.key
    offices = {place.unit_code: place.name for place in cached.places(reach) if place.kind == "office"}
    today = business_date()
    people = {number: f"{person['name']} · {number}" for number, person in cached.people(reach).items()
              if person["unit"] and (person["left_on"] is None or person["left_on"] > today)}  # fmt: skip
    if frame.user.role == Role.STAFF:
        return _Choices(people if len(people) == 1 else {"": _("Myself"), **people}, {})
    if row is not None and row.staff_no and row.staff_no not in people:
        people[row.staff_no] = f"{row.staff_name} · {row.staff_no}"
    return _Choices({"": _("Nobody yet"), **people}, offices)


def _new_request() -> None:
    st.session_state[_REQUEST] = uuid.uuid4().hex


def _run(act: Callable[[str], object]) -> None:
    """Run a command with the form's id; the page is drawn anew when it has done its work."""
    request = st.session_state[_REQUEST]
    if attempt(lambda: (act(request), True)[1]):
        st.session_state[_SAVED] = True
        st.rerun()
