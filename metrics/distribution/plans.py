"""A whole hand-out: solved part by part, told client by client; the round robin it is compared with; manual changes."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date

import numpy as np

from domain.decision import Decision, Reason
from domain.distribution import HandOutLimits, Predecessor, decide_plan
from metrics.distribution.bound import evenness_bound, most_placeable
from metrics.distribution.offers import Distribution, Offer, PersonLoad, Spread, Taker, digest_of
from metrics.distribution.placing import Part, improve, place
from metrics.distribution.reach import Block, Mask, Reach, read_reach

WHOLE = 10_000


def distribute(offers: Sequence[Offer], takers: Sequence[Taker], on: date, limits: HandOutLimits) -> Distribution:
    """Share a list out among people: every hard limit kept, then effort and value as even as can be found.

    Equal facts give an equal answer in whatever order they come. ``on`` is the day of duty. Raises ``ValueError`` for
    a client or person named twice and for negative effort or value.
    """
    reach = read_reach(offers, takers, on, limits)
    return _told(reach, _solve(reach, limits), digest_of(offers, takers, on, limits), offers)


def round_robin(offers: Sequence[Offer], takers: Sequence[Taker], on: date, limits: HandOutLimits) -> Distribution:
    """Deal the list out in turn, in client order to people in staff order, under the same hard limits.

    The yardstick of ``distribute``; a person without room or not allowed is passed over.
    """
    reach = read_reach(offers, takers, on, limits)
    dealt = [(part, evenness_bound(part)) for part in _deal(reach)]
    return _told(reach, dealt, digest_of(offers, takers, on, limits), offers)


def propose(offers: Sequence[Offer], takers: Sequence[Taker], on: date,
            limits: HandOutLimits) -> tuple[Distribution, Spread]:  # fmt: skip
    """Return what ``distribute`` returns, and how far people would lie apart if the list were dealt out in turn."""
    reach = read_reach(offers, takers, on, limits)
    turn = _loads(reach.takers, offers, *_placed(reach, _deal(reach)))
    return _told(reach, _solve(reach, limits), digest_of(offers, takers, on, limits), offers), Spread.of(turn)


def _solve(reach: Reach, limits: HandOutLimits) -> list[tuple[Part, float]]:
    """Place every part as evenly as can be found; return the parts with the bounds of their unevenness."""
    solved = []
    for blocks, people in reach.parts:
        part = _part(reach, blocks, people, pin=limits.predecessor == Predecessor.FIRST)
        place(part)
        bound = evenness_bound(part)
        improve(part, bound)
        solved.append((part, bound))
    return solved


def _deal(reach: Reach) -> list[Part]:
    dealt = []
    for blocks, people in reach.parts:
        part = _part(reach, blocks, people, pin=False)
        turn = 0
        for block in range(len(part.size)):
            for step in range(len(part.room)):
                person = (turn + step) % len(part.room)
                if part.masks[part.kinds[block], person] and part.left[person] >= part.size[block]:
                    part.put(block, person)
                    turn = (person + 1) % len(part.room)
                    break
        part.aim_at(part.holder >= 0)
        dealt.append(part)
    return dealt


def _part(reach: Reach, blocks: Sequence[int], people: Sequence[int], *, pin: bool) -> Part:
    rows, staff = [reach.blocks[place] for place in blocks], np.array(people, dtype=np.int64)
    local = {person: place for place, person in enumerate(people)}
    masks: dict[bytes, int] = {}
    kinds: list[int] = []
    distinct: list[Mask] = []
    for row in rows:
        mask = row.allowed[staff]
        key = mask.tobytes()
        if key not in masks:
            masks[key] = len(distinct)
            distinct.append(mask)
        kinds.append(masks[key])
    previous = np.array([local.get(row.previous, -1) for row in rows], dtype=np.int64)
    takers = [reach.takers[person] for person in people]
    return Part(
        effort=np.array([row.effort for row in rows], dtype=np.float64),
        value=np.array([row.value_fen for row in rows], dtype=np.float64),
        size=np.array([row.size for row in rows], dtype=np.int64),
        kinds=np.array(kinds, dtype=np.int64), masks=np.array(distinct, dtype=bool),
        previous=previous, previous_count=np.array([row.previous_count for row in rows], dtype=np.int64),
        pinned=(previous >= 0) & pin,
        effort0=np.array([taker.effort for taker in takers], dtype=np.float64),
        value0=np.array([taker.value_fen for taker in takers], dtype=np.float64),
        room=reach.room[staff], capacity=np.array([taker.person.capacity for taker in takers], dtype=np.float64),
    )  # fmt: skip


def _told(reach: Reach, solved: Sequence[tuple[Part, float]], digest: str, offers: Sequence[Offer]) -> Distribution:
    weight = sum(float(part.capacity.sum()) for part, _ in solved)
    uneven = best = 0.0
    placeable = moved_on = 0
    for part, bound in solved:
        uneven += part.unevenness() * float(part.capacity.sum()) / weight
        best += bound * float(part.capacity.sum()) / weight
        count = int(part.size[part.holder >= 0].sum())
        moved_on += part.left_behind()
        placeable += count if (part.holder >= 0).all() else most_placeable(part)
    placed, even = _placed(reach, [part for part, _ in solved])
    loads = _loads(reach.takers, offers, placed, even)
    why = _why(reach, placed, loads)
    return Distribution(dict(sorted(placed.items())), why, loads, math.sqrt(uneven), math.sqrt(best), placeable,
                        moved_on, digest)  # fmt: skip


def _placed(reach: Reach, parts: Sequence[Part]) -> tuple[dict[str, str], dict[str, tuple[float, float]]]:
    """Return client number to staff number, and each person's even share of effort and value."""
    placed: dict[str, str] = {}
    even: dict[str, tuple[float, float]] = {}
    for (blocks, people), part in zip(reach.parts, parts, strict=True):
        for place_, person in enumerate(people):
            even[reach.takers[person].staff_no] = (float(part.even_effort[place_]), float(part.even_value[place_]))
        for row, holder in zip(blocks, part.holder, strict=True):
            if holder >= 0:
                staff_no = reach.takers[people[int(holder)]].staff_no
                placed |= dict.fromkeys(reach.blocks[row].client_nos, staff_no)
    return placed, even


