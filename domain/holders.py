"""Who may hold which relationship on a day (R-01, R-03): pure rules over a type's rule."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from domain.decision import Decision, allow, refuse
from domain.relationship_types import TypeRule
from domain.words import StaffCategory


@dataclass(frozen=True)
class Qualification:
    """A licence or qualification over half-open time; ``valid_to`` None: no end known."""

    kind: str
    valid_from: date
    valid_to: date | None = None

    def holds_on(self, day: date) -> bool:
        """Tell whether it holds on a day; the day of issue counts."""
        return self.valid_from <= day and (self.valid_to is None or day < self.valid_to)


@dataclass(frozen=True)
class HolderFacts:
    """A staff member on a day: category and branch company of that day; ``left_on`` is the last day in service."""

    staff_id: int
    staff_no: str
    name: str
    category: str
    branch_id: int | None = None
    joined_on: date | None = None
    left_on: date | None = None
    agency_contract_no: str | None = None
    qualifications: tuple[Qualification, ...] = ()


def decide_holder(rule: TypeRule, person: HolderFacts, on: date) -> Decision:
    """Decide whether a person may begin to hold a relationship of a type on a day (R-01, R-03).

    The category must be one of the type's; an agent needs an agency contract; the person is in service; every
    qualification that the type asks for holds on that day. The first reason that stands is the one given.
    """
    number = person.staff_no
    if person.category not in rule.holders:
        return refuse("R-01.category", staff_no=number, category=person.category, type=rule.type)
    if person.category == StaffCategory.AGENT and not person.agency_contract_no:
        return refuse("R-01.contract", staff_no=number)
    if person.joined_on is not None and on < person.joined_on:
        return refuse("R-03.not_joined", staff_no=number, joined_on=person.joined_on.isoformat())
    if person.left_on is not None and on > person.left_on:
        return refuse("R-03.left", staff_no=number, left_on=person.left_on.isoformat())
    for kind in rule.qualifications:
        if not any(one.kind == kind and one.holds_on(on) for one in person.qualifications):
            return refuse("R-03.qualification", staff_no=number, qualification=kind, on=on.isoformat())
    return allow("R-03.allowed", staff_no=number)
