"""Cached counts of the register, keyed by plain values and the reader's reach; rows are read fresh."""

from __future__ import annotations

import streamlit as st

from data_access.clock import business_date
from data_access.reads.conflicts import count_conflicts
from data_access.reads.follow_ups import DueFilter, count_due
from data_access.reads.matches import count_matches
from data_access.reads.register import RegisterFilter, count_register
from data_access.reads.type_rules import read_type_rules
from data_access.scope import Scope, ScopeKey
from pages._ui.data import db
from pages._ui.relationships.words import type_word


@st.cache_data(ttl=60, max_entries=200, show_spinner=False)
def register_count(reach: ScopeKey, kept: RegisterFilter) -> int:
    """Return how many relationships a list of the register holds."""
    with db().reading() as connection:
        return count_register(connection, Scope.from_key(reach), kept)


@st.cache_data(ttl=60, max_entries=200, show_spinner=False)
def conflict_counts(reach: ScopeKey, state: str) -> dict[str, int]:
    """Return how many conflicts of each kind are in a state."""
    with db().reading() as connection:
        return count_conflicts(connection, Scope.from_key(reach), state=state)


@st.cache_data(ttl=60, max_entries=200, show_spinner=False)
def due_count(reach: ScopeKey, kept: DueFilter) -> int:
    """Return how many relationships wait for a call."""
    with db().reading() as connection:
        return count_due(connection, Scope.from_key(reach), kept)


@st.cache_data(ttl=60, max_entries=200, show_spinner=False)
def match_counts(reach: ScopeKey, client_no: str) -> dict[str, int]:
    """Return how many events became what."""
    with db().reading() as connection:
        return count_matches(connection, Scope.from_key(reach), client_no)


def type_words() -> dict[str, str]:
    """Return the types that hold today with their words, in the order of their numbers."""
    with db().reading() as connection:
        return {code: type_word(code) for code in read_type_rules(connection, business_date())}


def forget_counts() -> None:
    """Forget what a settlement, a call or a check changes."""
    register_count.clear()
    conflict_counts.clear()
    due_count.clear()
