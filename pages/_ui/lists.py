"""A client list on a page: filters from the URL, pages of 500 rows, selection, the sentence below it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from data_access.reads.client_filter import ClientFilter
from data_access.reads.client_lists import PAGE_LIMIT
from data_access.reads.narrowing import knows_tiers, narrow_clients
from pages._ui import cached, states
from pages._ui.frame import Frame
from pages._ui.grid import grid, table_height
from pages._ui.past import says_rows_gone
from pages._ui.profiles.narrow import says_not_narrowed
from pages._ui.tables import client_columns, client_frame
from pages._ui.texts import _


def client_filter(**kept: Any) -> ClientFilter:
    """Return a filter from codes; see ``ClientFilter`` for the names."""
    return ClientFilter(**kept)


def show_clients(frame: Frame, kept: ClientFilter, columns: Sequence[str], *, order: str, key: str,
                 selectable: bool = False, empty: str = "",
                 total: int | None = None) -> list[dict[str, Any]]:  # fmt: skip
    """Draw one page of a list within the profile and return the selected rows (all rows are the page's own).

    ``empty`` is the good-news sentence for a list that is empty without any filter;
    ``total``: how many clients the list holds within the profile, where the page has counted them already.
    """
    found = narrowed_list(frame, kept, empty=empty, total=total)
    if found is None:
        return []
    kept, total = found
    page, after = position(key, kept, frame)
    rows = cached.client_rows(frame.generation, frame.month, frame.scope, kept, order=order, after=after,
                              with_history="history" in columns)  # fmt: skip
    chosen = grid(
        client_frame(frame, rows), column_config=client_columns(frame, columns), column_order=list(columns),
        key=f"{key}_{page}", on_select="rerun" if selectable else "ignore",
        selection_mode="multi-row", height=table_height(len(rows), 458),
    )  # fmt: skip
    clients_below(key, rows, page=page, total=total)
    return [rows[number] for number in chosen["selection"]["rows"] if number < len(rows)] if selectable else []


def narrowed_list(frame: Frame, kept: ClientFilter, *, empty: str = "",
                  total: int | None = None) -> tuple[ClientFilter, int] | None:  # fmt: skip
    """Return a list's filter within the profile and how many clients it holds; None after saying why there are none.

    ``empty``, ``total``: see ``show_clients``.
    """
    if says_rows_gone(frame):
        return None
    says_not_narrowed(frame, kinds=kept.among is not None, tiers=kept.among is not None or not knows_tiers(kept))
    kept = narrow_clients(kept, frame.profile)
    if total is None:
        total = cached.client_count(frame.generation.generation_id, frame.month, frame.scope.key, kept)
    if total:
        return kept, total
    if empty:
        states.nothing_to_do(empty)
    else:
        states.filters_exclude_everything(st.query_params.clear)
    return None


def position(key: str, kept: object, frame: Frame) -> tuple[int, tuple[Any, int] | None]:
    """Return the page that a list stands on, from 0, and where it starts; another question starts at the front."""
    stamp = repr((kept, frame.month, frame.generation.generation_id, frame.scope.fingerprint))
    state = st.session_state.setdefault(f"{key}_pages", {"stamp": stamp, "starts": [None]})
    if state["stamp"] != stamp:
        state.update(stamp=stamp, starts=[None])
    return len(state["starts"]) - 1, state["starts"][-1]


def choose_row(key: str, table: pd.DataFrame, words: str, last: tuple[Any, int] | None, *, page: int, size: int,
               total: int, height: int = 420, columns: Mapping[str, object] | None = None,
               beside: Callable[[], object] = lambda: None) -> int | None:  # fmt: skip
    """Draw one page of a list whose rows open one at a time; return the place of the selected row, None without one.

    ``words``, ``last``, ``size``, ``beside``: see ``rows_below``; ``height``: the most that the table takes, in pixels.
    """
    chosen = grid(table, column_config=columns, key=f"{key}_{page}", on_select="rerun", selection_mode="single-row",
                  height=table_height(len(table), height))  # fmt: skip
    rows_below(key, words, last, shown=len(table), page=page, size=size, total=total, beside=beside)
    picked = chosen["selection"]["rows"]
    return picked[0] if picked and picked[0] < len(table) else None


def clients_below(key: str, rows: Sequence[dict[str, Any]], *, page: int, total: int) -> None:
    """Draw what stands below a list of clients; ``rows`` have ``sort_value`` and ``client_id``."""
    last = (rows[-1]["sort_value"], rows[-1]["client_id"]) if rows else None
    rows_below(key, _("Rows {first}–{last} of {total} · the same clients as in the chart and the export"), last,
               shown=len(rows), page=page, size=PAGE_LIMIT, total=total)  # fmt: skip


def rows_below(key: str, words: str, last: tuple[Any, int] | None, *, shown: int, page: int, size: int, total: int,
               beside: Callable[[], object] = lambda: None) -> None:  # fmt: skip
    """Draw the sentence below a list, the buttons to its other pages, and what stands ``beside`` them.

    ``words`` has the places {first}, {last} and {total}; ``last``: where the next page begins, None without rows;
    ``shown``: rows of this page, ``size``: of a full one.
    """
    first = page * size + 1
    end = first + shown - 1
    with st.container(horizontal=True, vertical_alignment="center"):
        st.caption(words.format(first=f"{first:,}", last=f"{end:,}", total=f"{total:,}"))
        pager(key, last, more=last is not None and end < total, page=page)
        beside()


def pager(key: str, last: tuple[Any, int] | None, *, more: bool, page: int) -> None:
    """Draw the buttons to the page before and the next one; ``last``: where the next one begins."""
    if page:
        st.button(_("Previous rows"), key=f"{key}_previous", on_click=_turn, args=(key, None), type="tertiary")
    if more:
        st.button(_("Next rows"), key=f"{key}_next", on_click=_turn, args=(key, last), type="tertiary")


def _turn(key: str, start: tuple[Any, int] | None) -> None:
    starts = st.session_state[f"{key}_pages"]["starts"]
    if start is None:
        starts.pop()
    else:
        starts.append(start)
