"""Cached reads of the hand-out page: what of a list can be handed out, and the proposal of a campaign.

A proposal belongs to one session: it stays as it was shown until it is computed anew; the commit decides everything
again on present facts.
"""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import streamlit as st

from data_access.desk.candidates import read_candidates
from data_access.desk.lists import ListRequest, read_list_ids
from data_access.reads.rules import read_rules
from data_access.scope import Scope, ScopeKey
from domain.campaigns import MEMBER_LIMIT
from metrics.desk import Preview, preview_campaign
from pages._ui.data import db

_SESSION = "desk_proposal"


@dataclass(frozen=True)
class Survey:
    """What of a list can be handed out today.

    ``able``: clients; ``minutes`` and ``value_fen`` of them. ``excluded``: (client_no, client_id, reason code,
    parameters) of the others. ``beyond``: clients outside the reach today. ``too_many``: the list is longer than a
    campaign; nothing else is known then.
    """

    able: int = 0
    minutes: int = 0
    value_fen: int = 0
    excluded: tuple[tuple[str, int, str, Mapping[str, Any]], ...] = ()
    beyond: int = 0
    too_many: bool = False

    def groups(self) -> dict[str, int]:
        """Return how many clients each reason excludes, the most frequent first."""
        counts: dict[str, int] = {}
        for _number, _id, code, _params in self.excluded:
            counts[code] = counts.get(code, 0) + 1
        return dict(sorted(counts.items(), key=lambda one: (-one[1], one[0])))


@st.cache_data(ttl=60, max_entries=60, show_spinner=False)
def survey(request: ListRequest, reach: ScopeKey, purpose: str, on: date) -> Survey:
    """Return what of a list can be handed out on a day; raises ``ListGone`` where its figures were published anew."""
    scope = Scope.from_key(reach)
    with db().reading() as connection:
        ids = read_list_ids(connection, scope, request)
        if len(ids) > MEMBER_LIMIT:
            return Survey(too_many=True)
        found = read_candidates(connection, scope, ids, on=on, rules=read_rules(connection, on), purpose=purpose)
    able = found.able.values()
    return Survey(
        len(found.able), sum(one.effort for one in able), sum(one.value_fen for one in able),
        tuple((number, one.client_id, reason.code, dict(reason.params))
              for number, (one, reason) in found.excluded.items()), found.beyond)  # fmt: skip


def proposal(campaign_no: str, reach: ScopeKey, without: tuple[str, ...], on: date) -> Preview | None:
    """Return how a campaign's clients would go to people, as this session was shown it; None: there is no campaign."""
    return _proposal(campaign_no, reach, without, on, st.session_state.setdefault(_SESSION, uuid.uuid4().hex))


@st.cache_resource(ttl=900, max_entries=24, show_spinner=False)
def _proposal(campaign_no: str, reach: ScopeKey, without: tuple[str, ...], on: date, session: str) -> Preview | None:
    del session
    with db().reading() as connection:
        return preview_campaign(connection, Scope.from_key(reach), campaign_no, on=on, without=without)


def compute_anew() -> None:
    """Let this session's next proposal be computed anew."""
    st.session_state[_SESSION] = uuid.uuid4().hex
    survey.clear()
