"""Who can take more work: headline figures, one table, and everything about the selected person."""

from __future__ import annotations

from datetime import date

import pandas as pd
import streamlit as st

from data_access.clock import business_date
from data_access.commands.capacity import CAPACITY_ROLES
from data_access.reads.capacity import CapacityRow, read_capacity_entries, sum_capacity
from domain.capacity import LoadSum, sum_loads
from domain.words import QualificationKind, StaffCategory
from metrics.units import YUAN, write_value
from pages._ui import states
from pages._ui.capacity import reads
from pages._ui.capacity.forms import capacity_form
from pages._ui.capacity.words import away_words, hours, problem_words, qualification_end, qualification_words
from pages._ui.components import card
from pages._ui.data import db
from pages._ui.exports import export_button
from pages._ui.frame import Frame
from pages._ui.grid import grid, table_height
from pages._ui.links import export_params, link
from pages._ui.tables import yuan
from pages._ui.texts import _, label, language, moment_text


def show(frame: Frame) -> None:
    """Draw the people of the reach, the fullest first."""
    today = business_date()
    rows = reads.read_people(frame)
    if not rows:
        states.nothing_to_do(_("Nobody inside this scope takes hand-outs."))
        return
    kept = reads.choose(rows)
    shown = [row for row in rows if kept.keeps(row)]
    if not shown:
        states.filters_exclude_everything(st.query_params.clear)
        return
    _headlines(sum_loads((row.load for row in shown), today))
    chosen = grid(_table(shown, today), key="capacity_people", on_select="rerun", selection_mode="single-row",
                  column_config=_columns(), height=table_height(len(shown), 460))  # fmt: skip
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(_("As of today, {day}. Select a person to see what they hold and to set how much they can take.",
                     day=today))  # fmt: skip
        export_button(
            _("Export the whole list"),
            "capacity",
            export_params(frame, office=kept.office, team=kept.team, problem=kept.problem),
            key="export",
        )
    picked = chosen["selection"]["rows"]
    if picked and picked[0] < len(shown):
        _person(frame, shown[picked[0]], today)


def _headlines(total: LoadSum) -> None:
    share = "–" if total.load_bp is None else f"{total.load_bp / 100:.0f} %"
    cards = [
        (_("Can take work"), f"{total.able:,} / {total.people:,}",
         _("People with licence, present today, with room under their ceiling, of all people listed.")),
        (_("Load"), share, _("Open tasks of the ceilings of those who take hand-outs.")),
        (_("Free places"), f"{total.room:,}", _("Tasks that those who can take work have room for.")),
        (_("Overdue tasks"), f"{total.overdue:,}", None),
        (_("Away today"), f"{total.absent:,}", None),
        (_("Licences ending"), f"{total.ending:,}", _("People with a qualification that ends within 90 days, or has "
                                                     "ended.")),
    ]  # fmt: skip
    with st.container(horizontal=True, gap="small"):
        for words, value, meaning in cards:
            st.metric(words, value, border=True, width=148, help=meaning)
    st.caption(_("The {count} open tasks stand for {hours} hours of expected work and {value} of expected value.",
                 count=f"{total.open_tasks:,}", hours=f"{hours(total.effort):,.1f}",
                 value=write_value(yuan(total.value_fen), YUAN, language())))  # fmt: skip


def _table(rows: list[CapacityRow], today: date) -> pd.DataFrame:
    return pd.DataFrame({
        "name": [row.name for row in rows],
        "load": [row.load_bp / 100 for row in rows],
        "tasks": [f"{row.load.open_tasks} / {row.load.ceiling}" for row in rows],
        "room": [row.room for row in rows],
        "problems": [problem_words(row.problems) for row in rows],
        "overdue": [row.load.overdue for row in rows],
        "core": [None if row.load.core_limit is None else f"{row.load.core_clients} / {row.load.core_limit}"
                 for row in rows],
        "hours": [hours(row.load.effort) for row in rows],
        "value": [yuan(row.load.value_fen) for row in rows],
        "capacity": [row.load.capacity for row in rows],
        "away": [away_words(row.load.away) for row in rows],
        "ends": [qualification_words(row.load, today) for row in rows],
        "place": [row.team or row.office for row in rows],
        "staff_no": [row.staff_no for row in rows],
    })  # fmt: skip


def _columns() -> dict[str, object]:
    config = st.column_config
    return {
        "name": config.TextColumn(_("Name"), pinned=True, width=92),
        "load": config.ProgressColumn(
            _("Load"),
            format="%.0f%%",
            min_value=0,
            max_value=100,
            width=112,
            help=_("Open tasks of the person's ceiling."),
        ),
        "tasks": config.TextColumn(_("Tasks"), width=76, help=_("Open tasks of the ceiling.")),
        "room": config.NumberColumn(_("Room"), width=60, help=_("More tasks that the person can take today.")),
        "problems": config.TextColumn(_("Problem"), width=180),
        "overdue": config.NumberColumn(_("Overdue"), width=68),
        "core": config.TextColumn(_("Core clients"), width=92, help=_("Of the most that an adviser may have (R-30).")),
        "hours": config.NumberColumn(_("Expected hours"), format="%.1f", width=112),
        "value": config.NumberColumn(_("Expected value (yuan)"), format="accounting", width=148),
        "capacity": config.NumberColumn(_("Capacity (%)"), format="%d%%", width=104, help=_("Percent of a full post.")),
        "away": config.TextColumn(_("Away"), width=128, help=_("Absences of the next 60 days.")),
        "ends": config.TextColumn(_("Licences ending"), width=180),
        "place": config.TextColumn(_("Team or office"), width=160),
        "staff_no": config.TextColumn(_("Staff number"), width=96),
    }


