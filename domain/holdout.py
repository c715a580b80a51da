"""The hold-out group of a campaign: who is held back, drawn once by a keyed hash and never again.

A client's place in the draw is HMAC-SHA256 of the client number under the campaign's key: 32 random bytes made with
the campaign and kept with it. Neither the campaign's name nor surrogate ids, row order or the clock enter, so that a
reload, a re-import or another name gives the same groups. The draw is stratified by tier, months quiet and office.
"""

from __future__ import annotations

import hmac
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from domain.decision import Decision, Reason, allow, refuse
from domain.shares import WHOLE_BP
from domain.words import Word

DEFAULT_SHARE_BP = 1_000
LARGEST_SHARE_BP = 3_000
LEAST_HELD = 20
"""Clients that a hold-out group has at least; of a list that gives fewer nobody is held back, and it is said."""
KEY_BYTES = 32
QUIET_FROM = (36, 24, 18, 12, 6, 0)
"""The first month of each band of months quiet, from the longest down."""
UNKNOWN = "-"


class Arm(Word):
    """The groups of a campaign."""

    TASK = "task", "To be contacted"
    HOLDOUT = "holdout", "Held back"


@dataclass(frozen=True)
class Candidate:
    """A client of the list who may be handed out: what the draw is stratified by, and whether contact is a must.

    ``tier``: None for a lost client. ``months_quiet``: None where unknown. ``office``: the office's code.
    """

    client_no: str
    tier: str | None
    months_quiet: int | None
    office: str | None
    must_contact: bool = False


@dataclass(frozen=True)
class Stratum:
    """One stratum as drawn: candidates in the draw, and how many are held back."""

    name: str
    count: int
    held: int


@dataclass(frozen=True)
class Draw:
    """The groups of a campaign and why.

    ``arms``: every candidate's group. ``stratum``: every drawn candidate's stratum; who has none was not drawn and
    counts in no comparison. ``reasons``: why every candidate is where it is. ``must_contact``: those not drawn.
    ``said``: what is told about the whole; not allowed where there is no hold-out group.
    """

    arms: Mapping[str, Arm]
    stratum: Mapping[str, str]
    reasons: Mapping[str, Reason]
    strata: tuple[Stratum, ...]
    must_contact: tuple[str, ...]
    said: Decision

    @property
    def held(self) -> tuple[str, ...]:
        """Client numbers held back, sorted."""
        return tuple(sorted(number for number, arm in self.arms.items() if arm == Arm.HOLDOUT))


@dataclass(frozen=True)
class _Place:
    rank: bytes
    client_no: str = field(compare=False)


def quiet_band(months_quiet: int | None) -> str:
    """Name the band of months quiet: ``12-17``, ``36+``; a dash where unknown."""
    if months_quiet is None:
        return UNKNOWN
    upto = None
    for first in QUIET_FROM:
        if months_quiet >= first:
            return f"{first}+" if upto is None else f"{first}-{upto}"
        upto = first - 1
    return UNKNOWN


def stratum_of(candidate: Candidate) -> str:
    """Name a candidate's stratum: tier, months quiet, office."""
    return f"{candidate.tier or UNKNOWN}/{quiet_band(candidate.months_quiet)}/{candidate.office or UNKNOWN}"


def decide_draw(share_bp: int, *, drawn_on: date | None = None) -> Decision:
    """Decide whether groups can be drawn: a share within bounds, and none drawn before."""
    if drawn_on is not None:
        return refuse("holdout.stored", on=drawn_on.isoformat())
    if not 0 <= share_bp <= LARGEST_SHARE_BP:
        return refuse("holdout.share", least_bp=0, most_bp=LARGEST_SHARE_BP)
    return allow("task.allowed")


def decide_size(count: int, share_bp: int, least_held: int = LEAST_HELD) -> Decision:
    """Decide whether a list of ``count`` clients in the draw has a hold-out group; ``held`` is right to one client."""
    if share_bp == 0:
        return refuse("holdout.none")
    if count * share_bp < least_held * WHOLE_BP:
        least = -(-least_held * WHOLE_BP // share_bp)
        return refuse("holdout.too_small", count=count, least=least, share_bp=share_bp)
    return allow("holdout.drawn", held=count * share_bp // WHOLE_BP, count=count)


def draw_rank(key: bytes, kind: str, value: str) -> bytes:
    """Return the keyed hash by which clients (``client``), strata (``stratum``) and the carry (``carry``) are placed.

    Raises ``ValueError`` for a key of another length than ``KEY_BYTES``.
    """
    if len(key) != KEY_BYTES:
        raise ValueError(f"the key of a draw has {KEY_BYTES} bytes")
    return hmac.digest(key, f"{kind}\x1f{value}".encode(), "sha256")


def draw_arms(key: bytes, candidates: Iterable[Candidate], share_bp: int = DEFAULT_SHARE_BP, *,
              least_held: int = LEAST_HELD) -> Draw:  # fmt: skip
    """Draw the groups of a list.

    Within a stratum the lowest hashes are held back, as many as its share with the remainder carried over from the
    strata before it. Strata stand in the order of their keyed hashes and the carry begins at a keyed remainder: every
    client has exactly the same chance, a stratum is never off its share by more than one client, and neither is the
    whole list. A list whose share gives fewer than ``least_held`` is not drawn. Raises ``ValueError`` for a share
    outside 0 to ``LARGEST_SHARE_BP`` and for a client named twice.
    """
    rows = sorted(candidates, key=lambda row: row.client_no)
    if len({row.client_no for row in rows}) != len(rows):
        raise ValueError("a client stands in the list twice")
    if not decide_draw(share_bp):
        raise ValueError(f"a share of {share_bp} bp lies outside 0 to {LARGEST_SHARE_BP}")
    must = tuple(row.client_no for row in rows if row.must_contact)
    drawn = [row for row in rows if not row.must_contact]
    arms = {row.client_no: Arm.TASK for row in rows}
    reasons = {row.client_no: Reason("holdout.must_contact" if row.must_contact else "holdout.handed_out")
               for row in rows}  # fmt: skip
    stratum = {row.client_no: stratum_of(row) for row in drawn}
    size = decide_size(len(drawn), share_bp, least_held)
    if not size:
        return Draw(arms, stratum, reasons, (), must, size)
    places: dict[str, list[_Place]] = {}
    for row in drawn:
        place = _Place(draw_rank(key, "client", row.client_no), row.client_no)
        places.setdefault(stratum[row.client_no], []).append(place)
    carry = int.from_bytes(draw_rank(key, "carry", ""), "big") % WHOLE_BP
    strata = []
    for name in sorted(places, key=lambda one: draw_rank(key, "stratum", one)):
        members = sorted(places[name], key=lambda place: place.rank)
        held, carry = divmod(len(members) * share_bp + carry, WHOLE_BP)
        for place in members[:held]:
            arms[place.client_no] = Arm.HOLDOUT
            reasons[place.client_no] = Reason("holdout.held_back")
        strata.append(Stratum(name, len(members), held))
    total = sum(one.held for one in strata)
    said = allow("holdout.drawn", held=total, count=len(drawn))
    return Draw(arms, stratum, reasons, tuple(sorted(strata, key=lambda one: one.name)), must, said)
