"""Every cached read of the pages, keyed by plain values: generation, month and the reader's reach.

A published generation never changes, so a cached answer is right for as long as it is kept; what people
change by hand (tasks, contacts, accounts) is read fresh.
"""

from __future__ import annotations

import pickle
from importlib import import_module
from typing import Any

import pandas as pd
import streamlit as st

from data_access.actor import ActingUser
from data_access.reads.attention import read_attention
from data_access.reads.client_beside import read_asset_histories
from data_access.reads.client_filter import ClientFilter
from data_access.reads.client_lists import PAGE_LIMIT, count_clients, count_lists, read_clients
from data_access.reads.freshness import Freshness, read_freshness
from data_access.reads.generation import Generation, read_generation
from data_access.reads.places import Place, read_place_names, read_places
from data_access.reads.rules import read_rules
from data_access.reads.staff_results import Reconciliation, read_people, read_reconciliation
from data_access.reads.tiers import Concentration, read_concentration, read_cutoffs
from data_access.scope import Scope, ScopeKey, narrow
from domain.months import month_end
from domain.policies import RuleSet
from domain.profiles import EVERYTHING, Profile
from metrics.credited import credited_clients
from metrics.figures.room import with_room
from metrics.query import query
from pages._ui.data import db
from pages._ui.theme import Tokens

Where = tuple[tuple[str, tuple[str, ...]], ...]


def current_generation() -> Generation | None:
    """Return the generation that is live now; the page pins it for its whole run."""
    with db().reading() as connection:
        return read_generation(connection)


def generation(generation_id: int) -> Generation | None:
    """Return a generation, None when there is none of that number."""
    with db().reading() as connection:
        return read_generation(connection, generation_id)


@st.cache_data(ttl=300, max_entries=200, show_spinner=False)
def places(reach: ScopeKey) -> list[Place]:
    """Return the places a reader may choose."""
    with db().reading() as connection:
        return read_places(connection, Scope.from_key(reach))


@st.cache_data(ttl=300, max_entries=200, show_spinner=False)
def place_names(reach: ScopeKey) -> dict[str, str]:
    """Return the name of every place by its code: the same for every reach, named in the key all the same."""
    del reach
    with db().reading() as connection:
        return read_place_names(connection)


@st.cache_data(ttl=300, max_entries=500, show_spinner=False)
def narrowed(reach: ScopeKey, unit_id: int | None) -> Scope:
    """Return the reach cut down to one place."""
    with db().reading() as connection:
        return narrow(connection, Scope.from_key(reach), unit_id)


@st.cache_data(ttl=60, max_entries=200, show_spinner=False)
def freshness(generation_id: int, month: int) -> Freshness:
    """Return how fresh the data of a month are."""
    with db().reading() as connection:
        return read_freshness(connection, pinned(connection, generation_id), month)


@st.cache_data(ttl=900, max_entries=1000, show_spinner=False)
def figures(generation_id: int, month: int, reach: ScopeKey, keys: tuple[str, ...], by: tuple[str, ...] = (),
            period: str = "month", where: Where = (),
            months: tuple[int, ...] | None = None) -> pd.DataFrame:  # fmt: skip
    """Return figures of the catalogue, as ``metrics.query`` gives them."""
    return query(keys, by=by, as_of=month_end(month), period=period, where=dict(where), months=months, db=db(),
                 scope=Scope.from_key(reach), generation=generation_id)  # fmt: skip


@st.cache_data(ttl=60, max_entries=200, show_spinner=False)
def attention(generation_id: int, month: int, reach: ScopeKey, user: ActingUser,
              profile: Profile = EVERYTHING) -> dict[str, int]:  # fmt: skip
    """Return what waits for somebody; a minute old at most, since people work on it."""
    with db().reading() as connection:
        return read_attention(connection, pinned(connection, generation_id), month, Scope.from_key(reach), user,
                              profile)  # fmt: skip


@st.cache_data(ttl=900, max_entries=200, show_spinner=False)
def concentration(generation_id: int, month: int, reach: ScopeKey, kinds: tuple[str, ...] = ()) -> Concentration:
    """Return the Pareto curve and income shares of the clients in the reach, of some kinds or (empty) all."""
    with db().reading() as connection:
        return read_concentration(connection, pinned(connection, generation_id).builds[month], Scope.from_key(reach),
                                  kinds)  # fmt: skip


@st.cache_data(ttl=900, max_entries=100, show_spinner=False)
def cutoffs(generation_id: int, month: int, reach: ScopeKey) -> list[dict[str, Any]]:
    """Return the published tier lines as far as the reach may know them."""
    with db().reading() as connection:
        return read_cutoffs(connection, pinned(connection, generation_id), month, Scope.from_key(reach))


