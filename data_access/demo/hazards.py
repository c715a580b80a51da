"""The generator's own chances of loss: what the best possible forecast of a demo firm would know.

The life of the firm is lived again from its seed, and the chance that a client is lost within the coming months is
worked out from the client's hidden mood, tenure and the market that is to come. Nothing is simulated: the steps of
``Behaviour`` are followed as a chain of states with exact chances.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from sqlalchemy import Connection, select

from data_access.demo.behaviour import (
    ACTIVATION_CHANCE,
    ACTIVE,
    EMPTIED,
    HERE,
    OCCASIONAL,
    QUIET,
    STEPS,
    Behaviour,
    Called,
    archiving_chance,
    loss_chance,
    step_chance,
)
from data_access.demo.build import TRUTH_KEY
from data_access.demo.profiles import draw_profiles
from data_access.tables import app_setting

LONGEST = 24
"""Months ahead for which the chain is exact: a client who is emptied on the way is not archived before that."""
_RESTING, _ARCHIVED = 4, 5
"""States beside the moods: emptied since before the first step, and archived on the way."""


@dataclass(frozen=True)
class Truth:
    """What a demo firm was made of; months are YYYYMM. ``called``: whom its campaigns reached, and to what effect."""

    seed: int
    clients: int
    months: tuple[int, ...]
    market_returns: tuple[float, ...]
    busyness: tuple[float, ...]
    called: tuple[Called, ...] = ()


def read_truth(connection: Connection) -> Truth | None:
    """Return what the firm was made of, or None where it is no demo firm."""
    text = connection.execute(select(app_setting.c.value).where(app_setting.c.key == TRUTH_KEY)).scalar()
    if text is None:
        return None
    body = json.loads(text)
    return Truth(body["seed"], body["clients"], tuple(body["months"]), tuple(body["market_returns"]),
                 tuple(body["busyness"]), tuple(Called(one["at"], one["chance"], tuple(one["clients"]))
                                                for one in body.get("called", ())))  # fmt: skip


def true_chances(truth: Truth, months: Sequence[int], horizon: int) -> Iterator[tuple[int, np.ndarray]]:
    """Yield, for each of the months in order, the chance of loss within ``horizon`` months for every client.

    The array runs by ``client_id - 1``; 0 for clients already gone or not yet there at the month's end. Raises
    ``ValueError`` for a horizon outside 1 … 24 or one that ends after the firm's last month.
    """
    if not 1 <= horizon <= LONGEST:
        raise ValueError(f"the chain is exact for 1 to {LONGEST} months")
    asked = {truth.months.index(month): month for month in months}
    if any(at + horizon >= len(truth.months) for at in asked):
        raise ValueError("the months ahead end after the firm's last one")
    firm = Behaviour(truth.seed, draw_profiles(truth.seed, truth.clients, list(truth.months)))
    for at in range(max(asked, default=-1) + 1):
        firm.hear(truth.called, at)
        firm.advance(at, truth.market_returns[at], truth.busyness[at])
        if at in asked:
            yield asked[at], _chances(firm, at, truth, horizon)


def _chances(firm: Behaviour, at: int, truth: Truth, horizon: int) -> np.ndarray:
    market = truth.market_returns
    who = np.flatnonzero((firm.profiles.opened_at <= at) & (firm.place == HERE))
    state = np.zeros((6, len(who)))
    mood = np.where(firm.mood[who] == EMPTIED, _RESTING, firm.mood[who])
    mood = np.where(firm.archived[who], _ARCHIVED, mood)
    state[mood, np.arange(len(who))] = 1.0
    lost = np.zeros(len(who))
    for step in range(1, horizon + 1):
        now = at + step
        state = _moved(state, market[now])
        away = state[_RESTING] * archiving_chance(now, firm.emptied_months[who] + step)
        state[_RESTING] -= away
        state[_ARCHIVED] += away
        # an archived client who comes back in the month cannot be lost in it
        back = state[_ARCHIVED] * ACTIVATION_CHANCE
        state[_ARCHIVED] -= back
        firm.hear(truth.called, now)
        for place in (EMPTIED, _RESTING, _ARCHIVED):
            answered = state[place] * firm.called[who]
            state[place] -= answered
            back = back + answered
        tenure = now - firm.profiles.opened_at[who]
        for place, as_mood in enumerate((ACTIVE, OCCASIONAL, QUIET, EMPTIED, EMPTIED, EMPTIED)):
            chance = loss_chance(np.full(len(who), as_mood), tenure, market[now], archived=place == _ARCHIVED)
            leaving = state[place] * chance
            lost += leaving
            state[place] -= leaving
        state[ACTIVE] += back
    chances = np.zeros(len(firm.profiles))
    chances[who] = lost
    return chances


def _moved(state: np.ndarray, market: float) -> np.ndarray:
    """Return the states after the month's change of moods; archived clients keep theirs."""
    after = state.copy()
    for place, start in ((ACTIVE, ACTIVE), (OCCASIONAL, OCCASIONAL), (QUIET, QUIET), (EMPTIED, EMPTIED),
                         (_RESTING, EMPTIED)):  # fmt: skip
        for goal, chance in STEPS[start]:
            share = state[place] * step_chance(start, goal, chance, market)
            after[place] -= share
            after[goal] += share
    return after
