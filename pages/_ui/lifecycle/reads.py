"""Cached reads of the Lifecycle page, keyed by plain values: generation, month and the reader's reach.

What people enter by hand (reasons) is kept for a minute at most and forgotten when a reason is entered.
"""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from data_access.reads.losses import (
    FoundLoss,
    LossFilter,
    TierLosses,
    count_losses,
    find_losses,
    read_losses_by_tier,
    read_reason_counts,
)
from data_access.reads.prospects import OPEN, count_prospects
from data_access.reads.survival import read_cohort_months, read_lives
from data_access.reads.warned import WarningFilter, count_reasons, count_warned
from data_access.scope import Scope, ScopeKey
from domain.months import month_end
from metrics.flow import client_flow
from metrics.moves import moves
from metrics.survival import Cohort, SurvivalCurve, cohorts, survival_by_group
from pages._ui.cached import pinned
from pages._ui.data import db


def open_prospects(month: int, scope: Scope, kinds: tuple[str, ...]) -> int:
    """Return how many prospects of the reach, of some client kinds or (empty) all, are worked on now, read fresh."""
    with db().reading() as connection:
        return count_prospects(connection, scope, month_end(month), kinds).parts[OPEN]


@st.cache_data(ttl=900, max_entries=200, show_spinner=False)
def stage_moves(generation_id: int, first: int, last: int, reach: ScopeKey,
                kinds: tuple[str, ...] = ()) -> pd.DataFrame:  # fmt: skip
    """Return how clients moved between the stages of two months, see ``metrics.moves``."""
    return moves("stage", first=first, last=last, scope=Scope.from_key(reach), db=db(), generation=generation_id,
                 where={"client_kind": kinds} if kinds else None)  # fmt: skip


@st.cache_data(ttl=900, max_entries=200, show_spinner=False)
def flow(generation_id: int, first: int, last: int, reach: ScopeKey) -> pd.DataFrame:
    """Return the client flow of the reach month by month, see ``metrics.flow``."""
    return client_flow(first=first, last=last, scope=Scope.from_key(reach), db=db(), generation=generation_id)


@st.cache_data(ttl=900, max_entries=200, show_spinner=False)
def tier_losses(generation_id: int, months: tuple[int, ...], reach: ScopeKey, kinds: tuple[str, ...] = (),
                tiers: tuple[str, ...] = ()) -> list[TierLosses]:  # fmt: skip
    """Return the losses of some months by the tier before."""
    with db().reading() as connection:
        return read_losses_by_tier(connection, pinned(connection, generation_id), months, Scope.from_key(reach),
                                   kinds, tiers)  # fmt: skip


@st.cache_data(ttl=60, max_entries=200, show_spinner=False)
def loss_count(generation_id: int, months: tuple[int, ...], reach: ScopeKey, kept: LossFilter) -> int:
    """Return how many losses a list holds."""
    with db().reading() as connection:
        return count_losses(connection, pinned(connection, generation_id), months, Scope.from_key(reach), kept)


@st.cache_data(ttl=60, max_entries=100, show_spinner=False)
def found_losses(generation_id: int, months: tuple[int, ...], reach: ScopeKey, kept: LossFilter,
                 after: tuple[Any, int] | None) -> list[FoundLoss]:  # fmt: skip
    """Return client and day of the losses of a page of a list."""
    with db().reading() as connection:
        return find_losses(connection, pinned(connection, generation_id), months, Scope.from_key(reach), kept,
                           after=after)  # fmt: skip


@st.cache_data(ttl=60, max_entries=200, show_spinner=False)
def reason_counts(generation_id: int, months: tuple[int, ...], reach: ScopeKey,
                  kept: LossFilter) -> list[tuple[int, str | None, int]]:  # fmt: skip
    """Return the losses that a filter keeps by month and reason, None where no reason is known."""
    with db().reading() as connection:
        return read_reason_counts(connection, pinned(connection, generation_id), months, Scope.from_key(reach), kept)


def forget_reasons() -> None:
    """Forget what reasons change: after one was entered."""
    loss_count.clear()
    found_losses.clear()
    reason_counts.clear()


@st.cache_data(ttl=900, max_entries=100, show_spinner=False)
def survival(generation_id: int, start: int, last: int, reach: ScopeKey, kinds: tuple[str, ...] = (),
             tiers: tuple[str, ...] = ()) -> dict[str, SurvivalCurve]:  # fmt: skip
    """Return how long the clients of a month's end stayed, one curve per tier then."""
    with db().reading() as connection:
        lives = read_lives(connection, pinned(connection, generation_id), start, last, Scope.from_key(reach),
                           kinds, tiers)  # fmt: skip
    return survival_by_group(lives)


@st.cache_data(ttl=900, max_entries=100, show_spinner=False)
def opening_cohorts(generation_id: int, last: int, reach: ScopeKey, kinds: tuple[str, ...] = ()) -> list[Cohort]:
    """Return the share kept of the clients opened in each quarter."""
    with db().reading() as connection:
        lines = read_cohort_months(connection, pinned(connection, generation_id), last, Scope.from_key(reach), kinds)
    return cohorts(lines, last)


@st.cache_data(ttl=900, max_entries=200, show_spinner=False)
def warned_count(generation_id: int, month: int, reach: ScopeKey, kept: WarningFilter) -> int:
    """Return how many clients the warning list holds."""
    with db().reading() as connection:
        return count_warned(connection, pinned(connection, generation_id), month, Scope.from_key(reach), kept)


@st.cache_data(ttl=900, max_entries=200, show_spinner=False)
def warning_reasons(generation_id: int, month: int, reach: ScopeKey, kept: WarningFilter) -> dict[int, int]:
    """Return how many clients of the warning list have each reason."""
    with db().reading() as connection:
        return dict(count_reasons(connection, pinned(connection, generation_id), month, Scope.from_key(reach), kept))
