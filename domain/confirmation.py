"""Whether a relationship may become confirmed beside those a client already has (sections 2.0 and R-15, R-30, R-39).

Whether each person may hold it is asked by ``domain.holders``; here stand the rules between relationships.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from domain.decision import Decision, allow, refuse
from domain.relationship_types import TypeRule
from domain.shares import WHOLE_BP


@dataclass(frozen=True)
class Standing:
    """A confirmed relationship of the client: half-open ``[valid_from, valid_to)``, ``share_bp`` handed out in all."""

    relationship_no: str
    type: str
    is_development: bool
    valid_from: date
    valid_to: date | None
    share_bp: int

    def lasts_beyond(self, day: date) -> bool:
        """Tell whether it holds on the day or begins later."""
        ends_later = self.valid_to is None or self.valid_to > day
        return ends_later and (self.valid_to is None or self.valid_to > self.valid_from)


def decide_split(rule: TypeRule, shares: Sequence[tuple[str, int]]) -> Decision:
    """Decide the holders and shares of one relationship (R-15, R-37): (staff_no, basis points), in any order.

    Every share lies in 1 … 10,000, nobody is named twice, the sum is at most the whole, and a type that knows no
    co-operation has one holder.
    """
    if not shares:
        return refuse("R-15.nobody")
    for number, share in shares:
        if not 0 < share <= WHOLE_BP:
            return refuse("R-15.share", staff_no=number, share_bp=share)
    numbers = [number for number, _ in shares]
    twice = next((number for number in numbers if numbers.count(number) > 1), None)
    if twice is not None:
        return refuse("R-15.twice", staff_no=twice)
    total = sum(share for _, share in shares)
    if total > WHOLE_BP:
        return refuse("R-15.sum", share_bp=total)
    if len(shares) > 1 and not rule.allows_split:
        return refuse("R-37.alone", type=rule.type, count=len(shares))
    return allow("R-15.allowed")


def decide_confirmation(rule: TypeRule, valid_from: date, share_bp: int, others: Sequence[Standing]) -> Decision:
    """Decide whether a relationship without an end may start on a day beside the client's others.

    Development types exclude each other; one that an event makes stands alone, one that people assign may be held
    in several parts (R-39). The parts of one type never exceed the whole on any day.
    """
    beside = [other for other in others if other.lasts_beyond(valid_from)]
    for other in beside:
        is_part = other.type == rule.type and rule.event is None
        if rule.is_development and other.is_development and not is_part:
            return refuse("R-10.developed", relationship_no=other.relationship_no, type=other.type,
                          since=other.valid_from.isoformat())  # fmt: skip
    same = [other for other in beside if other.type == rule.type]
    if same and not rule.allows_split:
        return refuse("R-31.held", relationship_no=same[0].relationship_no, type=rule.type)
    # sums grow only where a relationship starts
    for day in sorted({valid_from, *(other.valid_from for other in same if other.valid_from > valid_from)}):
        held = sum(other.share_bp for other in same if other.valid_from <= day and other.lasts_beyond(day))
        if held + share_bp > WHOLE_BP:
            return refuse("R-15.client_sum", share_bp=held + share_bp, on=day.isoformat())
    return allow("R-02.confirmed")


def decide_number(rule: TypeRule, staff_no: str, held: int) -> Decision:
    """Decide whether a holder may have one more client of the type (R-30): ``held`` without the new one."""
    if rule.max_per_holder is not None and held >= rule.max_per_holder:
        return refuse("R-30.full", staff_no=staff_no, limit=rule.max_per_holder)
    return allow("R-30.room")


def decide_release(*, valid_from: date, valid_to: date | None, release_on: date, reason: str) -> Decision:
    """Decide whether a confirmed relationship may end on a day (R-39): an open one, not before its start, a reason."""
    if valid_to is not None and valid_to <= release_on:
        return refuse("R-39.ended", valid_to=valid_to.isoformat())
    if release_on < valid_from:
        return refuse("R-39.before_start", valid_from=valid_from.isoformat())
    if not reason.strip():
        return refuse("task.reason_missing")
    return allow("R-39.allowed")
