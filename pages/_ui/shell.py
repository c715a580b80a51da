"""The frame of every page: page config, sign-in gate, navigation, then the page itself.

``app.py`` serves this script; tests start it too. The navigation is declared on every run, hidden while
nobody is signed in, so that the address asked for survives the sign-in.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Literal

import streamlit as st

from pages._ui import gate, runtime, sidebar, theme
from pages._ui.navigation import PAGES, SCREENS, PageSpec, screen_page, screens_for
from pages._ui.session import current_user
from pages._ui.texts import STATE_KEY, _, language

STATIC = PAGES / "_ui" / "static"


def run() -> None:
    """Draw one page for one reader."""
    st.set_page_config(
        page_title=_("Client relationships"),
        page_icon=str(STATIC / "icon.svg"),
        layout="wide",
        initial_sidebar_state="auto",
    )
    runtime.freeze_imports()
    user = current_user()
    if user is None or gate.must_show_password_change(user):
        _declare(SCREENS, position="hidden")
        if user is None:
            gate.show_sign_in()
        else:
            gate.show_password_change(user)
        return
    if STATE_KEY not in st.session_state and user.language:
        st.session_state[STATE_KEY] = user.language
    st.logo(
        str(STATIC / f"logo_{language()[:2]}_{theme.mode()}.svg"), icon_image=str(STATIC / "icon.svg"), size="large"
    )
    page = _declare(screens_for(user.role), position="sidebar")
    sidebar.show(user)
    page.run()


def _declare(screens: Sequence[PageSpec], *, position: Literal["sidebar", "hidden"]) -> st.Page:
    first = screens[0]
    sections: dict[str, list[st.Page]] = {
        "": [st.Page(partial(_go_home, first.address), title=_("Home"), url_path="home", default=True,
                     visibility="hidden")]
    }  # fmt: skip
    for screen in screens:
        sections.setdefault(_(screen.section), []).append(
            st.Page(screen.path, title=_(screen.title), icon=screen.icon, url_path=screen.address))  # fmt: skip
    return st.navigation(sections, position=position, expanded=True)


def _go_home(address: str) -> None:
    """Open the reader's first screen: every screen has an address, the root only leads to one."""
    st.switch_page(screen_page(address), query_params=dict(st.query_params))


run()