def _person(frame: Frame, row: CapacityRow, today: date) -> None:
    load = row.load
    with card(f"{row.name} · {row.staff_no}", " · ".join(filter(None, (
        label(StaffCategory, load.category), row.office, row.team)))):  # fmt: skip
        facts, form = st.columns([3, 2])
        with facts:
            st.markdown("\n".join(f"- {line}" for line in _facts(row, today)))
            with st.container(horizontal=True):
                link(frame, "tasks", _("Open tasks of {name}", name=row.name), **{"with": row.staff_no})
                if load.core_clients:
                    link(frame, "core", _("Core clients"))
                link(frame, "performance", _("Performance"))
            _history(frame, row)
        with form:
            if frame.user.role in CAPACITY_ROLES:
                capacity_form(row, today)


def _facts(row: CapacityRow, today: date) -> list[str]:
    load = row.load
    lines = [
        _("{open} open tasks of {ceiling}, {late} overdue; room for {room}", open=load.open_tasks, ceiling=load.ceiling,
          late=load.overdue, room=row.room),
        _("{hours} hours of expected work, {value} of expected value", hours=f"{hours(load.effort):,.1f}",
          value=write_value(yuan(load.value_fen), YUAN, language())),
        *(_("{what}: {end}", what=label(QualificationKind, kind), end=qualification_end(load.ends.get(kind), today))
          if kind in load.ends
          else _("{what}: none", what=label(QualificationKind, kind)) for kind in QualificationKind),
        *(_("Away {first} to {last}: {why}", first=away.from_on, last=away.to_on, why=away.reason or "–")
          for away in load.away),
    ]  # fmt: skip
    if row.problems:
        lines.insert(0, f"**{problem_words(row.problems)}**")
    return lines


def _history(frame: Frame, row: CapacityRow) -> None:
    with db().reading() as connection:
        entries = read_capacity_entries(connection, frame.scope, row.staff_no)
    if not entries:
        st.caption(_("Full post, ceiling of the rules; nothing else was ever set."))
        return
    grid(pd.DataFrame([
        {_("From"): entry.valid_from, _("Capacity (%)"): entry.capacity,
         _("Ceiling"): _("rules") if entry.ceiling is None else str(entry.ceiling), _("Why"): entry.reason,
         _("By"): entry.set_by or _("System"), _("At"): moment_text(entry.set_at)} for entry in entries
    ]), key="capacity_entries")  # fmt: skip


def show_places(frame: Frame) -> None:
    """Draw the work by office, by team within one office."""
    rows, today = reads.read_people(frame), business_date()
    if not rows:
        states.nothing_to_do(_("Nobody inside this scope takes hand-outs."))
        return
    by_team = len({row.office_code for row in rows}) == 1
    places = sum_capacity(rows, today, by_team=by_team)
    config = st.column_config
    with card(_("By team") if by_team else _("By business office"), _("The fullest first, as of today.")):
        grid(pd.DataFrame({
            "place": [(place.team or _("in no team")) if by_team else place.office for place in places],
            "load": [None if place.load.load_bp is None else place.load.load_bp / 100 for place in places],
            "tasks": [f"{place.load.open_tasks:,} / {place.load.ceiling:,}" for place in places],
            "room": [place.load.room for place in places],
            "able": [f"{place.load.able} / {place.load.people}" for place in places],
            "absent": [place.load.absent for place in places],
            "overdue": [place.load.overdue for place in places],
            "core": [place.load.core_clients for place in places],
            "hours": [hours(place.load.effort) for place in places],
            "value": [yuan(place.load.value_fen) for place in places],
            "ending": [place.load.ending for place in places],
        }), key="capacity_places", height=table_height(len(places), 520), column_config={
            "place": config.TextColumn(_("Team") if by_team else _("Business office"), pinned=True),
            "load": config.ProgressColumn(_("Load"), format="%.0f%%", min_value=0, max_value=100),
            "tasks": config.TextColumn(_("Tasks")), "room": config.NumberColumn(_("Free places")),
            "able": config.TextColumn(_("Can take work")), "absent": config.NumberColumn(_("Away today")),
            "overdue": config.NumberColumn(_("Overdue")), "core": config.NumberColumn(_("Core clients")),
            "hours": config.NumberColumn(_("Expected hours"), format="localized"),
            "value": config.NumberColumn(_("Expected value (yuan)"), format="accounting"),
            "ending": config.NumberColumn(_("Licences ending"))})  # fmt: skip
