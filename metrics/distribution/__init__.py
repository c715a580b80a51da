"""Hands a list of clients to people: the hard limits kept, effort and value even, and why everyone went where."""

from metrics.distribution.offers import Distribution, Offer, PersonLoad, Spread, Taker, digest_of
from metrics.distribution.plans import changed_by_hand, distribute, propose, round_robin

__all__ = [
    "Distribution",
    "Offer",
    "PersonLoad",
    "Spread",
    "Taker",
    "changed_by_hand",
    "digest_of",
    "distribute",
    "propose",
    "round_robin",
]
