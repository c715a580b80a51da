"""Clients whose conduct is thrown by dice, so that the truth behind a campaign is known: nothing, or so many points.

A client's chance to come back without a call hangs on the same things as the strata of the draw. What a call adds is
the same for everybody. Conduct is written as the facts that the product reads, and judged by the product.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import date, timedelta

import numpy as np

from domain.holdout import Arm, Candidate, draw_arms
from domain.months import month_of, month_range, month_start
from domain.outcomes import ConductFacts, MonthConduct, ReturnEvent, outcome_of
from domain.policies import FIRST_RULE_SET
from domain.status import Spell
from domain.words import AccountEventKind, Status
from metrics.uplift import DrawnClient, Uplift, uplift_of

DRAWN_ON = date(2026, 1, 5)
DAYS = 90
UNTIL = DRAWN_ON + timedelta(days=DAYS)
MONTHS = month_range(month_of(DRAWN_ON), 202603)
"""The months that count up to ``UNTIL``."""
OFFICES = ("O011", "O012", "O021", "O022")
PEOPLE = 40
KINDS = (Status.LOST, Status.ARCHIVED, Status.SILENT)
QUIET = (5, 13, 20, 30, 50)
_AMOUNTS = np.rint(np.exp(np.random.default_rng(5).normal(9.5, 1.3, 40))).astype(int)
"""Yuan that clients bring who come back: a few bring much."""


@dataclass(frozen=True)
class Odds:
    """How often clients come back without a call, by status, and what is taken off it by the months quiet."""

    lost: float = 0.030
    archived: float = 0.025
    silent: float = 0.050
    by_quiet: tuple[float, ...] = (1.5, 1.25, 1.0, 0.75, 0.5)

    @property
    def mean(self) -> float:
        """The chance of a client picked at random."""
        return (self.lost + self.archived + self.silent) / 3 * sum(self.by_quiet) / len(self.by_quiet)


@dataclass
class World:
    """Throws campaigns of ``size`` clients each; ``effect``: what a call adds to the chance, as a ratio."""

    size: int
    share_bp: int
    odds: Odds = Odds()
    facts: dict[tuple[int, int, int], ConductFacts] = field(default_factory=dict)
    judged: dict[tuple[int, int, int], tuple[bool, int]] = field(default_factory=dict)

    def campaign(self, seed: int, effect: float) -> Uplift:
        """Throw one campaign: its list, its draw, the conduct of both groups; return what the product makes of it."""
        dice = np.random.default_rng(seed)
        kind, quiet = dice.integers(0, 3, self.size), dice.integers(0, 5, self.size)
        office, tier = dice.integers(0, len(OFFICES), self.size), dice.integers(0, 3, self.size)
        names = [f"{number:08d}" for number in range(1, self.size + 1)]
        draw = draw_arms(hashlib.sha256(f"world {seed}".encode()).digest(), [
            Candidate(name, None if k == 0 else "ABC"[t], QUIET[q], OFFICES[o])
            for name, k, t, q, o in zip(names, kind.tolist(), tier.tolist(), quiet.tolist(), office.tolist(),
                                        strict=True)
        ], self.share_bp)  # fmt: skip
        called = np.array([draw.arms[name] == Arm.TASK for name in names])
        base = (
            np.array([self.odds.lost, self.odds.archived, self.odds.silent])[kind] * np.array(self.odds.by_quiet)[quiet]
        )
        back = dice.random(self.size) < base + effect * called
        holder = dice.integers(0, PEOPLE, self.size)
        # clients of one person fare alike: some people's clients bring more than others'
        luck = dice.integers(0, 12, PEOPLE)
        place = np.minimum(dice.integers(0, 28, self.size) + luck[holder], len(_AMOUNTS) - 1)
        amount = np.where(back, 1 + place, 0)
        rows = []
        for at, name in enumerate(names):
            key = (int(kind[at]), int(amount[at]), int(dice.integers(0, len(MONTHS))) if back[at] else 0)
            returned, inflow = self._judge(key)
            rows.append(DrawnClient(name, draw.arms[name], returned, bool(called[at]),
                                    f"S{holder[at]:04d}" if called[at] else None, inflow))  # fmt: skip
        return uplift_of(rows, seed=seed)

    def _judge(self, key: tuple[int, int, int]) -> tuple[bool, int]:
        """Return what the product says of a conduct; equal conduct is judged once."""
        if key not in self.judged:
            outcome = outcome_of(conduct(*key), drawn_on=DRAWN_ON, until_on=UNTIL, rules=FIRST_RULE_SET)
            assert outcome.returned is not None
            assert outcome.net_inflow_fen is not None
            self.judged[key] = outcome.returned, outcome.net_inflow_fen
        return self.judged[key]


def conduct(kind: int, amount: int, month: int) -> ConductFacts:
    """Return the facts of a client: ``amount`` 0 stays away, else the place in the list of amounts, plus 1."""
    fen = int(_AMOUNTS[amount - 1]) * 100 if amount else 0
    day = month_start(MONTHS[month]) + timedelta(days=20)
    months = {one: MonthConduct(0, 0, 0, 0) for one in MONTHS}
    if amount:
        # what was lost or archived may bring as little as it likes, a silent client brings R-25's thousand at least
        fen = max(fen, 100_000) if KINDS[kind] == Status.SILENT else fen
        months[MONTHS[month]] = MonthConduct(fen, 0, 2, fen)
    last = MONTHS[-1] + 1
    if KINDS[kind] == Status.SILENT:
        return ConductFacts(Status.SILENT, months=months, assets_fen=50_000, last_month=last)
    spell = Spell(date(2024, 3, 1), day if amount else None)
    if KINDS[kind] == Status.LOST:
        events = (ReturnEvent(AccountEventKind.OPENED, day),) if amount else ()
        return ConductFacts(Status.LOST, lost=(spell,), events=events, months=months, last_month=last)
    events = (ReturnEvent(AccountEventKind.ACTIVATED, day),) if amount else ()
    return ConductFacts(Status.ARCHIVED, archived=(spell,), events=events, months=months, last_month=last)
