"""Running a command from a page: refusals and missing rights become one sentence, anything else is an error."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import streamlit as st

from data_access.actor import NotAllowed, NotSignedIn
from data_access.commands.acting import Refused
from domain.reasons import reason_text
from pages._ui.texts import _

T = TypeVar("T")


def attempt(act: Callable[[], T]) -> T | None:
    """Return what the command answers, or None after saying why it did nothing."""
    try:
        return act()
    except Refused as refused:
        st.error(reason_text(refused.reason, _), icon=":material/block:")
    except (NotAllowed, NotSignedIn):
        st.error(_("You may not do this."), icon=":material/lock:")
    return None
