"""Small tables that are only read: HTML that wraps long words and that any browser and screen reader knows."""

from __future__ import annotations

import re
from html import escape
from numbers import Integral, Real
from typing import Any

import pandas as pd
import streamlit as st

from pages._ui.grid import grid
from pages._ui.theme import Tokens

MOST_ROWS = 30
"""A longer table scrolls and sorts, as those of a grid do."""
UNKNOWN = "–"
_NUMBER = re.compile(r"[-−+]?¥?[\d,]+(\.\d+)?[KMB万亿]?( ?%)?")
SHORT = 12
"""A text of so many letters stays in one line: codes, days, amounts; on a phone the table moves sideways instead."""


class Markup(str):
    """Words of a cell that are HTML already; a frame keeps them so in columns of objects."""

    __slots__ = ()


def linked(tokens: Tokens, address: str, words: str) -> Markup:
    """Return words that open an address of the product beside this page."""
    look = f"color:{tokens.accent};text-decoration:none"
    return Markup(f'<a href="{escape(address)}" target="_blank" style="{look}">{escape(words)}</a>')


def sheet(tokens: Tokens, data: pd.DataFrame, *, key: str) -> None:
    """Draw a table without anything to select: words, counts, amounts with two decimals; None is unknown.

    A grid is a canvas with its own scroll bars: each costs a reader's browser as much as twenty lines of text.
    """
    if not 0 < len(data) <= MOST_ROWS:
        grid(data, key=key, height="content" if len(data) <= MOST_ROWS else "auto")
        return
    sides = [_side(data.iloc[:, place]) for place in range(data.shape[1])]
    line = f"border-bottom:1px solid {tokens.line};padding:6px 8px"
    names = "".join(f'<th scope="col" style="{line};text-align:{side};font-weight:400;color:{tokens.muted};'
                    f'vertical-align:bottom;word-break:keep-all">{escape(str(name))}</th>'
                    for name, side in zip(data.columns, sides, strict=True))  # fmt: skip
    styles = [f"{line};text-align:{side}" for side in sides]
    rows = "".join(f"<tr>{''.join(map(_cell, row, styles))}</tr>" for row in data.itertuples(index=False, name=None))
    st.html(
        f'<div style="overflow-x:auto;border:1px solid {tokens.line};border-radius:6px"><table data-key="{escape(key)}"'
        f' style="width:100%;border-collapse:collapse;margin:0 0 -1px;font-size:0.93rem;line-height:1.4;'
        f'font-variant-numeric:tabular-nums;color:{tokens.ink}"><thead style="background:{tokens.surface}"><tr>{names}'
        f"</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _side(column: pd.Series) -> str:
    """Return where a column's cells end: those of numbers at the right, so that their places stand below each other."""
    known = [_words(value) for value in column if _is_known(value)]
    return "right" if known and all(text == UNKNOWN or _NUMBER.fullmatch(text) for text in known) else "left"


def _is_known(value: Any) -> bool:
    return value is not None and value == value  # noqa: PLR0124 -- NaN


def _cell(value: Any, style: str) -> str:
    text = _words(value) if _is_known(value) else UNKNOWN
    room = "min-width:8em" if len(text) > SHORT and not isinstance(text, Markup) else "white-space:nowrap"
    words = text if isinstance(text, Markup) else escape(text)
    return f'<td style="{style};vertical-align:top;{room}">{words}</td>'


def _words(value: Any) -> str:
    if isinstance(value, Integral):
        return f"{value:,}"
    return f"{value:,.2f}" if isinstance(value, Real) else value if isinstance(value, Markup) else str(value)
