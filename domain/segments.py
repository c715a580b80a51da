"""Value segments (K-35): the most valuable clients, the others, the most valuable that were lost, and who may come."""

from __future__ import annotations

from domain.words import Status, Tier, Word


class ValueSegment(Word):
    """One segment per client; prospects, who have no account, are the fourth."""

    MOST_VALUABLE = "most_valuable", "Most valuable clients"
    OTHER = "other", "Other clients"
    LOST_VALUABLE = "lost_valuable", "Lost most valuable clients"
    POTENTIAL = "potential", "Potential clients"


def decide_segment(status: str, tier: str | None, tier_before: str | None) -> ValueSegment:
    """Return the segment of somebody with an account: in tier A and not lost, in tier A before being lost, or other."""
    if status == Status.LOST:
        return ValueSegment.LOST_VALUABLE if tier_before == Tier.A else ValueSegment.OTHER
    return ValueSegment.MOST_VALUABLE if tier == Tier.A else ValueSegment.OTHER
