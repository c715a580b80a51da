"""Cached reads of the past banner: publications, and a figure then and now."""

from __future__ import annotations

from datetime import datetime

import pandas as pd
import streamlit as st

from data_access.reads.generation import read_generation, read_months_without_clients
from data_access.reads.moments import Publication, read_first_publication, read_publications
from data_access.scope import Scope, ScopeKey
from metrics.profiles import Where
from metrics.then_now import then_now
from pages._ui.data import db


@st.cache_data(ttl=60, max_entries=10, show_spinner=False)
def publications(current_id: int, reach: ScopeKey) -> list[Publication]:
    """Return every publication up to the current one, the newest first: the same for every reach."""
    del current_id, reach
    with db().reading() as connection:
        return read_publications(connection)


@st.cache_data(ttl=900, max_entries=200, show_spinner=False)
def first_publication(month: int, reach: ScopeKey) -> Publication | None:
    """Return the publication that showed a month first: the same for every reach."""
    del reach
    with db().reading() as connection:
        return read_first_publication(connection, month)


@st.cache_data(ttl=60, max_entries=200, show_spinner=False)
def has_clients(generation_id: int, month: int, reach: ScopeKey) -> bool:
    """Tell whether the rows of single clients of a publication's month are still kept: the same for every reach."""
    del reach
    with db().reading() as connection:
        found = read_generation(connection, generation_id)
        return found is not None and not read_months_without_clients(connection, [found.builds[month]])


@st.cache_data(ttl=900, max_entries=300, show_spinner=False)
def differences(reach: ScopeKey, keys: tuple[str, ...], month: int, then: datetime, now_id: int,
                where: Where = ()) -> pd.DataFrame:  # fmt: skip
    """Return figures of a month as known at a moment and in a later publication, with the causes of the difference."""
    return then_now(db(), keys, month, Scope.from_key(reach), then, where=dict(where), generation=now_id)
