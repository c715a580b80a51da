"""Named posts: the persons of every branch company and office, what is missing, naming a person."""

from __future__ import annotations

import uuid

import pandas as pd
import streamlit as st

from data_access.clock import business_date
from data_access.commands.posts import NAMING_ROLES, end_post, name_post_holder
from data_access.reads.posts import Deputy, PostRow, read_deputies, read_post_places, read_posts
from domain.approvals import NAMED_POSTS
from domain.register_words import Post
from domain.words import Role
from pages._ui.acts import attempt
from pages._ui.data import db
from pages._ui.frame import Frame
from pages._ui.grid import grid
from pages._ui.relationships import reads
from pages._ui.relationships.words import type_word
from pages._ui.session import actor
from pages._ui.texts import _, label, labels

_DONE = "posts_done"


def show(frame: Frame, *, past: bool) -> None:
    """Draw the view, with what has ended where ``past``."""
    done = st.session_state.pop(_DONE, None)
    if done:
        st.success(done, icon=":material/check_circle:")
    with db().reading() as connection:
        rows = read_posts(connection, frame.user, business_date(), past=past)
        places = dict(read_post_places(connection, frame.user))
    may_name = frame.user.role in NAMING_ROLES
    if may_name:
        _name_form(frame, places)
    if not rows:
        st.info(_("Nobody is named for a post here yet; approvals that need one wait."), icon=":material/person_off:")
        return
    chosen = grid(_table(rows), key=f"posts_{past}", **({"on_select": "rerun", "selection_mode": "single-row"}
                                                       if may_name else {}))  # fmt: skip
    st.caption(_("A person named for an office comes before one named for its branch company, one named for a type "
                 "before one for all types. The head gives the final approval."))  # fmt: skip
    picked = chosen["selection"]["rows"] if may_name else []
    if picked and picked[0] < len(rows):
        _end_button(rows[picked[0]])


def _table(rows: list[PostRow]) -> pd.DataFrame:
    posts = labels(Post)
    return pd.DataFrame([
        {_("Place"): row.unit_name, _("Post"): posts[row.post],
         _("Relationship type"): type_word(row.relation_type) if row.relation_type else _("all types"),
         _("Person"): row.display_name if row.is_live else _("{name} (disabled)", name=row.display_name),
         _("From"): row.valid_from, _("To"): row.valid_to}
        for row in rows
    ])  # fmt: skip


def _name_form(frame: Frame, places: dict[str, str]) -> None:
    with db().reading() as connection:
        people = {one.username: one for one in read_deputies(connection, frame.user)}
    posts = {post.value: _(post.label) for post in NAMED_POSTS}
    types = {"": _("all types"), **reads.type_words()}
    request = st.session_state.setdefault("post_request", uuid.uuid4().hex)
    with st.popover(_("Name a person"), icon=":material/person_add:"), st.form("name_post", border=False):
        unit = st.selectbox(_("Place"), list(places), format_func=places.__getitem__, key="post_place")
        post = st.selectbox(_("Post"), list(posts), format_func=posts.__getitem__, key="post_post")
        kind = st.selectbox(_("Relationship type"), list(types), format_func=types.__getitem__, key="post_type")
        person = st.selectbox(_("Person"), list(people), index=None, key="post_person",
                              format_func=lambda name: _person(people[name]))  # fmt: skip
        since = st.date_input(_("From"), value=business_date(), min_value=business_date(), format="YYYY-MM-DD",
                              key="post_from")  # fmt: skip
        pressed = st.form_submit_button(_("Name"), type="primary", key="post_name")
    if not pressed or unit is None or person is None:
        return
    named = attempt(lambda: name_post_holder(db(), actor=actor(), post=post, unit_code=unit, username=person,
                                             valid_from=since, relation_type=kind, request_id=request))  # fmt: skip
    if named is not None:
        st.session_state["post_request"] = uuid.uuid4().hex
        st.session_state[_DONE] = _("{person} holds the post from {day} on.", person=people[person].display_name,
                                    day=since)  # fmt: skip
        st.rerun()


def _person(one: Deputy) -> str:
    return f"{one.display_name} · {label(Role, one.role)}"


def _end_button(row: PostRow) -> None:
    if row.valid_to is not None or not st.button(_("End today, without a successor"), icon=":material/person_remove:",
                                                 key="post_end"):  # fmt: skip
        return
    ended = attempt(lambda: end_post(db(), actor=actor(), post=row.post, unit_code=row.unit_code, on=business_date(),
                                     relation_type=row.relation_type, request_id=uuid.uuid4().hex))  # fmt: skip
    if ended:
        st.session_state[_DONE] = _("The post has ended; name somebody, or its approvals wait.")
        st.rerun()
