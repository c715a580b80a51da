"""How likely an effect is shown, and how many clients that takes: exact over both binomials, for the very rule used.

An effect counts as shown when the interval of ``newcombe_interval`` lies above 0.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt
from scipy.stats import binom  # type: ignore[import-untyped]

from metrics.uplift.intervals import CONFIDENCE, z_of

POWER = 0.80
"""The chance with which an effect of the size asked for is to be shown."""
TAIL = 1e-6
"""Probability left out at each end of a binomial."""
MOST_CLIENTS = 1_000_000
"""Where even this many clients would not do, no number is given."""

Floats = npt.NDArray[np.float64]


def power_of(task_total: int, held_total: int, base: float, effect: float, confidence: float = CONFIDENCE) -> float:
    """Return the chance that a true ``effect`` (difference of proportions) over ``base`` is shown; 0 without an arm.

    The proportion with contact is kept within 0 to 1.
    """
    if task_total <= 0 or held_total <= 0:
        return 0.0
    task, task_chance = _outcomes(task_total, min(max(base + effect, 0.0), 1.0))
    held, held_chance = _outcomes(held_total, base)
    z = z_of(confidence)
    below, _ = _score_arms(task, task_total, z)
    _, above = _score_arms(held, held_total, z)
    # the difference is shown when it exceeds the root of both squares
    gap = task[:, None] / task_total - held[None, :] / held_total
    shown = (gap > 0) & (gap**2 > below[:, None] ** 2 + above[None, :] ** 2)
    return float(task_chance @ shown @ held_chance)


def _outcomes(total: int, chance: float) -> tuple[Floats, Floats]:
    first, last = int(binom.ppf(TAIL, total, chance)), int(binom.ppf(1 - TAIL, total, chance))
    counts = np.arange(max(first, 0), last + 1, dtype=np.float64)
    return counts, np.asarray(binom.pmf(counts, total, chance), dtype=np.float64)


def _score_arms(counts: Floats, total: int, z: float) -> tuple[Floats, Floats]:
    """Return how far the score interval reaches below and above each proportion."""
    share, square = counts / total, z * z / total
    half = z * np.sqrt(share * (1 - share) / total + square / (4 * total))
    middle = share + square / 2
    return share - (middle - half) / (1 + square), (middle + half) / (1 + square) - share


def clients_needed(base: float, effect: float, held_share: float, power: float = POWER,
                   confidence: float = CONFIDENCE) -> int | None:  # fmt: skip
    """Return how many clients have to be drawn, both arms together, for ``effect`` over ``base`` to be shown.

    ``held_share``: the part of them held back, above 0 and below 1. None where no number does: an effect of nil or
    less, or more than ``MOST_CLIENTS``. Raises ``ValueError`` for a share or base out of range.
    """
    if not 0 < held_share < 1 or not 0 <= base <= 1:
        raise ValueError(f"a share of {held_share} or a base of {base} is out of range")
    if effect <= 0:
        return None

    def reached(total: int) -> bool:
        held = round(total * held_share)
        return power_of(total - held, held, base, effect, confidence) >= power

    high = max(_first_guess(base, effect, held_share, power, confidence), 4)
    while not reached(high):
        if high > MOST_CLIENTS:
            return None
        high = math.ceil(high * 1.25)
    low = high // 2
    while low > 1 and reached(low):
        high, low = low, low // 2
    # the chance rises in small saw teeth, so the answer is right to within one of them
    while high - low > max(high // 200, 1):
        middle = (low + high) // 2
        low, high = (low, middle) if reached(middle) else (middle, high)
    return high


def _first_guess(base: float, effect: float, held_share: float, power: float, confidence: float) -> int:
    """Return the size of the textbook formula for two proportions."""
    task = min(base + effect, 1.0)
    pooled = (1 - held_share) * task + held_share * base
    weights = (1 / (1 - held_share), 1 / held_share)
    null = math.sqrt(pooled * (1 - pooled) * sum(weights))
    other = math.sqrt(task * (1 - task) * weights[0] + base * (1 - base) * weights[1])
    size = ((z_of(confidence) * null + z_of(2 * power - 1) * other) / effect) ** 2
    return min(math.ceil(size), MOST_CLIENTS + 1)
