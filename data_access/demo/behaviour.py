"""How clients live from month to month: trading, money in and out, quietness, loss, archiving, return.

Every client is in one of four moods: active, occasional, quiet (assets, no trades) or emptied (a few hundred yuan
left). Moods, the market factor and tenure decide trades, flows, loss and return. Amounts are fen in int64 arrays.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from data_access.demo.profiles import INDIVIDUAL, Profiles
from data_access.demo.streams import stream

ACTIVE, OCCASIONAL, QUIET, EMPTIED = range(4)
HERE, CLOSED, WITHDRAWN = range(3)
_TRADE_CHANCE = np.array([0.78, 0.22, 0.0, 0.0])
_LOSS_CHANCE = np.array([0.0024, 0.0045, 0.0070, 0.0115])
STEPS = {ACTIVE: ((OCCASIONAL, 0.030), (EMPTIED, 0.0012)), OCCASIONAL: ((ACTIVE, 0.032), (QUIET, 0.022),
          (EMPTIED, 0.007)), QUIET: ((OCCASIONAL, 0.022), (EMPTIED, 0.016)), EMPTIED: ((ACTIVE, 0.0045),)}  # fmt: skip
ACTIVATION_CHANCE = 0.004
"""Chance that an archived client is activated in a month."""


def step_chance(start: int, goal: int, chance: float, market: float) -> float:
    """Return the chance of a step between moods: a rising market wakes people up, a falling one sends them to sleep."""
    return chance * float(np.clip(1 + (4 if goal < start else -3) * market, 0.4, 2.0))


def loss_chance(mood: np.ndarray, tenure: np.ndarray, market: float, *, archived: np.ndarray | bool) -> np.ndarray:
    """Return the chance of leaving in a month by mood, months since the opening and the month's market return."""
    chance: np.ndarray = _LOSS_CHANCE[mood] * np.select([tenure < 12, tenure < 36], [1.5, 1.1], 0.8)
    chance = chance * (1.15 if market < -0.03 else 1.0)
    chance = np.where(archived, chance * 0.2, chance)
    return chance  # noqa: RET504 -- the name carries the type


def archiving_chance(at: int, emptied_months: np.ndarray) -> np.ndarray:
    """Return the chance that an emptied client is archived in month ``at`` (index): every half year, after two."""
    return np.where(emptied_months > 24, 0.12, 0.0) if at % 6 == 5 else np.zeros(len(emptied_months))


@dataclass
class Happening:
    """Clients (indexes) to whom one kind of thing happened in a month, with the amount moved where there is one."""

    event: str
    clients: np.ndarray
    amount_fen: np.ndarray | None = None


@dataclass(frozen=True)
class Called:
    """Clients (indexes) who hear from somebody before month ``at`` (index) and come back in it with that chance."""

    at: int
    chance: float
    clients: tuple[int, ...]


@dataclass
class MonthFigures:
    """One month's rows: ``clients`` are indexes in ascending order, the rest runs beside them.

    ``effect`` is the market's true part in the change of assets: no row stores it, tests compare with it.
    """

    clients: np.ndarray
    end_assets: np.ndarray
    cash: np.ndarray
    inflow: np.ndarray
    outflow: np.ndarray
    turnover: np.ndarray
    trades: np.ndarray
    commission: np.ndarray
    fees: np.ndarray
    product: np.ndarray
    margin: np.ndarray
    effect: np.ndarray
    happenings: list[Happening] = field(default_factory=list)


