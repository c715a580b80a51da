"""Forms of the Capacity page: how much a person can take, and the neighbours of an office."""

from __future__ import annotations

import uuid
from datetime import date

import pandas as pd
import streamlit as st

from data_access.clock import business_date
from data_access.commands.capacity import set_capacity, set_neighbours
from data_access.reads.capacity import CapacityRow, OfficeNeighbours, read_office_neighbours
from domain.capacity import AHEAD_MONTHS, MOST_CAPACITY, MOST_CEILING, REASON_LENGTH
from domain.months import add_months
from pages._ui import states
from pages._ui.acts import attempt
from pages._ui.components import card
from pages._ui.data import db
from pages._ui.frame import Frame
from pages._ui.grid import grid, table_height
from pages._ui.session import actor
from pages._ui.texts import _

_DONE = "capacity_done"
_REQUEST = "capacity_request"


def show_done() -> None:
    """Say what the last form did."""
    done = st.session_state.pop(_DONE, None)
    if done:
        st.success(done, icon=":material/check_circle:")


def _request(name: str) -> str:
    return str(st.session_state.setdefault(f"{_REQUEST}_{name}", uuid.uuid4().hex))


def capacity_form(row: CapacityRow, today: date) -> None:
    """Draw the form that sets a person's capacity; the command decides again."""
    key = f"capacity_{row.staff_no}"
    with st.form(key):
        st.markdown(f"**{_('How much can this person take?')}**")
        left, right = st.columns(2)
        capacity = left.number_input(_("Capacity (%)"), min_value=0, max_value=MOST_CAPACITY, step=10,
                                     value=row.load.capacity, key=f"{key}_share",
                                     help=_("Percent of a full post: the weight when work is shared out. 0 takes "
                                            "nothing; tasks already held stay."))  # fmt: skip
        ceiling = right.number_input(_("Own ceiling"), min_value=0, max_value=MOST_CEILING, value=row.own_ceiling,
                                     step=1, placeholder=str(row.load.ceiling), key=f"{key}_ceiling",
                                     help=_("Most open tasks of this person; empty: as in the rules."))  # fmt: skip
        day = st.date_input(_("From"), today, min_value=today, max_value=add_months(today, AHEAD_MONTHS),
                            format="YYYY-MM-DD", key=f"{key}_day")  # fmt: skip
        reason = st.text_input(_("Why"), max_chars=REASON_LENGTH, key=f"{key}_why")
        pressed = st.form_submit_button(_("Set"), type="primary")
    if pressed and attempt(lambda: (set_capacity(
        db(), actor=actor(), staff_no=row.staff_no, capacity=int(capacity),
        ceiling=None if ceiling is None else int(ceiling), reason=reason, valid_from=day,
        request_id=_request(row.staff_no)), True)[1]):  # fmt: skip
        st.session_state.pop(f"{_REQUEST}_{row.staff_no}", None)
        st.session_state[_DONE] = _("{name} can take {capacity} % of a full post from {day} on.", name=row.name,
                                    capacity=capacity, day=day)  # fmt: skip
        st.rerun()


def show_neighbours(frame: Frame) -> None:
    """Draw which offices may take whose pool clients, and the form that changes it."""
    with db().reading() as connection:
        offices = {office.unit_code: office for office in read_office_neighbours(connection, frame.user.scope,
                                                                                 business_date())}  # fmt: skip
    if len(offices) == 1:
        states.nothing_to_do(_("There is one business office here, so it has no neighbour."))
        return
    left, right = st.columns([3, 2])
    with (
        left,
        card(
            _("Neighbouring offices"),
            _("People of a neighbour may be handed pool clients of the office, within one branch company."),
        ),
    ):
        rows = [office for office in offices.values() if office.neighbours] or list(offices.values())
        grid(pd.DataFrame({
            _("Business office"): [_named(office) for office in rows],
            _("Its pool may go to"): [_(", ").join(_named(offices[code]) for code in office.neighbours
                                                   if code in offices) or "–" for office in rows],
        }), key="neighbours", height=table_height(len(rows), 420))  # fmt: skip
        if not any(office.neighbours for office in rows):
            st.caption(_("No office has a neighbour: pool clients are handed out within their own office."))
    with right, card(_("Change the neighbours"), _("From today on; what was handed out stays where it is.")):
        _neighbour_form(offices)


def _named(office: OfficeNeighbours) -> str:
    return f"{office.name} · {office.unit_code}"


def _neighbour_form(offices: dict[str, OfficeNeighbours]) -> None:
    code = st.selectbox(_("Business office"), list(offices), key="neighbour_office",
                        format_func=lambda one: _named(offices[one]))  # fmt: skip
    office = offices[code]
    near = [one.unit_code for one in offices.values() if one.branch_id == office.branch_id and one.unit_code != code]
    with st.form(f"neighbours_{code}", border=False):
        held = [one for one in office.neighbours if one in near]
        chosen = st.multiselect(_("Its pool may go to"), near, default=held,
                                format_func=lambda one: _named(offices[one]), placeholder=_("No neighbour"),
                                key=f"neighbours_of_{code}")  # fmt: skip
        pressed = st.form_submit_button(_("Set"), type="primary")
    if pressed:
        done = attempt(lambda: set_neighbours(db(), actor=actor(), office_code=code, neighbour_codes=chosen,
                                              request_id=_request(code)))  # fmt: skip
        if done is not None:
            st.session_state.pop(f"{_REQUEST}_{code}", None)
            st.session_state[_DONE] = _("{office}: {begun} neighbours begun, {ended} ended.", office=office.name,
                                        begun=len(done.begun), ended=len(done.ended))  # fmt: skip
            st.rerun()
