"""Migration: how clients moved between the tiers of two months, gross up and down, and who they are (K-34)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import streamlit as st

from data_access.reads.moves import ELSEWHERE, LOST, NOT_YET
from domain.months import month_add, month_text, parse_month
from domain.words import Tier
from metrics.figures_tiers import crossed_figure, moves_figure
from metrics.moves import groups, list_of
from metrics.terms import ENDS
from pages._ui import states, tiers_reads
from pages._ui.components import card, chart
from pages._ui.exports import export_button
from pages._ui.filters import choice
from pages._ui.frame import Frame
from pages._ui.links import export_params
from pages._ui.lists import client_filter, show_clients
from pages._ui.texts import _

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
    rows = tiers_reads.tier_moves(frame.generation.generation_id, first, last, frame.scope.key)
    cells = {(row["origin"], row["goal"]): int(row["clients"]) for row in rows.to_dict("records")}
    if not sum(cells.values()):
        states.no_data_for_date(_("No client stands inside this scope at {month}.", month=month_text(last)))
        return
    _cards(cells)
    origins = [code for code in groups("tier") if any(origin == code for origin, _goal in cells)]
    goals = [code for code in groups("tier") if any(goal == code for _origin, goal in cells)]
    left, right = st.columns(2)
    with left, card(_("From tier to tier"), _("Rows: tier at {first}; columns: tier at {last}. Shares are of the row.",
                                              first=month_text(first), last=month_text(last))):  # fmt: skip
        table = [[cells.get((origin, goal), 0) for goal in goals] for origin in origins]
        names = ([_name(code) for code in origins], [_name(code) for code in goals])
        chart(frame, crossed_figure, *names, table, row_title=month_text(first), column_title=month_text(last),
              key="matrix", alt=_("From tier to tier"))  # fmt: skip
    with right, card(_("Where they went"), _("Clients who changed their tier, came or left; who stayed is left out.")):
        _bands(frame, cells, origins, goals)
    with card(_("Clients behind a cell"), _("The most valuable first; a number opens the client.")):
        _cell(frame, cells, first, last)


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


def _name(code: str) -> str:
    return code if code in TIERS else _(ENDS[code].label)


def _cards(cells: Cells) -> None:
    """Say how many rose, fell and stayed among those in a tier at both ends, and who came and left."""
    both = {(origin, goal): count for (origin, goal), count in cells.items() if {origin, goal} <= set(TIERS)}
    found = (
        (_("Moved up"), sum(count for (origin, goal), count in both.items() if goal < origin)),
        (_("Moved down"), sum(count for (origin, goal), count in both.items() if goal > origin)),
        (_("Stayed in their tier"), sum(count for (origin, goal), count in both.items() if goal == origin)),
        (_("New clients"), sum(count for (origin, goal), count in cells.items() if origin == NOT_YET and goal != LOST)),
        (_("Lost since"), sum(count for (origin, goal), count in cells.items() if goal == LOST and origin != LOST)),
        (_("Returned"), sum(count for (origin, goal), count in cells.items() if origin == LOST and goal in TIERS)),
    )
    with st.container(horizontal=True, gap="small"):
        for words, count in found:
            st.metric(words, f"{count:,}", border=True, width=148)


def _bands(frame: Frame, cells: Cells, origins: list[str], goals: list[str]) -> None:
    flows = [(origins.index(origin), goals.index(goal), count) for (origin, goal), count in cells.items()
             if origin != goal]  # fmt: skip
    if not flows:
        states.nothing_to_do(_("Nobody changed the tier between these months."))
        return
    tokens = frame.tokens
    hues = {"A": tokens.tier_a, "B": tokens.tier_b, "C": tokens.tier_c, NOT_YET: tokens.accent, LOST: tokens.attention,
            ELSEWHERE: tokens.neutral}  # fmt: skip
    used = [origins[place] for place in sorted({origin for origin, _goal, _count in flows})]
    reached = [goals[place] for place in sorted({goal for _origin, goal, _count in flows})]
    placed = [(used.index(origins[origin]), reached.index(goals[goal]), count) for origin, goal, count in flows]
    chart(frame, moves_figure, [_name(code) for code in used], [_name(code) for code in reached], placed,
          [hues[code] for code in used], goal_hues=[hues[code] for code in reached], key="bands",
          alt=_("Where they went"))  # fmt: skip


def _cell(frame: Frame, cells: Cells, first: int, last: int) -> None:
    names = {code: _name(code) for code in groups("tier") if any(code in cell for cell in cells)}
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
