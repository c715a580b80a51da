"""The frame of every page: page config, sign-in gate, navigation, then the page itself.

``app.py`` serves this script; tests start it too. The navigation is declared on every run, hidden while
nobody is signed in, so that the address asked for survives the sign-in.
"""

from __future__ import annotations

import streamlit as st

from pages._ui import gate, runtime, sidebar, theme
from pages._ui.navigation import PAGES, SCREENS, screens_for
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
    if user is None or user.must_change_password:
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


def _declare(screens: object, *, position: str) -> object:
    sections: dict[str, list[object]] = {}
    for number, screen in enumerate(screens):  # type: ignore[arg-type, var-annotated]
        sections.setdefault(_(screen.section), []).append(
            st.Page(screen.path, title=_(screen.title), icon=screen.icon, url_path=screen.address, default=number == 0)
        )
    return st.navigation(sections, position=position, expanded=True)  # type: ignore[arg-type]


run()
