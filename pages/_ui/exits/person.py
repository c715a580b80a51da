"""Who leaves and when: the search, the last day, and an exit that is closed with the results as they were kept."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any
from urllib.parse import quote_plus

import pandas as pd
import streamlit as st

from data_access.actor import ActingUser
from data_access.clock import business_date
from data_access.reads.staff_exit import Leaver, read_leaver, read_results, read_waiting, search_people
from domain.staff_exit import ExitItem, HeldItemFate, last_whole_month
from domain.words import StaffCategory
from pages._ui import cached, states
from pages._ui.components import card
from pages._ui.data import db
from pages._ui.grid import grid
from pages._ui.tables import yuan
from pages._ui.texts import _, label, labels, moment_text

KEPT = 12
"""Months of results that are shown."""


def choose_person(user: ActingUser) -> tuple[Leaver | None, date]:
    """Draw the search and the last day; return the person asked for (as the address names them) and the day."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        text = st.text_input(_("Find"), icon=":material/search:", label_visibility="collapsed", max_chars=60, width=220,
                             placeholder=_("Staff number or part of the name"))  # fmt: skip
        with db().reading() as connection:
            people = {person.staff_no: person for person in search_people(connection, user.scope, text)}
            asked = st.query_params.get("staff", "")
            known = people.get(asked) or (read_leaver(connection, user.scope, asked) if asked else None)
        if known is not None:
            people[known.staff_no] = known
        st.session_state["exit_person"] = known.staff_no if known else None
        st.selectbox(_("Staff member"), list(people), key="exit_person", width=380, placeholder=_("Choose"),
                     format_func=lambda number: _person(people[number]), on_change=_remember)  # fmt: skip
        yesterday = business_date() - timedelta(days=1)
        first = min(known.left_on or yesterday, yesterday) if known else yesterday
        day = st.date_input(_("Last day in service"), first, max_value=yesterday, format="YYYY-MM-DD", width=170,
                            key=f"exit_day_{known.staff_no if known else ''}",
                            disabled=known is None or known.exit_on is not None)  # fmt: skip
    if asked and known is None:
        states.not_found()
    return known, day


def _remember() -> None:
    st.query_params["staff"] = st.session_state["exit_person"] or ""


def _person(person: Leaver) -> str:
    words = f"{person.name} · {person.staff_no} · {person.unit_name}"
    if person.exit_on is not None:
        return f"{words} · {_('exit closed')}"
    return f"{words} · {_('last day {day}', day=person.left_on)}" if person.left_on else words


def show_waiting(user: ActingUser) -> None:
    """Draw who has left while something open still names them; each row leads to the person."""
    with db().reading() as connection:
        rows = read_waiting(connection, user.scope)
    with card(_("Exits to close"), _("The last day has passed and something open still names the person.")):
        if not rows:
            states.nothing_to_do(_("Nobody who has left is named by anything open."))
            return
        grid(pd.DataFrame([
            {"person": f"/exit?staff={quote_plus(row.staff_no)}", _("Name"): row.name, _("Unit"): row.unit_name,
             _("Last day in service"): row.left_on, _("Relationships"): row.relationships, _("Tasks"): row.tasks,
             _("Accounts"): row.accounts} for row in rows
        ]), key="exit_waiting", column_config={
            "person": st.column_config.LinkColumn(_("Staff number"), display_text=r"staff=([^&]+)"),
            _("Last day in service"): st.column_config.DateColumn(format="YYYY-MM-DD")})  # fmt: skip


def show_person(leaver: Leaver) -> None:
    """Draw one line of facts."""
    st.text(" · ".join([
        leaver.name, leaver.staff_no, label(StaffCategory, leaver.category), leaver.unit_name,
        _("since {day}", day=leaver.joined_on or "–"),
    ]))  # fmt: skip


def show_results(leaver: Leaver, exit_on: date) -> None:
    """Draw the results up to the last day: as kept with a closed exit beside those of now, else as published."""
    kept = json.loads(leaver.body)["results"] if leaver.body else None
    with db().reading() as connection:
        now = read_results(connection, cached.current_generation(), leaver.staff_id, until=last_whole_month(exit_on))
    with card(_("Results up to the last day"),
              _("Whole months in service. They stay with the person; the exit changes none of them.")):  # fmt: skip
        months = sorted(kept if kept is not None else now, reverse=True)[:KEPT]
        if not months:
            states.no_data_for_date(_("No results are published for these months."))
            return
        grid(pd.DataFrame([_result_row(month, (now if kept is None else kept)[month], now.get(month), kept is not None)
                           for month in months]), key="exit_results",
             column_config={_(name): st.column_config.NumberColumn(format="accounting") for name in
                            ("Net income (yuan)", "Assets (yuan)", "Net income now (yuan)",
                             "Difference (yuan)")})  # fmt: skip


def _result_row(month: str, line: dict[str, int], now: dict[str, int] | None, compare: bool) -> dict[str, Any]:  # noqa: FBT001
    row: dict[str, Any] = {_("Month"): month, _("Clients"): line["client_count"],
                           _("Assets (yuan)"): yuan(line["end_assets_fen"]),
                           _("Net income (yuan)"): yuan(line["net_income_fen"])}  # fmt: skip
    if compare:
        present = now["net_income_fen"] if now else 0
        row |= {_("Net income now (yuan)"): yuan(present),
                _("Difference (yuan)"): yuan(present - line["net_income_fen"])}  # fmt: skip
    return row


def show_closed(leaver: Leaver) -> None:
    """Draw what a closed exit did."""
    body = json.loads(leaver.body or "{}")
    st.success(_("The exit on {day} was closed by {name} at {moment}. Nothing open names {staff} any more.",
                 day=leaver.exit_on, name=leaver.closed_by or "–", moment=moment_text(leaver.closed_at),
                 staff=leaver.staff_no), icon=":material/check_circle:")  # fmt: skip
    st.text(body.get("reason", ""))
    items, fates = labels(ExitItem), labels(HeldItemFate)
    rows = [{_("What"): items[item], _("What became of it"): fates[fate], _("Count"): count}
            for item in ExitItem for fate, count in body.get("fates", {}).get(item.value, {}).items()]  # fmt: skip
    with card(_("What the exit did"), _("By kind and outcome; the audit trail names every single one.")):
        grid(pd.DataFrame(rows), key="exit_fates")
