"""R-10 to R-13, R-15 and R-16: the whole verdict on the opening of a new client, each row a worked example.

The moments of records alone are asked in ``test_rules_preregistration``.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.calendar import CalendarMissing, WorkingDays
from domain.confirmation import decide_split
from domain.preregistration import Registered
from tests.support.match_facts import (
    BEIJING_BRANCH,
    CLIENT,
    OFFICIAL,
    PEOPLE,
    RULES,
    SHANGHAI_BRANCH,
    TRADING,
    B,
    at,
    codes,
    decide,
    happened,
    prereg,
)

OPENING = happened("2024-03-20 09:30")


@pytest.mark.parametrize(("event", "record", "outcome", "chain", "code"), [
    pytest.param("2024-03-20 09:30", prereg("2024-03-15 10:00"), "relationship", None, "R-10.automatic", id="R-10-1"),
    pytest.param("2024-04-15 16:00", prereg("2024-03-15 10:00"), "relationship", None, "R-10.valid", id="R-10-2"),
    pytest.param("2024-04-16 09:00", prereg("2024-03-15 10:00"), "natural", None, "R-10.expired", id="R-10-3"),
    pytest.param("2024-02-29", prereg("2024-01-31"), "relationship", None, "R-10.valid", id="R-10-4"),
    pytest.param("2024-03-01", prereg("2024-01-31"), "natural", None, "R-10.expired", id="R-10-4b"),
    pytest.param("2024-03-20 10:30", prereg("2024-03-20 09:00"), "relationship", None, "R-10.valid", id="R-10-5"),
    pytest.param("2024-03-20 10:30", prereg("2024-03-20 10:30"), "chain", "makeup", "R-11.makeup", id="R-10-6"),
    pytest.param("2024-03-20 09:30", prereg("2024-03-15", has_contact=False), "natural", None, "R-10.incomplete",
                 id="R-10-8"),
    pytest.param("2024-03-20 09:30", prereg("2024-03-15", client_name="王小民"), "natural", None, "R-10.other_name",
                 id="R-10-other-name"),
    pytest.param("2024-03-20 09:30", prereg("2024-03-15", client_name=" 王 小明 "), "relationship", None,
                 "R-10.automatic", id="R-10-spaced-name"),
    pytest.param("2024-03-20", prereg("2024-03-20"), "chain", "makeup", "R-11.makeup", id="R-10-days-alone-and-equal"),
    pytest.param("2024-03-20 09:30", prereg("2024-03-15", state="withdrawn", withdrawn_at=at("2024-03-18")), "natural",
                 None, "R-10.withdrawn", id="R-10-withdrawn-before"),
    pytest.param("2024-03-20 09:30", prereg("2024-03-15", state="withdrawn", withdrawn_at=at("2024-03-25")),
                 "relationship", None, "R-10.automatic", id="R-10-withdrawn-after-the-event"),
    # ``expired`` is only what the nightly run wrote later; the days decide
    pytest.param("2024-03-20 09:30", prereg("2024-03-15", state="expired"), "relationship", None, "R-10.automatic",
                 id="R-10-late-delivery-of-the-event"),
    pytest.param("2024-03-04 09:30", prereg("2024-03-04 15:00"), "chain", "makeup", "R-11.makeup", id="R-11-1"),
    pytest.param("2024-03-04 09:30", prereg("2024-03-13 15:00"), "chain", "makeup", "R-11.makeup", id="R-11-2"),
    pytest.param("2024-03-04 09:30", prereg("2024-03-14 15:00"), "natural", None, "R-11.too_late", id="R-11-3"),
    pytest.param("2024-03-08 09:30", prereg("2024-03-10 15:00"), "chain", "makeup", "R-11.makeup", id="R-11-4"),
    pytest.param("2024-03-08 09:30", prereg("2024-03-19 15:00"), "chain", "makeup", "R-11.makeup", id="R-11-5"),
])  # fmt: skip
def test_one_record(event: str, record: Registered, outcome: str, chain: str | None, code: str) -> None:
    found = decide(happened(event), record)
    assert (found.outcome, found.chain_kind) == (outcome, chain)
    assert code in codes(found)


@pytest.mark.parametrize(("calendar", "outcome"), [
    pytest.param(TRADING, "chain", id="R-11-6-trading-calendar"),
    pytest.param(OFFICIAL, "natural", id="R-11-6-official-calendar"),
])  # fmt: skip
def test_the_calendar_decides(calendar: WorkingDays, outcome: str) -> None:
    record = prereg("2024-04-12 10:00")
    assert decide(happened("2024-04-01 09:30"), record, calendar=calendar).outcome == outcome


def test_a_missing_year_is_not_guessed() -> None:
    """R-12: no verdict without a calendar."""
    with pytest.raises(CalendarMissing):
        decide(happened("2025-01-06 09:30"), prereg("2025-01-08 10:00"))


def test_a_wrong_digit_is_a_near_miss() -> None:
    """R-10-7: another document is another person; the trace names the record that came near."""
    found = decide(OPENING, client=replace(CLIENT, namesakes=(prereg("2024-03-15", document_hash="typo"),)))
    assert (found.outcome, codes(found)) == (
        "natural", ["event.account_opening", "R-10.other_document", "R-30.natural"]
    )  # fmt: skip


IN_TIME_A, IN_TIME_B = prereg("2024-03-10 10:00"), prereg("2024-03-11 10:00", B)
LATE_B = prereg("2024-03-21 10:00", B)


@pytest.mark.parametrize(("records", "outcome", "chains", "holders"), [
    pytest.param([IN_TIME_A, IN_TIME_B], "chain", ["duplicate", "duplicate"], ["A", "B"], id="R-13-1"),
    pytest.param([IN_TIME_A, prereg("2024-03-15 10:00")], "relationship", [None], ["A"], id="R-13-2"),
    pytest.param([IN_TIME_A, prereg("2024-02-01 10:00", B)], "relationship", [None], ["A"], id="R-13-3"),
    pytest.param([prereg("2024-03-10", {"A": 6000, "B": 4000})], "relationship", [None], ["AB"], id="R-13-4"),
    pytest.param([IN_TIME_A, LATE_B], "relationship", [None], ["A"], id="R-13-5"),
    pytest.param([prereg("2024-03-21 09:00"), LATE_B], "chain", ["duplicate", "duplicate"], ["A", "B"],
                 id="R-13-two-make-ups"),
    pytest.param([IN_TIME_A, prereg("2024-03-12", {"A": 6000, "B": 4000})], "chain", ["duplicate", "duplicate"],
                 ["A", "AB"], id="R-13-one-person-two-splits"),
])  # fmt: skip
def test_registrants(records: list[Registered], outcome: str, chains: list[str | None], holders: list[str]) -> None:
    found = decide(OPENING, *records)
    assert found.outcome == outcome
    assert [claim.chain_kind for claim in found.claims] == chains
    assert ["".join(PEOPLE[key].staff_no for key, _ in claim.holders) for claim in found.claims] == holders


def test_the_newest_record_of_a_registrant_is_used() -> None:
    found = decide(OPENING, prereg("2024-03-15 10:00", prereg_id=8), prereg("2024-03-10 10:00", prereg_id=7))
    assert found.record_ids == (8,)


@pytest.mark.parametrize(("shares", "code"), [
    pytest.param([("A", 10_000)], "R-15.allowed", id="R-15-1"),
    pytest.param([("A", 6000), ("B", 4000)], "R-15.allowed", id="R-15-2"),
    pytest.param([("A", 5000), ("B", 3000)], "R-15.allowed", id="R-15-3"),
    pytest.param([("A", 6000), ("B", 5000)], "R-15.sum", id="R-15-4"),
    pytest.param([("A", 3333), ("B", 3333), ("C", 3334)], "R-15.allowed", id="R-15-5"),
    pytest.param([("A", 7000), ("A", 3000)], "R-15.twice", id="R-15-6"),
    pytest.param([("A", 10_000), ("B", 0)], "R-15.share", id="R-15-7"),
    pytest.param([], "R-15.nobody", id="R-15-nobody"),
    pytest.param([("A", 10_001)], "R-15.share", id="R-15-above-the-whole"),
])  # fmt: skip
def test_shares(shares: list[tuple[str, int]], code: str) -> None:
    assert decide_split(RULES["new_development"], shares).reason.code == code


def test_a_split_reaches_the_relationship() -> None:
    """R-15-8 and R-15-3: an agent may not share; less than the whole is handed on as it is."""
    with_agent = decide(OPENING, prereg("2024-03-10", {"A": 6000, "P": 4000}))
    assert (with_agent.outcome, codes(with_agent)[1]) == ("natural", "R-01.category")
    partly = decide(OPENING, prereg("2024-03-10", {"A": 5000, "B": 3000}))
    assert (partly.outcome, partly.holders) == ("relationship", ((1, 5000), (2, 3000)))


@pytest.mark.parametrize(("shares", "branch", "chain", "branches"), [
    pytest.param({"A": 6000, "C": 4000}, SHANGHAI_BRANCH, "cross_branch", (2, 3), id="R-16-1"),
    pytest.param({"A": 6000, "B": 4000}, SHANGHAI_BRANCH, None, (), id="R-16-3"),
    pytest.param({"C": 10_000}, SHANGHAI_BRANCH, "cross_branch", (2, 3), id="R-16-4"),
    pytest.param({"C": 10_000}, BEIJING_BRANCH, None, (), id="R-16-own-branch"),
    pytest.param({"A": 10_000}, None, None, (), id="R-16-place-unknown"),
])  # fmt: skip
def test_across_branch_companies(shares: dict[str, int], branch: int | None, chain: str | None,
                                 branches: tuple[int, ...]) -> None:  # fmt: skip
    found = decide(happened("2024-03-20 09:30", branch_id=branch), prereg("2024-03-10", shares))
    assert (found.chain_kind, found.claims[0].branches) == (chain, branches)
