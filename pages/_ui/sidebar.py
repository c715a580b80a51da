"""The foot of the sidebar: who is signed in, the language, the own password, the way out."""

from __future__ import annotations

import streamlit as st

from data_access.actor import ActingUser
from data_access.own_account import set_language
from domain.words import Role
from pages._ui import gate
from pages._ui.data import db
from pages._ui.session import actor
from pages._ui.texts import LANGUAGES, STATE_KEY, _, label, language


def show(user: ActingUser) -> None:
    """Draw the reader's name, role, language choice, password and sign-out."""
    with st.sidebar:
        st.text(user.display_name)
        st.caption(label(Role, user.role))
        st.session_state.setdefault("language_choice", language())
        st.segmented_control(
            _("Language"), list(LANGUAGES), format_func=LANGUAGES.__getitem__, key="language_choice",
            on_change=_choose_language, label_visibility="collapsed", required=True)  # fmt: skip
        st.button(_("Change password"), icon=":material/key:", type="tertiary", on_click=gate.ask_for_password_change)
        if st.button(_("Sign out"), icon=":material/logout:", type="tertiary"):
            gate.sign_out()


def _choose_language() -> None:
    chosen = st.session_state["language_choice"]
    if chosen in LANGUAGES:
        st.session_state[STATE_KEY] = chosen
        set_language(db(), actor=actor(), language=chosen)
