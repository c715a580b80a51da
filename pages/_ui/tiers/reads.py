"""Cached reads of the Tiers page, keyed by plain values: generation, month and the reader's reach.

Prospects are not here: people write them by hand, so they are read fresh.
"""

from __future__ import annotations

from dataclasses import astuple

import pandas as pd
import streamlit as st

from data_access.reads.watch import count_watch, read_rules_of
from data_access.scope import Scope, ScopeKey
from domain.policies import RuleSet
from metrics.moves import moves
from metrics.segments import SegmentTable, segment_table
from metrics.tier_measures import Comparison, MeasureSettings, compare_measures
from pages._ui.cached import pinned
from pages._ui.data import db


@st.cache_data(ttl=900, max_entries=200, show_spinner=False)
def segments(generation_id: int, month: int, reach: ScopeKey, kinds: tuple[str, ...] = ()) -> SegmentTable:
    """Return the value segments of the reach, of some client kinds or (empty) all."""
    with db().reading() as connection:
        return segment_table(connection, pinned(connection, generation_id), month, Scope.from_key(reach), kinds)


@st.cache_data(ttl=900, max_entries=200, show_spinner=False)
def watch_counts(generation_id: int, month: int, reach: ScopeKey, kinds: tuple[str, ...] = (),
                 tiers: tuple[str, ...] = ()) -> dict[tuple[str, int], tuple[int, int]]:  # fmt: skip
    """Return clients on watch and their value by tier and month-ends below the line."""
    with db().reading() as connection:
        return count_watch(connection, pinned(connection, generation_id).builds[month], Scope.from_key(reach), kinds,
                           tiers)  # fmt: skip


@st.cache_data(ttl=900, max_entries=60, show_spinner=False)
def rules_of(generation_id: int, month: int, reach: ScopeKey) -> RuleSet:
    """Return the rule set by which the month was built: the same for every reach, named in the key all the same."""
    del reach
    with db().reading() as connection:
        return read_rules_of(connection, pinned(connection, generation_id).builds[month])


@st.cache_data(ttl=900, max_entries=200, show_spinner=False)
def tier_moves(generation_id: int, first: int, last: int, reach: ScopeKey,
               kinds: tuple[str, ...] = ()) -> pd.DataFrame:  # fmt: skip
    """Return how clients moved between the tiers of two months, see ``metrics.moves``."""
    return moves("tier", first=first, last=last, scope=Scope.from_key(reach), db=db(), generation=generation_id,
                 where={"client_kind": kinds} if kinds else None)  # fmt: skip


def comparison(generation_id: int, month: int, reach: ScopeKey, settings: MeasureSettings,
               kinds: tuple[str, ...] = ()) -> Comparison:  # fmt: skip
    """Return the comparison of value measures; worked out once per generation, month, reach and settings."""
    return _compared(generation_id, month, reach, astuple(settings), kinds)


@st.cache_resource(ttl=900, max_entries=20, show_spinner=False)
def _compared(generation_id: int, month: int, reach: ScopeKey, settings: tuple[int, ...],
              kinds: tuple[str, ...]) -> Comparison:  # fmt: skip
    with db().reading() as connection:
        return compare_measures(connection, pinned(connection, generation_id), month, Scope.from_key(reach),
                                MeasureSettings(*settings), kinds=kinds)  # fmt: skip
