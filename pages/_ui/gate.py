"""What stands before the pages: sign-in, the forced change of a one-time password, the way out."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from urllib.parse import urlencode, urlsplit

import streamlit as st

from data_access.actor import ActingUser
from data_access.own_account import change_own_password
from data_access.passwords import LONGEST, SHORTEST
from data_access.user_accounts import UserRefused
from data_access.user_words import SENTENCES
from pages._ui import sign_in
from pages._ui.data import db
from pages._ui.redirect import go_to
from pages._ui.session import actor, device
from pages._ui.texts import LANGUAGES, STATE_KEY, _, language
from pages._ui.web.hosts import local_path

_CHANGING = "changing_password"


def show_sign_in() -> None:
    """Draw the sign-in form and nothing else; a right password leads back to the page asked for."""
    with _narrow():
        st.title(_("Client relationships"), anchor=False)
        ticket = sign_in.read_ticket()
        _language_choice()
        if ticket:
            _exchange(ticket)


def show_password_change(user: ActingUser) -> None:
    """Draw the form that replaces a one-time password, or the own password at will; only the latter leads back."""
    with _narrow():
        st.title(_("Choose a password"), anchor=False)
        st.caption(_("Signed in as {name}.", name=user.username))
        st.caption(
            _(
                "{shortest} to {longest} characters of any kind, spaces and Chinese included: a sentence is best.",
                shortest=SHORTEST,
                longest=LONGEST,
            )
        )
        with st.form("password_change"):
            current = st.text_input(_("Current or one-time password"), type="password", autocomplete="current-password")
            new = st.text_input(_("New password"), type="password", autocomplete="new-password")
            again = st.text_input(_("New password again"), type="password", autocomplete="new-password")
            pressed = st.form_submit_button(_("Save"), type="primary")
        if pressed:
            _change(current, new, again)
        if not user.must_change_password and st.button(_("Back"), icon=":material/arrow_back:", type="tertiary"):
            del st.session_state[_CHANGING]
            st.rerun()
        if st.button(_("Sign out"), type="tertiary"):
            sign_out()


def ask_for_password_change() -> None:
    """Let the form stand in the place of the page, from the next run on."""
    st.session_state[_CHANGING] = True


def must_show_password_change(user: ActingUser) -> bool:
    """Tell whether the form stands in the place of the page: a one-time password, or the reader asked for it."""
    return user.must_change_password or bool(st.session_state.get(_CHANGING))


def sign_out_url() -> str:
    """Return the address that ends the session."""
    return "/auth/sign-out"


def sign_out() -> None:
    """End the session in this tab."""
    go_to(sign_out_url())


def _change(current: str, new: str, again: str) -> None:
    if new != again:
        st.error(_(SENTENCES["password.differs"]))
        return
    try:
        ticket = change_own_password(db(), actor=actor(), current=current, new=new, device=device())
    except UserRefused as refused:
        st.error(_(SENTENCES[refused.reason.code], **refused.reason.params))
        return
    _exchange(ticket)


def _exchange(ticket: str) -> None:
    address = urlsplit(st.context.url or "/").path or "/"
    query = urlencode([(name, value) for name in st.query_params for value in st.query_params.get_all(name)])
    target = local_path(f"{address}?{query}" if query else address)
    go_to("/auth/session?" + urlencode({"ticket": ticket, "next": target}))
    st.info(_("Signing in …"))


def _language_choice() -> None:
    st.session_state.setdefault("sign_in_language", language())
    st.segmented_control(_("Language"), list(LANGUAGES), format_func=LANGUAGES.__getitem__, key="sign_in_language",
                         on_change=_choose_language, label_visibility="collapsed", required=True)  # fmt: skip


def _choose_language() -> None:
    st.session_state[STATE_KEY] = st.session_state["sign_in_language"]


@contextmanager
def _narrow() -> Iterator[None]:
    with st.container(horizontal_alignment="center"), st.container(width=420):
        st.space("large")
        yield
