"""Integer share arithmetic: results split to the fen (R-15, formats: splitting a fen)."""

from __future__ import annotations

from collections.abc import Sequence

WHOLE_BP = 10_000
"""All of a client: 10,000 basis points."""


def portion_fen(value_fen: int, cumulative_bp: int) -> int:
    """Return floor(|value| x cumulative / 10,000) with the sign restored.

    Written as quotient and remainder so that the same formula in SQL stays inside 64 bits.
    """
    quotient, remainder = divmod(abs(value_fen), WHOLE_BP)
    part = quotient * cumulative_bp + remainder * cumulative_bp // WHOLE_BP
    return -part if value_fen < 0 else part


def split_fen(value_fen: int, shares_bp: Sequence[int]) -> list[int]:
    """Split a value over shares given in ``staff_no`` order by the cumulative floor.

    The parts and the remainder ``value_fen - sum(parts)`` add up exactly; with shares that sum to
    10,000 the remainder is 0. Raises ``ValueError`` when a share is not positive or the sum exceeds 10,000.
    """
    if any(share <= 0 for share in shares_bp) or sum(shares_bp) > WHOLE_BP:
        raise ValueError("shares must be positive and sum to at most 10,000 basis points")
    parts, cumulative, before = [], 0, 0
    for share in shares_bp:
        cumulative += share
        upto = portion_fen(value_fen, cumulative)
        parts.append(upto - before)
        before = upto
    return parts
