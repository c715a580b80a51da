"""Sentences for empty pages and refusals: no data, filters exclude everything, nothing to do."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from data_access.actor import ActingUser
from domain.words import Role
from pages._ui.navigation import screen_page
from pages._ui.texts import _


def no_data_yet(user: ActingUser) -> None:
    """Say that nothing has been refreshed yet, and what to do."""
    st.info(_("No figures have been published yet."), icon=":material/hourglass_empty:")
    if user.role == Role.HQ:
        st.page_link(screen_page("data"), label=_("Import files and run a refresh on the Data page"))
    else:
        st.caption(_("Headquarters imports the files and runs the first refresh."))


def filters_exclude_everything(on_reset: Callable[[], None]) -> None:
    """Say that the filters leave no row, with a button that resets them."""
    st.info(_("No row matches these filters."), icon=":material/filter_alt_off:")
    st.button(_("Reset filters"), on_click=on_reset, icon=":material/restart_alt:")


def nothing_to_do(message: str) -> None:
    """Say that there is nothing to do, which is good news."""
    st.success(message, icon=":material/check_circle:")


def no_data_for_date(message: str) -> None:
    """Say that this date has no data."""
    st.info(message, icon=":material/event_busy:")


def not_found() -> None:
    """Say that the thing does not exist or lies outside the reader's scope; the two read the same."""
    st.warning(_("Not found."), icon=":material/search_off:")
