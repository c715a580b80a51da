"""The form that closes an exit: reason, who takes the prospects, and the signature."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from datetime import date

import streamlit as st

from data_access.actor import ActingUser
from data_access.commands.staff_exit import ExitPlan, close_exit
from data_access.reads.leaver_items import Inventory
from data_access.reads.staff_exit import Leaver, search_people
from domain.staff_exit import REASON_LENGTH
from pages._ui import cached
from pages._ui.acts import attempt
from pages._ui.data import db
from pages._ui.session import actor
from pages._ui.texts import _

_REQUEST = "exit_request"


def close_form(user: ActingUser, leaver: Leaver, exit_on: date, found: Inventory,
               successors: Mapping[str, str], holders: Mapping[str, str]) -> None:  # fmt: skip
    """Draw the form; a press closes the exit as it is shown, or says why not."""
    with st.container(border=True):
        st.subheader(_("Close the exit"), anchor=False)
        st.caption(_("Once closed it cannot be undone: relationships end, tasks move, accounts are disabled. "
                     "Everything or nothing."))  # fmt: skip
        # a form: what was typed and the press reach the server together
        with st.form("exit_form", border=False):
            reason = st.text_input(_("Reason"), max_chars=REASON_LENGTH, key="exit_reason")
            takes = _prospects_to(user, leaver) if found.prospect else ""
            password = st.text_input(_("Your password, as a signature"), type="password", max_chars=128,
                                     key="exit_password", autocomplete="current-password", width=320)  # fmt: skip
            pressed = st.form_submit_button(_("Sign and close the exit of {name}", name=leaver.name), type="primary",
                                            icon=":material/logout:", key="exit_close")  # fmt: skip
        if not pressed:
            return
        request = st.session_state.setdefault(_REQUEST, uuid.uuid4().hex)
        plan = ExitPlan(leaver.staff_no, exit_on, reason, successors, takes, holders)
        done = attempt(lambda: close_exit(db(), actor=actor(), plan=plan, seen=found.stamp, password=password,
                                          request_id=request))  # fmt: skip
        if done is not None:
            del st.session_state[_REQUEST]
            cached.forget_tasks()
            st.rerun()


def _prospects_to(user: ActingUser, leaver: Leaver) -> str:
    """Offer colleagues of the reach for the prospects; nobody leaves them to the office."""
    with db().reading() as connection:
        people = {person.staff_no: person for person in search_people(connection, user.scope, "", limit=500)
                  if person.left_on is None and person.unit_name == leaver.unit_name
                  and person.staff_no != leaver.staff_no}  # fmt: skip
    chosen = st.selectbox(_("Prospects go to"), list(people), index=None, key="exit_prospects", width=380,
                          placeholder=_("Nobody: they stay with the office"),
                          format_func=lambda number: f"{people[number].name} · {number}")  # fmt: skip
    return chosen or ""
