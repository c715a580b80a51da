"""Handing clients out to one person: who can take them, by when, then one command and its outcome."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import streamlit as st

from data_access.clock import business_date
from data_access.commands.tasks import HAND_OUT_ROLES, AssignResult, assign_tasks
from data_access.desk.desk import limits_of_day
from data_access.desk.people import read_desk_people
from data_access.reads.rules import read_rules
from data_access.reads.tasks import AssignableStaff
from domain.distribution import Predecessor, decide_person
from domain.months import add_months, month_of
from domain.reasons import reason_text
from domain.words import TaskPriority
from pages._ui import cached
from pages._ui.acts import attempt
from pages._ui.data import db
from pages._ui.frame import Frame
from pages._ui.outcome import show_outcome
from pages._ui.session import actor, require_user
from pages._ui.texts import _, labels

LIMIT_DAYS = 366
_ASKED = "hand_out_asked"  # a name of its own: a widget owns the state under its key


def may_hand_out(frame: Frame) -> bool:
    """Tell whether the reader's role hands clients out; the command decides again."""
    return frame.user.role in HAND_OUT_ROLES


def hand_out_button(frame: Frame, selected: Sequence[dict[str, Any]]) -> None:
    """Offer to hand the selected clients out; shown only to those who may."""
    if not may_hand_out(frame):
        return
    words = _("Hand out the selected ({count})", count=len(selected)) if selected else _("Select rows to hand out")
    if st.button(words, type="primary", icon=":material/assignment_ind:", disabled=not selected, key="hand_out"):
        st.session_state[_ASKED] = {
            "clients": [(row["client_no"], row["name"]) for row in selected],
            "offices": sorted({row["office_id"] for row in selected}),
            "request": uuid.uuid4().hex,
        }
        _dialog(_("Hand out {count} clients", count=len(selected)))


def _dialog(title: str) -> None:
    st.dialog(title, width="medium")(_form)()


def _form() -> None:
    user = require_user()
    asked = st.session_state.get(_ASKED) or {"clients": [], "offices": [], "request": ""}
    done: AssignResult | None = asked.get("result")
    if done is not None:
        _outcome(done)
        return
    names = "、".join(f"{name} {number}" for number, name in asked["clients"][:5])
    more = len(asked["clients"]) - 5
    st.text(names + (_(" and {count} more", count=more) if more > 0 else ""))
    people = read_people(asked["offices"])
    able = [person for person in people if person.problem is None]
    if not able:
        st.warning(_("Nobody in this office can take a client now."))
        for person in people:
            st.text(f"{person.name} · {reason_text(person.problem, _)}" if person.problem else person.name)
        return
    known = {person.staff_no: person for person in able}
    today = business_date()
    with st.form("hand_out_form", border=False):
        staff_no = st.selectbox(_("Staff member"), list(known), format_func=lambda number: person_words(known[number]))
        left, right = st.columns(2)
        due = left.date_input(
            _("Due"),
            value=add_months(today, cached.rules(month_of(today)).task_life_months),
            min_value=today,
            max_value=today + timedelta(days=LIMIT_DAYS),
            format="YYYY-MM-DD",
        )
        priorities = labels(TaskPriority)
        priority = right.selectbox(_("Priority"), list(priorities), index=1, format_func=lambda code: priorities[code])
        note = st.text_area(_("Note"), max_chars=500, height=80)
        pressed = st.form_submit_button(_("Hand out"), type="primary")
    unable = [person for person in people if person.problem is not None]
    if unable:
        with st.expander(_("{count} people cannot take a client now", count=len(unable))):
            for person in unable:
                st.text(f"{person.name} · {reason_text(person.problem, _)}")  # type: ignore[arg-type]
    if pressed and user is not None:
        _commit(asked, staff_no, due, priority, note)


def _commit(asked: dict[str, Any], staff_no: str, due: Any, priority: str, note: str) -> None:
    done = attempt(lambda: assign_tasks(
        db(), actor=actor(), client_nos=[number for number, _name in asked["clients"]], staff_no=staff_no,
        due_on=due, priority=priority, note=note, request_id=asked["request"]))  # fmt: skip
    if done is not None:
        cached.forget_tasks()
        asked["result"] = done
        st.rerun(scope="fragment")


def _outcome(done: AssignResult) -> None:
    words = _("{count} clients were handed out.", count=len(done.created)) if done.created else None
    show_outcome(words, done.refused, _("{count} clients were not handed out:", count=len(done.refused)), _ASKED)


def read_people(offices: Sequence[int]) -> list[AssignableStaff]:
    """Return who may be thought of for clients of some offices, those who can take one and have few tasks first.

    Who cannot carries the refusal of the hand-out itself: licence, absence, ceiling and capacity.
    """
    user = require_user()
    today = business_date()
    with db().reading() as connection:
        limits = limits_of_day(connection, read_rules(connection, today), today, Predecessor.FREE)
        people = read_desk_people(connection, user.scope, offices, on=limits.duty_on or today)
    places, found = cached.place_names(user.scope.key), []
    for one in people:
        decision, holder = decide_person(one.person, today, limits), one.person.holder
        found.append(AssignableStaff(one.staff_no, one.name, holder.category, places.get(one.office_code, ""),
                                     one.person.open_tasks, None if decision else decision.reason))  # fmt: skip
    return sorted(found, key=lambda person: (person.problem is not None, person.open_tasks, person.staff_no))


def person_words(person: AssignableStaff) -> str:
    """Write a person with unit and load."""
    return _("{name} · {unit} · {count} open tasks", name=person.name, unit=person.unit_name, count=person.open_tasks)
