"""Small tables that are only read: HTML that wraps long words and that any browser and screen reader knows."""

from __future__ import annotations

from html import escape
from typing import Any

import pandas as pd
import streamlit as st

from pages._ui.grid import grid
from pages._ui.theme import Tokens

MOST_ROWS = 30
"""A longer table scrolls and sorts, as those of a grid do."""
UNKNOWN = "–"
SHORT = 12
"""A text of so many letters stays in one line: codes, days, amounts; on a phone the table moves sideways instead."""


def sheet(tokens: Tokens, data: pd.DataFrame, *, key: str) -> None:
    """Draw a table of words without anything to select; None is unknown.

    A grid is a canvas with its own scroll bars: each costs a reader's browser as much as twenty lines of text.
    """
    if not 0 < len(data) <= MOST_ROWS:
        grid(data, key=key, height="content" if len(data) <= MOST_ROWS else "auto")
        return
    line = f"border-bottom:1px solid {tokens.line};padding:6px 8px;text-align:left"
    names = "".join(f'<th scope="col" style="{line};font-weight:400;color:{tokens.muted};white-space:nowrap">'
                    f"{escape(str(name))}</th>" for name in data.columns)  # fmt: skip
    rows = "".join(f"<tr>{''.join(_cell(value, line) for value in row)}</tr>"
                   for row in data.itertuples(index=False, name=None))  # fmt: skip
    st.html(
        f'<div style="overflow-x:auto;border:1px solid {tokens.line};border-radius:6px"><table data-key="{escape(key)}"'
        f' style="width:100%;border-collapse:collapse;margin:0 0 -1px;font-size:0.93rem;line-height:1.4;'
        f'font-variant-numeric:tabular-nums;color:{tokens.ink}"><thead style="background:{tokens.surface}"><tr>{names}'
        f"</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _cell(value: Any, style: str) -> str:
    known = value is not None and value == value  # noqa: PLR0124 -- NaN
    text = str(value) if known else UNKNOWN
    room = "min-width:8em" if len(text) > SHORT else "white-space:nowrap"
    return f'<td style="{style};vertical-align:top;{room}">{escape(text)}</td>'
