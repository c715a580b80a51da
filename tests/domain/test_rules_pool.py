"""R-21 to R-23 and R-25 to R-29: the whole verdict on the return of a pool client, each row a worked example.

The standards of the pool alone are asked in ``test_status`` (R-20, R-24) and ``test_reactivation``.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from domain.match_facts import ClientFacts, HandOut
from domain.match_reasons import MATCH_TEMPLATES
from domain.policies import FIRST_RULE_SET
from domain.pool_matching import decide_special_new
from domain.preregistration import Registered
from domain.reactivation import Inflow, Transfer
from domain.reasons import TEMPLATES
from domain.silent_matching import Life, match_silent, monthly_life
from tests.support.match_facts import (
    RULES,
    STOCK,
    B,
    at,
    codes,
    decide,
    happened,
    prereg,
)

TASK = HandOut(9, "T1", 1, "A")
LOST = replace(STOCK, lost_on=date(2024, 1, 15), hand_out=TASK)
ARCHIVED = replace(STOCK, is_archived=True, hand_out=TASK)
BACK = happened("2024-04-16 10:00", "activation")
MINE = prereg("2024-04-01 10:00", kind="redevelopment", route="task")
MOVED = Transfer("personal", "2", "3", "上海", "北京")


@pytest.mark.parametrize(("event", "client", "records", "outcome", "reason"), [
    pytest.param("2024-04-15 10:00", LOST, [MINE], "none", "R-21.too_soon", id="R-21-1"),
    pytest.param("2024-04-16 10:00", LOST, [MINE], "relationship", None, id="R-21-2"),
    pytest.param("2024-02-29 10:00", replace(LOST, lost_on=date(2023, 11, 30)),
                 [prereg("2024-02-20", kind="redevelopment")], "none", "R-21.too_soon", id="R-21-3"),
    pytest.param("2024-03-01 10:00", replace(LOST, lost_on=date(2023, 11, 30)),
                 [prereg("2024-02-20", kind="redevelopment")], "relationship", None, id="R-21-3b"),
    pytest.param("2024-04-30 10:00", replace(LOST, lost_on=date(2024, 1, 31)), [MINE], "none", "R-21.too_soon",
                 id="R-21-4"),
    pytest.param("2024-05-01 10:00", replace(LOST, lost_on=date(2024, 1, 31)), [MINE], "relationship", None,
                 id="R-21-4b"),
    pytest.param("2024-02-01 10:00", replace(LOST, transfer=MOVED), [prereg("2024-01-20", kind="redevelopment")],
                 "relationship", None, id="R-21-5"),
    pytest.param("2024-01-16 10:00", replace(LOST, transfer=MOVED),
                 [prereg("2024-01-15 09:00", kind="redevelopment")], "relationship", None, id="R-22-1"),
    pytest.param("2024-02-01 10:00", replace(LOST, transfer=replace(MOVED, to_branch="2")),
                 [prereg("2024-01-20", kind="redevelopment")], "none", "R-21.too_soon", id="R-22-2"),
    pytest.param("2024-02-01 10:00", replace(LOST, transfer=replace(MOVED, to_city="上海")),
                 [prereg("2024-01-20", kind="redevelopment")], "none", "R-21.too_soon", id="R-22-3"),
    pytest.param("2024-02-01 10:00", replace(LOST, transfer=replace(MOVED, reason="")),
                 [prereg("2024-01-20", kind="redevelopment")], "none", "R-21.too_soon", id="R-22-4"),
    pytest.param("2024-02-01 10:00", replace(LOST, transfer=MOVED), [], "none", "R-27.no_record",
                 id="R-22-still-registered"),
    pytest.param("2024-04-16 10:00", ARCHIVED, [MINE], "relationship", None, id="R-23-opened"),
    pytest.param("2024-04-16 10:00", STOCK, [MINE], "none", None, id="R-23-3-no-flag"),
    pytest.param("2024-04-16 10:00", replace(LOST, hand_out=None), [MINE], "none", None, id="R-26-not-handed-out"),
    pytest.param("2024-04-16 10:00", LOST, [], "none", "R-27.no_record", id="R-27-none"),
    pytest.param("2024-05-16 10:00", LOST, [MINE], "none", "R-10.expired", id="R-27-2-expired"),
    pytest.param("2024-05-16 10:00", LOST, [MINE, prereg("2024-05-01 10:00", kind="redevelopment")], "relationship",
                 None, id="R-27-2b-registered-again"),
    pytest.param("2024-04-16 10:00", LOST, [prereg("2024-04-17 10:00", kind="redevelopment")], "none",
                 "R-10.not_before", id="R-27-no-make-up"),
    pytest.param("2024-04-16 10:00", LOST, [prereg("2024-04-01 10:00", B, kind="redevelopment")], "none",
                 "R-27.no_record", id="R-27-4-colleague"),
    pytest.param("2024-04-16 10:00", LOST, [MINE], "relationship", None, id="R-28-1"),
    pytest.param("2024-03-15 10:00", LOST, [prereg("2024-03-01", kind="redevelopment")], "none", "R-21.too_soon",
                 id="R-28-4"),
])  # fmt: skip
def test_returns_of_handed_out_clients(
    event: str, client: ClientFacts, records: list[Registered], outcome: str, reason: str | None
) -> None:
    found = decide(happened(event, "activation"), *records, client=client)
    assert (found.outcome, found.task_reason.code if found.task_reason else None) == (outcome, reason)
    if outcome == "relationship":
        assert (found.type, found.holders) == ("redevelopment", ((1, 10_000),))


@pytest.mark.parametrize(("kind", "outcome", "code"), [
    pytest.param("activated", "relationship", "R-23.activated", id="R-23-1"),
    pytest.param("opened", "relationship", "R-23.activated", id="R-23-1b"),
    pytest.param("transferred_in", "none", "R-23.event", id="R-23-2"),
])  # fmt: skip
def test_what_activates_an_archived_client(kind: str, outcome: str, code: str) -> None:
    found = decide(happened("2024-04-16 10:00", "activation", kind), MINE, client=ARCHIVED)
    assert found.outcome == outcome
    assert code in codes(found)


def silent(records: list[Registered], inflows: list[tuple[str, int]], trades: list[str]) -> tuple[str, object, object]:
    """Return (outcome, day, code) of a silent client handed out to A; inflows in yuan."""
    life = Life(tuple(Inflow(at(when), round(yuan * 100)) for when, yuan in inflows), tuple(at(one) for one in trades))
    found, day_of = match_silent(TASK, records, replace(STOCK, hand_out=TASK), RULES, life, FIRST_RULE_SET)
    return found.outcome, day_of, found.task_reason.code if found.task_reason else None


RE = {"kind": "redevelopment", "route": "task"}
MARCH = prereg("2024-03-10 10:00", **RE)


@pytest.mark.parametrize(("records", "inflows", "trades", "expected"), [
    pytest.param([MARCH], [("2024-03-12", 1000)], ["2024-03-13"], ("relationship", date(2024, 3, 13), None),
                 id="R-25-1"),
    pytest.param([MARCH], [("2024-03-12", 999.99)], ["2024-03-13", "2024-03-14", "2024-03-15"],
                 ("none", None, "R-25.inflow"), id="R-25-2"),
    pytest.param([MARCH], [("2024-03-12", 5000)], [], ("none", None, "R-25.trade"), id="R-25-3"),
    pytest.param([MARCH], [("2024-03-12", 600), ("2024-03-18", 400)], ["2024-03-14"],
                 ("relationship", date(2024, 3, 18), None), id="R-25-4"),
    pytest.param([MARCH], [("2024-03-12", 20_000)], ["2024-03-13"], ("relationship", date(2024, 3, 13), None),
                 id="R-25-5-securities"),
    pytest.param([MARCH], [("2024-03-09", 1000)], ["2024-03-13"], ("none", None, "R-25.inflow"), id="R-25-6"),
    pytest.param([MARCH], [], ["2024-03-13"], ("none", None, "R-25.inflow"), id="R-25-7-price-alone"),
    pytest.param([MARCH], [("2024-03-12", 2000)], ["2024-04-09"], ("relationship", date(2024, 4, 9), None),
                 id="R-27-1"),
    pytest.param([MARCH], [("2024-03-12", 2000)], ["2024-04-11"], ("none", None, "R-10.expired"), id="R-27-2"),
    pytest.param([MARCH, prereg("2024-04-10 09:00", **RE)], [("2024-03-12", 2000)], ["2024-04-11"],
                 ("relationship", date(2024, 4, 11), None), id="R-27-2b"),
    pytest.param([prereg("2024-03-13 10:00", **RE)], [("2024-03-12", 2000)], ["2024-03-20"],
                 ("none", None, "R-25.inflow"), id="R-27-3"),
    pytest.param([prereg("2024-03-13 10:00", **RE)], [("2024-03-12", 2000), ("2024-03-15", 1000)], ["2024-03-20"],
                 ("relationship", date(2024, 3, 20), None), id="R-27-3b"),
    pytest.param([prereg("2024-03-10", B, **RE)], [("2024-03-12", 2000)], ["2024-03-20"],
                 ("none", None, "R-27.no_record"), id="R-27-4"),
    pytest.param([MARCH], [("2024-03-12", 900)], ["2024-03-20"], ("none", None, "R-25.inflow"), id="R-28-2"),
    pytest.param([], [("2024-03-12", 2000)], ["2024-03-20"], ("none", None, "R-27.no_record"), id="R-28-3"),
])  # fmt: skip
def test_silent_clients(records: list[Registered], inflows: list[tuple[str, int]], trades: list[str],
                        expected: tuple[object, ...]) -> None:  # fmt: skip
    assert silent(records, inflows, trades) == expected


APRIL = {202404: (200_000, 3)}


@pytest.mark.parametrize(("records", "months", "outcome", "code"), [
    pytest.param([prereg("2024-03-31 10:00", **RE)], APRIL, "relationship", None, id="R-25-month-covered"),
    pytest.param([MARCH], APRIL, "none", "R-25.not_covered", id="R-25-month-in-part"),
    pytest.param([MARCH, prereg("2024-04-10", **RE)], APRIL, "relationship", None, id="R-25-month-covered-by-two"),
    pytest.param([MARCH], {202403: (200_000, 3)}, "none", "R-25.inflow", id="R-25-month-of-the-registration"),
    pytest.param([prereg("2024-03-31", **RE)], {202404: (None, 3)}, "none", "R-25.inflow", id="R-25-no-data"),
    pytest.param([prereg("2024-03-31", **RE)], {202404: (200_000, None)}, "none", "R-25.trade", id="R-25-no-trades"),
])  # fmt: skip
def test_silent_clients_by_monthly_facts(records: list[Registered], months: dict[int, tuple[int | None, int | None]],
                                         outcome: str, code: str | None) -> None:  # fmt: skip
    life = monthly_life(months, min(one.registered_on for one in records))
    found, _ = match_silent(TASK, records, replace(STOCK, hand_out=TASK), RULES, life, FIRST_RULE_SET)
    assert (found.outcome, found.task_reason.code if found.task_reason else None) == (outcome, code)


FOUND = replace(LOST, hand_out=None)
SPECIAL = {"route": "special_new"}
BY_AGENT = {"kind": "agent_development", **SPECIAL}


@pytest.mark.parametrize(("event", "client", "records", "types", "code"), [
    pytest.param("2024-04-16 10:00", FOUND, [prereg("2024-04-01", {"P": 10_000}, **BY_AGENT)], ["agent_development"],
                 "R-29.approval", id="R-29-1"),
    pytest.param("2024-04-16 10:00", FOUND, [prereg("2024-04-01", **SPECIAL)], ["new_development"], "R-29.approval",
                 id="R-29-frontline"),
    pytest.param("2024-04-16 10:00", LOST, [prereg("2024-04-01", B, **SPECIAL)], [], "R-27.not_holder", id="R-29-3"),
    pytest.param("2024-04-15 10:00", FOUND, [prereg("2024-04-01", **SPECIAL)], [], "R-21.too_soon",
                 id="R-29-pool-standards"),
    pytest.param("2024-04-16 10:00", FOUND, [prereg("2024-04-01")], [], "R-29.no_application",
                 id="R-29-no-application"),
    pytest.param("2024-04-16 10:00", FOUND, [prereg("2024-04-17", **SPECIAL)], [], "R-10.not_before",
                 id="R-29-too-late"),
    pytest.param("2024-04-16 10:00", FOUND, [prereg("2024-04-01", **SPECIAL), prereg("2024-04-02", B, **SPECIAL)],
                 ["new_development", "new_development"], "R-29.approval", id="R-29-two-found-the-client"),
])  # fmt: skip
def test_special_new(event: str, client: ClientFacts, records: list[Registered], types: list[str],
                     code: str) -> None:  # fmt: skip
    found = decide(happened(event, "activation"), *records, client=client)
    assert [(claim.type, claim.chain_kind) for claim in found.claims] == [(one, "special_new") for one in types]
    assert code in codes(found)
    assert all(len(RULES[one].levels("special_new")) == 3 for one in types)


@pytest.mark.parametrize(("record", "known", "held", "code"), [
    pytest.param(prereg("2024-04-01"), True, False, "R-10.allowed", id="R-29-application"),
    pytest.param(prereg("2024-04-01"), True, True, "R-29.handed_out", id="R-29-3-application"),
    pytest.param(prereg("2024-04-01"), False, False, "R-29.not_client", id="R-29-stranger"),
    pytest.param(prereg("2024-04-01", state="matched"), True, False, "R-29.state", id="R-29-matched"),
    pytest.param(prereg("2024-04-01", **SPECIAL), True, False, "R-29.state", id="R-29-twice"),
    pytest.param(prereg("2024-04-01", kind="margin_development"), True, False, "R-29.no_route", id="R-29-other-type"),
])  # fmt: skip
def test_applications(record: Registered, known: bool, held: bool, code: str) -> None:
    found = decide_special_new(record, RULES[record.type], is_client=known, is_handed_out=held)
    assert found.reason.code == code


def test_every_reason_has_words() -> None:
    lines = [line for events in (decide(BACK, MINE, client=LOST), decide(BACK, MINE, client=FOUND))
             for line in events.trace]  # fmt: skip
    assert {line.code for line in lines} <= set(TEMPLATES)
    assert set(MATCH_TEMPLATES) <= set(TEMPLATES)
