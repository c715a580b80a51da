"""Delegations: who decides for whom on which days; recording one and ending one."""

from __future__ import annotations

import uuid

import pandas as pd
import streamlit as st

from data_access.clock import business_date
from data_access.commands.posts import DELEGATING_ROLES, NAMING_ROLES, end_delegation, record_delegation
from data_access.reads.posts import DelegationRow, Deputy, read_delegations, read_deputies, read_post_places
from domain.approvals import DELEGATED_POSTS
from domain.register_words import Post
from domain.words import Role
from pages._ui import states
from pages._ui.acts import attempt
from pages._ui.data import db
from pages._ui.frame import Frame
from pages._ui.grid import grid
from pages._ui.session import actor
from pages._ui.texts import _, label, labels

_DONE = "delegations_done"


def show(frame: Frame, *, past: bool) -> None:
    """Draw the view, with what has ended where ``past``."""
    done = st.session_state.pop(_DONE, None)
    if done:
        st.success(done, icon=":material/check_circle:")
    with db().reading() as connection:
        rows = read_delegations(connection, frame.user, business_date(), past=past)
        people = {one.username: one for one in read_deputies(connection, frame.user)}
        places = dict(read_post_places(connection, frame.user))
    if frame.user.role in DELEGATING_ROLES:
        _record_form(frame, people, places)
    if not rows:
        states.nothing_to_do(_("Nobody decides in another person's place."))
        return
    may_end = frame.user.role in DELEGATING_ROLES
    chosen = grid(_table(rows), key=f"delegations_{past}", **({"on_select": "rerun", "selection_mode": "single-row"}
                                                             if may_end else {}))  # fmt: skip
    picked = chosen["selection"]["rows"] if may_end else []
    if picked and picked[0] < len(rows):
        _end_button(frame, rows[picked[0]])


def _table(rows: list[DelegationRow]) -> pd.DataFrame:
    posts = labels(Post)
    return pd.DataFrame([
        {_("Place"): row.unit_name, _("Post"): posts[row.post], _("Holder"): row.from_name,
         _("Decides in their place"): row.to_name, _("From"): row.valid_from, _("Last day"): row.valid_to,
         _("State"): _("ended") if row.is_ended else _("recorded")}
        for row in rows
    ])  # fmt: skip


def _record_form(frame: Frame, people: dict[str, Deputy], places: dict[str, str]) -> None:
    posts = {post.value: _(post.label) for post in DELEGATED_POSTS}
    request = st.session_state.setdefault("delegation_request", uuid.uuid4().hex)
    above = frame.user.role in NAMING_ROLES
    with st.popover(_("Record a delegation"), icon=":material/swap_horiz:"), st.form("delegate", border=False):
        unit = st.selectbox(_("Place"), list(places), format_func=places.__getitem__, key="delegation_place")
        post = st.selectbox(_("Post"), list(posts), format_func=posts.__getitem__, key="delegation_post")
        holder = st.selectbox(_("Holder"), ["", *people], key="delegation_from", disabled=not above,
                              format_func=lambda name: _words(people[name]) if name else _("myself"))  # fmt: skip
        deputy = st.selectbox(_("Decides in their place"), list(people), index=None, key="delegation_to",
                              format_func=lambda name: _words(people[name]))  # fmt: skip
        with st.container(horizontal=True):
            since, until = (
                st.date_input(words, value=business_date(), min_value=business_date(), format="YYYY-MM-DD", key=key,
                              width=150)
                for words, key in ((_("From"), "delegation_since"), (_("Last day"), "delegation_until"))
            )  # fmt: skip
        pressed = st.form_submit_button(_("Record"), type="primary", key="delegation_record")
    if not pressed or unit is None or deputy is None:
        return
    recorded = attempt(lambda: record_delegation(
        db(), actor=actor(), post=post, unit_code=unit, to_username=deputy, valid_from=since, valid_to=until,
        from_username=holder if above else "", request_id=request))  # fmt: skip
    if recorded is not None:
        st.session_state["delegation_request"] = uuid.uuid4().hex
        st.session_state[_DONE] = _("{person} decides from {first} to {last}.", person=people[deputy].display_name,
                                    first=since, last=until)  # fmt: skip
        st.rerun()


def _words(one: Deputy) -> str:
    return f"{one.display_name} · {label(Role, one.role)}"


def _end_button(frame: Frame, row: DelegationRow) -> None:
    ends = not row.is_ended and (row.is_mine or frame.user.role in NAMING_ROLES)
    if not ends or not st.button(_("End now"), icon=":material/block:", key="delegation_end"):
        return
    if attempt(lambda: end_delegation(db(), actor=actor(), delegation_id=row.delegation_id,
                                      request_id=uuid.uuid4().hex)):  # fmt: skip
        st.session_state[_DONE] = _("The delegation has ended.")
        st.rerun()
