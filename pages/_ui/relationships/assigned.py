"""One client's assigned relationships: what it has, what may be entered, split, replaced and ended (R-38 to R-40)."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd
import streamlit as st

from data_access.clock import business_date
from data_access.commands.assigned import (
    ENTER_ROLES,
    Entered,
    end_relationship,
    enter_relationship,
    replace_relationship,
)
from data_access.commands.important import MARK_ROLES, mark_important, unmark_important
from data_access.reads.assigned import AssignedPage, read_approvers, read_assigned, read_possible_holders
from domain.assigned import AHEAD_MONTHS, REASON_LENGTH
from domain.months import add_months
from domain.relationship_types import TypeRule
from domain.words import RelationshipState, Tier
from pages._ui import states
from pages._ui.acts import attempt
from pages._ui.client_blocks import plain
from pages._ui.data import db
from pages._ui.frame import Frame
from pages._ui.grid import grid
from pages._ui.links import link
from pages._ui.relationships.words import holder_words, type_word
from pages._ui.session import actor
from pages._ui.texts import _, label

MOST_HOLDERS = 5
_DONE = "assigned_done"
_REQUEST = "assigned_request"
ACTS = {"enter": "Enter", "replace": "Split or replace", "end": "End"}


def read_page(frame: Frame, client_no: str) -> AssignedPage | None:
    """Read one client inside the reach, fresh."""
    with db().reading() as connection:
        return read_assigned(connection, frame.user, client_no, business_date())


def show_head(frame: Frame, page: AssignedPage) -> None:
    """Draw who the client is and whether it is important."""
    done: str | None = st.session_state.pop(_DONE, None)
    if done:
        st.success(done, icon=":material/check_circle:")
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        st.header(plain(page.name), anchor=False, width="content")
        st.badge(page.client_no, color="gray")
        if page.tier:
            st.badge(_("Tier {tier}", tier=page.tier), color="primary")
        if page.mark:
            st.badge(_("Important: marked"), icon=":material/star:", color="orange")
        elif page.tier == Tier.A:
            st.badge(_("Important: tier A"), icon=":material/star:", color="orange")
        link(frame, "client", _("Open the client"), client=page.client_no)
        if frame.user.role in MARK_ROLES:
            _mark(page)
    words = page.office
    if page.mark and page.mark["reason"]:
        words += " · " + _("marked by {name} on {day}: {reason}", name=page.mark["marked_by"],
                           day=page.mark["valid_from"], reason=page.mark["reason"])  # fmt: skip
    st.caption(plain(words))


def _mark(page: AssignedPage) -> None:
    with st.popover(_("Mark"), icon=":material/star:"):
        if page.mark:
            if st.button(_("Take the mark back"), key="unmark"):
                _run(lambda request: unmark_important(db(), actor=actor(), client_no=page.client_no,
                                                      request_id=request), _unmarked)  # fmt: skip
            return
        reason = st.text_input(_("Why is the client important?"), key="mark_reason", max_chars=REASON_LENGTH)
        if st.button(_("Mark as important"), type="primary", key="mark", disabled=not reason.strip()):
            _run(lambda request: mark_important(db(), actor=actor(), client_no=page.client_no, reason=reason,
                                                request_id=request), _marked)  # fmt: skip


def _marked(client_no: str) -> str:
    return _("Client {client_no} is marked.", client_no=client_no)


def _unmarked(client_no: str) -> str:
    return _("The mark of client {client_no} has ended.", client_no=client_no)


def _run(act: Callable[[str], Any], words: Callable[[Any], str]) -> None:
    """Run an act once per form and say what it did."""
    request = st.session_state.setdefault(_REQUEST, uuid.uuid4().hex)
    done = attempt(lambda: act(request))
    if done is not None:
        st.session_state.pop(_REQUEST, None)
        st.session_state[_DONE] = words(done)
        st.rerun()


def show_relationships(page: AssignedPage) -> None:
    """Draw every relationship of the client, those that wait and those that ended too, the newest first."""
    if not page.relationships:
        states.no_data_for_date(_("Nobody holds or held this client: a public client."))
        return
    grid(pd.DataFrame([
        {_("Relationship type"): type_word(row["type"]), _("Holders"): holder_words(row["holders"]),
         _("From"): row["valid_from"], _("To"): row["valid_to"], _("State"): label(RelationshipState, row["state"]),
         _("Approval"): row["chain_no"], _("Entered by"): row["entered_by"], _("Ended by"): row["ended_by"],
         _("Reason"): row["release_reason"], _("Relationship"): row["relationship_no"]} for row in page.relationships
    ]), key="assigned_relationships")  # fmt: skip


def acts_of(frame: Frame, page: AssignedPage) -> list[str]:
    """Return what the reader may do here; the commands decide again."""
    enters = frame.user.role in ENTER_ROLES and bool(_types(frame, page))
    ends = [row for row in page.relationships if row["may_end"]]
    found = ["enter"] if enters else []
    if enters and _replaceable(page, ends):
        found.append("replace")
    return [*found, "end"] if ends else found


def _types(frame: Frame, page: AssignedPage) -> list[TypeRule]:
    return [rule for rule in page.types if frame.user.role in rule.created_by]


def _replaceable(page: AssignedPage, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    assigned = {rule.type for rule in page.types}
    return [row for row in rows if row["type"] in assigned]


def show_enter(frame: Frame, page: AssignedPage) -> None:
    """Draw the form that enters a relationship for approval."""
    types = {rule.type: rule for rule in _types(frame, page)}
    chosen = st.selectbox(_("Relationship type"), list(types), format_func=type_word, key="assigned_type", width=320)
    rule = types[chosen]
    if rule.needs_important_client and not page.mark and page.tier != Tier.A:
        st.info(_("This type needs an important client: tier A, or marked."), icon=":material/star:")
    holders = _holders(frame, rule)
    day = _day(_("First day"))
    reason = st.text_input(_("Why"), key="assigned_reason", max_chars=REASON_LENGTH)
    _approvers(frame, page, rule)
    st.caption(_("It counts once the person named for it has approved; nobody approves what they entered."))
    if st.button(_("Enter for approval"), type="primary", key="assigned_enter", disabled=not holders):
        _run(lambda request: enter_relationship(db(), actor=actor(), client_no=page.client_no, type=rule.type,
                                                valid_from=day, holders=holders, reason=reason, request_id=request),
             _entered)  # fmt: skip


def _approvers(frame: Frame, page: AssignedPage, rule: TypeRule) -> None:
    """Say who can approve it; where nobody but the reader could, it would wait for ever."""
    with db().reading() as connection:
        names = read_approvers(connection, frame.user, page.client_no, rule, business_date())
    if names:
        st.caption(plain(_("Approved by {names}.", names=", ".join(names))))
    else:
        st.warning(_("Nobody else is named to approve this type in the client's branch company; the branch head names "
                     "a person under Posts."), icon=":material/person_alert:")  # fmt: skip


def _entered(done: Entered) -> str:
    return _("{number} waits for approval {chain_no}.", number=done.relationship_no, chain_no=done.chain_no)


def show_replace(frame: Frame, page: AssignedPage) -> None:
    """Draw the form that ends a relationship and enters the next one with other holders or shares."""
    row = _choose(_replaceable(page, [row for row in page.relationships if row["may_end"]]))
    rule = next(rule for rule in page.types if rule.type == row["type"])
    holders = _holders(frame, rule, row["holders"])
    day = _day(_("First day of the new relationship"), row["valid_from"])
    reason = st.text_input(_("Why"), key="assigned_reason", max_chars=REASON_LENGTH)
    _approvers(frame, page, rule)
    st.caption(_("The old relationship ends with that day at once; the new one counts once it is approved."))
    if st.button(_("Replace"), type="primary", key="assigned_replace", disabled=not (holders and reason.strip())):
        _run(lambda request: replace_relationship(
            db(), actor=actor(), relationship_no=row["relationship_no"], version=row["version"], holders=holders,
            change_on=day, reason=reason, request_id=request), _entered)  # fmt: skip


def show_end(frame: Frame, page: AssignedPage) -> None:
    """Draw the form that ends a relationship."""
    del frame
    row = _choose([row for row in page.relationships if row["may_end"]])
    day = _day(_("First day without it"), row["valid_from"])
    reason = st.text_input(_("Why"), key="assigned_reason", max_chars=REASON_LENGTH)
    if st.button(_("End the relationship"), type="primary", key="assigned_end", disabled=not reason.strip()):
        _run(lambda request: end_relationship(db(), actor=actor(), relationship_no=row["relationship_no"],
                                              version=row["version"], end_on=day, reason=reason, request_id=request),
             lambda done: _("{number} has its end.", number=done.ended_no))  # fmt: skip


FORMS = {"enter": show_enter, "replace": show_replace, "end": show_end}


def _choose(rows: Sequence[dict[str, Any]]) -> dict[str, Any]:
    known = {row["relationship_no"]: row for row in rows}
    words = {number: f"{type_word(row['type'])} · {holder_words(row['holders'])} · {number}"
             for number, row in known.items()}  # fmt: skip
    number = st.selectbox(_("Relationship"), list(known), key="assigned_number", format_func=words.__getitem__)
    return known[number]


def _day(words: str, since: date | None = None) -> date:
    today = business_date()
    first, last = max(today, since or today), add_months(today, AHEAD_MONTHS)
    return st.date_input(words, value=first, min_value=today, max_value=max(first, last), format="YYYY-MM-DD",
                         key="assigned_day", width=220)  # fmt: skip


def _holders(frame: Frame, rule: TypeRule, present: Sequence[Any] = ()) -> list[tuple[str, int]]:
    """Draw the holders with their shares and return (staff_no, basis points) of those chosen."""
    with db().reading() as connection:
        people = read_possible_holders(connection, frame.user, rule, business_date())
    if not people:
        st.warning(_("Nobody inside your scope may hold this type."), icon=":material/block:")
        return []
    stamp = f"{rule.type}_{'_'.join(one.staff_no for one in present)}"
    count = 1
    if rule.allows_split:
        count = int(st.number_input(_("Number of holders"), 1, MOST_HOLDERS, max(1, len(present)), width=220,
                                    key=f"assigned_count_{stamp}"))  # fmt: skip
    found = []
    for place in range(count):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            held = present[place] if place < len(present) else None
            codes = list(people)
            index = codes.index(held.staff_no) if held is not None and held.staff_no in people else None
            number = st.selectbox(
                _("Holder {place}", place=place + 1), codes, index=index, width=380,
                format_func=lambda code: f"{code} · {people[code]}", key=f"assigned_holder_{stamp}_{place}",
                placeholder=_("Choose a person"))  # fmt: skip
            share = st.number_input(_("Share, %"), 0.01, 100.0, held.share_bp / 100 if held else 100.0 / count,
                                    step=5.0, format="%.2f", width=160,
                                    key=f"assigned_share_{stamp}_{count}_{place}")  # fmt: skip
        if number is not None:
            found.append((number, int((Decimal(str(share)) * 100).to_integral_value())))
    total = sum(share for _number, share in found)
    if total > 10_000:
        st.error(_("The shares add up to {total}%; at most 100%.", total=f"{total / 100:.2f}"))
    return found if len(found) == count else []
