"""The drawer of what is kept under a name: the reader's own and what others share; open, rename, share, delete."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import streamlit as st

from data_access.actor import ActingUser
from data_access.commands.views import LONGEST_NAME, delete_view, rename_view, replace_view, share_view
from data_access.reads.views import PAGE_VIEWS, SavedView, read_own_views, read_shared_views
from pages._ui.acts import attempt
from pages._ui.data import db
from pages._ui.session import actor
from pages._ui.texts import _, plain


@dataclass(frozen=True)
class Drawer:
    """What a drawer holds and does. ``kind``: of the kept rows. ``open_view``: called with the row that is opened.

    ``titles``: of the own and of the shared ones. ``body``: what the page shows now, to put in the place of a row's
    (None: the drawer does not offer it). ``on_delete``: called with the number of a row that is gone.
    """

    kind: str
    open_view: Callable[[SavedView], None]
    titles: tuple[str, str]
    nothing: tuple[str, str]
    body: Callable[[], Mapping[str, Sequence[str]]] | None = None
    on_delete: Callable[[int], None] | None = None


def show_drawer(user: ActingUser, drawer: Drawer) -> None:
    """Draw both lists, page by page."""
    own_key, shared_key = f"{drawer.kind}_own_starts", f"{drawer.kind}_shared_starts"
    own_starts = st.session_state.setdefault(own_key, [""])
    shared_starts = st.session_state.setdefault(shared_key, [None])
    with db().reading() as connection:
        own = read_own_views(connection, user, drawer.kind, after=own_starts[-1])
        shared = read_shared_views(connection, user, drawer.kind, before=shared_starts[-1])
    mine, theirs = st.tabs(list(drawer.titles))
    with mine:
        for view in own:
            _own_row(drawer, view)
        if not own:
            st.caption(drawer.nothing[0])
        _pager(own_key, own_starts, own[-1].name if len(own) == PAGE_VIEWS else None)
    with theirs:
        for view in shared:
            _open_button(drawer, view, _("{name} · {owner}", name=view.name, owner=view.owner))
        if not shared:
            st.caption(drawer.nothing[1])
        _pager(shared_key, shared_starts, shared[-1].view_id if len(shared) == PAGE_VIEWS else None)


def _own_row(drawer: Drawer, view: SavedView) -> None:
    words = {"replace": _("Put the present question here"), "delete": _("Delete"),
             "share": _("Take back") if view.is_shared else _("Share with all readers")}  # fmt: skip
    acts = ["replace", "share", "delete"] if drawer.body else ["share", "delete"]
    with st.container(horizontal=True, vertical_alignment="center", gap="xxsmall"):
        _open_button(drawer, view, view.name)
        act = st.menu_button(_("Change"), acts, key=f"view_menu_{view.view_id}", type="tertiary",
                             format_func=words.__getitem__)  # fmt: skip
    if act:
        _change(drawer, view, act)
    with st.form(f"view_rename_{view.view_id}", border=False), st.container(horizontal=True):
        name = st.text_input(_("Name"), value=view.name, max_chars=LONGEST_NAME, label_visibility="collapsed",
                             key=f"view_name_{view.view_id}_{view.version}")  # fmt: skip
        if st.form_submit_button(_("Rename"), type="tertiary"):
            _run(lambda: rename_view(db(), actor=actor(), view_id=view.view_id, version=view.version, name=name))


def _change(drawer: Drawer, view: SavedView, act: str) -> None:
    if act == "delete":
        _run(lambda: _delete(drawer, view))
    elif act == "share":
        shared = not view.is_shared
        _run(lambda: share_view(db(), actor=actor(), shared=shared, view_id=view.view_id, version=view.version))
    elif drawer.body:
        body = drawer.body()
        _run(lambda: replace_view(db(), actor=actor(), body=body, view_id=view.view_id, version=view.version))


def _delete(drawer: Drawer, view: SavedView) -> None:
    delete_view(db(), actor=actor(), view_id=view.view_id, version=view.version)
    if drawer.on_delete:
        drawer.on_delete(view.view_id)


def _run(act: Callable[[], None]) -> None:
    if attempt(lambda: (act(), True)) is not None:
        st.rerun()


def _open_button(drawer: Drawer, view: SavedView, words: str) -> None:
    icon = ":material/group:" if view.is_shared and view.is_own else ":material/bookmark:"
    st.button(plain(words), key=f"view_open_{view.view_id}", icon=icon, type="tertiary", on_click=drawer.open_view,
              args=(view,))  # fmt: skip


def _pager(key: str, starts: list[str | int | None], last: str | int | None) -> None:
    if len(starts) > 1:
        st.button(_("Previous rows"), key=f"{key}_previous", on_click=starts.pop, type="tertiary")
    if last is not None:
        st.button(_("Next rows"), key=f"{key}_next", on_click=starts.append, args=(last,), type="tertiary")
