"""Cached reads of the Results page, keyed by generation, reach, campaigns and day.

What people do by hand (tasks, contacts) shows within the minutes that an answer is kept.
"""

from __future__ import annotations

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


# what nobody changes is not copied at every visit: ten thousand clients stand in one answer
@st.cache_resource(ttl=120, max_entries=24, show_spinner=False)
def results(generation_id: int, reach: ScopeKey, campaign_nos: tuple[str, ...], as_of: date,
            days: int | None) -> CampaignResults:  # fmt: skip
    """Return the results of some campaigns put together."""
    with db().reading() as connection:
        return results_of(connection, Scope.from_key(reach), campaign_nos, as_of=as_of, days=days,
                          generation=pinned(connection, generation_id))  # fmt: skip
