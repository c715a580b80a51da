"""Events: what became of every account event, and for near misses what was missing."""

from __future__ import annotations

from collections.abc import Sequence

import pandas as pd
import streamlit as st

from data_access.reads.matches import PAGE_ROWS, MatchFilter, MatchRow, read_matches
from domain.register_words import BusinessEvent, MatchOutcome
from pages._ui import states
from pages._ui.data import db
from pages._ui.exports import export_button
from pages._ui.filters import choices
from pages._ui.frame import Frame
from pages._ui.links import export_params
from pages._ui.lists import choose_row, position
from pages._ui.relationships import reads
from pages._ui.relationships.trace import show_trace
from pages._ui.relationships.words import type_word
from pages._ui.texts import _, label, moment_text

KEY = "matches"


def show(frame: Frame) -> None:
    """Draw the view."""
    wanted = st.query_params.get("client", "")
    counts = reads.match_counts(frame.scope.key, wanted)
    words = {one.value: f"{_(one.label)} {counts[one.value]:,}" for one in MatchOutcome if one.value in counts}
    outcomes = choices("outcome", _("What became of it"), words, width=360)
    total = sum(count for outcome, count in counts.items() if not outcomes or outcome in outcomes)
    if not total:
        states.nothing_to_do(_("No event has been matched here yet."))
        return
    kept = MatchFilter(outcomes, wanted)
    page, after = position(KEY, kept, frame)
    with db().reading() as connection:
        rows = read_matches(connection, frame.scope, kept, after=after[1] if after else None)
    place = choose_row(
        KEY, _table(rows), _("Rows {first}–{last} of {total}, the last decided first. Select one to see what was "
                             "asked."), (0, rows[-1].match_id) if rows else None,
        page=page, size=PAGE_ROWS, total=total,
        beside=lambda: export_button(_("Export the whole list"), "events",
                                     export_params(frame, outcome=outcomes, client=wanted or None), key="export"),
    )  # fmt: skip
    if place is not None:
        row = rows[place]
        with st.container(border=True):
            st.subheader(f"{row.client_no} · {label(BusinessEvent, row.business)} · {_outcome(row)}", anchor=False)
            st.caption(_("Every condition in the order in which it was asked."))
            show_trace(frame, row)


def _table(rows: Sequence[MatchRow]) -> pd.DataFrame:
    return pd.DataFrame([
        {_("Client number"): row.client_no, _("Name"): row.client_name, _("Business office"): row.office,
         _("What happened"): label(BusinessEvent, row.business), _("When it happened"): _when(row),
         _("What became of it"): _outcome(row), _("Type"): type_word(row.type) if row.type else None,
         _("Relationship"): row.relationship_no, _("Approval"): row.chain_no, _("Task"): row.task_no,
         _("Decided on"): moment_text(row.decided_at)} for row in rows
    ])  # fmt: skip


def _when(row: MatchRow) -> str | None:
    """Return the moment of the event, its day where no more is known."""
    if row.at is None or row.on is None:
        return None
    return moment_text(row.at) if row.has_time else row.on.isoformat()


def _outcome(row: MatchRow) -> str:
    return label(MatchOutcome, row.outcome)
