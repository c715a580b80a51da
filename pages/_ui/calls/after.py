"""After a call is logged: what was stored, and the next task of the list with one press."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

from data_access.reads.call import CallPage, NextTask
from domain.words import ContactResult, TaskState
from pages._ui.frame import Frame
from pages._ui.links import link
from pages._ui.relationships.links import preregister_link
from pages._ui.texts import _, label, plain

_SAVED = "call_saved"


def remember(page: CallPage) -> Callable[[str], None]:
    """Return what notes that a contact of this task was stored, with its result."""

    def saved(result: str) -> None:
        st.session_state[_SAVED] = {"task": page.task["task_no"], "result": result}

    return saved


def show_saved(frame: Frame, page: CallPage, following: NextTask | None) -> bool:
    """Say that the contact was stored and offer the next task; False when nothing was stored just now."""
    saved = st.session_state.get(_SAVED)
    if saved is None or saved["task"] != page.task["task_no"]:
        st.session_state.pop(_SAVED, None)
        return False
    st.success(_("{name}: logged as {result}.", name=plain(page.client["name"]),
                 result=label(ContactResult, saved["result"])), icon=":material/check_circle:")  # fmt: skip
    if saved["result"] == ContactResult.INTERESTED and page.task["state"] == TaskState.OPEN and page.task["is_own"]:
        st.info(_("Pre-register before the client becomes active, or it will not count (R-27)."),
                icon=":material/event_available:")  # fmt: skip
        preregister_link(frame, task_no=page.task["task_no"])
    _next_button(following)
    st.button(_("Back to this client"), on_click=_forget, width="stretch", key="call_back")
    link(frame, "tasks", _("To the tasks"))
    return True


def offer_next(following: NextTask | None) -> None:
    """Draw the way to the next task, for a client who cannot be called now."""
    if following is not None:
        words = _("Leave this one and go to the next: {name}", name=plain(following.client_name))
        st.button(words, type="tertiary", icon=":material/skip_next:", on_click=_turn_to, args=(following.task_no,),
                  key="call_skip")  # fmt: skip


def _next_button(following: NextTask | None) -> None:
    if following is None:
        st.info(_("No other task of yours waits for a call today."), icon=":material/task_alt:")
        return
    st.button(_("Next: {name}, due {day}", name=plain(following.client_name), day=following.due_on), type="primary",
              icon=":material/arrow_forward:", on_click=_turn_to, args=(following.task_no,), width="stretch",
              key="call_next")  # fmt: skip


def _turn_to(task_no: str) -> None:
    st.session_state.pop(_SAVED, None)
    st.query_params["task"] = task_no


def _forget() -> None:
    st.session_state.pop(_SAVED, None)
