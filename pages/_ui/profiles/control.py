"""The choice of the scope profile in the head of every page: open, keep, change, rename, share, delete, none."""

from __future__ import annotations

import streamlit as st

from data_access.actor import ActingUser
from data_access.commands.views import LONGEST_NAME, VIEW_ROLES, replace_view, save_view
from data_access.reads.views import SavedView
from domain.profiles import MOST_UNITS, Profile, read_profile
from domain.words import ClientKind, Tier
from pages._ui import cached
from pages._ui.acts import attempt
from pages._ui.data import db
from pages._ui.profiles.pinned import KIND, NAME, Pinned, close, follow
from pages._ui.saved_views import Drawer, show_drawer
from pages._ui.session import actor
from pages._ui.texts import _, labels


def profile_control(user: ActingUser, pinned: Pinned) -> None:
    """Draw the drawer of the profiles; what is in it is built when it is open."""
    if user.role not in VIEW_ROLES:
        return
    drawer = st.popover(_("Scope profile"), icon=":material/bookmarks:", key="profile_drawer", on_change="rerun")
    if drawer.open:
        with drawer:
            st.caption(_("A profile keeps places, kinds and tiers under a name. It follows you on every page; "
                         "whoever opens a shared one sees the own scope of it."))  # fmt: skip
            if pinned.view is not None:
                st.button(_("No profile"), icon=":material/bookmark_remove:", on_click=close, key="profile_none")
            show_drawer(user, Drawer(
                KIND, _open, (_("My profiles"), _("Shared with me")),
                (_("No profile is kept yet."), _("Nobody shares a profile yet.")), on_delete=_forget,
            ))  # fmt: skip
            _form(user, pinned.view)


def _open(view: SavedView) -> None:
    follow(view.view_id)


def _forget(view_id: int) -> None:
    if st.session_state.get(NAME) == str(view_id):
        close()


def _form(user: ActingUser, view: SavedView | None) -> None:
    """Draw the choices of a profile; those of the open one stand in it, to be changed or kept under another name."""
    now = read_profile(view.body) if view else Profile()
    stamp = f"{view.view_id}_{view.version}" if view else "new"
    places = {place.unit_code: place for place in cached.places(user.scope.key)}
    with st.form("profile_form"):
        units: list[str] = []
        if len(places) > 1:
            units = st.multiselect(
                _("Places"), list(places), default=[code for code in now.units if code in places], select_all=False,
                format_func=lambda code: "\u3000" * places[code].depth + places[code].name, max_selections=MOST_UNITS,
                placeholder=_("All"), key=f"profile_units_{stamp}")  # fmt: skip
        kinds, tiers = labels(ClientKind), {tier.value: tier.value for tier in Tier}
        chosen_kinds = st.multiselect(_("Kind"), list(kinds), default=list(now.kinds), format_func=kinds.__getitem__,
                                      placeholder=_("All"), key=f"profile_kinds_{stamp}")  # fmt: skip
        chosen_tiers = st.multiselect(_("Tier"), list(tiers), default=list(now.tiers), placeholder=_("All"),
                                      key=f"profile_tiers_{stamp}")  # fmt: skip
        name = st.text_input(_("Name"), max_chars=LONGEST_NAME, key=f"profile_name_{stamp}")
        with st.container(horizontal=True):
            keep = st.form_submit_button(_("Keep as a new profile"), type="primary")
            change = view is not None and view.is_own and st.form_submit_button(_("Change this profile"))
    if not (keep or change):
        return
    body = read_profile({"unit": units, "kind": chosen_kinds, "tier": chosen_tiers}).body()
    if not body:
        st.error(_("Choose at least one place, kind or tier."), icon=":material/block:")
    elif keep:
        key = attempt(lambda: save_view(db(), actor=actor(), kind=KIND, name=name, body=body))
        if key is not None:
            follow(key)
            st.rerun()
    elif view is not None:
        named = {"view_id": view.view_id, "version": view.version}
        if attempt(lambda: (replace_view(db(), actor=actor(), body=body, **named), True)) is not None:
            st.rerun()
