"""Saved views of Explore: keep the question, open one's own or a shared one with the own reach, share, rename."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from data_access.commands.views import LONGEST_NAME, delete_view, rename_view, replace_view, save_view, share_view
from data_access.reads.views import PAGE_VIEWS, SavedView, read_own_views, read_shared_views, read_view
from metrics.explore.asked import read_exploration
from pages._ui import states
from pages._ui.acts import attempt
from pages._ui.data import db
from pages._ui.explore.controls import NAMES, plain, read_asked, within_reach, write_question
from pages._ui.frame import Frame
from pages._ui.session import actor
from pages._ui.texts import _

KIND = "explore"
_OPENED = "explore_view_opened"


def open_asked_view(frame: Frame) -> None:
    """Put the view that the address names into the address, cut down to the reader's reach.

    Opened once per address; a view that is gone, or neither the reader's own nor shared, reads as not found.
    """
    asked = st.query_params.get("view", "")
    if not asked or st.session_state.get(_OPENED) == asked or set(NAMES) & set(st.query_params):
        return
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 16 else 0
    with db().reading() as connection:
        view = read_view(connection, frame.user, number, KIND)
    if view is None:
        states.not_found()
        st.query_params.pop("view", None)
        return
    _open(frame, view)


def show_views(frame: Frame) -> None:
    """Draw the drawers of a reader's views and of those that others share, and the one that keeps this question."""
    open_asked_view(frame)
    with st.container(horizontal=True, vertical_alignment="center"):
        drawer = st.popover(_("Views"), icon=":material/bookmarks:", key="explore_views", on_change="rerun")
        if drawer.open:
            with drawer:
                _lists(frame)
        keep = st.popover(_("Keep this question"), icon=":material/bookmark_add:", key="explore_keep",
                          on_change="rerun")  # fmt: skip
        if keep.open:
            with keep:
                _keep(frame)


def _keep(frame: Frame) -> None:
    with st.form("explore_save", border=False, clear_on_submit=True):
        name = st.text_input(_("Name"), max_chars=LONGEST_NAME)
        pressed = st.form_submit_button(_("Save"), type="primary")
    if pressed:
        body = read_asked(frame).params()
        key = attempt(lambda: save_view(db(), actor=actor(), kind=KIND, name=name, body=body))
        if key is not None:
            st.success(_("The question is kept."), icon=":material/check_circle:")


def _lists(frame: Frame) -> None:
    own_starts = st.session_state.setdefault("explore_own_starts", [""])
    shared_starts = st.session_state.setdefault("explore_shared_starts", [None])
    with db().reading() as connection:
        own = read_own_views(connection, frame.user, KIND, after=own_starts[-1])
        shared = read_shared_views(connection, frame.user, KIND, before=shared_starts[-1])
    mine, theirs = st.tabs([_("My views"), _("Shared with me")])
    with mine:
        for view in own:
            _own_row(frame, view)
        if not own:
            st.caption(_("No view is kept yet."))
        _pager("explore_own_starts", own_starts, own[-1].name if len(own) == PAGE_VIEWS else None)
    with theirs:
        for view in shared:
            _open_button(frame, view, _("{name} · {owner}", name=view.name, owner=view.owner))
        if not shared:
            st.caption(_("Nobody shares a view yet."))
        _pager("explore_shared_starts", shared_starts, shared[-1].view_id if len(shared) == PAGE_VIEWS else None)


def _own_row(frame: Frame, view: SavedView) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="xxsmall"):
        _open_button(frame, view, view.name)
        act = st.menu_button(
            _("Change"), ["replace", "share", "delete"], key=f"view_menu_{view.view_id}", type="tertiary",
            format_func=lambda code: {
                "replace": _("Put the present question here"), "delete": _("Delete"),
                "share": _("Take back") if view.is_shared else _("Share with all readers")}[code],
        )  # fmt: skip
    if act:
        _change(frame, view, act)
    with st.form(f"view_rename_{view.view_id}", border=False), st.container(horizontal=True):
        name = st.text_input(_("Name"), value=view.name, max_chars=LONGEST_NAME, label_visibility="collapsed",
                             key=f"view_name_{view.view_id}_{view.version}")  # fmt: skip
        if st.form_submit_button(_("Rename"), type="tertiary"):
            _run(lambda: rename_view(db(), actor=actor(), view_id=view.view_id, version=view.version, name=name))


def _change(frame: Frame, view: SavedView, act: str) -> None:
    named = {"view_id": view.view_id, "version": view.version}
    if act == "delete":
        _run(lambda: delete_view(db(), actor=actor(), **named))
    elif act == "share":
        _run(lambda: share_view(db(), actor=actor(), shared=not view.is_shared, **named))
    else:
        body = read_asked(frame).params()
        _run(lambda: replace_view(db(), actor=actor(), body=body, **named))


def _run(act: Callable[[], None]) -> None:
    if attempt(lambda: (act(), True)) is not None:
        st.rerun()


def _open_button(frame: Frame, view: SavedView, words: str) -> None:
    icon = ":material/group:" if view.is_shared and view.is_own else ":material/bookmark:"
    st.button(plain(words), key=f"view_open_{view.view_id}", icon=icon, type="tertiary", on_click=_open,
              args=(frame, view))  # fmt: skip


def _open(frame: Frame, view: SavedView) -> None:
    """Put a view into the address with what the reader's own reach leaves of it."""
    asked = within_reach(frame, read_exploration(view.body))
    write_question(asked.params())
    st.query_params["view"] = str(view.view_id)
    st.session_state[_OPENED] = str(view.view_id)
    if asked.dropped:
        st.toast(_("{count} filters of this view lie outside your scope and were left out.", count=len(asked.dropped)),
                 icon=":material/filter_alt_off:")  # fmt: skip


def _pager(key: str, starts: list[str | int | None], last: str | int | None) -> None:
    if len(starts) > 1:
        st.button(_("Previous rows"), key=f"{key}_previous", on_click=starts.pop, type="tertiary")
    if last is not None:
        st.button(_("Next rows"), key=f"{key}_next", on_click=starts.append, args=(last,), type="tertiary")
