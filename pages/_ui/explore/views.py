"""Saved views of Explore: keep the question, open one's own or a shared one with the own reach, share, rename."""

from __future__ import annotations

from functools import partial

import streamlit as st

from data_access.commands.views import LONGEST_NAME, save_view
from data_access.reads.views import SavedView, read_view
from metrics.explore.asked import read_exploration
from pages._ui import states
from pages._ui.acts import attempt
from pages._ui.data import db
from pages._ui.explore.controls import NAMES, read_asked, within_reach, write_question
from pages._ui.frame import Frame
from pages._ui.saved_views import Drawer, show_drawer
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
    show_drawer(frame.user, Drawer(
        KIND, partial(_open, frame), (_("My views"), _("Shared with me")),
        (_("No view is kept yet."), _("Nobody shares a view yet.")), body=lambda: read_asked(frame).params(),
    ))  # fmt: skip


def _open(frame: Frame, view: SavedView) -> None:
    """Put a view into the address with what the reader's own reach leaves of it."""
    asked = within_reach(frame, read_exploration(view.body))
    write_question(asked.params())
    st.query_params["view"] = str(view.view_id)
    st.session_state[_OPENED] = str(view.view_id)
    if asked.dropped:
        st.toast(_("{count} filters of this view lie outside your scope and were left out.", count=len(asked.dropped)),
                 icon=":material/filter_alt_off:")  # fmt: skip
