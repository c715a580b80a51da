"""Intervals of a proportion (Wilson) and of a difference of two (Newcombe 1998, method 10: hybrid score)."""

from __future__ import annotations

import math
from statistics import NormalDist

CONFIDENCE = 0.95


def z_of(confidence: float = CONFIDENCE) -> float:
    """Return the two-sided normal quantile of a level in (0, 1)."""
    return NormalDist().inv_cdf(0.5 + confidence / 2)


def wilson_interval(count: int, total: int, confidence: float = CONFIDENCE) -> tuple[float, float]:
    """Return the score interval of a proportion, without continuity correction.

    Raises ``ValueError`` unless 0 <= count <= total and total > 0.
    """
    if not 0 <= count <= total or total <= 0:
        raise ValueError(f"{count} of {total} is no proportion")
    z = z_of(confidence)
    share, square = count / total, z * z / total
    middle = share + square / 2
    half = z * math.sqrt(share * (1 - share) / total + square / (4 * total))
    low, high = (middle - half) / (1 + square), (middle + half) / (1 + square)
    return (0.0 if count == 0 else max(low, 0.0)), (1.0 if count == total else min(high, 1.0))


def newcombe_interval(count: int, total: int, other_count: int, other_total: int,
                      confidence: float = CONFIDENCE) -> tuple[float, float]:  # fmt: skip
    """Return the interval of the first proportion minus the second, from the score intervals of both.

    Raises ``ValueError`` as ``wilson_interval``.
    """
    low, high = wilson_interval(count, total, confidence)
    other_low, other_high = wilson_interval(other_count, other_total, confidence)
    one, other = count / total, other_count / other_total
    difference = one - other
    return (difference - math.hypot(one - low, other_high - other),
            difference + math.hypot(high - one, other - other_low))  # fmt: skip
