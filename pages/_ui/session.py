"""Who is reading: derived anew from the socket's own cookie on every script run, fragment and callback."""

from __future__ import annotations

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from data_access.actor import ActingUser, SessionActor, token_hash
from data_access.sessions import read_session_user
from pages._ui.data import db
from pages._ui.web import sockets
from pages._ui.web.cookies import device_cookie, session_cookie

_OWNER = "_signed_in_as"


def session_token() -> str:
    """Return the session token of the cookie this socket came with, '' when there is none."""
    return st.context.cookies.get(session_cookie(), "")


def device() -> str:
    """Return the browser's id cookie, '' when the browser keeps no cookies."""
    return st.context.cookies.get(device_cookie(), "")


def actor() -> SessionActor:
    """Return the actor that commands re-derive the user from."""
    return SessionActor(session_token())


def current_user() -> ActingUser | None:
    """Return the signed-in user as the database knows it now, None when nobody is.

    What an earlier sign-in left in the session state is cleared.
    """
    token = session_token()
    user = read_session_user(db(), token)
    owner = token_hash(token) if user else ""
    if st.session_state.get(_OWNER, owner) != owner:
        st.session_state.clear()
    st.session_state[_OWNER] = owner
    context = get_script_run_ctx()
    if context is not None:
        sockets.remember_owner(context.session_id, owner)
    return user


def require_user() -> ActingUser:  # noqa: RET503 -- st.stop never returns
    """Return the signed-in user; otherwise stop, and in a fragment run the whole page so that the gate shows."""
    user = current_user()
    if user is not None and not user.must_change_password:
        return user
    context = get_script_run_ctx()
    if context is not None and context.fragment_ids_this_run:
        st.rerun(scope="app")
    st.stop()
