"""Client tiers by value: the net income of the trailing months (R-53), and the income shares beside it (R-54)."""

from __future__ import annotations

from dataclasses import dataclass

from domain.shares import WHOLE_BP
from domain.words import Tier

FIRM_PEER = "firm"
"""The peer group of tiers when all clients are ranked together."""


def rank_count(base: int, share_bp: int) -> int:
    """Return ceil(share x base): how many clients the top share of ``base`` clients means; 0 of none."""
    return (base * share_bp + WHOLE_BP - 1) // WHOLE_BP


@dataclass(frozen=True)
class CutOffs:
    """The base N (clients not lost with value > 0), the ranks k and the k-th values in fen; None without a base."""

    base_count: int
    a_count: int
    b_count: int
    a_fen: int | None
    b_fen: int | None


def tier_of(value_fen: int, cuts: CutOffs, *, is_lost: bool) -> Tier | None:
    """Return the tier: A at the A cut-off or above, B at the B cut-off or above, else C; none when lost (R-53)."""
    if is_lost:
        return None
    if cuts.a_fen is not None and value_fen >= cuts.a_fen:
        return Tier.A
    if cuts.b_fen is not None and value_fen >= cuts.b_fen:
        return Tier.B
    return Tier.C


@dataclass(frozen=True)
class TierTrace:
    """A tier with the value, the cut-offs it was held against, and what is missing for the next tier up.

    ``short_fen`` is the value that lacks for ``next_tier``; both None at the top, for lost clients and
    where no client has a value.
    """

    tier: Tier | None
    rule: str
    value_fen: int
    cuts: CutOffs
    next_tier: Tier | None
    short_fen: int | None


def explain_tier(value_fen: int, cuts: CutOffs, *, is_lost: bool) -> TierTrace:
    """Return the tier with its reasons; see ``tier_of``."""
    tier = tier_of(value_fen, cuts, is_lost=is_lost)
    above: tuple[Tier, int | None] | None = {Tier.C: (Tier.B, cuts.b_fen), Tier.B: (Tier.A, cuts.a_fen)}.get(tier)  # type: ignore[arg-type]
    if tier == Tier.C and cuts.b_fen is not None and cuts.b_fen == cuts.a_fen:
        above = (Tier.A, cuts.a_fen)
    if above is None or above[1] is None:
        return TierTrace(tier, "R-53", value_fen, cuts, None, None)
    return TierTrace(tier, "R-53", value_fen, cuts, above[0], above[1] - value_fen)