def _loads(takers: Sequence[Taker], offers: Sequence[Offer], placed: Mapping[str, str],
           even: Mapping[str, tuple[float, float]]) -> tuple[PersonLoad, ...]:  # fmt: skip
    given: dict[str, list[Offer]] = {}
    for offer in offers:
        if offer.client_no in placed:
            given.setdefault(placed[offer.client_no], []).append(offer)
    loads = []
    for taker in sorted(takers, key=lambda one: one.staff_no):
        mine = given.get(taker.staff_no, [])
        effort = taker.effort + sum(offer.effort for offer in mine)
        value = taker.value_fen + sum(offer.value_fen for offer in mine)
        loads.append(PersonLoad(
            taker.staff_no, taker.person.office_id, taker.person.capacity, taker.person.open_tasks, len(mine),
            sum(offer.reachable for offer in mine), taker.effort, effort, taker.value_fen, value,
            *even.get(taker.staff_no, (0.0, 0.0))))  # fmt: skip
    return tuple(loads)


def _why(reach: Reach, placed: Mapping[str, str], loads: Sequence[PersonLoad]) -> dict[str, Reason]:
    by_staff = {load.staff_no: load for load in loads}
    why = {number: decision.reason for number, decision in reach.refused.items()}
    for block in reach.blocks:
        staff_no = placed.get(block.client_nos[0])
        if staff_no is None:
            reason = _nobody(reach, block)
        elif block.previous >= 0 and reach.takers[block.previous].staff_no == staff_no:
            reason = Reason("hand_out.previous", {"staff_no": staff_no})
        elif block.allowed.sum() == 1:
            reason = Reason("hand_out.only", {"staff_no": staff_no})
        elif block.size > 1:
            reason = Reason("hand_out.kin", {"staff_no": staff_no, "count": block.size - 1})
        else:
            load = by_staff[staff_no]
            reason = Reason("hand_out.even", {
                "staff_no": staff_no, "count": int(block.allowed.sum()),
                "load_bp": _bp(load.effort_ratio), "value_bp": _bp(load.value_ratio)})  # fmt: skip
        why |= dict.fromkeys(block.client_nos, reason)
    return dict(sorted(why.items()))


def _bp(ratio: float | None) -> int | None:
    return None if ratio is None else round(ratio * WHOLE)


def _nobody(reach: Reach, block: Block) -> Reason:
    """Say why a block found nobody: too many together, everybody full, or nobody allowed, and who fell out by what."""
    allowed = int(block.allowed.sum())
    if allowed and block.size > 1:
        return Reason("hand_out.kin_too_many", {"count": block.size})
    if allowed:
        return Reason("hand_out.full", {"count": allowed})
    near, fit = block.near, reach.fit
    full: Mask = near & reach.full
    return Reason("hand_out.nobody", {
        "count": len(reach.takers), "unfit": int((near & ~fit & ~reach.full).sum()), "full": int(full.sum()),
        "elsewhere": int((~near).sum()), "barred": int((near & fit).sum())})  # fmt: skip


def changed_by_hand(
    distribution: Distribution, offers: Sequence[Offer], takers: Sequence[Taker], moves: Mapping[str, str | None],
    on: date, limits: HandOutLimits,
) -> tuple[Distribution, dict[str, Decision]]:  # fmt: skip
    """Apply manual changes, client number to staff number or None for nobody, and check the whole plan again.

    Nobody else moves. The second part holds what the hard limits refuse, by client number; a plan with refusals is
    not to be committed. Kin of a moved client are refused where they stay behind. Raises ``KeyError`` for a client
    that is not in the list.
    """
    placed, why = dict(distribution.placed), dict(distribution.why)
    for number, staff_no in moves.items():
        if number not in why:
            raise KeyError(number)
        placed.pop(number, None)
        if staff_no is not None:
            placed[number] = staff_no
        why[number] = Reason("hand_out.moved" if staff_no else "hand_out.set_aside", {"staff_no": staff_no})
    refused = decide_plan([offer.client for offer in offers], [taker.person for taker in takers], placed, on, limits)
    even = {load.staff_no: (load.even_effort, load.even_value_fen) for load in distribution.loads}
    loads = _loads(takers, offers, placed, even)
    return replace(distribution, placed=dict(sorted(placed.items())), why=why, loads=loads,
                   unevenness=_unevenness(loads)), refused  # fmt: skip


def _unevenness(loads: Sequence[PersonLoad]) -> float:
    """Return the root of the mean squared departure of people who have an even share, weighed by capacity."""
    some = [load for load in loads if load.even_effort > 0 or load.even_value_fen > 0]
    squares = math.fsum(load.capacity * (ratio - 1) ** 2 for load in some
                        for ratio in (load.effort_ratio, load.value_ratio) if ratio is not None)  # fmt: skip
    return math.sqrt(squares / sum(load.capacity for load in some)) if some else 0.0
