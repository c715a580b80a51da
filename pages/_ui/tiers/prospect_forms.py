"""Forms that write prospects: add, edit, log a contact, close, link to the client; the command decides again."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import streamlit as st

from data_access.clock import business_date
from data_access.commands.prospect_contacts import log_prospect_contact
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
from domain.words import ClientKind, ContactChannel, Role
from pages._ui import cached
from pages._ui.acts import attempt
from pages._ui.data import db
from pages._ui.frame import Frame
from pages._ui.session import actor
from pages._ui.texts import _, labels

_ASKED, _SAVED = "prospect_asked", "prospect_saved"


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
        _ask("add", None)


def show_actions(frame: Frame, row: ProspectRow | None) -> None:
    """Offer to edit, link or close the selected prospect, to those who may."""
    if frame.user.role not in PROSPECT_ROLES:
        return
    is_done = row is None or row.state == ProspectState.WON
    is_closed = row is not None and row.need == Need.NONE
    for key, words, icon in (
        ("edit", _("Edit"), ":material/edit:"), ("meet", _("Log a contact"), ":material/call:"),
        ("link", _("Link to a client"), ":material/link:"),
        ("close", _("Close the prospect"), ":material/block:"),
    ):  # fmt: skip
        if st.button(words, icon=icon, disabled=is_done or (key == "close" and is_closed), key=f"prospect_{key}"):
            _ask(key, row)


def show_form(frame: Frame, rows: Sequence[ProspectRow]) -> None:
    """Draw the form that was asked for, for a prospect at the version that stood there when it was opened."""
    asked = st.session_state.get(_ASKED)
    if asked is None or frame.user.role not in PROSPECT_ROLES:
        return
    row = next((one for one in rows if one.prospect_id == asked["prospect_id"]), None)
    if row is None and asked["form"] != "add":
        _forget()
        return
    form, words = {"add": (_edit, _("Add a prospect")), "edit": (_edit, _("Edit")),
                   "link": (_link, _("Link to a client")),
                   "meet": (_meet, _("Log a contact")),
                   "close": (_close, _("Close the prospect"))}[asked["form"]]  # fmt: skip
    st.dialog(words, width="medium", on_dismiss=_forget)(form)(frame, row)


def _ask(form: str, row: ProspectRow | None) -> None:
    st.session_state[_ASKED] = {"form": form, "request": uuid.uuid4().hex,
                                "prospect_id": row.prospect_id if row else None,
                                "version": row.version if row else 0}  # fmt: skip


def _forget() -> None:
    st.session_state.pop(_ASKED, None)


def _edit(frame: Frame, row: ProspectRow | None) -> None:
    facts = _facts_form(frame, row)
    if facts is None:
        return
    if row is None:
        _run(lambda asked: enter_prospect(db(), actor=actor(), facts=facts, request_id=asked["request"]))
        return
    _run(lambda asked: change_prospect(db(), actor=actor(), prospect_id=asked["prospect_id"],
                                       version=asked["version"], facts=facts, request_id=asked["request"]))  # fmt: skip


def _close(frame: Frame, row: ProspectRow) -> None:
    del frame
    st.text(row.name)
    with st.form("prospect_close_form", border=False):
        st.caption(_("A prospect without need or chance gets grade E and leaves the list of those worked on."))
        note = st.text_area(_("Why"), max_chars=NOTE_LIMIT, height=80)
        pressed = st.form_submit_button(_("Save"), type="primary", icon=":material/save:")
    if pressed:
        _run(lambda asked: close_prospect(db(), actor=actor(), prospect_id=asked["prospect_id"],
                                          version=asked["version"], note=note,
                                          request_id=asked["request"]))  # fmt: skip


def _link(frame: Frame, row: ProspectRow) -> None:
    del frame
    st.text(row.name)
    with st.form("prospect_link_form", border=False):
        st.caption(_("Business is done once the prospect has an account: name the client it became."))
        number = st.text_input(_("Client number"), max_chars=40)
        pressed = st.form_submit_button(_("Save"), type="primary", icon=":material/save:")
    if pressed:
        _run(lambda asked: link_prospect(db(), actor=actor(), prospect_id=asked["prospect_id"],
                                         version=asked["version"], client_no=number,
                                         request_id=asked["request"]))  # fmt: skip


def _meet(frame: Frame, row: ProspectRow) -> None:
    del frame
    st.text(row.name)
    words = labels(ContactChannel)
    with st.form("prospect_meet_form", border=False):
        channel = st.radio(_("Channel"), list(words), format_func=lambda code: words[code], horizontal=True)
        on = st.date_input(_("On"), business_date(), max_value=business_date(), format="YYYY-MM-DD")
        note = st.text_area(_("Note"), max_chars=NOTE_LIMIT, height=80)
        pressed = st.form_submit_button(_("Save"), type="primary", icon=":material/save:")
    if pressed:
        _run(lambda asked: log_prospect_contact(db(), actor=actor(), prospect_id=asked["prospect_id"], channel=channel,
                                                on=on, note=note, request_id=asked["request"]))  # fmt: skip


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


def _run(act: Callable[[dict[str, Any]], object]) -> None:
    """Run a command with what the form was opened for; the page is drawn anew when it has done its work."""
    asked = st.session_state.get(_ASKED)
    if asked is None:
        return
    if attempt(lambda: (act(asked), True)[1]):
        _forget()
        st.session_state[_SAVED] = True
        st.rerun()
