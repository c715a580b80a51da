"""The campaigns of the demo firm's last year: which list each took, who was held back, and whom the calls woke.

A campaign is drawn at a month's end on the state of that day, with the product's own draw. Clients to be contacted come
back a little more often in the two months after, those held back do not: the results page has a truth to find.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import date

import numpy as np

from data_access.clock import business_date
from data_access.demo.behaviour import EMPTIED, HERE, OCCASIONAL, QUIET, Behaviour, Called, MonthFigures
from data_access.demo.client_rows import client_no
from data_access.demo.places import OFFICES
from data_access.demo.profiles import Profiles
from data_access.demo.streams import stream
from domain.campaigns import window_to
from domain.holdout import Arm, Candidate, Draw, draw_arms
from domain.months import month_add, month_start
from domain.policies import FIRST_RULE_SET

LOST, ARCHIVED, SILENT, KEPT = 1, 2, 3, 4
STATUS = ("", "lost", "archived", "silent", "normal")
MOST_MEMBERS = 3_000
_CALLED = 0.86
"""Part of a list that is reached within the first month."""
_WINDOW = FIRST_RULE_SET.task_life_months


@dataclass(frozen=True)
class Wave:
    """One campaign to be: ``effect`` is the chance that a call brings a client back in each of two months.

    ``place``: code of the unit that hands out. ``share``: part of its list that is taken. ``given``: part of those
    not held back that was handed out. ``story``: ``closed``, ``running``, ``busy`` (a hand-out undone, contacts in one
    minute, held-back clients called), ``fresh`` (drawn, not yet handed out) or ``cancelled``.
    """

    name: str
    place: str
    months_back: int
    holdout_bp: int
    share: float
    effect: float
    story: str
    kinds: tuple[int, ...] = (LOST, ARCHIVED, SILENT)
    predecessor: str = "preferred"
    given: float = 1.0


WAVES = (
    Wave("沉寂客户唤回(第一期)", "B03", 11, 1_500, 0.7, 0.030, "closed", (SILENT,)),
    Wave("流失客户再邀", "HQ", 8, 2_000, 0.4, 0.045, "closed", (LOST,)),
    Wave("休眠账户激活", "B01", 6, 1_000, 0.6, 0.0, "closed", (ARCHIVED, SILENT)),
    Wave("老客户挽留(第一期)", "B03", 5, 1_000, 0.25, 0.0, "closed", (KEPT,)),
    Wave("沉寂客户唤回(第二期)", "B05", 2, 1_000, 0.6, 0.030, "running", (SILENT, ARCHIVED)),
    Wave("福州老客户回访", "O041", 2, 1_000, 0.3, 0.020, "running"),
    Wave("老客户挽留(第二期)", "B03", 2, 1_000, 0.3, 0.0, "running", (KEPT,)),
    Wave("流失与沉寂客户回访", "B03", 2, 2_000, 0.5, 0.030, "busy", (LOST, SILENT)),
    Wave("东北必访名单", "B02", 1, 0, 0.4, 0.020, "running", predecessor="first", given=0.7),
    Wave("深圳试发名单", "O051", 1, 1_000, 0.3, 0.0, "cancelled"),
    Wave("沉寂客户唤回(第三期)", "B03", 0, 1_500, 0.6, 0.0, "fresh", (SILENT, ARCHIVED)),
)  # fmt: skip


@dataclass(frozen=True)
class Drawn:
    """A wave as drawn: its members as arrays in the order of ``draw_arms``; amounts in fen, days ``datetime64[D]``.

    ``called``: who is reached by a call. ``excluded``: clients of the list who refuse marketing.
    """

    number: int
    wave: Wave
    at: int
    day: np.datetime64
    key: bytes
    draw: Draw
    members: np.ndarray
    kind: np.ndarray
    tier: list[str | None]
    quiet: np.ndarray
    value: np.ndarray
    assets: np.ndarray
    held: np.ndarray
    called: np.ndarray
    excluded: np.ndarray


@dataclass
class CampaignPlan:
    """Watches the months go by and draws every wave when its month has come."""

    seed: int
    profiles: Profiles
    behaviour: Behaviour
    months: list[int]
    opted_out: np.ndarray
    drawn: list[Drawn] = field(default_factory=list)

    def __post_init__(self) -> None:
        count = len(self.profiles)
        self.earned = np.zeros(count, np.int64)
        self.still = np.zeros(count, np.int32)
        self.held_until = np.full(count, -1, np.int32)
        self.called: list[Called] = []

    @property
    def members(self) -> np.ndarray:
        """Return every client of any campaign that was not cancelled, by index."""
        lists = [one.members for one in self.drawn if one.wave.story != "cancelled"]
        return np.unique(np.concatenate(lists)) if lists else np.array([], np.int64)

    @property
    def held_days(self) -> tuple[np.ndarray, np.ndarray]:
        """Return by client the first and last day of its newest hold-out, NaT where it was in none."""
        first = np.full(len(self.profiles), np.datetime64("NaT"), "datetime64[D]")
        last = first.copy()
        for one in self.drawn:
            if one.wave.story != "cancelled":
                first[one.members[one.held]] = one.day
                last[one.members[one.held]] = window_to(date.fromisoformat(str(one.day)), FIRST_RULE_SET)
        return first, last

    def after_month(self, at: int, figures: MonthFigures) -> None:
        """Note a month's income and trades, and draw the campaigns whose month it was."""
        self.still += 1
        self.still[figures.clients[figures.trades > 0]] = 0
        self.earned[figures.clients] += figures.commission - figures.fees
        for number, wave in enumerate(WAVES, start=1):
            if at == len(self.months) - 1 - wave.months_back and at >= 1:
                self._draw(number, wave, at)

    def _draw(self, number: int, wave: Wave, at: int) -> None:
        random = stream(self.seed, "campaign", number)
        kinds = self._kinds(at)
        offices = [i for i, (code, *_) in enumerate(OFFICES) if wave.place in ("HQ", f"B0{code[2]}", code)]
        listed = np.isin(kinds, wave.kinds) & np.isin(self.profiles.office, offices) & (self.held_until < at)
        found = np.flatnonzero(listed)
        size = min(int(len(found) * wave.share), MOST_MEMBERS)
        if not size:
            return
        picked = np.sort(random.choice(found, size, replace=False))
        refusing = np.isin(picked, self.opted_out)
        members, excluded = picked[~refusing], picked[refusing]
        tier = self._tiers(members, kinds[members])
        quiet = np.where(kinds[members] == KEPT, self.still[members], np.maximum(self.still[members], 13))
        key = hashlib.sha256(f"demo:{self.seed}:{number}".encode()).digest()
        numbers = [client_no(i) for i in members.tolist()]
        draw = draw_arms(key, [
            Candidate(no, level, months, OFFICES[office][0])
            for no, level, months, office in zip(numbers, tier, quiet.tolist(),
                                                 self.profiles.office[members].tolist(), strict=True)
        ], wave.holdout_bp)  # fmt: skip
        held = np.array([draw.arms[no] == Arm.HOLDOUT for no in numbers], bool)
        called = ~held & (random.random(len(members)) < _CALLED) & (wave.story not in ("cancelled", "fresh"))
        if wave.story != "cancelled":
            self.held_until[members] = at + _WINDOW + 1
        if wave.effect:
            heard = tuple(members[called].tolist())
            self.called += [Called(at + later, wave.effect, heard) for later in (2, 3)]
        value = self.earned[members] * 12 // (at + 1)
        self.drawn.append(Drawn(number, wave, at, self._day(wave, at), key, draw, members, kinds[members], tier,
                                quiet, np.maximum(value, 0), self.behaviour.assets[members], held, called,
                                excluded))  # fmt: skip

    def _kinds(self, at: int) -> np.ndarray:
        life = self.behaviour
        here, gone = life.place == HERE, life.place != HERE
        opened = self.profiles.opened_at
        kept = here & ~life.archived & np.isin(life.mood, (OCCASIONAL, QUIET)) & (life.assets > 2_000_000)
        silent = here & ~life.archived & (life.mood == EMPTIED) & (life.emptied_months >= 13) & (opened < at - 13)
        ripe = gone & (life.lost_before | (life.left_at <= at - 4))
        groups = [ripe, gone, here & life.archived, silent & (at >= 13), kept & (opened < at - 6)]
        kinds = np.select(groups, [LOST, 0, ARCHIVED, SILENT, KEPT], 0)
        kinds[(life.returned_at >= at - 1) | (opened > at)] = 0
        return kinds

    def _tiers(self, members: np.ndarray, kinds: np.ndarray) -> list[str | None]:
        """Return tiers as the figures would have them: nobody lost has one, nobody who earns nothing stands high."""
        lines = np.quantile(self.earned, (0.80, 0.95))
        level = np.searchsorted(lines, self.earned[members], side="right")
        return [None if lost else "CBA"[at] for lost, at in zip((kinds == LOST).tolist(), level.tolist(), strict=True)]

    def _day(self, wave: Wave, at: int) -> np.datetime64:
        """Return the day of the draw: in the first days of the month after, the present day for the newest."""
        start = np.datetime64(month_start(month_add(self.months[at], 1)))
        day = np.busday_offset(start, 3 + wave.months_back % 3, roll="forward")
        if wave.months_back:
            return np.datetime64(day)
        today = np.datetime64(business_date())
        return today if start <= today < start + np.timedelta64(31, "D") else start
