"""Uplift by intention to treat: every client counts in the arm it was drawn into, whatever was done with it.

The outcome of both arms is conduct alone (R-21, R-23, R-25) at one and the same number of days after the draw; clients
who were not drawn (must-contact) count in neither.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cached_property
from operator import attrgetter
from typing import NamedTuple

from domain.holdout import Arm
from domain.words import Word
from metrics.uplift.inflow import InflowDifference, InflowRow, inflow_difference
from metrics.uplift.intervals import stratified_interval
from metrics.uplift.power import clients_needed

_TASK, _HELD = Arm.TASK.value, Arm.HOLDOUT.value
WORTHWHILE = 0.05
"""The smallest difference worth the calls, as a ratio, where none is set."""


class Verdict(Word):
    """What the comparison says."""

    WORKS = "works", "It works"
    DOES_NOT = "does_not", "It does not work"
    CANNOT_TELL = "cannot_tell", "Cannot tell yet"
    NO_HOLDOUT = "no_holdout", "Nobody was held back, so nothing can be compared"


class DrawnClient(NamedTuple):
    """A drawn client at the end of the days counted.

    ``staff_no``: the person it was given to, or was meant for; ``contacted``: a contact is on record within the days.
    ``campaign``: the draw it was part of.
    """

    client_no: str
    arm: str
    returned: bool
    contacted: bool = False
    staff_no: str | None = None
    net_inflow_fen: int | None = None
    campaign: str = ""


@dataclass(frozen=True)
class Uplift:
    """Both arms and their difference.

    ``difference``, ``low`` and ``high``: proportion returned with contact minus without, ratios; None without one of
    the arms. Of several campaigns each is compared within itself, since they held back different shares.
    ``still_needed``: clients to be drawn beside these, both arms together, before the question is likely settled; set
    where the verdict is open, and None there if no number would do. ``contaminated``: held-back clients who were
    contacted; ``attempted``: contacted ones of the other arm. ``compared``: the clients of both arms, ``seed`` where
    the draws of ``inflow`` begin.
    """

    task_count: int
    task_returned: int
    held_count: int
    held_returned: int
    difference: float | None
    low: float | None
    high: float | None
    verdict: Verdict
    worthwhile: float
    needed: int | None
    still_needed: int | None
    contaminated: int
    attempted: int
    compared: tuple[DrawnClient, ...] = field(default=(), repr=False, compare=False)
    seed: int = field(default=1, repr=False, compare=False)

    @cached_property
    def inflow(self) -> InflowDifference | None:
        """The difference in net inflow per client; thousands of draws, made when it is asked for first."""
        if not self.compared:
            return None
        return inflow_difference((InflowRow(row.arm, row.staff_no, row.net_inflow_fen, row.campaign)
                                  for row in self.compared), seed=self.seed)  # fmt: skip

    @property
    def contamination(self) -> float | None:
        """The part of the held-back clients who were contacted; None for none held back."""
        return self.contaminated / self.held_count if self.held_count else None


def uplift_of(clients: Iterable[DrawnClient], *, seed: int = 1, worthwhile: float = WORTHWHILE) -> Uplift:
    """Compare the arms of one campaign, or of several put together.

    It works when the whole interval lies above 0; it does not when the whole interval lies below ``worthwhile`` and not
    above 0; otherwise it cannot be told. Raises ``ValueError`` for a client named twice and for ``worthwhile`` <= 0.
    """
    rows = sorted(clients, key=attrgetter("client_no"))
    if len({row.client_no for row in rows}) != len(rows):
        raise ValueError("a client stands in the arms twice")
    if worthwhile <= 0:
        raise ValueError("the difference that is worth the calls lies above 0")
    held = [row for row in rows if row.arm == _HELD]
    task = [row for row in rows if row.arm == _TASK]
    returned, without = sum(row.returned for row in task), sum(row.returned for row in held)
    contaminated, attempted = sum(row.contacted for row in held), sum(row.contacted for row in task)
    if not task or not held:
        return Uplift(len(task), returned, len(held), without, None, None, None, Verdict.NO_HOLDOUT, worthwhile, None,
                      None, contaminated, attempted)  # fmt: skip
    strata = _by_campaign(rows)
    if not any(total and held_total for _, total, _, held_total in strata):
        return Uplift(len(task), returned, len(held), without, None, None, None, Verdict.NO_HOLDOUT, worthwhile, None,
                      None, contaminated, attempted)  # fmt: skip
    difference, low, high = stratified_interval(strata)
    verdict = decide_verdict(low, high, worthwhile)
    # two returned and two not are added, so that a base of nil is not taken for certain
    base = (without + 2) / (len(held) + 4)
    needed = clients_needed(base, worthwhile, len(held) / (len(task) + len(held)))
    still = None
    if verdict == Verdict.CANNOT_TELL and needed is not None:
        still = _still_needed(len(task) + len(held), needed, difference, low, high, worthwhile)
    return Uplift(len(task), returned, len(held), without, difference, low, high, verdict, worthwhile, needed, still,
                  contaminated, attempted, (*task, *held), seed)  # fmt: skip


def _by_campaign(rows: Iterable[DrawnClient]) -> list[tuple[int, int, int, int]]:
    """Return (returned, count) with contact and without per campaign, in the order of campaigns."""
    found: dict[str, list[int]] = {}
    for row in rows:
        counts = found.setdefault(row.campaign, [0, 0, 0, 0])
        place = 2 if row.arm == _HELD else 0
        counts[place] += row.returned
        counts[place + 1] += 1
    return [(one[0], one[1], one[2], one[3]) for _, one in sorted(found.items())]


def decide_verdict(low: float, high: float, worthwhile: float) -> Verdict:
    """Return the verdict of an interval."""
    if low > 0:
        return Verdict.WORKS
    if high < worthwhile:
        return Verdict.DOES_NOT
    return Verdict.CANNOT_TELL


def _still_needed(drawn: int, needed: int, difference: float, low: float, high: float, worthwhile: float) -> int:
    """Return how many more clients it takes: up to the size planned, beyond it until the interval is narrow enough.

    Narrow enough: at the difference seen so far it would leave out 0 or ``worthwhile``, whichever is farther off.
    """
    if needed > drawn:
        return needed - drawn
    to_nil, to_worth = difference - low, high - difference
    ratios = [reach / distance for reach, distance in ((to_nil, difference), (to_worth, worthwhile - difference))
              if distance > 0]  # fmt: skip
    return max(math.ceil(drawn * (min(ratios) ** 2 - 1)), 1)