@st.cache_data(ttl=60, max_entries=300, show_spinner=False)
def client_count(generation_id: int, month: int, reach: ScopeKey, kept: ClientFilter) -> int:
    """Return how many clients a list holds."""
    with db().reading() as connection:
        return count_clients(connection, pinned(connection, generation_id), month, Scope.from_key(reach), kept)


@st.cache_data(ttl=60, max_entries=100, show_spinner=False)
def client_counts(generation_id: int, month: int, reach: ScopeKey, lists: tuple[ClientFilter, ...]) -> list[int]:
    """Return how many clients each of several lists holds."""
    with db().reading() as connection:
        return count_lists(connection, pinned(connection, generation_id), month, Scope.from_key(reach), lists)


def client_rows(generation: Generation, month: int, scope: Scope, kept: ClientFilter, *, order: str,
                after: tuple[Any, int] | None, limit: int = PAGE_LIMIT,
                with_history: bool = False) -> list[dict[str, Any]]:  # fmt: skip
    """Return one page of a list, read fresh: tasks and holders on it change by hand."""
    with db().reading() as connection:
        rows = read_clients(connection, generation, month, scope, kept, order=order, after=after, limit=limit)
    if with_history:
        past = _asset_histories(generation.generation_id, month, tuple(row["client_id"] for row in rows), scope.key)
        for row in rows:
            row["history"] = past.get(row["client_id"], [])
    return rows


@st.cache_data(ttl=300, max_entries=100, show_spinner=False)
def _asset_histories(generation_id: int, month: int, client_ids: tuple[int, ...],
                     reach: ScopeKey) -> dict[int, list[float]]:  # fmt: skip
    del generation_id, reach
    with db().reading() as connection:
        return read_asset_histories(connection, client_ids, month)


@st.cache_data(ttl=300, max_entries=60, show_spinner=False)
def rules(month: int) -> RuleSet:
    """Return the rule set that holds at a month's end: the same for every reader."""
    with db().reading() as connection:
        return read_rules(connection, month_end(month))


@st.cache_data(ttl=300, max_entries=200, show_spinner=False)
def people(reach: ScopeKey) -> dict[str, dict[str, Any]]:
    """Return the staff members inside the reach by number."""
    with db().reading() as connection:
        return read_people(connection, Scope.from_key(reach))


@st.cache_data(ttl=900, max_entries=200, show_spinner=False)
def reconciliation(generation_id: int, month: int, reach: ScopeKey, period: str) -> list[Reconciliation]:
    """Return the identity of net income per relationship type."""
    with db().reading() as connection:
        return read_reconciliation(connection, pinned(connection, generation_id), month, Scope.from_key(reach),
                                   period=period)  # fmt: skip


@st.cache_data(ttl=300, max_entries=300, show_spinner=False)
def staff_clients(generation_id: int, month: int, reach: ScopeKey, staff_no: str,
                  period: str) -> tuple[list[dict[str, Any]], int]:  # fmt: skip
    """Return the first 500 clients behind one person's results over a period, and how many there are."""
    first, count = credited_clients(db(), generation_id, month, Scope.from_key(reach), staff_no, period, PAGE_LIMIT)
    return [vars(one) for one in first], count


def figure(
    reach: ScopeKey, builder: tuple[str, str], colours: Tokens, values: tuple[Any, ...], options: tuple[Any, ...]
) -> Any:
    """Return what a builder (its module and name) makes of plain values; nobody changes it afterwards."""
    # pickled values tell two drawings apart at a fraction of what hashing each of them in Python takes
    return _drawn(reach, builder, pickle.dumps((colours, values, options)), colours, values, options)


@st.cache_resource(ttl=900, max_entries=400, show_spinner=False)
def _drawn(reach: ScopeKey, builder: tuple[str, str], content: bytes, _colours: Tokens, _values: tuple[Any, ...],
           _options: tuple[Any, ...]) -> Any:  # fmt: skip
    del reach, content
    module, name = builder
    return with_room(getattr(import_module(module), name)(_colours, *_values, **dict(_options)))


def forget_tasks() -> None:
    """Forget the counts that tasks change: after tasks were handed out, handed on or withdrawn."""
    client_count.clear()
    client_counts.clear()
    attention.clear()


def forget_figures() -> None:
    """Forget the figures of the catalogue: after an act that they count, of an unchanged generation."""
    figures.clear()


def forget() -> None:
    """Forget every cached answer: after an act that changes what they say of an unchanged generation."""
    st.cache_data.clear()


def pinned(connection: Any, generation_id: int) -> Generation:
    """Return the generation that a page pinned; raises ``LookupError`` when it is gone."""
    generation = read_generation(connection, generation_id)
    if generation is None:
        raise LookupError(f"generation {generation_id} is gone")
    return generation
