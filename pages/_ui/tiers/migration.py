"""Migration: how clients moved between the tiers of two months, gross up and down, and who they are (K-34)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import streamlit as st

from data_access.reads.moves import ELSEWHERE, LOST, NOT_YET
from domain.months import month_add, month_text, parse_month
from domain.words import Tier
from metrics.figures.flow import matrix_figure, sankey_figure
from metrics.moves import groups, list_of
from metrics.terms import ENDS
from pages._ui import states
from pages._ui.components import card, chart
from pages._ui.exports import export_button
from pages._ui.filters import choice
from pages._ui.frame import Frame
from pages._ui.links import export_params
from pages._ui.lists import client_filter, show_clients
from pages._ui.profiles.narrow import says_not_narrowed
from pages._ui.texts import _
from pages._ui.tiers import reads as tiers_reads

TIERS = [tier.value for tier in Tier]
COLUMNS = ["client", "name", "office", "kind", "status", "tier", "tier_before", "value", "assets", "last_trade",
           "holders"]  # fmt: skip
BACK = 12
"""Months back to which the newest month is compared unless the reader says otherwise."""
Cells = Mapping[tuple[str, str], int]


def show(frame: Frame) -> None:
    """Draw the view."""
    months = sorted(frame.generation.builds)
    if len(months) < 2:
        states.no_data_for_date(_("Moves need two published months."))
        return
    first, last = _months(frame, months)
    moved = tiers_reads.tier_moves(frame.generation.generation_id, first, last, frame.scope.key,
                                   frame.profile.kinds)  # fmt: skip
    says_not_narrowed(frame, tiers=True)
    cells = {(row["origin"], row["goal"]): int(row["clients"]) for row in moved.to_dict("records")}
    if not sum(cells.values()):
        states.no_data_for_date(_("No client stands inside this scope at {month}.", month=month_text(last)))
        return
    _cards(cells)
    labels = {code: code if code in TIERS else _(ENDS[code].label) for code in groups("tier")}
    ends = {"before": month_text(first), "after": month_text(last)}
    left, right = st.columns(2)
    rows = _("Rows: tier at {before}; columns: tier at {after}. Stronger colour: larger part of its row.", **ends)
    with left, card(_("From tier to tier"), rows):
        chart(frame, matrix_figure, cells, labels, **ends, key="matrix", alt=_("From tier to tier"))
    with right, card(_("Where they went"), _("Clients who changed their tier, came or left; who stayed is left out.")):
        links = [(origin, goal, count) for (origin, goal), count in cells.items() if origin != goal]
        if links:
            chart(frame, sankey_figure, links, labels, **ends, key="bands", alt=_("Where they went"))
        else:
            states.nothing_to_do(_("Nobody changed the tier between these months."))
    with card(_("Clients behind a cell"), _("The most valuable first; a number opens the client.")):
        _cell(frame, cells, labels, first, last)


def _months(frame: Frame, months: list[int]) -> tuple[int, int]:
    """Return the two months asked for, the earlier one first; by default the page's month and the one a year before."""
    names = {month_text(month): month_text(month) for month in reversed(months)}
    last_default = frame.month if frame.month != months[0] else months[1]
    first_default = max(months[0], month_add(last_default, -BACK))
    with st.container(horizontal=True, vertical_alignment="bottom"):
        one = choice("from", _("From the end of"), names, default=month_text(first_default), width=150)
        other = choice("to", _("To the end of"), names, default=month_text(last_default), width=150)
    first, last = parse_month(one or month_text(first_default)), parse_month(other or month_text(last_default))
    if first == last:
        st.caption(_("Choose two different months."))
        return (first_default, last_default) if first_default != last_default else (months[0], months[-1])
    return (first, last) if first < last else (last, first)


def _cards(cells: Cells) -> None:
    """Say how many rose, fell and stayed among those in a tier at both ends, and who came and left."""
    both = {(origin, goal): count for (origin, goal), count in cells.items() if {origin, goal} <= set(TIERS)}
    come = sum(count for (origin, goal), count in cells.items() if origin == NOT_YET and goal in TIERS)
    gone = sum(count for (origin, goal), count in cells.items() if goal == LOST and origin != LOST)
    found = (
        (_("Moved up"), sum(count for (origin, goal), count in both.items() if goal < origin)),
        (_("Moved down"), sum(count for (origin, goal), count in both.items() if goal > origin)),
        (_("Stayed in their tier"), sum(count for (origin, goal), count in both.items() if goal == origin)),
        (_("New clients"), come),
        (_("Lost in between"), gone),
        (_("Returned"), sum(count for (origin, goal), count in cells.items() if origin == LOST and goal in TIERS)),
    )
    with st.container(horizontal=True, gap="small"):
        for words, count in found:
            st.metric(words, f"{count:,}", border=True, width=148)


def _cell(frame: Frame, cells: Cells, labels: Mapping[str, str], first: int, last: int) -> None:
    names = {code: words for code, words in labels.items() if any(code in cell for cell in cells)}
    # the largest move from tier to tier is shown until the reader chooses
    moved = {cell: count for cell, count in cells.items() if cell[0] != cell[1] and set(cell) <= set(TIERS)}
    begin, end = max(moved or cells, key=lambda cell: cells[cell])
    with st.container(horizontal=True, vertical_alignment="bottom"):
        origin = choice("origin", _("Tier at {month}", month=month_text(first)), names, width=190, default=begin)
        goal = choice("goal", _("Tier at {month}", month=month_text(last)), names, width=190, default=end)
        origin, goal = origin or "", goal or ""
        month, move = list_of("tier", origin, goal, first=first, last=last)
        export_button(_("Export the whole list"), "move_list",
                      {**export_params(frame, move=str(move)), "as_of": month_text(month)}, key="export")  # fmt: skip
    if goal == ELSEWHERE:
        st.caption(_("They stand outside this scope at {last}; the list shows them as of {first}.",
                     first=month_text(first), last=month_text(last)))  # fmt: skip
    show_clients(replace(frame, month=month), client_filter(move=move), COLUMNS, order="value", key="move_clients",
                 empty=_("Nobody made this move."))  # fmt: skip
