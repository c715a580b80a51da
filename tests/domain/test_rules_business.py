"""R-34 to R-37, R-08 and what stands between relationships: the verdicts, each row a worked example."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from domain.confirmation import Standing, decide_confirmation, decide_number, decide_release
from domain.match_facts import ClientFacts, Developed
from domain.matching import decide_public
from domain.preregistration import Registered
from tests.support.match_facts import (
    RULES,
    STOCK,
    B,
    codes,
    decide,
    happened,
    prereg,
)

OPENING = happened("2024-03-20 09:30")

IB, MARGIN, REPO = {"kind": "ib_service"}, {"kind": "margin_development"}, {"kind": "repo_development"}
OWNED = replace(STOCK, developed=Developed("R1", "new_development", date(2020, 1, 6)))


@pytest.mark.parametrize(("business", "event", "records", "client", "outcome", "chain", "code"), [
    pytest.param("futures_opening", "2024-03-20 10:00", [prereg("2024-03-10", **IB)], STOCK, "relationship", None,
                 "R-10.automatic", id="R-34-1"),
    pytest.param("futures_opening", "2024-03-04 10:00", [prereg("2024-03-11", **IB)], STOCK, "chain", "makeup",
                 "R-11.makeup", id="R-34-2"),
    pytest.param("futures_opening", "2024-03-20 10:00", [prereg("2024-03-10", {"A": 6000, "B": 4000}, **IB)], STOCK,
                 "none", None, "R-03.qualification", id="R-34-3"),
    pytest.param("futures_opening", "2024-03-20 10:00", [prereg("2024-03-10", {"A": 6000, "F": 4000}, **IB)], OWNED,
                 "relationship", None, "R-10.automatic", id="R-34-with-an-owner"),
    pytest.param("margin_opening", "2024-03-20 10:00", [prereg("2024-03-10", **MARGIN)], STOCK, "relationship", None,
                 "R-35.public", id="R-35-1"),
    pytest.param("margin_opening", "2024-03-20 10:00", [prereg("2024-03-10", **MARGIN)], OWNED, "none", None,
                 "R-35.developed", id="R-35-2"),
    pytest.param("margin_opening", "2024-03-20 10:00", [prereg("2024-03-10", **MARGIN)],
                 replace(STOCK, opened_on=date(2024, 3, 12)), "none", None, "R-35.no_client_yet",
                 id="R-35-no-client-yet"),
    pytest.param("margin_opening", "2024-03-20 10:00", [prereg("2024-03-10")], STOCK, "none", None, "R-10.other_type",
                 id="R-35-other-type"),
    pytest.param("first_repo", "2024-06-12 10:00", [prereg("2024-06-03", **REPO)], STOCK, "relationship", None,
                 "R-10.automatic", id="R-36-1"),
    # 3 June is a Monday; the seventh working day after it is Wednesday, 12 June
    pytest.param("first_repo", "2024-06-03 10:00", [prereg("2024-06-12", **REPO)], STOCK, "chain", "makeup",
                 "R-11.makeup", id="R-36-2"),
    pytest.param("first_repo", "2024-06-03 10:00", [prereg("2024-06-13", **REPO)], STOCK, "none", None,
                 "R-11.too_late", id="R-36-2b"),
    pytest.param("first_repo", "2024-06-12 10:00", [prereg("2024-06-03", {"A": 7000, "B": 4000}, **REPO)], STOCK,
                 "none", None, "R-15.sum", id="R-36-4"),
    pytest.param("first_repo", "2024-06-12 10:00", [prereg("2024-06-03", **REPO), prereg("2024-06-04", B, **REPO)],
                 STOCK, "chain", "duplicate", "R-13.several", id="R-36-duplicate"),
])  # fmt: skip
def test_business(business: str, event: str, records: list[Registered], client: ClientFacts, outcome: str,
                  chain: str | None, code: str) -> None:  # fmt: skip
    found = decide(happened(event, business), *records, client=client)
    assert (found.outcome, found.chain_kind) == (outcome, chain)
    assert code in codes(found)


@pytest.mark.parametrize(("business", "kind"), [
    pytest.param("margin_opening", "margin_development", id="R-35-3"),
    pytest.param("first_repo", "repo_development", id="R-36-3"),
])  # fmt: skip
def test_business_done_before_is_not_new(business: str, kind: str) -> None:
    found = decide(
        happened("2024-03-20 10:00", business, is_first=False), prereg("2024-03-10", kind=kind), client=STOCK
    )
    assert (found.outcome, codes(found)[-1]) == ("none", "R-35.not_new")


@pytest.mark.parametrize(("kind", "reason", "levels"), [
    pytest.param("ib_service", "makeup", 2, id="R-34-4-two-levels"),
    pytest.param("ib_service", "duplicate", 2, id="R-34-4-duplicate"),
    pytest.param("margin_development", "makeup", 3, id="R-35-three-levels"),
    pytest.param("repo_development", "duplicate", 3, id="R-36-three-levels"),
    pytest.param("new_development", "makeup", 3, id="R-11-three-levels"),
    pytest.param("agent_development", "in_time", 3, id="R-37-three-levels"),
    pytest.param("new_development", "special_new", 3, id="R-29-2-three-levels"),
    pytest.param("redevelopment", "makeup", 0, id="R-27-no-levels"),
])  # fmt: skip
def test_levels(kind: str, reason: str, levels: int) -> None:
    assert len(RULES[kind].levels(reason)) == levels


def test_public_is_asked_of_the_day() -> None:
    assert decide_public(STOCK).allowed
    assert decide_public(OWNED).reason.params == {"relationship_no": "R1", "type": "new_development",
                                                  "since": "2020-01-06"}  # fmt: skip


AGENT = {"kind": "agent_development"}
P, Q = {"P": 10_000}, {"Q": 10_000}


@pytest.mark.parametrize(("records", "types", "chains"), [
    pytest.param([prereg("2024-03-10", P, **AGENT)], ["agent_development"], ["in_time"], id="R-37-2"),
    pytest.param([prereg("2024-03-21", P, **AGENT)], ["agent_development"], ["makeup"], id="R-37-make-up"),
    pytest.param([prereg("2024-03-10", {"P": 5000, "Q": 5000}, **AGENT)], [], [], id="R-37-5"),
    pytest.param([prereg("2024-03-10", P, **AGENT), prereg("2024-03-11")], ["agent_development", "new_development"],
                 ["duplicate", "duplicate"], id="R-37-7"),
    pytest.param([prereg("2024-02-01", P, **AGENT), prereg("2024-03-10", Q, **AGENT)], ["agent_development"],
                 ["in_time"], id="R-37-6-after-expiry"),
])  # fmt: skip
def test_agents(records: list[Registered], types: list[str], chains: list[str]) -> None:
    found = decide(OPENING, *records)
    assert [claim.type for claim in found.claims] == types
    assert [claim.chain_kind for claim in found.claims] == chains


def test_types_are_asked_as_data() -> None:
    """R-08: a closed type makes nothing; a new one with the same event does."""
    closed = {key: rule for key, rule in RULES.items() if key != "new_development"}
    assert decide(OPENING, prereg("2024-03-10"), rules=closed).outcome == "natural"
    other = {**closed, "campus": replace(RULES["new_development"], type="campus")}
    assert decide(OPENING, prereg("2024-03-10", kind="campus"), rules=other).type == "campus"
    assert codes(decide(OPENING, rules={}))[-1] == "R-08.no_type"


DAY = date(2024, 7, 1)


def standing(kind: str, share: int = 10_000, since: date = date(2020, 1, 6), until: date | None = None) -> Standing:
    return Standing("R1", kind, RULES[kind].is_development, since, until, share)


@pytest.mark.parametrize(("kind", "share", "others", "code"), [
    pytest.param("new_development", 10_000, [standing("legacy_development")], "R-10.developed", id="R-2.0-developed"),
    pytest.param("new_development", 2000, [standing("new_development", 8000)], "R-10.developed",
                 id="R-2.0-one-per-opening"),
    pytest.param("new_development", 10_000, [standing("legacy_development", until=DAY)], "R-02.confirmed",
                 id="R-2.0-ended-the-day-before"),
    pytest.param("new_development", 10_000, [standing("maintenance"), standing("margin_development")],
                 "R-02.confirmed", id="R-2.0-beside-others"),
    pytest.param("legacy_development", 5000, [standing("legacy_development", 5000)], "R-02.confirmed", id="R-39-3"),
    pytest.param("legacy_development", 5001, [standing("legacy_development", 5000)], "R-15.client_sum", id="R-39-2"),
    pytest.param("maintenance", 5000, [standing("maintenance", 6000, date(2024, 9, 2))], "R-15.client_sum",
                 id="R-39-one-that-begins-later"),
    pytest.param("core_service", 10_000, [standing("core_service", 1)], "R-31.held", id="R-31-one-adviser"),
])  # fmt: skip
def test_beside_other_relationships(kind: str, share: int, others: list[Standing], code: str) -> None:
    assert decide_confirmation(RULES[kind], DAY, share, others).reason.code == code


@pytest.mark.parametrize(("held", "allowed"), [
    pytest.param(99, True, id="R-30-4"), pytest.param(100, False, id="R-30-4b"),
])  # fmt: skip
def test_limit_per_holder(held: int, allowed: bool) -> None:
    assert decide_number(RULES["core_service"], "A", held).allowed is allowed
    assert decide_number(RULES["maintenance"], "A", held).allowed


@pytest.mark.parametrize(("until", "on", "reason", "code"), [
    pytest.param(None, DAY, "moved", "R-39.allowed", id="R-39-1"),
    pytest.param(DAY, DAY, "moved", "R-39.ended", id="R-39-ended"),
    pytest.param(None, date(2019, 1, 1), "moved", "R-39.before_start", id="R-39-before-its-start"),
    pytest.param(None, DAY, "  ", "task.reason_missing", id="R-39-without-reason"),
])  # fmt: skip
def test_releases(until: date | None, on: date, reason: str, code: str) -> None:
    found = decide_release(valid_from=date(2020, 1, 6), valid_to=until, release_on=on, reason=reason)
    assert found.reason.code == code
