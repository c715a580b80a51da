"""Scope profiles: a named choice of places, client kinds and tiers that narrows every page for whoever opens it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from domain.words import ClientKind, Tier, codes

MOST_UNITS = 200
"""Places that one profile can name."""
LONGEST_CODE = 64
NOTHING = ("",)
"""The codes of a filter that keeps nothing: no row holds the empty code."""


@dataclass(frozen=True)
class Profile:
    """What a reader works on; an empty part narrows nothing.

    ``units``: unit codes of headquarters, branch companies and business offices; ``kinds``: codes of ``ClientKind``;
    ``tiers``: codes of ``Tier``. Each part is sorted and holds every code once, so that equal profiles are equal.
    """

    units: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    tiers: tuple[str, ...] = ()

    @property
    def is_empty(self) -> bool:
        """True when nothing is narrowed."""
        return not (self.units or self.kinds or self.tiers)

    def body(self) -> dict[str, list[str]]:
        """Return the profile as the codes that are kept; what is empty is left out."""
        parts = {"unit": self.units, "kind": self.kinds, "tier": self.tiers}
        return {name: list(values) for name, values in parts.items() if values}


EVERYTHING = Profile()
"""The profile that narrows nothing."""


def read_profile(body: Mapping[str, Sequence[str]]) -> Profile:
    """Read a profile from kept codes or an export's parameters; what is no code of a closed list is left out."""
    units = {code for code in body.get("unit", ()) if code.isprintable() and 0 < len(code) <= LONGEST_CODE}
    return Profile(tuple(sorted(units)[:MOST_UNITS]), _known(body.get("kind", ()), codes(ClientKind)),
                   _known(body.get("tier", ()), codes(Tier)))  # fmt: skip


def read_profile_id(text: str) -> int | None:
    """Return the number of the kept profile that an address names; None for a text that is none."""
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


def met(own: Sequence[str], given: Sequence[str]) -> tuple[str, ...]:
    """Return the codes that two filters both keep; ``NOTHING`` where they have none in common.

    An empty filter keeps everything.
    """
    if not own or not given:
        return tuple(own or given)
    return tuple(code for code in own if code in given) or NOTHING


def _known(given: Iterable[str], allowed: Sequence[str]) -> tuple[str, ...]:
    asked = set(given)
    return tuple(code for code in allowed if code in asked)
