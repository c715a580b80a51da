"""The sign-in form: streamlit-authenticator's widget in front of our own check.

Only the drawing is the package's. Its controllers are replaced: nothing of its cookie, token, session state or
credential file takes part, and the password reaches our check untrimmed.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import streamlit as st
from streamlit_authenticator import Authenticate

from data_access.clock import SHANGHAI
from data_access.sessions import check_password, issue_ticket
from pages._ui.data import db
from pages._ui.session import device
from pages._ui.texts import _

Check = Callable[[str, str], bool]


class _NoCookies:
    """Stands where the package keeps its browser cookie."""

    def get_cookie(self) -> None:
        return None

    def set_cookie(self) -> None:
        return None


class _Checks:
    """Stands where the package checks its credential file."""

    def __init__(self, check: Check) -> None:
        self._check = check

    def login(self, username: str, password: str, *_ignored: Any, **_ignored_too: Any) -> bool:
        return self._check(username, password)


class SignInForm(Authenticate):
    """The package's form; its constructor, which opens cookie and credentials, is not run."""

    def __init__(self, check: Check) -> None:
        self.attrs = {"login_sleep_time": 0}
        self.path = None
        self.secret_key = ""
        self.cookie_controller = _NoCookies()
        self.authentication_controller = _Checks(check)


def read_ticket() -> str | None:
    """Draw the form; return a ticket when the password was right in this run, say so when it was not."""
    tickets: list[str] = []

    def check(username: str, password: str) -> bool:
        if not device():
            st.error(_("Your browser keeps no cookies. Allow them for this address, then load the page again."))
            return False
        result = check_password(
            db(), username=username, password=password, device=device(), address=st.context.ip_address or "local"
        )
        if result.user_id is not None:
            tickets.append(issue_ticket(db(), user_id=result.user_id, device=device()))
        elif result.retry_at is not None:
            st.error(_("Too many attempts. Try again at {time}.", time=f"{result.retry_at.astimezone(SHANGHAI):%H:%M}"))
        else:
            st.error(_("User name or password is not right."))
        return bool(tickets)

    SignInForm(check).login(
        key="sign_in",
        fields={
            "Form name": _("Sign in"),
            "Username": _("User name"),
            "Password": _("Password"),
            "Login": _("Sign in"),
        },
    )
    return tickets[0] if tickets else None
