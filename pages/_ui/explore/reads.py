"""Cached reads of Explore, keyed by plain values; every one is stopped at its deadline."""

from __future__ import annotations

from typing import Any

import streamlit as st
from sqlalchemy import select

from data_access.scope import Scope, ScopeKey
from data_access.tables import client_version, org_unit
from metrics.dimensions import DIMENSIONS
from metrics.explore.answer import DEADLINE_S, Answer, explore
from metrics.explore.asked import Exploration, Where
from metrics.explore.cells import Cell
from metrics.explore.peers import PeerMedian, read_peers
from metrics.explore.spread import Range, read_spread
from metrics.question import ask
from metrics.rows import read_rows
from pages._ui import cached
from pages._ui.cached import pinned
from pages._ui.data import db

MOST_SHOWN = 500
"""Rows of a cell that the page shows."""


@st.cache_data(ttl=900, max_entries=300, show_spinner=False)
def answer(generation_id: int, month: int, reach: ScopeKey, asked: Exploration) -> Answer:
    """Return the answer to a question."""
    with db().reading(deadline_s=DEADLINE_S) as connection:
        return explore(connection, asked, month=month, scope=Scope.from_key(reach),
                       generation=pinned(connection, generation_id))  # fmt: skip


@st.cache_data(ttl=900, max_entries=200, show_spinner=False)
def spread(generation_id: int, month: int, reach: ScopeKey, code: str, where: Where) -> list[Range]:
    """Return the distribution of one number of the clients."""
    with db().reading(deadline_s=DEADLINE_S) as connection:
        question = ask(connection, "clients", as_of=month, scope=Scope.from_key(reach),
                       where={key: list(values) for key, values in where},
                       generation=pinned(connection, generation_id))  # fmt: skip
        return read_spread(connection, question, code)


@st.cache_data(ttl=900, max_entries=200, show_spinner=False)
def peers(generation_id: int, month: int, reach: ScopeKey, unit_id: int, keys: tuple[str, ...], period: str,
          where: Where) -> dict[str, PeerMedian]:  # fmt: skip
    """Return the published medians of the other units of a place's kind."""
    with db().reading(deadline_s=DEADLINE_S) as connection:
        return read_peers(connection, keys, unit_id=unit_id, own=Scope.from_key(reach), month=month, period=period,
                          where=dict(where), generation=pinned(connection, generation_id))  # fmt: skip


@st.cache_data(ttl=900, max_entries=100, show_spinner=False)
def behind(generation_id: int, month: int, reach: ScopeKey, cell: Cell) -> Any:
    """Return the first rows that make a cell's number."""
    with db().reading(deadline_s=DEADLINE_S) as connection:
        question = ask(connection, cell.measure, as_of=month, period=cell.period, scope=Scope.from_key(reach),
                       where={key: list(values) for key, values in cell.where},
                       generation=pinned(connection, generation_id))  # fmt: skip
        return read_rows(connection, question, MOST_SHOWN)


@st.cache_data(ttl=300, max_entries=200, show_spinner=False)
def values(reach: ScopeKey, key: str) -> dict[str, str]:
    """Return what a filter on an open list offers to a reach: code to name; places and persons inside it only."""
    if key in ("branch", "office"):
        return {place.unit_code: place.name for place in cached.places(reach) if place.kind == key}
    if key == "staff":
        return {number: f"{number} {person['name']}" for number, person in cached.people(reach).items()}
    column = {"region": org_unit.c.region, "institution_group": client_version.c.institution_group,
              "segment": client_version.c.segment}.get(key)  # fmt: skip
    if column is None or DIMENSIONS[key].words is not None:
        return {}
    with db().reading() as connection:
        known = connection.execute(select(column).where(column.is_not(None)).distinct().order_by(column)).scalars()
        return {value: value for value in known}
