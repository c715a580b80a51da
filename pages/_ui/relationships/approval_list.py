"""Lists of approvals: what waits for the reader, what is open in the reach and for how long, what was closed."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import pandas as pd
import streamlit as st

from data_access.actor import ActingUser
from data_access.commands.approvals import APPROVER_ROLES
from data_access.reads.approvals import PAGE_ROWS, ChainFilter, ChainRow, ChainView, count_chains, read_chains
from domain.register_words import ChainKind, ChainState, Post
from pages._ui import states
from pages._ui.data import db
from pages._ui.filters import choices, switch
from pages._ui.frame import Frame
from pages._ui.lists import choose_row, position
from pages._ui.relationships.words import type_word
from pages._ui.texts import _, label, labels

KEY = "approvals"
NOTHING = {
    ChainView.MINE: "No approval waits for you.", ChainView.OPEN: "No approval is open.",
    ChainView.CLOSED: "No approval has been closed yet.",
}  # fmt: skip


def show_list(frame: Frame) -> str | None:
    """Draw the list and return the number of the selected approval, else the one that the address names."""
    asked = _asked(frame)
    reader = _reader(frame, asked.view)
    key = f"{KEY}_{asked.view}"
    page, after = position(key, asked, frame)
    with db().reading() as connection:
        total = count_chains(connection, reader, asked)
        rows = read_chains(connection, reader, asked, after=after)
    if not rows:
        states.nothing_to_do(_(NOTHING[ChainView(asked.view)]))
        return st.query_params.get("approval")
    place = choose_row(
        key, _table(rows, asked.view), _("Rows {first}–{last} of {total}. Select one to see its evidence and to "
                                         "decide."),
        (rows[-1].closed_at or rows[-1].waiting_since, rows[-1].chain_id),
        page=page, size=PAGE_ROWS, total=total, height=340,
    )  # fmt: skip
    if place is not None:
        return rows[place].chain_no
    return st.query_params.get("approval")


def _asked(frame: Frame) -> ChainFilter:
    decides = frame.user.role in APPROVER_ROLES
    views = {view.value: _(view.label) for view in ChainView if decides or view is not ChainView.MINE}
    with st.container(horizontal=True, vertical_alignment="bottom"):
        view = switch("view", _("View"), views, default=next(iter(views)))
        kinds = choices("kind", _("Why approved"), labels(ChainKind), width=260)
    return ChainFilter(view, kinds)


def _reader(frame: Frame, view: str) -> ActingUser:
    """The own queue is whole; other lists follow the place chosen above."""
    return frame.user if view == ChainView.MINE else replace(frame.user, scope=frame.scope)


def _table(rows: Sequence[ChainRow], view: str) -> pd.DataFrame:
    kinds, chain_states, posts = labels(ChainKind), labels(ChainState), labels(Post)
    days = _("Days to the end") if view == ChainView.CLOSED else _("Days waiting")
    return pd.DataFrame([
        {
            _("Approval"): row.chain_no,
            _("Relationship type"): type_word(row.type) if row.type else None,
            _("Client name and number"): f"{row.client_name} {row.client_no}" if row.client_no else None,
            _("Branch company"): row.branch_name,
            _("Why approved"): kinds[row.kind],
            _("State"): chain_states[row.state],
            _("Level"): f"{row.level} / {row.last_level}",
            _("Next"): " · ".join(posts[post] for post in row.posts) or None,
            days: row.waiting_days,
        }
        for row in rows
    ])  # fmt: skip


def state_words(row: ChainRow) -> str:
    """Write where an approval stands in one line."""
    return f"{label(ChainKind, row.kind)} · {label(ChainState, row.state)} · {row.level} / {row.last_level}"
