"""Tables: no index column, a dash for what is unknown."""

from __future__ import annotations

from typing import Any

import streamlit as st

ROW_PIXELS = 35
"""The height of a row, never less than what is drawn."""


def grid(data: Any, **options: Any) -> Any:
    """Draw a table; the options are those of ``st.dataframe``."""
    return st.dataframe(data, **{"hide_index": True, "placeholder": "–", **options})


def table_height(rows: int, most: int) -> int | str:
    """Return the height of a table: as tall as its rows, up to ``most`` pixels, then it scrolls."""
    return "content" if rows * ROW_PIXELS < most else most
