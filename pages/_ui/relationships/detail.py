"""One relationship: who confirmed it and how, what it rests on, what it was before, and calls to the client."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from data_access.reads.matches import asked_lines
from data_access.reads.relationship import RelationshipDetail, read_relationship
from domain.register_words import ChainState, FollowUpResult
from domain.words import AccountEventKind
from pages._ui import states
from pages._ui.data import db
from pages._ui.frame import Frame
from pages._ui.grid import grid
from pages._ui.links import link
from pages._ui.relationships.links import approval_link, assigned_link
from pages._ui.relationships.trace import show_lines
from pages._ui.relationships.words import holder_words, how_word, share_words, type_word
from pages._ui.texts import _, label, moment_text


def show_detail(frame: Frame, relationship_no: str) -> None:
    """Draw one relationship; outside the reach it reads "not found"."""
    with db().reading() as connection:
        found = read_relationship(connection, frame.scope, relationship_no)
    if found is None:
        states.not_found()
        return
    with st.container(border=True):
        st.subheader(_("Relationship {number}", number=relationship_no), anchor=False)
        st.caption(f"{found.row.client_no} · {type_word(found.row.type)} · {holder_words(found.row.holders)}")
        grid(pd.DataFrame(_facts(found), columns=[_("Field"), _("Value")]), key="relationship_facts")
        if found.row.opens:
            with st.container(horizontal=True):
                link(frame, "client", _("Open the client"), client=found.row.client_no)
                if found.chain:
                    approval_link(frame, found.chain[0])
                assigned_link(frame, found.row.client_no)
        if found.trace:
            st.caption(_("What the matching asked, in its order."))
            show_lines(asked_lines(found.trace), key="relationship_trace")
        _earlier(found)
        _calls(found)


def _facts(found: RelationshipDetail) -> list[tuple[str, str]]:
    """Return what the relationship rests on; what there is none of is left out."""
    row = found.row
    lines = [
        (_("From"), row.valid_from.isoformat()),
        (_("To"), row.valid_to.isoformat() if row.valid_to else None),
        (_("How confirmed"), how_word(row.how_confirmed)),
        (_("Confirmed on"), moment_text(row.confirmed_at) if row.confirmed_at else None),
        (_("Entered by"), found.created_by),
        (_("Event"), f"{label(AccountEventKind, found.event[0])} {found.event[1]}" if found.event else None),
        (_("Pre-registration"), f"{found.record[0]} · {moment_text(found.record[1])}" if found.record else None),
        (_("Approval"), f"{found.chain[0]} · {label(ChainState, found.chain[1])}" if found.chain else None),
        (_("Import"), f"{found.batch[0]} · {found.batch[1]}" if found.batch else None),
        (_("Released by"), found.released_by),
        (_("Released on"), moment_text(found.released_at) if found.released_at else None),
        (_("Reason"), found.release_reason),
    ]
    return [(name, value) for name, value in lines if value]


def _earlier(found: RelationshipDetail) -> None:
    if not found.earlier:
        return
    st.caption(_("What it was before; the newest first."))
    grid(pd.DataFrame([
        {_("Until"): moment_text(form.until), _("Relationship type"): type_word(form.type), _("From"): form.valid_from,
         _("To"): form.valid_to,
         _("Holders"): " · ".join(f"{number} {share_words(share)}" for number, share in form.holders)}
        for form in found.earlier
    ]), key="relationship_earlier")  # fmt: skip


def _calls(found: RelationshipDetail) -> None:
    if not found.calls:
        return
    st.caption(_("Follow-up calls"))
    grid(pd.DataFrame([
        {_("When"): moment_text(call.at), _("Result"): label(FollowUpResult, call.result), _("Note"): call.note,
         _("By"): call.by} for call in found.calls
    ]), key="relationship_calls")  # fmt: skip
