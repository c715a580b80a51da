"""Intervals of a proportion (Wilson) and of a difference of two (Newcombe 1998, method 10: hybrid score)."""

from __future__ import annotations

import math
from collections.abc import Sequence
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


def stratum_weight(total: int, other_total: int) -> float:
    """Return the Mantel-Haenszel weight of a stratum with so many in either group; 0 where one of them is empty."""
    return total * other_total / (total + other_total) if total and other_total else 0.0


def stratified_interval(strata: Sequence[tuple[int, int, int, int]],
                        confidence: float = CONFIDENCE) -> tuple[float, float, float]:  # fmt: skip
    """Return the difference of two proportions over strata, and its interval.

    A stratum is (count, total, other count, other total), as ``newcombe_interval``; where groups have different shares
    in different strata, adding the strata up would compare strata with each other. Weighted by ``stratum_weight``; the
    intervals are put together by their distances from the differences (MOVER, Zou and Donner 2008). One stratum gives
    the interval of Newcombe. Raises ``ValueError`` where no stratum has both groups.
    """
    weights = [stratum_weight(total, other_total) for _, total, _, other_total in strata]
    if sum(weights) <= 0:
        raise ValueError("no stratum has both groups")
    difference = below = above = 0.0
    for (count, total, other_count, other_total), weight in zip(strata, weights, strict=True):
        if weight:
            part = weight / sum(weights)
            low, high = newcombe_interval(count, total, other_count, other_total, confidence)
            one = count / total - other_count / other_total
            difference += part * one
            below += (part * (one - low)) ** 2
            above += (part * (high - one)) ** 2
    return difference, difference - math.sqrt(below), difference + math.sqrt(above)
