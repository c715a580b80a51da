"""Worked examples of the rules that the register's checks answer, one row each: R-02, R-07, R-11 to R-16, R-37."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta, timezone

import pytest

from domain.calendar import WorkingDays
from domain.conflicts import ConflictFacts, decide_reopening, decide_resolution
from domain.documents import Form
from domain.follow_ups import FollowUpFacts, decide_follow_up, late_from, needs_call
from domain.register_checks import (
    ChainTaken,
    Evidence,
    StepTaken,
    approval_faults,
    form_faults,
    is_traced,
    share_faults,
)
from domain.relationship_types import FIRST_TYPE_RULES

SHANGHAI = timezone(timedelta(hours=8))
RULES = {rule.type: rule for rule in FIRST_TYPE_RULES}
NEW, AGENT, IB, AGAIN = (
    RULES[code] for code in ("new_development", "agent_development", "ib_service", "redevelopment")
)
HOLIDAYS = {date(2024, 4, 4), date(2024, 4, 5)}
TRADING = WorkingDays.of(
    day
    for day in (date(2024, 1, 1) + timedelta(days=step) for step in range(366))
    if day.weekday() < 5 and day not in HOLIDAYS
)
OFFICIAL = WorkingDays(TRADING.days | {date(2024, 4, 7)}, TRADING.years)
NONE = WorkingDays(frozenset())


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SHANGHAI)


def steps(*people: int | None, posts: tuple[str, ...] = ("opening_review", "outlet_review", "final_approval"),
          decisions: str = "aaa", order: tuple[int, ...] = (1, 2, 3)) -> tuple[StepTaken, ...]:  # fmt: skip
    """Steps of an approval: who decided each (None: nobody), how (a, r), on which day of March."""
    words = {"a": "approved", "r": "rejected"}
    return tuple(
        StepTaken(level, post, words[decision] if who else None, who, at(f"2024-03-{10 + day:02d}") if who else None)
        for level, (post, who, decision, day) in enumerate(zip(posts, people, decisions, order, strict=False), start=1)
    )


LATE = Evidence("new_development", at("2024-03-04 09:30"), date(2024, 3, 4), registered_at=at("2024-03-06 10:00"),
                registered_on=date(2024, 3, 6), registered_by=9, holders=frozenset({8}), client_branch=1,
                holder_branches=frozenset({1}))  # fmt: skip
SOUND = ChainTaken("makeup", "approved", steps(1, 2, 3))


def codes(evidence: Evidence, rule: object = NEW, calendar: WorkingDays = TRADING) -> list[str]:
    return [reason.code for reason in approval_faults(rule, evidence, calendar)]  # type: ignore[arg-type]


@pytest.mark.parametrize(("confirmed_at", "how", "counts"), [
    pytest.param(at("2024-03-01"), "automatic", True, id="R-02-1"),
    pytest.param(None, None, False, id="R-02-2"),
    pytest.param(at("2024-03-01"), "", False, id="R-02-2-no-way"),
    pytest.param(None, "approved", False, id="R-02-2-no-moment"),
])  # fmt: skip
def test_a_relationship_counts_with_its_trace(confirmed_at: datetime | None, how: str | None, counts: bool) -> None:
    assert is_traced(confirmed_at=confirmed_at, how_confirmed=how) is counts


@pytest.mark.parametrize(("answered", "on", "listed"), [
    pytest.param(date(2024, 3, 20), date(2024, 3, 31), False, id="R-07-1"),
    pytest.param(None, date(2024, 3, 31), True, id="R-07-2"),
    pytest.param(None, date(2024, 3, 30), False, id="R-07-2-day-before"),
    pytest.param(date(2024, 4, 2), date(2024, 4, 1), True, id="R-07-2-answered-later"),
])  # fmt: skip
def test_a_call_is_due_within_thirty_days(answered: date | None, on: date, listed: bool) -> None:
    assert late_from(date(2024, 3, 1)) == date(2024, 3, 31)
    assert needs_call(date(2024, 3, 1), answered, on) is listed


@pytest.mark.parametrize(("facts", "note", "code"), [
    pytest.param(FollowUpFacts("R1", True, False), "", "R-07.allowed", id="R-07-call"),
    pytest.param(FollowUpFacts("R1", False, False), "", "R-07.not_confirmed", id="R-07-call-not-confirmed"),
    pytest.param(FollowUpFacts("R1", True, True), "", "R-07.own", id="R-07-call-own"),
    pytest.param(FollowUpFacts("R1", True, False), "x" * 501, "contact.note_long", id="R-07-call-long"),
])  # fmt: skip
def test_who_records_a_call(facts: FollowUpFacts, note: str, code: str) -> None:
    assert decide_follow_up(facts, note).reason.code == code


@pytest.mark.parametrize(("event_on", "registered_on", "calendar", "found"), [
    pytest.param("2024-03-04", "2024-03-04", TRADING, [], id="R-11-1"),
    pytest.param("2024-03-04", "2024-03-13", TRADING, [], id="R-11-2"),
    pytest.param("2024-03-04", "2024-03-14", TRADING, ["R-11.too_late"], id="R-11-3"),
    pytest.param("2024-03-08", "2024-03-10", TRADING, [], id="R-11-4"),
    pytest.param("2024-03-08", "2024-03-19", TRADING, [], id="R-11-5"),
    pytest.param("2024-04-01", "2024-04-12", TRADING, [], id="R-12-1"),
    pytest.param("2024-04-01", "2024-04-12", OFFICIAL, ["R-11.too_late"], id="R-12-2"),
    pytest.param("2024-03-04", "2024-03-06", NONE, ["R-12.missing"], id="R-12-3"),
])  # fmt: skip
def test_working_days_of_a_late_record(event_on: str, registered_on: str, calendar: WorkingDays,
                                       found: list[str]) -> None:  # fmt: skip
    late = replace(
        LATE, event_at=at(f"{event_on} 09:00"), event_on=date.fromisoformat(event_on),
        registered_at=at(f"{registered_on} 17:00"), registered_on=date.fromisoformat(registered_on), chain=SOUND,
    )  # fmt: skip
    assert codes(late, calendar=calendar) == found


@pytest.mark.parametrize(("change", "found"), [
    pytest.param({"registered_at": at("2024-03-04 09:30"), "registered_on": date(2024, 3, 4)}, ["R-11.no_approval"],
                 id="R-11-same-moment"),
    pytest.param({"registered_at": at("2024-03-04 09:29"), "registered_on": date(2024, 3, 4)}, [], id="R-10-5"),
    pytest.param({"registered_at": at("2024-03-04 08:00"), "registered_on": date(2024, 3, 4), "event_has_time": False},
                 ["R-11.no_approval"], id="R-10-day-only"),
    pytest.param({"registered_at": at("2024-03-01 08:00"), "registered_on": date(2024, 3, 1), "registrants": 2},
                 ["R-13.no_approval"], id="R-13-1"),
    pytest.param({"registered_at": at("2024-03-01 08:00"), "registered_on": date(2024, 3, 1), "registrants": 1}, [],
                 id="R-13-2"),
])  # fmt: skip
def test_what_needs_an_approval(change: dict[str, object], found: list[str]) -> None:
    assert codes(replace(LATE, **change)) == found  # type: ignore[arg-type]


@pytest.mark.parametrize(("chain", "found"), [
    pytest.param(SOUND, [], id="R-14-1"),
    pytest.param(ChainTaken("makeup", "approved", steps(1, None, 3)), ["R-14.step_open"], id="R-14-2"),
    pytest.param(ChainTaken("makeup", "rejected", steps(1, 2, None, decisions="ara")), ["R-14.not_approved"],
                 id="R-14-3"),
    pytest.param(ChainTaken("makeup", "running", steps(1, None, None)), ["R-14.not_approved"], id="R-14-running"),
    pytest.param(ChainTaken("makeup", "approved", steps(8, 2, 3)), ["R-14.holder"], id="R-14-5"),
    pytest.param(ChainTaken("makeup", "approved", steps(1, 2, 9)), ["R-14.registrant"], id="R-14-own"),
    pytest.param(ChainTaken("makeup", "approved", steps(1, 2, 1)), ["R-14.twice"], id="R-14-same-person"),
    pytest.param(ChainTaken("makeup", "approved", steps(1, 2, 3, order=(1, 3, 2))), ["R-14.order"], id="R-14-order"),
    pytest.param(ChainTaken("makeup", "approved", steps(1, 3, posts=("opening_review", "final_approval"))),
                 ["R-14.levels"], id="R-14-two-levels"),
])  # fmt: skip
def test_the_chain_of_three(chain: ChainTaken, found: list[str]) -> None:
    assert codes(replace(LATE, chain=chain)) == found


@pytest.mark.parametrize(("people", "posts", "found"), [
    pytest.param((1, 2), ("office_head", "final_approval"), [], id="R-34-2"),
    pytest.param((1, 2, 3), ("opening_review", "outlet_review", "final_approval"), ["R-14.levels"], id="R-34-4"),
])  # fmt: skip
def test_too_many_levels_are_a_fault_as_well(people: tuple[int, ...], posts: tuple[str, ...], found: list[str]) -> None:
    chain = ChainTaken("makeup", "approved", steps(*people, posts=posts))
    assert codes(replace(LATE, type="ib_service", chain=chain), IB) == found


@pytest.mark.parametrize(("shares", "found"), [
    pytest.param([("A", 10_000)], [], id="R-15-1"),
    pytest.param([("A", 6_000), ("B", 4_000)], [], id="R-15-2"),
    pytest.param([("A", 5_000), ("B", 3_000)], [], id="R-15-3"),
    pytest.param([("A", 6_000), ("B", 5_000)], ["R-15.above_one"], id="R-15-4"),
    pytest.param([("A", 3_333), ("B", 3_333), ("C", 3_334)], [], id="R-15-5"),
])  # fmt: skip
def test_shares_of_a_client(shares: list[tuple[str, int]], found: list[str]) -> None:
    assert [reason.code for reason in share_faults(shares)] == found


def confirmed(*units: int | None, hq: bool = True) -> ChainTaken:
    """An approval across branch companies that these have confirmed."""
    taken = [StepTaken(1, "branch_confirmation", "approved", 10 + unit, at("2024-03-11"), unit)
             for unit in units if unit]  # fmt: skip
    last = [StepTaken(2, "headquarters", "approved", 1, at("2024-03-12"))] if hq else []
    return ChainTaken("cross_branch", "approved", (*taken, *last))


EARLY = replace(LATE, registered_at=at("2024-03-01"), registered_on=date(2024, 3, 1))
EARLY = replace(LATE, registered_at=at("2024-03-01"), registered_on=date(2024, 3, 1))
ACROSS = replace(EARLY, holder_branches=frozenset({1, 2}))


@pytest.mark.parametrize(("change", "found"), [
    pytest.param({"chain": confirmed(1, 2)}, [], id="R-16-1"),
    pytest.param({"chain": confirmed(1)}, ["R-16.branch_missing"], id="R-16-2"),
    pytest.param({"holder_branches": frozenset({1})}, [], id="R-16-3"),
    pytest.param({"holder_branches": frozenset({2})}, ["R-16.not_confirmed"], id="R-16-4"),
    pytest.param({"chain": confirmed(1, 2, hq=False)}, ["R-16.headquarters_missing"], id="R-16-no-hq"),
    pytest.param({"chain": confirmed(1, 2), "has_statement": False}, ["R-16.no_statement"], id="R-16-no-statement"),
    pytest.param({"chain": SOUND}, ["R-16.not_confirmed"], id="R-16-other-chain"),
])  # fmt: skip
def test_cooperation_across_branch_companies(change: dict[str, object], found: list[str]) -> None:
    assert codes(replace(ACROSS, **change)) == found  # type: ignore[arg-type]


def forms(*signed: str | None, checked: bool = True) -> tuple[Form, ...]:
    kinds = ("risk_form", "service_form")
    return tuple(Form(kind, date.fromisoformat(day), checked) for kind, day in zip(kinds, signed, strict=False)
                 if day)  # fmt: skip


@pytest.mark.parametrize(("held", "found"), [
    pytest.param(forms("2024-03-04", "2024-03-04"), [], id="R-37-1"),
    pytest.param(forms("2024-03-04"), ["R-37.no_form"], id="R-37-3"),
    pytest.param(forms("2024-03-05", "2024-03-04"), ["R-37.wrong_day"], id="R-37-4"),
    pytest.param((*forms("2024-03-04", "2024-03-04", checked=False), *forms("2024-03-01", "2024-03-01")),
                 ["R-37.unchecked"] * 2, id="R-37-another-day-checked"),
    pytest.param(forms("2024-03-04", "2024-03-04", checked=False), ["R-37.unchecked"] * 2, id="R-37-unchecked"),
])  # fmt: skip
def test_forms_of_an_agents_client(held: tuple[Form, ...], found: list[str]) -> None:
    assert [reason.code for reason in form_faults(AGENT, replace(LATE, forms=held))] == found


def test_an_agents_client_without_an_approval_r_37_2() -> None:
    assert codes(replace(EARLY, type="agent_development"), AGENT) == ["R-14.no_approval"]


def test_a_pool_client_knows_no_make_up_r_27() -> None:
    assert codes(replace(LATE, type="redevelopment", chain=None), AGAIN) == ["R-11.none", "R-11.no_approval"]


@pytest.mark.parametrize(("facts", "version", "words", "code"), [
    pytest.param(ConflictFacts(1, "open", 1, False), 1, "agreed", "conflict.allowed", id="settle"),
    pytest.param(ConflictFacts(1, "resolved", 1, False), 1, "agreed", "conflict.settled", id="settled"),
    pytest.param(ConflictFacts(1, "open", 2, False), 1, "agreed", "conflict.changed", id="changed"),
    pytest.param(ConflictFacts(1, "open", 1, True), 1, "agreed", "conflict.own", id="own"),
    pytest.param(ConflictFacts(1, "open", 1, False), 1, "", "task.reason_missing", id="no-reason"),
    pytest.param(ConflictFacts(1, "open", 1, False), 1, "x" * 501, "contact.note_long", id="long"),
])  # fmt: skip
def test_who_settles_a_conflict(facts: ConflictFacts, version: int, words: str, code: str) -> None:
    assert decide_resolution(facts, seen_version=version, resolution=words).reason.code == code


@pytest.mark.parametrize(("facts", "version", "words", "code"), [
    pytest.param(ConflictFacts(1, "resolved", 1, False), 1, "wrong", "conflict.may_reopen", id="reopen"),
    pytest.param(ConflictFacts(1, "open", 1, False), 1, "wrong", "conflict.open", id="open"),
    pytest.param(ConflictFacts(1, "resolved", 1, False, True), 1, "wrong", "conflict.gone", id="gone"),
    pytest.param(ConflictFacts(1, "resolved", 2, False), 1, "wrong", "conflict.changed", id="changed"),
    pytest.param(ConflictFacts(1, "resolved", 1, True), 1, "wrong", "conflict.own", id="own"),
    pytest.param(ConflictFacts(1, "resolved", 1, False), 1, "", "task.reason_missing", id="no-reason"),
    pytest.param(ConflictFacts(1, "resolved", 1, False), 1, "x" * 501, "contact.note_long", id="long"),
])  # fmt: skip
def test_who_opens_a_conflict_again(facts: ConflictFacts, version: int, words: str, code: str) -> None:
    assert decide_reopening(facts, seen_version=version, reason=words).reason.code == code
