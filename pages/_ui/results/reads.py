"""Cached reads of the Results page, keyed by generation, reach, campaigns and day, and by what people did since."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from datetime import date

import streamlit as st

from data_access.reads.outcomes import DrawnCampaign, read_drawn_campaigns, read_pulse
from data_access.scope import Scope, ScopeKey
from metrics.results import CampaignResults, Comparison, comparison_of, with_work
from pages._ui.cached import pinned
from pages._ui.data import db

Pulse = tuple[int, int, int]
Asked = tuple[int, ScopeKey, tuple[str, ...], date, int | None, Pulse, bytes]
"""Generation, reach, campaigns, day, day after the draws, what people did since, and what the campaigns are."""


def campaigns(generation_id: int, reach: ScopeKey, as_of: date) -> list[DrawnCampaign]:
    """Return the campaigns that a reader sees, the newest first; read fresh, for they are made by hand."""
    with db().reading() as connection:
        return read_drawn_campaigns(connection, Scope.from_key(reach), as_of=as_of,
                                    generation=pinned(connection, generation_id))  # fmt: skip


def asked_for(generation_id: int, reach: ScopeKey, campaign_nos: tuple[str, ...], as_of: date,
              days: int | None, seen: Sequence[DrawnCampaign]) -> Asked:  # fmt: skip
    """Return what a reader asks for, with what tells whether something since makes it be counted anew.

    ``seen``: the campaigns that the reader sees, as ``campaigns`` returns them.
    """
    with db().reading() as connection:
        pulse = read_pulse(connection, campaign_nos)
    return generation_id, reach, campaign_nos, as_of, days, pulse, repr(seen).encode()


def comparison(asked: Asked, seen: Sequence[DrawnCampaign]) -> Comparison:
    """Return both groups of some campaigns put together: the verdict, and all that the first view shows.

    ``seen``: the campaigns that the reader sees, as ``campaigns`` returns them.
    """
    return _compared(*asked, _stamp(*asked), seen)


def results(asked: Asked, compared: Comparison) -> CampaignResults:
    """Return the comparison together with the work done for the campaigns."""
    return _worked(*asked, _stamp(*asked), compared)


@st.cache_data(ttl=900, max_entries=200, show_spinner=False)
def _stamp(generation_id: int, reach: ScopeKey, campaign_nos: tuple[str, ...], as_of: date, days: int | None,
           pulse: Pulse, content: bytes) -> str:  # fmt: skip
    """Return a mark that lives as long as an answer may be shown: it goes when cached answers are forgotten."""
    del generation_id, reach, campaign_nos, as_of, days, pulse, content
    return secrets.token_hex(8)


# not copied at every visit, because nobody changes it: ten thousand clients stand in one answer
@st.cache_resource(ttl=900, max_entries=24, show_spinner=False)
def _compared(generation_id: int, reach: ScopeKey, campaign_nos: tuple[str, ...], as_of: date, days: int | None,
              pulse: Pulse, content: bytes, stamp: str,
              _seen: Sequence[DrawnCampaign]) -> Comparison:  # fmt: skip
    del pulse, content, stamp
    with db().reading() as connection:
        return comparison_of(connection, Scope.from_key(reach), campaign_nos, as_of=as_of, days=days,
                             generation=pinned(connection, generation_id), campaigns=_seen)  # fmt: skip


@st.cache_resource(ttl=900, max_entries=24, show_spinner=False)
def _worked(generation_id: int, reach: ScopeKey, campaign_nos: tuple[str, ...], as_of: date, days: int | None,
            pulse: Pulse, content: bytes, stamp: str,
            _compared_groups: Comparison) -> CampaignResults:  # fmt: skip
    del campaign_nos, as_of, days, pulse, content, stamp
    with db().reading() as connection:
        return with_work(connection, Scope.from_key(reach), _compared_groups,
                         generation=pinned(connection, generation_id))  # fmt: skip
