"""Panels of the Users page: the accounts, adding one, changing one, the one-time password shown once."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pandas as pd
import streamlit as st

from data_access.actor import ActingUser, NotAllowed, NotSignedIn
from data_access.clock import now
from data_access.reads.places import read_places
from data_access.scope import FIRM
from data_access.user_accounts import UserRefused
from data_access.user_words import SENTENCES
from data_access.users import (
    UserRow,
    add_user,
    disable_user,
    enable_user,
    end_user_sessions,
    read_users,
    reset_password,
    set_role,
    unlock_user,
)
from domain.words import Role
from pages._ui.data import db
from pages._ui.grid import grid
from pages._ui.session import actor
from pages._ui.texts import _, label, labels, moment_text

_PASSWORD = "one_time_password"  # noqa: S105 -- the name of a place in the session, not a password


def read_rows(user: ActingUser) -> list[UserRow] | None:
    """Return every account, None when the reader may not see them."""
    try:
        with db().reading() as connection:
            return read_users(connection, user)
    except NotAllowed:
        return None


def _state(row: UserRow) -> str:
    if row.disabled_at:
        return _("disabled")
    if row.locked_until and row.locked_until > now():
        return _("locked")
    return _("one-time password") if row.must_change_password else _("active")


def show_table(rows: list[UserRow]) -> UserRow | None:
    """Draw the accounts with a search and return the selected one."""
    wanted = st.text_input(_("Find"), icon=":material/search:", label_visibility="collapsed", max_chars=60,
                           placeholder=_("Part of a user name or name")).strip().lower()  # fmt: skip
    shown = [row for row in rows if wanted in f"{row.username} {row.display_name}".lower()]
    chosen = grid(
        pd.DataFrame([
            {_("User name"): row.username, _("Name"): row.display_name, _("Role"): label(Role, row.role),
             _("Place"): row.unit_name, _("Staff number"): row.staff_no, _("State"): _state(row),
             _("Created"): moment_text(row.created_at)} for row in shown
        ]),
        key="users", on_select="rerun", selection_mode="single-row", height=420,
    )  # fmt: skip
    st.caption(_("{count} accounts. Select one to change it.", count=f"{len(shown):,}"))
    picked = chosen["selection"]["rows"]
    return shown[picked[0]] if picked and picked[0] < len(shown) else None


def _named(params: Mapping[str, object]) -> dict[str, object]:
    """Replace the code of a role by its name; an unknown code stays."""
    return {key: labels(Role).get(str(value), value) if key == "role" else value for key, value in params.items()}


def _attempt(act: Callable[[], object]) -> object | None:
    try:
        return act() or True
    except UserRefused as refused:
        st.error(_(SENTENCES[refused.reason.code], **_named(refused.reason.params)))
    except (NotAllowed, NotSignedIn):
        st.error(_("You may not do this."))
    return None


def _role_and_place(prefix: str, row: UserRow | None = None) -> tuple[str, str | None, str | None]:
    """Draw the choice of role, place and staff number; it starts from those of an account, if given."""
    roles = labels(Role)
    role = st.selectbox(_("Role"), list(roles), format_func=lambda code: roles[code], key=f"{prefix}_role",
                        index=list(roles).index(row.role if row else Role.STAFF.value))  # fmt: skip
    with db().reading() as connection:
        places = {place.unit_code: place for place in read_places(connection, FIRM, teams=True)}
    if row and row.unit_code in places:
        st.session_state.setdefault(f"{prefix}_unit", row.unit_code)  # as the value, so that it can be cleared
    unit = st.selectbox(_("Place"), list(places), index=None, key=f"{prefix}_unit",
                        format_func=lambda code: "\u3000" * places[code].depth + places[code].name)  # fmt: skip
    number = st.text_input(_("Staff number"), (row.staff_no if row else None) or "", key=f"{prefix}_staff",
                           max_chars=40).strip()  # fmt: skip
    return role, unit, number or None


def add_form() -> None:
    """Draw the form that adds an account."""
    with st.popover(_("Add a user"), icon=":material/person_add:"), st.form("add_user", border=False):
        username = st.text_input(_("User name"), max_chars=64)
        name = st.text_input(_("Name"), max_chars=80)
        role, unit, number = _role_and_place("add")
        if st.form_submit_button(_("Add"), type="primary"):
            done = _attempt(lambda: add_user(db(), actor=actor(), username=username, display_name=name, role=role,
                                             unit_code=unit, staff_no=number))  # fmt: skip
            if done:
                _keep(username, str(done))


def actions(row: UserRow) -> None:
    """Draw what can be done with the selected account."""
    name = row.username
    simple: list[tuple[str, str, Callable[[], object]]] = [
        (_("End sessions"), ":material/logout:", lambda: end_user_sessions(db(), actor=actor(), username=name)),
        (_("Unlock"), ":material/lock_open:", lambda: unlock_user(db(), actor=actor(), username=name)),
    ]
    if row.disabled_at:
        simple.append((_("Enable"), ":material/check:", lambda: enable_user(db(), actor=actor(), username=name)))
    else:
        simple.append((_("Disable"), ":material/block:", lambda: disable_user(db(), actor=actor(), username=name)))
    for words, icon, act in simple:
        if st.button(words, icon=icon, key=f"user_{icon}") and _attempt(act):
            st.rerun()
    if st.button(_("New one-time password"), icon=":material/key:"):
        done = _attempt(lambda: reset_password(db(), actor=actor(), username=name))
        if done:
            _keep(name, str(done))
    with st.popover(_("Change role"), icon=":material/badge:"), st.form("set_role", border=False):
        role, unit, number = _role_and_place(f"set_{name}", row)
        if st.form_submit_button(_("Change"), type="primary") and _attempt(
            lambda: set_role(db(), actor=actor(), username=name, role=role, unit_code=unit, staff_no=number)
        ):
            st.rerun()


def _keep(username: str, password: str) -> None:
    st.session_state[_PASSWORD] = (username, password)
    st.rerun()


def show_password() -> None:
    """Show a fresh one-time password once."""
    kept = st.session_state.pop(_PASSWORD, None)
    if kept:
        st.success(_("One-time password of {name}, shown this once:", name=kept[0]), icon=":material/key:")
        st.code(kept[1], language=None)
