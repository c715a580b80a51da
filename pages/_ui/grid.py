"""Tables: no index column, a dash for what is unknown."""

from __future__ import annotations

from typing import Any

import streamlit as st


def grid(data: Any, **options: Any) -> Any:
    """Draw a table; the options are those of ``st.dataframe``."""
    return st.dataframe(data, **{"hide_index": True, "placeholder": "–", **options})
