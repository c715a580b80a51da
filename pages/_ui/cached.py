"""Every cached read of the pages, keyed by plain values: generation, month and the reader's reach.

A published generation never changes, so a cached answer is right for as long as it is kept; what people
change by hand (tasks, contacts, accounts) is read fresh.
"""

from __future__ import annotations

from typing import Any

import streamlit as st

from data_access.reads.freshness import Freshness, read_freshness
from data_access.reads.generation import Generation, read_generation
from data_access.reads.places import Place, read_places
from data_access.scope import Scope, ScopeKey, narrow
from pages._ui.data import db


def current_generation() -> Generation | None:
    """Return the generation that is live now; the page pins it for its whole run."""
    with db().reading() as connection:
        return read_generation(connection)


@st.cache_data(ttl=300, max_entries=200, show_spinner=False)
def places(reach: ScopeKey) -> list[Place]:
    """Return the places a reader may choose."""
    with db().reading() as connection:
        return read_places(connection, Scope.from_key(reach))


@st.cache_data(ttl=300, max_entries=500, show_spinner=False)
def narrowed(reach: ScopeKey, unit_id: int | None) -> Scope:
    """Return the reach cut down to one place."""
    with db().reading() as connection:
        return narrow(connection, Scope.from_key(reach), unit_id)


@st.cache_data(ttl=60, max_entries=200, show_spinner=False)
def freshness(generation_id: int, month: int) -> Freshness:
    """Return how fresh the data of a month are."""
    with db().reading() as connection:
        return read_freshness(connection, _pinned(connection, generation_id), month)


def _pinned(connection: Any, generation_id: int) -> Generation:
    generation = read_generation(connection, generation_id)
    if generation is None:
        raise LookupError(f"generation {generation_id} is gone")
    return generation
