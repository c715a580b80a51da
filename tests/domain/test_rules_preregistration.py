"""R-01, R-03, R-10 to R-13, R-15, R-27, R-29, R-36 and R-37 as printed in the catalogue, for records as entered."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from domain.calendar import CalendarMissing, WorkingDays
from domain.holders import HolderFacts, Qualification, decide_holder
from domain.preregistration import (
    Entry,
    Holding,
    Moment,
    Registered,
    TaskGiven,
    decide_makeup,
    decide_preregistration,
    decide_renewal,
    decide_valid,
    decide_withdrawal,
    distinct_claims,
    is_makeup,
    is_valid_at,
    last_valid_day,
    same_name,
)
from domain.reasons import TEMPLATES
from domain.relationship_types import FIRST_TYPE_RULES

SHANGHAI = ZoneInfo("Asia/Shanghai")
TYPES = {rule.type: rule for rule in FIRST_TYPE_RULES}
NEW, AGENT, REPO, REDEVELOPMENT = (
    TYPES[code] for code in ("new_development", "agent_development", "repo_development", "redevelopment")
)
LICENCE = Qualification("licence", date(2015, 1, 1))
HOLIDAYS = {date(2024, 4, 4), date(2024, 4, 5)}
TRADING = WorkingDays.of(
    day for day in (date(2024, 1, 1) + timedelta(days=step) for step in range(366))
    if day.weekday() < 5 and day not in HOLIDAYS
)  # fmt: skip
OFFICIAL = WorkingDays.of({*TRADING.days, date(2024, 4, 7)})


def day(text: str) -> date:
    return datetime.fromisoformat(text).date()


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def event(text: str) -> Moment:
    return Moment(at(text), day(text), has_time=len(text) > 10)


def record(text: str, **more: object) -> Registered:
    facts = {"prereg_id": 1, "prereg_no": "PR1", "type": "new_development", "client_name": "王小明",
             "document_hash": "h", "has_contact": True, "registered_at": at(text), "registered_on": day(text),
             "expires_on": last_valid_day(NEW, day(text)), "holders": (Holding(1, "S1", 10_000),)}  # fmt: skip
    return Registered(**{**facts, **more})  # type: ignore[arg-type]


def person(number: str = "S1", category: str = "adviser", **more: object) -> HolderFacts:
    return HolderFacts(**{"staff_id": int(number[1:]), "staff_no": number, "name": number, "category": category,
                          "qualifications": (LICENCE,), **more})  # type: ignore[arg-type]  # fmt: skip


ON = date(2024, 5, 10)
FUTURES = Qualification("futures", date(2015, 1, 1))
ADVISORY = Qualification("advisory", date(2015, 1, 1))
ANY = (LICENCE, FUTURES, ADVISORY)


@pytest.mark.parametrize(("who", "types", "code"), [
    pytest.param(person(qualifications=ANY), [*list(TYPES)[:6], *list(TYPES)[7:]], "R-03.allowed", id="R-01-1"),
    pytest.param(person(qualifications=(LICENCE, FUTURES)), ["core_service"], "R-03.qualification", id="R-01-1b"),
    pytest.param(person(category="agent", agency_contract_no="A1"), ["maintenance"], "R-01.category", id="R-01-2"),
    pytest.param(person(category="back_office"), ["new_development"], "R-01.category", id="R-01-3"),
    pytest.param(person(category="agent"), ["agent_development"], "R-01.contract", id="R-01-4"),
    pytest.param(person(category="agent", agency_contract_no="A1"), ["agent_development"], "R-03.allowed",
                 id="R-01-5"),
    pytest.param(person(qualifications=(Qualification("licence", ON),)), ["new_development"], "R-03.allowed",
                 id="R-03-1"),
    pytest.param(person(qualifications=(Qualification("licence", ON + timedelta(days=1)),)), ["new_development"],
                 "R-03.qualification", id="R-03-2"),
    pytest.param(person(qualifications=(Qualification("licence", date(2020, 1, 1), ON),)), ["new_development"],
                 "R-03.qualification", id="R-03-3"),
    pytest.param(person(left_on=ON - timedelta(days=1)), ["new_development"], "R-03.left", id="R-03-left"),
    pytest.param(person(left_on=ON), ["new_development"], "R-03.allowed", id="R-03-last-day"),
    pytest.param(person(joined_on=ON + timedelta(days=1)), ["new_development"], "R-03.not_joined", id="R-03-joins"),
    pytest.param(person(qualifications=(LICENCE,)), ["ib_service"], "R-03.qualification", id="R-34-3"),
])  # fmt: skip
def test_who_may_hold(who: HolderFacts, types: list[str], code: str) -> None:
    assert {decide_holder(TYPES[kind], who, ON).reason.code for kind in types} == {code}


@pytest.mark.parametrize(("registered", "opened", "code"), [
    pytest.param("2024-03-15 10:00", "2024-03-20 09:30", "R-10.valid", id="R-10-1"),
    pytest.param("2024-03-15 10:00", "2024-04-15 16:00", "R-10.valid", id="R-10-2"),
    pytest.param("2024-03-15 10:00", "2024-04-16 09:00", "R-10.expired", id="R-10-3"),
    pytest.param("2024-01-31", "2024-02-29", "R-10.valid", id="R-10-4"),
    pytest.param("2024-01-31", "2024-03-01", "R-10.expired", id="R-10-4b"),
    pytest.param("2024-03-20 09:00", "2024-03-20 10:30", "R-10.valid", id="R-10-5"),
    pytest.param("2024-03-20 10:30", "2024-03-20 10:30", "R-10.not_before", id="R-10-6"),
    pytest.param("2024-03-20", "2024-03-20", "R-10.not_before", id="R-10-dates-equal"),
    pytest.param("2024-03-19", "2024-03-20", "R-10.valid", id="R-10-dates-earlier"),
])  # fmt: skip
def test_a_record_is_valid_before_the_opening_for_one_month(registered: str, opened: str, code: str) -> None:
    answer = decide_valid(record(registered), event(opened))
    assert answer.reason.code == code
    assert bool(answer) == (code == "R-10.valid") == is_valid_at(record(registered), event(opened))


@pytest.mark.parametrize(("one", "other", "same"), [
    pytest.param("王小明", "王小明", True, id="R-10-7-equal"),
    pytest.param("王小明", "王小朋", False, id="R-10-7"),
    pytest.param("Ｊｏｈｎ Smith", "john  smith", True, id="R-10-7-width"),
    pytest.param("NA", "na", True, id="R-10-7-NA"),
])  # fmt: skip
def test_names_are_compared_in_one_form(one: str, other: str, same: bool) -> None:
    assert same_name(one, other) is same


def test_a_record_without_contact_is_incomplete() -> None:  # R-10-8
    bare = record("2024-03-15", has_contact=False)
    assert decide_valid(bare, event("2024-03-20")).reason.code == "R-10.incomplete"
    assert decide_makeup(bare, event("2024-03-14"), NEW, TRADING).reason.code == "R-10.incomplete"


def test_a_withdrawn_record_is_invalid_from_its_withdrawal_on() -> None:
    gone = record("2024-03-15", state="withdrawn", withdrawn_at=at("2024-03-18 09:00"))
    assert is_valid_at(gone, event("2024-03-17 09:00"))
    assert decide_valid(gone, event("2024-03-18 09:00")).reason.code == "R-10.withdrawn"


@pytest.mark.parametrize(("opened", "registered", "calendar", "days", "allowed"), [
    pytest.param("2024-03-04 09:00", "2024-03-04 15:00", TRADING, 0, True, id="R-11-1"),
    pytest.param("2024-03-04 09:00", "2024-03-13 15:00", TRADING, 7, True, id="R-11-2"),
    pytest.param("2024-03-04 09:00", "2024-03-14 15:00", TRADING, 8, False, id="R-11-3"),
    pytest.param("2024-03-08 09:00", "2024-03-10 15:00", TRADING, 0, True, id="R-11-4"),
    pytest.param("2024-03-08 09:00", "2024-03-19 15:00", TRADING, 7, True, id="R-11-5"),
    pytest.param("2024-04-01 09:00", "2024-04-12 15:00", TRADING, 7, True, id="R-11-6"),
    pytest.param("2024-04-01 09:00", "2024-04-12 15:00", OFFICIAL, 8, False, id="R-12-1"),
    pytest.param("2024-03-04", "2024-03-04", TRADING, 0, True, id="R-11-same-day-unknown-times"),
])  # fmt: skip
def test_a_makeup_comes_within_seven_working_days(
    opened: str, registered: str, calendar: WorkingDays, days: int, allowed: bool
) -> None:
    answer = decide_makeup(record(registered), event(opened), NEW, calendar)
    assert (bool(answer), answer.reason.params["days"]) == (allowed, days)
    assert is_makeup(record(registered), event(opened), NEW, calendar) is allowed


@pytest.mark.parametrize(("registered", "happened", "kind", "code"), [
    pytest.param("2024-06-12 10:00", "2024-06-03 10:00", REPO, "R-11.makeup", id="R-36-2"),
    pytest.param("2024-06-13 10:00", "2024-06-03 10:00", REPO, "R-11.too_late", id="R-36-2b"),
    pytest.param("2024-06-03 10:00", "2024-06-12 10:00", REPO, "R-11.before", id="R-36-1"),
    pytest.param("2024-06-04 10:00", "2024-06-03 10:00", REDEVELOPMENT, "R-11.none", id="R-27-no-makeup"),
])  # fmt: skip
def test_makeups_of_other_types(registered: str, happened: str, kind, code: str) -> None:
    assert decide_makeup(record(registered), event(happened), kind, TRADING).reason.code == code


def test_a_year_without_a_calendar_is_not_guessed() -> None:  # R-12-2
    with pytest.raises(CalendarMissing, match="2025"):
        is_makeup(record("2025-01-02 09:00"), event("2024-12-31 09:00"), NEW, TRADING)


A, B = Holding(1, "S1", 10_000), Holding(2, "S2", 10_000)


@pytest.mark.parametrize(("holders", "count"), [
    pytest.param([(A,), (B,)], 2, id="R-13-1"),
    pytest.param([(A,), (A,)], 1, id="R-13-2"),
    pytest.param([(replace(A, share_bp=6000), replace(B, share_bp=4000))], 1, id="R-13-4"),
    pytest.param([(A,), (replace(A, share_bp=6000), replace(B, share_bp=4000))], 2, id="R-13-same-person-other-split"),
])  # fmt: skip
def test_several_registrants_are_told_apart(holders: list[tuple[Holding, ...]], count: int) -> None:
    assert len(distinct_claims(record("2024-03-15", holders=one) for one in holders)) == count


OWN = Entry(own=frozenset({"S1"}))
S1, S2, S3 = person("S1"), person("S2"), person("S3")
BROKER = person("S7", "agent", agency_contract_no="A7")
TASK = TaskGiven("T1", "S1", "open", is_same_client=True)


@pytest.mark.parametrize(("kind", "holders", "entry", "code"), [
    pytest.param(NEW, [(S1, 10_000)], OWN, "R-10.allowed", id="R-15-1"),
    pytest.param(NEW, [(S1, 6000), (S2, 4000)], OWN, "R-10.allowed", id="R-15-2"),
    pytest.param(NEW, [(S1, 5000), (S2, 3000)], OWN, "R-10.allowed", id="R-15-3"),
    pytest.param(NEW, [(S1, 6000), (S2, 5000)], OWN, "R-15.sum", id="R-15-4"),
    pytest.param(NEW, [(S1, 3333), (S2, 3333), (S3, 3334)], OWN, "R-10.allowed", id="R-15-5"),
    pytest.param(NEW, [(S1, 7000), (S1, 3000)], OWN, "R-15.twice", id="R-15-6"),
    pytest.param(NEW, [(S1, 10_000), (S2, 0)], OWN, "R-15.share", id="R-15-7"),
    pytest.param(NEW, [(S1, 6000), (BROKER, 4000)], OWN, "R-01.category", id="R-15-8"),
    pytest.param(REPO, [(S1, 7000), (S2, 4000)], OWN, "R-15.sum", id="R-36-4"),
    pytest.param(AGENT, [(BROKER, 10_000)], Entry(own=frozenset({"S7"})), "R-10.allowed", id="R-37-1"),
    pytest.param(AGENT, [(BROKER, 5000), (S1, 5000)], Entry(own=frozenset({"S7"})), "R-37.alone", id="R-37-5"),
    pytest.param(AGENT, [(BROKER, 10_000)], Entry(own=frozenset({"S7"}), taken_until=date(2024, 6, 1)), "R-37.taken",
                 id="R-37-6"),
    pytest.param(AGENT, [(BROKER, 10_000)],
                 Entry(own=frozenset({"S7"}), taken_until=date(2024, 6, 1), taken_by_own=True), "R-37.own",
                 id="R-37-own"),
    pytest.param(NEW, [(S1, 10_000)], replace(OWN, matched=("new_development", date(2024, 5, 1))), "R-13.matched",
                 id="R-13-5"),
    pytest.param(NEW, [(S2, 10_000)], OWN, "prereg.not_own", id="R-10-not-own"),
    pytest.param(TYPES["core_service"], [(S1, 10_000)], OWN, "R-10.no_registration", id="R-2.0-core"),
    pytest.param(REDEVELOPMENT, [(S1, 10_000)], replace(OWN, task=TASK), "R-10.allowed", id="R-27-allowed"),
    pytest.param(REDEVELOPMENT, [(S1, 6000), (S2, 4000)], replace(OWN, task=TASK), "R-37.alone", id="R-26-one"),
    pytest.param(REDEVELOPMENT, [(S1, 10_000)], OWN, "R-27.no_task", id="R-27-4"),
    pytest.param(REDEVELOPMENT, [(S1, 10_000)], replace(OWN, task=replace(TASK, staff_no="S2")), "R-27.no_task",
                 id="R-27-4b"),
    pytest.param(REDEVELOPMENT, [(S1, 10_000)], replace(OWN, task=replace(TASK, state="expired")), "task.state",
                 id="R-27-expired-task"),
    pytest.param(REDEVELOPMENT, [(S1, 10_000)], replace(OWN, task=replace(TASK, is_same_client=False)),
                 "R-27.other_client", id="R-27-other-client"),
    pytest.param(NEW, [(S1, 10_000)], replace(OWN, task=TASK), "R-27.not_for_task", id="R-27-not-for-task"),
    pytest.param(NEW, [(S1, 10_000)], replace(OWN, route="special_new", is_known_client=True), "R-10.allowed",
                 id="R-29-1"),
    pytest.param(NEW, [(S1, 10_000)], replace(OWN, route="special_new", is_known_client=True,
                                              matched=("new_development", date(2019, 5, 1))), "R-10.allowed",
                 id="R-29-former-developer"),
    pytest.param(NEW, [(S1, 10_000)], replace(OWN, route="special_new", is_known_client=True, held_task_by="S2"),
                 "R-29.handed_out", id="R-29-3"),
    pytest.param(NEW, [(S1, 10_000)], replace(OWN, route="special_new"), "R-29.not_client", id="R-29-unknown"),
    pytest.param(REPO, [(S1, 10_000)], replace(OWN, route="special_new", is_known_client=True), "R-29.no_route",
                 id="R-29-no-route"),
])  # fmt: skip
def test_what_may_be_registered(kind, holders, entry: Entry, code: str) -> None:
    answer = decide_preregistration(kind, holders, entry, ON)
    assert answer.reason.code == code
    assert bool(answer) == (code == "R-10.allowed")
    assert code in TEMPLATES


@pytest.mark.parametrize(("state", "reason", "code"), [
    ("active", "moved away", "R-10.allowed"), ("expired", "moved away", "R-10.allowed"),
    ("active", "  ", "task.reason_missing"), ("matched", "moved away", "prereg.state"),
    ("withdrawn", "moved away", "prereg.state"),
])  # fmt: skip
def test_withdrawal(state: str, reason: str, code: str) -> None:
    assert decide_withdrawal(record("2024-05-01", state=state), reason).reason.code == code


@pytest.mark.parametrize(("registered", "state", "code"), [
    ("2024-05-01", "active", "R-10.allowed"), ("2024-03-01", "expired", "R-10.allowed"),
    ("2024-05-10", "active", "prereg.same_day"), ("2024-05-01", "matched", "prereg.state"),
    ("2024-05-01", "withdrawn", "prereg.state"),
])  # fmt: skip
def test_renewal(registered: str, state: str, code: str) -> None:
    assert decide_renewal(record(registered, state=state), ON).reason.code == code
