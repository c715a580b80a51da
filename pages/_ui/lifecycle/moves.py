"""Moves between the lifecycle stages of two months, and the clients behind them (R-73, K-38)."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from data_access.reads.client_filter import ClientFilter
from data_access.reads.moves import Move
from domain.months import month_add, month_text
from domain.words import Stage
from metrics.figures.flow import matrix_figure
from metrics.moves import groups
from metrics.terms import ENDS, LOST
from pages._ui import states
from pages._ui.components import card, chart
from pages._ui.filters import choice
from pages._ui.frame import Frame
from pages._ui.lifecycle import reads as lifecycle_reads
from pages._ui.lifecycle.losses import rows_gone
from pages._ui.lifecycle.stages import HELD
from pages._ui.lists import show_clients
from pages._ui.profiles.narrow import says_not_narrowed
from pages._ui.texts import _, label, labels

COLUMNS = ["client", "name", "office", "kind", "tier", "value", "assets", "history", "last_trade", "holders"]


def show(frame: Frame) -> None:
    """Draw the view."""
    months = sorted(month for month in frame.generation.builds if month < frame.month)
    with card(_("Moves between stages"), _("Rows: stage at the earlier month's end; columns: stage at this one's.")):
        if not months:
            states.no_data_for_date(_("No earlier month is published."))
            return
        offered = {month_text(month): month_text(month) for month in reversed(months)}
        usual = month_text(max(months[0], month_add(frame.month, -3)))
        since = choice("since", _("Compared with"), offered, default=usual, width=140) or usual
        first = int(since.replace("-", ""))
        if rows_gone(frame, [first, frame.month]):
            return
        found = lifecycle_reads.stage_moves(frame.generation.generation_id, first, frame.month, frame.scope.key,
                                            frame.profile.kinds)  # fmt: skip
        says_not_narrowed(frame, tiers=True)
        _matrix(frame, first, found)
        _movers(frame, first)


def _matrix(frame: Frame, first: int, found: pd.DataFrame) -> None:
    words = {code: _(ENDS[code].label) if code in ENDS else label(Stage, code) for code in groups("stage")}
    cells = {(row["origin"], row["goal"]): int(row["clients"]) for row in found.to_dict("records") if row["origin"]}
    if not cells:
        states.no_data_for_date(_("The stages of that month are not published."))
        return
    chart(frame, matrix_figure, cells, words, before=_("Stage at {month}", month=month_text(first)),
          after=_("Stage at {month}", month=frame.as_of), key="moves", alt=_("Moves between stages"))  # fmt: skip


def _movers(frame: Frame, first: int) -> None:
    """Offer the clients behind one cell, the most valuable first."""
    words = labels(Stage)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        origin = choice("from", _("From stage"), {code: words[code] for code in (*HELD, LOST)}, width=150)
        goal = choice("to", _("To stage"), {code: words[code] for code in (*HELD, LOST)}, width=150)
    if origin or goal:
        kept = ClientFilter(move=Move("stage", first, origin or "", goal or ""))
        show_clients(frame, kept, COLUMNS, order="value", key="movers")
    else:
        st.caption(_("Choose a stage to see its clients."))
