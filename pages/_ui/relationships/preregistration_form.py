"""The form that registers a client: person, document, contact, holders with their shares; the command decides."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence

import streamlit as st

from data_access.clock import business_date
from data_access.commands.preregistrations import REGISTER_ROLES, preregister
from data_access.reads.holder_facts import read_holder_facts
from data_access.reads.preregistrations import Colleague, Subject, read_colleagues, read_subject
from data_access.reads.type_rules import read_type_rules
from domain.holders import HolderFacts
from domain.preregistration import last_valid_day
from domain.register_words import BusinessEvent, ChainKind, PreregistrationRoute
from domain.relationship_types import TypeRule
from domain.words import DocumentKind
from pages._ui.acts import attempt
from pages._ui.data import db
from pages._ui.frame import Frame
from pages._ui.relationships.words import share_words, type_word
from pages._ui.session import actor
from pages._ui.texts import _, labels

_ASKED, _SAVED = "prereg_asked", "prereg_saved"
MOST_COLLEAGUES = 4
"""Colleagues that the form offers beside the registrant."""


def show_add(frame: Frame) -> None:
    """Offer to register a client, to those who may, and open the form when a link names a client or a task."""
    saved = st.session_state.pop(_SAVED, None)
    if saved:
        st.success(_("{number} is registered.", number=saved), icon=":material/check_circle:")
    if frame.user.role not in REGISTER_ROLES or frame.user.staff_id is None:
        return
    if st.button(_("Register a client"), type="primary", icon=":material/person_add:", key="prereg_add"):
        st.session_state[_ASKED] = {"request": uuid.uuid4().hex}
    named = st.query_params.get("task", "") or st.query_params.get("client", "")
    if named and st.session_state.get("prereg_named") != named:
        st.session_state["prereg_named"] = named
        st.session_state[_ASKED] = {"request": uuid.uuid4().hex}
    if st.session_state.get(_ASKED):
        st.dialog(_("Register a client"), width="medium", on_dismiss=_forget)(_form)(frame)


def _forget() -> None:
    st.session_state.pop(_ASKED, None)


def _form(frame: Frame) -> None:
    today, staff_id = business_date(), frame.user.staff_id or 0
    with db().reading() as connection:
        rules = read_type_rules(connection, today)
        own = read_holder_facts(connection, [staff_id], today).get(staff_id)
        subject = read_subject(connection, frame.scope, staff_id=staff_id, client_no=st.query_params.get("client"),
                               task_no=st.query_params.get("task"))  # fmt: skip
        colleagues = read_colleagues(connection, staff_id, today)
    offered = _offered(rules, own, subject)
    if own is None or not offered:
        st.info(_("No type of relationship can be registered by you."), icon=":material/block:")
        return
    rule = _type(offered)
    special = bool(rule.levels(ChainKind.SPECIAL_NEW)) and st.checkbox(
        _("Special-new: a lost, archived or silent client that I found myself"), key="prereg_special",
        help=_("The client is not handed out to anybody. After the event three approvals decide, the last at "
               "headquarters (R-29)."))  # fmt: skip
    name, kind, number, contact = _person(subject)
    holders = _holders(rule, own, colleagues)
    last = last_valid_day(rule, today)
    st.caption(_("Registered at the moment the server takes it in; valid until {day}. It counts when the event follows "
                 "strictly later.", day=last.isoformat()))  # fmt: skip
    if not st.button(_("Register the client"), type="primary", icon=":material/save:", key="prereg_save"):
        return
    asked = st.session_state[_ASKED]
    made = attempt(lambda: preregister(
        db(), actor=actor(), type=rule.type, client_name=name, document_kind=kind, document_no=number, contact=contact,
        holders=holders, request_id=asked["request"], task_no=subject.task_no if subject else None,
        route=PreregistrationRoute.SPECIAL_NEW if special else PreregistrationRoute.ORDINARY))  # fmt: skip
    if made is None:
        return
    _forget()
    for key in [key for key in st.session_state if str(key).startswith("prereg_in_")]:
        del st.session_state[key]
    st.session_state[_SAVED] = made
    st.rerun()


def _offered(rules: Mapping[str, TypeRule], own: HolderFacts | None, subject: Subject | None) -> list[TypeRule]:
    """Return the types that the person may register: those of a hand-out for a task, all others without one."""
    for_task = subject is not None and subject.task_no is not None
    return [rule for rule in rules.values()
            if rule.needs_preregistration and own is not None and own.category in rule.holders
            and (rule.event == BusinessEvent.ACTIVATION) == for_task]  # fmt: skip


def _type(offered: Sequence[TypeRule]) -> TypeRule:
    by_code = {rule.type: rule for rule in offered}
    code = st.selectbox(_("Relationship type"), list(by_code), format_func=type_word, key="prereg_in_type")
    rule = by_code[str(code)]
    late = rule.makeup_working_days
    words = _("After the event a make-up is possible for {days} working days; approvals decide.", days=late) \
        if late else _("It counts only when registered before the event.")  # fmt: skip
    st.caption(words)
    return rule


def _person(subject: Subject | None) -> tuple[str, str, str, str]:
    kinds = labels(DocumentKind)
    known = list(kinds).index(subject.document_kind) if subject and subject.document_kind in kinds else 0
    if subject is not None and subject.task_no:
        st.text(_("Task {number}", number=subject.task_no))
    name = st.text_input(_("Client's name"), value=subject.client_name if subject else "", max_chars=200,
                         key="prereg_in_name", disabled=bool(subject and subject.task_no))  # fmt: skip
    left, right = st.columns(2)
    kind = left.selectbox(_("Document"), list(kinds), index=known, format_func=lambda code: kinds[code],
                          key="prereg_in_kind")  # fmt: skip
    number = right.text_input(_("Document number"), max_chars=60, key="prereg_in_number",
                              help=_("Full-width characters, spaces and small letters are all the same."))  # fmt: skip
    contact = st.text_input(_("Contact"), max_chars=40, key="prereg_in_contact",
                            placeholder=_("Mobile or landline number"))  # fmt: skip
    return (subject.client_name if subject and subject.task_no else name), str(kind), number, contact


def _holders(rule: TypeRule, own: HolderFacts, colleagues: Sequence[Colleague]) -> list[tuple[str, int]]:
    """Draw the holders and return number and share; people of other branch companies are named by their number."""
    if not rule.allows_split:
        st.caption(_("Held by you alone: {name} {number}.", name=own.name, number=own.staff_no))
        return [(own.staff_no, 10_000)]
    left, right = st.columns(2)
    share = right.number_input(_("Your share (%)"), min_value=0.01, max_value=100.0, value=100.0, step=5.0,
                               format="%.2f", key="prereg_in_share")  # fmt: skip
    several = left.selectbox(_("Developed together with"), range(MOST_COLLEAGUES + 1), key="prereg_in_count",
                             format_func=lambda count: _("nobody") if not count
                             else _("1 colleague") if count == 1 else _("{count} colleagues", count=count))  # fmt: skip
    names = {one.staff_no: one.name for one in colleagues if one.category in rule.holders}
    holders = [(own.staff_no, round(share * 100))]
    for place in range(int(several or 0)):
        left, right = st.columns(2)
        staff_no = left.selectbox(
            _("Colleague"), list(names), index=None, accept_new_options=True, key=f"prereg_in_staff_{place}",
            format_func=lambda number: f"{names[number]} {number}" if number in names else number,
            placeholder=_("Choose, or type a staff number of another branch company"))  # fmt: skip
        part = right.number_input(_("Share (%)"), min_value=0.01, max_value=100.0, value=50.0, step=5.0,
                                  format="%.2f", key=f"prereg_in_part_{place}")  # fmt: skip
        if staff_no:
            holders.append((str(staff_no), round(part * 100)))
    total = sum(part for _number, part in holders)
    left_over = 10_000 - total
    if left_over < 0:
        st.warning(_("The shares add up to {total}; at most 100%.", total=share_words(total)))
    elif left_over:
        st.caption(_("{part} of the results are attributed to nobody.", part=share_words(left_over)))
    return holders