class Behaviour:
    """The state of every client, moved on one month at a time by ``advance``."""

    def __init__(self, seed: int, profiles: Profiles) -> None:
        random = stream(seed, "initial")
        count = len(profiles)
        self.seed, self.profiles = seed, profiles
        before = profiles.opened_at < 0
        fresh = random.choice(4, count, p=[0.68, 0.26, 0.04, 0.02])
        settled = random.choice(4, count, p=[0.36, 0.29, 0.14, 0.21])
        self.mood = np.where(before, settled, fresh).astype(np.int8)
        self.place = np.zeros(count, np.int8)  # HERE, CLOSED or WITHDRAWN
        self.archived = np.zeros(count, bool)
        self.left_at = np.full(count, -1, np.int32)  # month index of the latest loss
        self.returned_at = np.full(count, -1, np.int32)
        self.returned_from = np.zeros(count, np.int8)  # 1 lost, 2 archived, 3 emptied
        self.called = np.zeros(count)  # chance to come back this month because somebody called
        self.emptied_months = np.where(self.mood == EMPTIED, random.geometric(0.05, count), 0).astype(np.int32)
        share = np.select(
            [self.mood == ACTIVE, self.mood == OCCASIONAL, self.mood == QUIET], [1.0, 0.75, 0.45], 0.0
        ) * random.lognormal(0, 0.3, count)
        self.assets = np.where(before, np.rint(profiles.wealth * share * 100), 0).astype(np.int64)
        empty = before & (self.mood == EMPTIED)
        self.assets[empty] = random.integers(0, 80_000, int(empty.sum()))
        old = before & (profiles.opened_at < -30)
        draw = random.random(count)
        self.lost_before = old & (draw < 0.055)
        self.place[self.lost_before] = np.where(random.random(int(self.lost_before.sum())) < 0.6, CLOSED, WITHDRAWN)
        self.archived_before = old & (draw >= 0.055) & (draw < 0.10) & (self.mood == EMPTIED)
        self.archived |= self.archived_before
        self.assets[self.lost_before] = 0

    def hear(self, called: Sequence[Called], at: int) -> None:
        """Take note of who is called before month ``at`` (index)."""
        self.called[:] = 0.0
        for one in called:
            if one.at == at:
                self.called[list(one.clients)] = one.chance

    def advance(self, at: int, market: float, busy: float) -> MonthFigures:
        """Live through month ``at`` (index) under a market return and a busyness factor."""
        random = stream(self.seed, "month", at)
        who = np.flatnonzero((self.profiles.opened_at <= at) & (self.place != CLOSED))
        life = self.profiles
        new = life.opened_at[who] == at
        happenings: list[Happening] = []
        before = self.assets[who]
        self._change_moods(random, who[~new & (self.place[who] == HERE) & ~self.archived[who]], market, at, happenings)
        returned = self._returns(random, at, happenings)
        leaving = self._leave(random, who[~new & (self.place[who] == HERE)], at, market)
        who = np.union1d(who, returned)
        before = self.assets[who]
        new = (life.opened_at[who] == at) | np.isin(who, returned)
        mood = self.mood[who]
        present = (self.place[who] == HERE) & ~self.archived[who]
        is_leaving = np.isin(who, leaving)

        size = len(who)
        woken = present & (mood <= OCCASIONAL) & (before < 100_000)
        flow_chance = np.array([0.26, 0.10, 0.02, 0.0])[mood] * present
        inflow = np.where(
            random.random(size) < flow_chance * 0.52,
            np.maximum(before, 500_000) * random.lognormal(-2.9, 0.9, size),
            0.0,
        )
        inflow = np.where(
            new | woken, np.maximum(life.wealth[who] * random.lognormal(-0.2, 0.4, size), 1_100) * 100, inflow
        )
        inflow = np.where(present, np.rint(inflow / 100) * 100, 0).astype(np.int64)
        outflow = np.where(
            (random.random(size) < flow_chance * 0.48) & ~new,
            np.minimum(before * random.lognormal(-2.9, 0.9, size), before * 0.8),
            0.0,
        )
        drained = present & (mood == EMPTIED) & (before > 80_000)
        outflow = np.where(drained, before - random.integers(0, 80_000, size), outflow)
        kept = np.where((self.place[who] == WITHDRAWN) & (random.random(size) < 0.25), 0.2, 0.0)

        product = np.where(mood == EMPTIED, 0.0, life.product_share[who])
        cash_share = np.where(mood == EMPTIED, 1.0, random.beta(1.2, 6.0, size))
        held = (before + 0.5 * (inflow - outflow)) * (1 - cash_share) * (1 - product)
        swing = np.clip(life.beta[who] * market + random.normal(0, 0.035, size), -0.6, 0.8)
        effect = np.rint(held * swing + before * product * 0.0025)
        effect = np.where(present & ~drained, effect, 0).astype(np.int64)
        outflow = np.where(is_leaving, (before + effect + inflow) * (1 - kept), outflow)
        outflow = np.where(present | is_leaving, np.maximum(np.rint(outflow), 0), 0).astype(np.int64)
        after = np.maximum(before + inflow - outflow + effect, 0)

        trades, turnover = self._trade(random, who, present, woken, (before + after) / 2, busy)
        commission = np.rint(turnover * life.rate_bp[who] / 10_000).astype(np.int64)
        fees = np.minimum(np.rint(turnover * 0.62 / 10_000).astype(np.int64), commission)
        product_fen = np.rint(after * product).astype(np.int64)
        cash = np.rint((after - product_fen) * cash_share).astype(np.int64)
        margin = np.where(life.has_margin[who] & (mood == ACTIVE), np.rint(after * 0.25), 0).astype(np.int64)
        self.assets[who] = after
        self._note_transfers(
            random, who, np.where(life.opened_at[who] == at, 0, inflow), outflow, is_leaving, happenings
        )
        for event, code in (("closed", CLOSED), ("designation_withdrawn", WITHDRAWN)):
            happenings.append(Happening(event, leaving[self.place[leaving] == code]))
        # a client without designation has rows while something is left at the firm
        shown = present | is_leaving | (self.archived[who] & (self.place[who] == HERE)) | (after > 0)
        parts = [
            part[shown]
            for part in (
                who,
                after,
                cash,
                inflow,
                outflow,
                turnover,
                trades,
                commission,
                fees,
                product_fen,
                margin,
                effect,
            )
        ]
        figures = MonthFigures(*parts)
        figures.happenings = happenings
        return figures

    def _trade(
        self,
        random: np.random.Generator,
        who: np.ndarray,
        present: np.ndarray,
        woken: np.ndarray,
        average: np.ndarray,
        busy: float,
    ) -> tuple[np.ndarray, np.ndarray]:
        """Return trades and turnover (fen): bigger in lively months, smaller slices for institutions."""
        life, mood, size = self.profiles, self.mood[who], len(who)
        trading = present & (random.random(size) < np.clip(_TRADE_CHANCE[mood] * busy**0.5, 0, 0.97)) | woken
        pace = life.pace[who] * np.where(mood == ACTIVE, 1.0, 0.4) * busy
        trades = np.where(trading, 1 + random.poisson(pace), 0)
        slice_of_assets = np.where(life.kind[who] == INDIVIDUAL, 0.5, 0.4) * random.lognormal(0, 0.5, size)
        turnover = np.maximum(average, 100_000) * slice_of_assets * trades**0.75
        return trades, np.where(trading, np.rint(turnover), 0).astype(np.int64)

    def _change_moods(
        self, random: np.random.Generator, who: np.ndarray, market: float, at: int, happenings: list[Happening]
    ) -> None:
        self.emptied_months[who] = np.where(self.mood[who] == EMPTIED, self.emptied_months[who] + 1, 0)
        draw = random.random(len(who))
        mood = self.mood[who].copy()
        for start, steps in STEPS.items():
            floor = 0.0
            for goal, chance in steps:
                scaled = step_chance(start, goal, chance, market)
                moved = (self.mood[who] == start) & (draw >= floor) & (draw < floor + scaled)
                mood[moved] = goal
                floor += scaled
        back = (self.mood[who] == EMPTIED) & (mood == ACTIVE) & (self.emptied_months[who] > 12)
        self.returned_at[who[back]], self.returned_from[who[back]] = at, 3
        self.mood[who] = mood
        if at % 6 == 5:
            archiving = archiving_chance(at, self.emptied_months[who])
            away = who[(mood == EMPTIED) & (random.random(len(who)) < archiving)]
            self.archived[away] = True
            happenings.append(Happening("archived", away))

    def _leave(self, random: np.random.Generator, who: np.ndarray, at: int, market: float) -> np.ndarray:
        tenure = at - self.profiles.opened_at[who]
        chance = loss_chance(self.mood[who], tenure, market, archived=self.archived[who])
        chance = np.where(self.returned_at[who] == at, 0.0, chance)
        leaving: np.ndarray = who[random.random(len(who)) < chance]
        self.place[leaving] = np.where(random.random(len(leaving)) < 0.6, CLOSED, WITHDRAWN)
        self.left_at[leaving] = at
        return leaving

    def _returns(self, random: np.random.Generator, at: int, happenings: list[Happening]) -> np.ndarray:
        opened = self.profiles.opened_at < at
        lost = np.flatnonzero((self.place != HERE) & opened & ((self.left_at < at - 1) | self.lost_before))
        lost = lost[random.random(len(lost)) < 0.005]
        away = np.flatnonzero(self.archived & (self.place == HERE) & opened)
        away = away[random.random(len(away)) < ACTIVATION_CHANCE]
        answered = self._answer(at)
        waiting = (self.left_at < at - 1) | self.lost_before
        lost = np.union1d(lost, answered[(self.place[answered] != HERE) & waiting[answered]])
        away = np.union1d(away, answered[(self.place[answered] == HERE) & self.archived[answered]])
        happenings.append(Happening("opened", lost[self.place[lost] == CLOSED]))
        happenings.append(Happening("designation_made", lost[self.place[lost] == WITHDRAWN]))
        happenings.append(Happening("activated", np.concatenate([away, lost[self.archived[lost]]])))
        self.returned_from[lost], self.returned_from[away] = 1, 2
        both = np.concatenate([lost, away])
        self.returned_at[both] = at
        self.place[lost] = HERE
        self.archived[both] = False
        self.mood[both] = ACTIVE
        return both

    def _answer(self, at: int) -> np.ndarray:
        """Return who comes back because of a call; those whose account was merely empty are awake at once."""
        asked = np.flatnonzero(self.called > 0)
        answered = asked[stream(self.seed, "called", at).random(len(asked)) < self.called[asked]]
        awake = answered[(self.place[answered] == HERE) & ~self.archived[answered] & (self.mood[answered] == EMPTIED)]
        self.mood[awake], self.returned_at[awake], self.returned_from[awake] = ACTIVE, at, 3
        return answered

    def _note_transfers(
        self,
        random: np.random.Generator,
        who: np.ndarray,
        inflow: np.ndarray,
        outflow: np.ndarray,
        is_leaving: np.ndarray,
        happenings: list[Happening],
    ) -> None:
        size = len(who)
        moved_in = (inflow > 20_000_000) & (random.random(size) < 0.15)
        moved_out = (outflow > 1_000_000) & (random.random(size) < np.where(is_leaving, 0.4, 0.04))
        happenings.append(Happening("transferred_in", who[moved_in], inflow[moved_in] // 2))
        happenings.append(Happening("transferred_out", who[moved_out], outflow[moved_out] // 2))
