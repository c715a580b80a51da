"""Facts of the matching by hand: people of two branch companies, a client, records and events in Shanghai time."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from domain.calendar import WorkingDays
from domain.holders import HolderFacts, Qualification
from domain.match_facts import ClientFacts, EventFacts, Match
from domain.matching import match
from domain.months import add_months
from domain.preregistration import Holding, Moment, Registered
from domain.relationship_types import FIRST_TYPE_RULES, TypeRule

SHANGHAI = ZoneInfo("Asia/Shanghai")
RULES = {rule.type: rule for rule in FIRST_TYPE_RULES}
HOLIDAYS = {date(2024, 4, 4), date(2024, 4, 5)}
TRADING = WorkingDays.of(
    day for day in (date(2024, 1, 1) + timedelta(days=step) for step in range(366))
    if day.weekday() < 5 and day not in HOLIDAYS
)  # fmt: skip
OFFICIAL = WorkingDays.of({*TRADING.days, date(2024, 4, 7)})
LICENCE = Qualification("licence", date(2015, 1, 1))
FUTURES = Qualification("futures", date(2015, 1, 1))
SHANGHAI_BRANCH, BEIJING_BRANCH = 2, 3


def person(key: int, number: str, category: str = "account_manager", branch: int = SHANGHAI_BRANCH,
           *more: Qualification, **fields: Any) -> HolderFacts:  # fmt: skip
    return HolderFacts(key, number, number, category, branch, qualifications=(LICENCE, *more), **fields)


PEOPLE = {one.staff_id: one for one in (
    person(1, "A", "account_manager", SHANGHAI_BRANCH, FUTURES), person(2, "B"),
    person(3, "C", "adviser", BEIJING_BRANCH), person(4, "P", "agent", agency_contract_no="K1"),
    person(5, "Q", "agent", agency_contract_no="K2"), person(6, "F", "adviser", SHANGHAI_BRANCH, FUTURES),
)}  # fmt: skip
NUMBERS = {one.staff_no: key for key, one in PEOPLE.items()}
CLIENT = ClientFacts("王小明", date(2024, 3, 20), holders=PEOPLE)
STOCK = replace(CLIENT, opened_on=date(2015, 1, 5))


def day(text: str) -> date:
    return datetime.fromisoformat(text).date()


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def prereg(text: str, shares: dict[str, int] | None = None, kind: str = "new_development", **more: Any) -> Registered:
    """Return a record of A alone unless shares (basis points by staff number) are given."""
    holders = tuple(Holding(NUMBERS[number], number, bp) for number, bp in (shares or {"A": 10_000}).items())
    facts: dict[str, Any] = {
        "prereg_id": abs(hash((text, kind, holders))), "prereg_no": f"PR {text} {shares or 'A'}", "type": kind,
        "client_name": "王小明", "document_hash": "h", "has_contact": True, "registered_at": at(text),
        "registered_on": day(text), "expires_on": add_months(day(text), 1), "holders": holders,
    }  # fmt: skip
    return Registered(**{**facts, **more})


def happened(text: str, business: str = "account_opening", kind: str = "opened", **more: Any) -> EventFacts:
    facts = {"branch_id": SHANGHAI_BRANCH, **more}
    return EventFacts(business, kind, Moment(at(text), day(text), has_time=len(text) > 10), **facts)


def decide(event: EventFacts, *records: Registered, client: ClientFacts = CLIENT, calendar: WorkingDays = TRADING,
           rules: dict[str, TypeRule] = RULES) -> Match:  # fmt: skip
    return match(event, records, client, rules, calendar)


def codes(found: Match) -> list[str]:
    return [line.code for line in found.trace]


A, B = {"A": 10_000}, {"B": 10_000}
"""Shares of a record of one person."""
