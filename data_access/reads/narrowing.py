"""What a scope profile leaves of the filters of lists: its kinds and tiers beside those that the reader chose."""

from __future__ import annotations

from dataclasses import replace

from data_access.reads.client_filter import ClientFilter
from data_access.reads.losses import LossFilter
from data_access.reads.warned import WarningFilter
from domain.profiles import Profile, met
from domain.words import Status

LOST = "lost"


def knows_tiers(kept: ClientFilter) -> bool:
    """Tell whether a profile's tiers narrow a list: not one of lost clients, of segments or of moves.

    Lost clients have no tier; segments and moves are made of tiers or stages themselves.
    """
    of_lost = kept.statuses == (Status.LOST.value,) or kept.moved == LOST
    return not (of_lost or kept.segment or kept.move or kept.client_ids)


def narrow_clients(kept: ClientFilter, profile: Profile) -> ClientFilter:
    """Return a list's filter within a profile; the clients behind a number are those that the number counted."""
    if kept.among is not None or profile.is_empty:
        return kept
    tiers = met(kept.tiers, profile.tiers) if knows_tiers(kept) else kept.tiers
    return replace(kept, kinds=met(kept.kinds, profile.kinds), tiers=tiers)


def narrow_losses(kept: LossFilter, profile: Profile) -> LossFilter:
    """Return a filter of losses within a profile; a loss has the tier of the month before."""
    return replace(kept, kinds=met(kept.kinds, profile.kinds), tiers=met(kept.tiers, profile.tiers))


def narrow_warnings(kept: WarningFilter, profile: Profile) -> WarningFilter:
    """Return a filter of the churn-warning list within a profile."""
    return replace(kept, kinds=met(kept.kinds, profile.kinds), tiers=met(kept.tiers, profile.tiers))
