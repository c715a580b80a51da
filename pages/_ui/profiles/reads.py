"""Cached reads of scope profiles, keyed by plain values. The profile itself is read fresh: its owner changes it."""

from __future__ import annotations

import streamlit as st

from data_access.scope import Scope, ScopeKey, narrow_to_units
from pages._ui.data import db


@st.cache_data(ttl=300, max_entries=500, show_spinner=False)
def narrowed_to(reach: ScopeKey, units: tuple[str, ...]) -> tuple[Scope, tuple[str, ...]]:
    """Return the reach cut down to a profile's places, with the codes of those that lie inside it."""
    with db().reading() as connection:
        return narrow_to_units(connection, Scope.from_key(reach), units)
