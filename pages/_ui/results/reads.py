"""Cached reads of the Results page, keyed by generation, reach, campaigns and day.

What people do by hand (tasks, contacts) shows within the minutes that an answer is kept.
"""

from __future__ import annotations

import secrets
from datetime import date

import streamlit as st

from data_access.reads.outcomes import DrawnCampaign, read_drawn_campaigns
from data_access.scope import Scope, ScopeKey
from metrics.results import CampaignResults, results_of
from pages._ui.cached import pinned
from pages._ui.data import db


def campaigns(generation_id: int, reach: ScopeKey, as_of: date) -> list[DrawnCampaign]:
    """Return the campaigns that a reader sees, the newest first; read fresh, for they are made by hand."""
    with db().reading() as connection:
        return read_drawn_campaigns(connection, Scope.from_key(reach), as_of=as_of,
                                    generation=pinned(connection, generation_id))  # fmt: skip


def results(generation_id: int, reach: ScopeKey, campaign_nos: tuple[str, ...], as_of: date,
            days: int | None) -> CampaignResults:  # fmt: skip
    """Return the results of some campaigns put together."""
    asked = (generation_id, reach, campaign_nos, as_of, days)
    return _kept(*asked, _stamp(*asked))


@st.cache_data(ttl=120, max_entries=200, show_spinner=False)
def _stamp(generation_id: int, reach: ScopeKey, campaign_nos: tuple[str, ...], as_of: date, days: int | None) -> str:
    """Return a mark that lives as long as an answer may be shown: it goes when cached answers are forgotten."""
    del generation_id, reach, campaign_nos, as_of, days
    return secrets.token_hex(8)


# not copied at every visit, because nobody changes it: ten thousand clients stand in one answer
@st.cache_resource(ttl=120, max_entries=24, show_spinner=False)
def _kept(generation_id: int, reach: ScopeKey, campaign_nos: tuple[str, ...], as_of: date, days: int | None,
          stamp: str) -> CampaignResults:  # fmt: skip
    del stamp
    with db().reading() as connection:
        return results_of(connection, Scope.from_key(reach), campaign_nos, as_of=as_of, days=days,
                          generation=pinned(connection, generation_id))  # fmt: skip
