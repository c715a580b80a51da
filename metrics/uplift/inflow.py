"""The difference in net inflow per client between the arms, with a bootstrap that draws whole people, not clients.

Clients of one person fare alike, so the people are drawn anew, each with all of their clients. A held-back client
nobody was meant for is drawn alone. Campaigns that held back different shares weigh the same in both arms.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from domain.holdout import Arm
from metrics.uplift.intervals import CONFIDENCE, stratum_weight

DRAWS = 2_000
CELLS = 2_000_000
"""Draws times clients held in memory at a time."""

Floats = npt.NDArray[np.float64]


class InflowRow(NamedTuple):
    """A client of either arm: the person it was given to or meant for (None: nobody), and its net inflow in fen.

    ``net_inflow_fen`` None: not known, and left out. ``campaign``: the draw it was part of.
    """

    arm: str
    staff_no: str | None
    net_inflow_fen: int | None
    campaign: str = ""


@dataclass(frozen=True)
class InflowDifference:
    """Mean net inflow per client with contact minus without, in fen.

    ``low`` and ``high``: ends of the 95 % interval, None where fewer than two people or held-back clients leave it
    undetermined. ``unknown``: clients left out for want of data.
    """

    difference_fen: float
    low_fen: float | None
    high_fen: float | None
    task_count: int
    held_count: int
    people: int
    unknown: int


def inflow_difference(rows: Iterable[InflowRow], *, seed: int, draws: int = DRAWS) -> InflowDifference | None:
    """Return the difference with its percentile interval; None where an arm has no client with known inflow.

    The same rows, in whatever order, and the same seed give the same interval.
    """
    known: list[InflowRow] = []
    unknown = 0
    for row in rows:
        if row.net_inflow_fen is None:
            unknown += 1
        else:
            known.append(row)
    weights = _weights(known)
    known = [row for row in known if weights[row.campaign, row.arm == Arm.HOLDOUT] > 0]
    people = sorted({row.staff_no for row in known if row.staff_no is not None})
    place = {staff_no: number for number, staff_no in enumerate(people)}
    # columns: sum and weight with contact, sum and weight held back
    sums = [[0.0, 0.0, 0.0, 0.0] for _ in people]
    alone: list[tuple[float, float]] = []
    nobody = [0.0, 0.0, 0.0, 0.0]
    for row in known:
        held = row.arm == Arm.HOLDOUT
        weight = weights[row.campaign, held]
        amount = weight * float(row.net_inflow_fen or 0)
        if row.staff_no is None and held:
            alone.append((amount, weight))
            continue
        cells = nobody if row.staff_no is None else sums[place[row.staff_no]]
        cells[2 if held else 0] += amount
        cells[3 if held else 1] += weight
    if not known:
        return None
    by_person, stray = np.array(sums).reshape(-1, 4), np.array(nobody)
    single = np.array(sorted(alone)).reshape(-1, 2)
    total = by_person.sum(axis=0) + stray
    total[2:] += single.sum(axis=0)
    difference = float(total[0] / total[1] - total[2] / total[3])
    held_count = sum(row.arm == Arm.HOLDOUT for row in known)
    counts = len(known) - held_count, held_count
    if len(people) < 2 or (len(single) < 2 and not (by_person[:, 3] > 0).sum() >= 2):
        return InflowDifference(difference, None, None, *counts, len(people), unknown)
    spread = _drawn(by_person, single, stray, np.random.default_rng(seed), draws)
    low, high = np.quantile(spread, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return InflowDifference(difference, float(low), float(high), *counts, len(people), unknown)


def _weights(rows: list[InflowRow]) -> dict[tuple[str, bool], float]:
    """Return the weight of a client by campaign and arm, so that a campaign weighs alike in both; 1 where it is alone.

    Clients of a campaign without one of the arms have none.
    """
    counts = Counter((row.campaign, row.arm == Arm.HOLDOUT) for row in rows)
    campaigns = sorted({campaign for campaign, _ in counts})  # in one order, so that the last digit never changes
    share = {one: stratum_weight(counts[one, False], counts[one, True]) for one in campaigns}
    whole = sum(share.values())
    totals = {held: sum(count for (one, side), count in counts.items() if side == held and share[one])
              for held in (False, True)}  # fmt: skip
    return {(one, held): share[one] / whole * totals[held] / counts[one, held] if share[one] else 0.0
            for one in campaigns for held in (False, True)}  # fmt: skip


def _drawn(by_person: Floats, single: Floats, stray: Floats, dice: np.random.Generator, draws: int) -> Floats:
    """Return the differences of the draws in which both arms have somebody."""
    people = len(by_person)
    totals = dice.multinomial(people, np.full(people, 1 / people), size=draws) @ by_person + stray
    if len(single):
        step = max(CELLS // len(single), 1)
        is_even = bool((single[:, 1] == 1.0).all())  # everybody weighs 1: as many are drawn every time
        for first in range(0, draws, step):
            part = slice(first, min(first + step, draws))
            picked = dice.integers(0, len(single), size=(part.stop - part.start, len(single)))
            # one after the other: to pick pairs takes many times as long
            totals[part, 2] += np.take(single[:, 0], picked).sum(axis=1)
            totals[part, 3] += len(single) if is_even else np.take(single[:, 1], picked).sum(axis=1)
    totals = totals[(totals[:, 1] > 0) & (totals[:, 3] > 0)]
    return np.asarray(totals[:, 0] / totals[:, 1] - totals[:, 2] / totals[:, 3])
