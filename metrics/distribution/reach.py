"""Who could take which clients: the hard limits as masks over people, cut into parts that share nobody."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from domain.decision import Decision
from domain.distribution import (
    HandOutClient,
    HandOutLimits,
    Predecessor,
    decide_client,
    decide_pair,
    decide_person,
    decide_place,
    earlier_holders,
    kin_groups,
    open_room,
)
from metrics.distribution.offers import Offer, Taker

Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Block:
    """Clients who go to one person: kin, or one alone.

    ``near``: people (by position) where the clients may go by office; ``allowed``: those of them who are fit, have
    room, and against whom nothing lies. ``previous``: position of the person who served most of them before, or -1,
    and ``previous_count`` of how many.
    """

    client_nos: tuple[str, ...]
    effort: int
    value_fen: int
    near: Mask
    allowed: Mask
    previous: int
    previous_count: int

    @property
    def size(self) -> int:
        """How many clients it holds."""
        return len(self.client_nos)


@dataclass(frozen=True)
class Reach:
    """The list against the people, takers in staff_no order.

    ``refused``: clients whom nobody may have, each with the decision. ``fit``: people who may be handed something;
    ``room``: how much. ``unfit`` and ``full``: those who may not, by why. ``parts``: positions of blocks and of people
    that hang together.
    """

    takers: tuple[Taker, ...]
    blocks: tuple[Block, ...]
    refused: dict[str, Decision]
    fit: Mask
    full: Mask
    room: npt.NDArray[np.int64]
    parts: tuple[tuple[tuple[int, ...], tuple[int, ...]], ...]


def read_reach(offers: Sequence[Offer], takers: Sequence[Taker], on: date, limits: HandOutLimits) -> Reach:
    """Ask the hard limits of everybody and cut the list into parts.

    The order of the input does not matter. Raises ``ValueError`` for a client or person named twice and for negative
    effort or value.
    """
    people = tuple(sorted(takers, key=lambda taker: taker.staff_no))
    rows = {offer.client_no: offer for offer in sorted(offers, key=lambda offer: offer.client_no)}
    position = {taker.staff_no: place for place, taker in enumerate(people)}
    if len(rows) != len(offers) or len(position) != len(takers):
        raise ValueError("a client or a person stands in the list twice")
    loads = [(offer.effort, offer.value_fen) for offer in offers] + [
        (taker.effort, taker.value_fen) for taker in takers
    ]
    if any(effort < 0 or value_fen < 0 for effort, value_fen in loads):
        raise ValueError("effort and value are 0 or more")
    verdicts = [decide_person(taker.person, on, limits) for taker in people]
    fit = np.array([bool(verdict) for verdict in verdicts], dtype=bool)
    full = np.array([verdict.reason.code in ("hand_out.ceiling", "hand_out.no_capacity") for verdict in verdicts],
                    dtype=bool)  # fmt: skip
    room = np.array([open_room(taker.person, limits) if ok else 0 for taker, ok in zip(people, fit, strict=True)],
                    dtype=np.int64)  # fmt: skip
    decided = {number: decide_client(row.client, on) for number, row in rows.items()}
    free = [row.client for number, row in rows.items() if decided[number]]
    places: dict[tuple[int | None, int | None], Mask] = {}
    blocks = []
    by_no = {client.client.client_no: client for client in free}
    for group in kin_groups(free):
        near, allowed = np.ones(len(people), dtype=bool), fit.copy()
        served: dict[int, int] = {}
        for number in group:
            client = by_no[number]
            key = (client.office_id, client.client.branch_id)
            if key not in places:
                places[key] = np.array([bool(decide_place(*key, taker.person, limits)) for taker in people], dtype=bool)
            near &= places[key]
            _bar(allowed, client, position, on, limits)
            before = position.get(client.previous_staff_no or "", -1)
            if before >= 0 and limits.predecessor in (Predecessor.FIRST, Predecessor.PREFERRED):
                served[before] = served.get(before, 0) + 1
        allowed &= near
        served = {place: count for place, count in served.items() if allowed[place]}
        previous = min(served, key=lambda place: (-served[place], place), default=-1)
        blocks.append(Block(group, sum(rows[number].effort for number in group),
                            sum(rows[number].value_fen for number in group), near, allowed, previous,
                            served.get(previous, 0)))  # fmt: skip
    refused = {number: decision for number, decision in decided.items() if not decision}
    return Reach(people, tuple(blocks), refused, fit, full, room, _parts(blocks, len(people)))


def _bar(allowed: Mask, client: HandOutClient, position: dict[str, int], on: date, limits: HandOutLimits) -> None:
    """Take out of ``allowed`` the people against whom something lies; only people the client names can be."""
    if client.kin_staff_no is not None:
        keeper = position.get(client.kin_staff_no, -1)
        kept = keeper >= 0 and allowed[keeper]
        allowed[:] = False
        if kept:
            allowed[keeper] = bool(decide_pair(client, client.kin_staff_no, on, limits))
        return
    for number in earlier_holders(client):
        place = position.get(number, -1)
        if place >= 0 and allowed[place]:
            allowed[place] = bool(decide_pair(client, number, on, limits))


def _parts(blocks: Sequence[Block], people: int) -> tuple[tuple[tuple[int, ...], tuple[int, ...]], ...]:
    """Cut blocks and people into parts that share nobody, in the order of their first person."""
    parent = list(range(people))

    def root(place: int) -> int:
        while parent[place] != place:
            parent[place] = parent[parent[place]]
            place = parent[place]
        return place

    firsts: list[int] = []
    seen: dict[bytes, int] = {}
    for block in blocks:
        key = block.allowed.tobytes()
        if key not in seen:
            some = np.flatnonzero(block.allowed)
            seen[key] = int(some[0]) if len(some) else -1
            for place in some[1:]:
                ends = sorted((root(int(some[0])), root(int(place))))
                parent[ends[1]] = ends[0]
        firsts.append(seen[key])
    members: dict[int, list[int]] = {}
    for place, first in enumerate(firsts):
        if first >= 0:
            members.setdefault(root(first), []).append(place)
    reached = np.zeros(people, dtype=bool)
    for block in blocks:
        reached |= block.allowed
    staff: dict[int, list[int]] = {top: [] for top in members}
    for place in np.flatnonzero(reached):
        staff[root(int(place))].append(int(place))
    return tuple((tuple(members[top]), tuple(staff[top])) for top in sorted(members))
