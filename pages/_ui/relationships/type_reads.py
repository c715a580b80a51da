"""The names of relationship types that headquarters added: the same for every reader, asked for by every table."""

from __future__ import annotations

import streamlit as st

from data_access.reads.type_rules import read_type_names
from pages._ui.data import db


@st.cache_data(ttl=60, max_entries=1, show_spinner=False)
def own_names() -> dict[str, tuple[str, str]]:
    """Return the Chinese and English names of the types that headquarters added, by code."""
    with db().reading() as connection:
        return read_type_names(connection)
