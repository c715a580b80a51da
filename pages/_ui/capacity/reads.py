"""What the Capacity page reads; tasks and capacities change by hand, so nothing is kept."""

from __future__ import annotations

import streamlit as st

from data_access.clock import business_date
from data_access.reads.capacity import CapacityFilter, CapacityRow, read_capacity
from data_access.reads.rules import read_rules
from domain.capacity import CapacityProblem
from pages._ui.data import db
from pages._ui.filters import choice
from pages._ui.frame import Frame
from pages._ui.texts import _, labels


def read_people(frame: Frame) -> list[CapacityRow]:
    """Return the people of the page's reach as of today."""
    today = business_date()
    with db().reading() as connection:
        return read_capacity(connection, frame.scope, on=today, rules=read_rules(connection, today))


def choose(rows: list[CapacityRow]) -> CapacityFilter:
    """Draw the filters that make a difference and return what they keep."""
    offices = {row.office_code: row.office for row in sorted(rows, key=lambda row: row.office_code)}
    standing = {problem for row in rows for problem in row.problems}
    words = {code: text for code, text in labels(CapacityProblem).items() if code in standing}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        office = choice("office", _("Business office"), offices, width=240) if len(offices) > 1 else None
        teams = {row.team_code: row.team for row in sorted(rows, key=lambda row: row.team_code)
                 if row.team and (office is None or row.office_code == office)}  # fmt: skip
        team = choice("team", _("Team"), teams, width=200) if teams else None
        problem = choice("problem", _("Problem"), words, width=220) if words else None
    return CapacityFilter(office, team, problem)
