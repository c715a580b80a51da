"""Prospects: the register by grade and urgency, when business is expected, and the forms that write them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import pandas as pd
import streamlit as st

from data_access.clock import business_date
from data_access.reads.prospect_contacts import read_prospect_contacts
from data_access.reads.prospects import (
    CLOSED,
    FAR_DAY,
    OPEN,
    PAGE_ROWS,
    WON,
    ProspectCounts,
    ProspectFilter,
    ProspectRow,
    count_prospects,
    read_prospect_history,
    read_prospects,
)
from domain.months import month_of, month_text
from domain.prospects import MEETINGS_HINT, Need, ProspectGrade, ProspectState, Urgency
from domain.words import ClientKind, ContactChannel, codes
from metrics.figures.book import stacked_months_figure
from metrics.units import COUNT
from pages._ui import states
from pages._ui.components import card, chart
from pages._ui.data import db
from pages._ui.exports import export_button
from pages._ui.filters import choices, switch
from pages._ui.frame import Frame
from pages._ui.grid import grid, table_height
from pages._ui.links import client_address, export_params, link
from pages._ui.profiles.narrow import says_not_narrowed
from pages._ui.texts import _, label, labels, moment_text
from pages._ui.tiers.prospect_forms import show_actions, show_add, show_form

PARTS = {OPEN: "Worked on", WON: "Became a client", CLOSED: "No need or no chance"}
ACTS = {"enter": "Entered", "change": "Changed", "close": "Closed", "link": "Became a client"}
NOT_KNOWN = "-"
PIPELINE_MONTHS = 12


def show(frame: Frame) -> None:
    """Draw the view; prospects stand as of today, whatever month the page shows."""
    today = business_date()
    with db().reading() as connection:
        counts = count_prospects(connection, frame.scope, today, frame.profile.kinds)
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(_("People and firms without an account, as of {day}, whatever month the page shows.", day=today))
        show_add(frame)
    says_not_narrowed(frame, tiers=True)
    if not sum(counts.parts.values()):
        states.nothing_to_do(_("No prospect is entered in this scope yet."))
        show_form(frame, [])
        return
    _grades(counts)
    left, right = st.columns(2)
    with left, card(_("Grade and urgency"), _("Prospects worked on: rows by when to act, columns by grade.")):
        crossed = _crossed(counts)
        narrow = {name: st.column_config.NumberColumn(width=44) for name in crossed.columns[1:]}
        grid(crossed, column_config=narrow, key="prospect_crossed")
        st.caption(_("A, B, C: a clear need and business within one, three, six months; D: later, or a need that may "
                     "come. No date: ask when business is expected."))  # fmt: skip
    with right, card(_("Pipeline"), _("Prospects worked on by the month in which business is expected.")):
        _pipeline(frame, counts, month_of(today))
    with card(_("Register"), _("The most urgent first; select a row to work on it.")):
        _register(frame, counts, today)


def _grades(counts: ProspectCounts) -> None:
    with st.container(horizontal=True, gap="small"):
        for grade in (*(code for code in codes(ProspectGrade) if code != ProspectGrade.E), None):
            count = sum(found for (held, _urgency), found in counts.crossed.items() if held == grade)
            if grade or count:
                st.metric(_("Grade {grade}", grade=grade) if grade else _("Without a date"), f"{count:,}", border=True,
                          width=116, help=label(ProspectGrade, grade) if grade else None)  # fmt: skip
        st.metric(_("Grade {grade}", grade="E"), f"{counts.parts[CLOSED]:,}", border=True, width=116,
                  help=label(ProspectGrade, "E"))  # fmt: skip
        st.metric(label(ProspectState, ProspectState.WON), f"{counts.parts[WON]:,}", border=True, width=116)


def _crossed(counts: ProspectCounts) -> pd.DataFrame:
    grades = {**{code: code for code in ("A", "B", "C", "D")}, NOT_KNOWN: _("No date")}
    rows = []
    for code, words in {**labels(Urgency), NOT_KNOWN: _("No date")}.items():
        urgency = None if code == NOT_KNOWN else code
        line = {name: counts.crossed.get((None if grade == NOT_KNOWN else grade, urgency), 0)
                for grade, name in grades.items()}  # fmt: skip
        rows.append({_("Urgency"): words, **line, _("All"): sum(line.values())})
    return pd.DataFrame(rows)


def _pipeline(frame: Frame, counts: ProspectCounts, first: int) -> None:
    """Draw the months from the present one on; what is expected earlier is late, what has no date stands below."""
    months = sorted({month for month, _grade in counts.pipeline if month is not None and month >= first})
    late = sum(count for (month, _grade), count in counts.pipeline.items() if month is not None and month < first)
    undated = sum(count for (month, _grade), count in counts.pipeline.items() if month is None)
    shown = months[:PIPELINE_MONTHS]
    if shown:
        parts = {grade: [counts.pipeline.get((month, grade), 0) for month in shown] for grade in ("A", "B", "C", "D")}
        tokens = frame.tokens
        hues = {"A": tokens.tier_a, "B": tokens.tier_b, "C": tokens.tier_c, "D": tokens.neutral}
        chart(frame, stacked_months_figure, [month_text(month) for month in shown], parts, hues, COUNT,
              language=frame.language, key="pipeline", alt=_("Pipeline"))  # fmt: skip
    after = set(months[PIPELINE_MONTHS:])
    later = sum(count for (month, _grade), count in counts.pipeline.items() if month in after)
    st.caption(_("Expected earlier and still open: {late}; later than shown: {later}; without a date: {undated}.",
                 late=f"{late:,}", later=f"{later:,}", undated=f"{undated:,}"))  # fmt: skip


def _register(frame: Frame, counts: ProspectCounts, today: date) -> None:
    with st.container(horizontal=True, vertical_alignment="bottom"):
        part = switch("part", _("Part"), {code: f"{_(words)} {counts.parts[code]:,}" for code, words in PARTS.items()},
                      default=OPEN)  # fmt: skip
        undated = {NOT_KNOWN: _("No date")}
        grades = choices("grade", _("Grade"), {**{code: code for code in "ABCD"}, **undated}) if part == OPEN else ()
        urgencies = choices("urgency", _("Urgency"), {**labels(Urgency), **undated}) if part == OPEN else ()
    kept = ProspectFilter(part, grades, urgencies, frame.profile.kinds)
    starts = _starts(repr((kept, frame.scope.fingerprint)))
    with db().reading() as connection:
        rows = read_prospects(connection, frame.scope, today, kept, after=starts[-1])
    if not rows:
        if grades or urgencies:
            states.filters_exclude_everything(_forget_filters)
        else:
            states.nothing_to_do(_("No prospect stands here."))
        show_form(frame, [])
        return
    selected = _table(frame, rows, len(starts))
    with st.container(horizontal=True, vertical_alignment="center"):
        show_actions(frame, selected)
        export_button(_("Export the whole list"), "prospects",
                      export_params(frame, part=part, grade=grades, urgency=urgencies), key="export")  # fmt: skip
        _pager(rows, len(starts))
    show_form(frame, rows)
    if selected:
        _details(frame, selected)


def _table(frame: Frame, rows: Sequence[ProspectRow], page: int) -> ProspectRow | None:
    config = st.column_config
    chosen = grid(pd.DataFrame({
        "name": [row.name for row in rows],
        "kind": [label(ClientKind, row.client_kind) for row in rows],
        "grade": [row.grade for row in rows],
        "urgency": [label(Urgency, row.urgency) for row in rows],
        "act_by": [row.act_by for row in rows],
        "expected": [row.expected_on for row in rows],
        "state": [label(ProspectState, row.state) for row in rows],
        "need": [label(Need, row.need) for row in rows],
        "office": [row.office for row in rows],
        "staff": [f"{row.staff_name} · {row.staff_no}" if row.staff_no else None for row in rows],
        "client": [client_address(frame, row.client_no) if row.client_no else None for row in rows],
        "note": [row.note for row in rows],
    }), key=f"prospect_rows_{page}", on_select="rerun", selection_mode="single-row",
        height=table_height(len(rows), 420), column_config={
        "name": config.TextColumn(_("Name"), pinned=True), "kind": config.TextColumn(_("Kind"), width="small"),
        "grade": config.TextColumn(_("Grade"), width="small"), "urgency": config.TextColumn(_("Urgency")),
        "act_by": config.DateColumn(_("Act by"), format="YYYY-MM-DD"),
        "expected": config.DateColumn(_("Business expected on"), format="YYYY-MM-DD"),
        "state": config.TextColumn(_("State")), "need": config.TextColumn(_("Need")),
        "office": config.TextColumn(_("Business office")), "staff": config.TextColumn(_("Staff member")),
        "client": config.LinkColumn(_("Client"), display_text=r"client=([^&]+)"), "note": config.TextColumn(_("Note")),
    })  # fmt: skip
    picked = [number for number in chosen["selection"]["rows"] if number < len(rows)]
    return rows[picked[0]] if picked else None


def _details(frame: Frame, row: ProspectRow) -> None:
    """Draw what happened to one prospect, and the way to the client it became."""
    if row.client_no:
        link(frame, "client", _("Open client {client_no}", client_no=row.client_no), client=row.client_no)
    with db().reading() as connection:
        steps = read_prospect_history(connection, frame.scope, row.prospect_id)
        contacts = read_prospect_contacts(connection, frame.scope, row.prospect_id)
    met = sum(contact.is_meeting for contact in contacts)
    with st.container(border=True, gap="xsmall"):
        st.markdown(_("Contacts so far: {count}, of them {met} in person.", count=len(contacts), met=met))
        st.caption(_("A prospect is worth {count} meetings before it is given up; a hint, no rule.",
                     count=MEETINGS_HINT))  # fmt: skip
        if contacts:
            grid(pd.DataFrame([
                {_("On"): contact.on_date, _("Channel"): label(ContactChannel, contact.channel),
                 _("Staff member"): contact.staff, _("Note"): contact.note} for contact in contacts
            ]), key="prospect_contacts")  # fmt: skip
    if not steps:
        return
    with st.expander(_("Steps of {name}", name=row.name.replace("*", r"\*")), expanded=True):
        grid(pd.DataFrame([_step(step.at, step.act, step.by, step.facts) for step in steps]), key="prospect_steps")


def _step(at: Any, act: str, by: str | None, facts: dict[str, Any]) -> dict[str, Any]:
    return {_("When"): moment_text(at), _("Step"): _(ACTS.get(act, act)), _("By"): by,
            _("Need"): label(Need, facts["need"]), _("State"): label(ProspectState, facts["state"]),
            _("Business expected on"): facts["expected_on"], _("Act by"): facts["act_by"],
            _("Note"): facts["note"]}  # fmt: skip


def _forget_filters() -> None:
    for name in ("grade", "urgency"):
        st.query_params.pop(name, None)


def _starts(stamp: str) -> list[tuple[date, int] | None]:
    state = st.session_state.setdefault("prospect_pages", {"stamp": stamp, "starts": [None]})
    if state["stamp"] != stamp:
        state.update(stamp=stamp, starts=[None])
    return list(state["starts"])


def _pager(rows: Sequence[ProspectRow], page: int) -> None:
    first = (page - 1) * PAGE_ROWS + 1
    st.caption(_("Rows {first}–{last}", first=f"{first:,}", last=f"{first + len(rows) - 1:,}"))
    if page > 1:
        st.button(_("Previous rows"), on_click=_turn, args=(None,), type="tertiary", key="prospects_previous")
    if len(rows) == PAGE_ROWS:
        last = (rows[-1].act_by or FAR_DAY, rows[-1].prospect_id)
        st.button(_("Next rows"), on_click=_turn, args=(last,), type="tertiary", key="prospects_next")


def _turn(start: tuple[date, int] | None) -> None:
    starts = st.session_state["prospect_pages"]["starts"]
    if start is None:
        starts.pop()
    else:
        starts.append(start)
