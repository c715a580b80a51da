"""What a distribution is given and what it answers: plain rows, no database."""

from __future__ import annotations

import hashlib
import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from domain.decision import Reason
from domain.distribution import HandOutClient, HandOutLimits, HandOutPerson


@dataclass(frozen=True)
class Offer:
    """A client of the list: ``effort`` is the work expected (minutes), ``value_fen`` the value expected if it returns.

    Both are 0 or more. ``reachable``: a number is on record that was not found wrong.
    """

    client: HandOutClient
    effort: int = 1
    value_fen: int = 0
    reachable: bool = True

    @property
    def client_no(self) -> str:
        """The client's number."""
        return self.client.client.client_no


@dataclass(frozen=True)
class Taker:
    """A person of the hand-out with the expected effort and value of the tasks already open."""

    person: HandOutPerson
    effort: int = 0
    value_fen: int = 0

    @property
    def staff_no(self) -> str:
        """The person's staff number."""
        return self.person.holder.staff_no


@dataclass(frozen=True)
class PersonLoad:
    """A person before and after the hand-out.

    ``even_effort`` and ``even_value_fen``: an even share, by capacity, of what the people hold to whom the same clients
    could go; 0 for who could take none, or where there is nothing to share.
    """

    staff_no: str
    office_id: int | None
    capacity: int
    count_before: int
    count_given: int
    reachable_given: int
    effort_before: int
    effort_after: int
    value_before_fen: int
    value_after_fen: int
    even_effort: float
    even_value_fen: float

    @property
    def effort_ratio(self) -> float | None:
        """The effort afterwards over an even share, 1.0 being even; None without a share."""
        return self.effort_after / self.even_effort if self.even_effort > 0 else None

    @property
    def value_ratio(self) -> float | None:
        """The value afterwards over an even share, 1.0 being even; None without a share."""
        return self.value_after_fen / self.even_value_fen if self.even_value_fen > 0 else None

    @property
    def reachable_ratio(self) -> float | None:
        """The share of the given clients who can be reached; None for none given."""
        return self.reachable_given / self.count_given if self.count_given else None


@dataclass(frozen=True)
class Spread:
    """How far people lie apart: widest difference and coefficient of variation of their ratios to an even share."""

    effort_range: float
    effort_variation: float
    value_range: float
    value_variation: float

    @classmethod
    def of(cls, loads: Sequence[PersonLoad]) -> Spread:
        """Return the spread over the people who could take something; 0 where nobody could."""
        effort = [load.effort_ratio for load in loads if load.effort_ratio is not None]
        value = [load.value_ratio for load in loads if load.value_ratio is not None]
        return cls(*_range_and_variation(effort), *_range_and_variation(value))


def _range_and_variation(ratios: Sequence[float]) -> tuple[float, float]:
    if not ratios:
        return 0.0, 0.0
    mean = math.fsum(ratios) / len(ratios)
    deviation = math.sqrt(math.fsum((ratio - mean) ** 2 for ratio in ratios) / len(ratios))
    return max(ratios) - min(ratios), deviation / mean if mean else 0.0


@dataclass(frozen=True)
class Distribution:
    """Who gets whom, and how good that is.

    ``placed``: client number to staff number. ``why``: for every client of the list the reason it went where it did or
    why nobody has it. ``unevenness``: root of the mean squared departure of effort and value from an even share (0.01:
    one per cent of an even load); ``bound``: no distribution of the same clients is below it, those pinned to their
    previous holder staying there. ``placeable``: no distribution hands out more clients. ``moved_on``: clients who
    could have stayed with their previous holder and go to another. ``digest`` names the facts it was made from.
    """

    placed: Mapping[str, str]
    why: Mapping[str, Reason]
    loads: tuple[PersonLoad, ...]
    unevenness: float
    bound: float
    placeable: int
    moved_on: int
    digest: str

    @property
    def gap(self) -> float:
        """How far the unevenness lies above its bound; the best possible lies in between."""
        return max(self.unevenness - self.bound, 0.0)

    @property
    def said(self) -> Reason:
        """What is told about the whole: clients placed of those placeable, unevenness and its bound."""
        return Reason("hand_out.gap", {
            "count": len(self.placed), "most": self.placeable, "uneven_bp": round(self.unevenness * 10_000),
            "least_bp": math.floor(self.bound * 10_000)})  # fmt: skip

    @property
    def unassigned(self) -> tuple[str, ...]:
        """Client numbers that nobody has, sorted; ``why`` says the reason of each."""
        return tuple(sorted(set(self.why) - set(self.placed)))

    @property
    def spread(self) -> Spread:
        """How far people lie apart."""
        return Spread.of(self.loads)


def digest_of(offers: Sequence[Offer], takers: Sequence[Taker], on: date, limits: HandOutLimits) -> str:
    """Name the facts a preview was made from, whatever their order: the commit compares it before it decides anew."""
    near = sorted((office, sorted(others)) for office, others in limits.neighbours.items())
    parts = [
        on.isoformat(),
        repr((limits.ceiling, str(limits.predecessor), limits.cool_off_days, limits.duty_on, near)),
    ]
    parts += sorted(repr(offer) for offer in offers)
    parts += sorted(repr(taker) for taker in takers)
    return hashlib.sha256("\x1e".join(parts).encode()).hexdigest()
