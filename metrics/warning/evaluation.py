"""How well scores tell the lost from the kept: area under the curve, lift, Brier score, deciles and calibration.

Works on any scores and labels. Clients with the same score share their losses evenly, so the order of rows never
changes a figure.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from sklearn.metrics import roc_auc_score

PARTS = 10
"""Deciles of the lift, bins of the calibration curve."""


@dataclass(frozen=True)
class Part:
    """One tenth of the rows, the highest scores first: mean score, rate of losses, and the rate over the whole's."""

    rows: float
    score: float
    rate: float
    lift: float | None


@dataclass(frozen=True)
class Measures:
    """What ``evaluate`` found.

    ``auc`` is the chance that a lost client scores above a kept one (0.5 says nothing, ties count half); None where all
    labels are equal. ``top_lift``: rate of losses among the top tenth over that of all. ``brier``: mean squared
    distance of the score from what happened, in 0-1; for probabilities alone, None where a score lies outside.
    """

    rows: int
    losses: int
    rate: float
    auc: float | None
    top_lift: float | None
    brier: float | None
    parts: tuple[Part, ...]


def evaluate(scores: Sequence[float] | np.ndarray, labels: Sequence[int] | np.ndarray) -> Measures:
    """Measure scores (higher: more likely lost) against labels (1 lost, 0 kept), in any order.

    Raises ``ValueError`` for no rows, unequal lengths or scores that are not numbers.
    """
    given, truth = np.asarray(scores, float), np.asarray(labels, float)
    if len(given) == 0 or len(given) != len(truth):
        raise ValueError(f"{len(given)} scores for {len(truth)} labels")
    if not np.isfinite(given).all():
        raise ValueError("a score is not a number")
    losses = int(truth.sum())
    rate = losses / len(truth)
    parts = _parts(given, truth, rate)
    is_probability = bool((given >= 0).all() and (given <= 1).all())
    return Measures(
        rows=len(truth), losses=losses, rate=rate,
        auc=float(roc_auc_score(truth, given)) if 0 < losses < len(truth) else None,
        top_lift=parts[0].lift, brier=float(np.mean((given - truth) ** 2)) if is_probability else None, parts=parts,
    )  # fmt: skip


def _parts(scores: np.ndarray, labels: np.ndarray, rate: float) -> tuple[Part, ...]:
    """Cut the rows into tenths from the top; a row on a cut counts in both parts by its fraction."""
    levels, place = np.unique(-scores, return_inverse=True)
    shared = np.bincount(place, labels, len(levels)) / np.bincount(place, minlength=len(levels))
    order = np.argsort(place, kind="stable")
    count = len(scores)
    cuts = np.linspace(0, count, PARTS + 1)
    at = np.arange(count + 1)
    lost = np.diff(np.interp(cuts, at, np.concatenate([[0.0], np.cumsum(shared[place[order]])])))
    scored = np.diff(np.interp(cuts, at, np.concatenate([[0.0], np.cumsum(scores[order])])))
    size = count / PARTS
    return tuple(
        Part(size, float(score / size), float(found / size), float(found / size / rate) if rate else None)
        for score, found in zip(scored, lost, strict=True)
    )
