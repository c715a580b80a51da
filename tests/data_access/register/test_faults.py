"""Faults of the register by their rule, on both engines; the list of them follows the data."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import Connection, insert, update

from data_access.clock import frozen
from data_access.database import Database
from data_access.register.conflicts import read_faults
from data_access.tables import (
    approval_chain,
    approval_step,
    staff,
    staff_qualification,
    stored_document,
)
from tests.support.book_rows import NOW, Book, add_clients
from tests.support.match_rows import add_event, add_record
from tests.support.register_rows import SINCE, add_link, faults_of, write_held_book

SHANGHAI = ZoneInfo("Asia/Shanghai")
MADE = {"created_at": NOW}


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with frozen(NOW):
        yield


@pytest.fixture
def book(db: Database) -> Book:
    """The small firm with people of every kind."""
    return write_held_book(db)


Rows = list[tuple[Any, ...]]
L = "legacy_development"
HALF = {"S1": 5_000, "S2": 5_000}


@pytest.mark.parametrize(("rows", "expected"), [
    pytest.param([("R1", "C1", L)], [], id="sound"),
    pytest.param([("R1", "C1", "maintenance", {"A1": 10_000})], [("holder_not_allowed", "R-01.category", "R1")],
                 id="R-01-2"),
    pytest.param([("R1", "C1", "new_development", {"K1": 10_000})], [("holder_not_allowed", "R-01.category", "R1")],
                 id="R-01-3"),
    pytest.param([("R1", "C1", "agent_development", {"A2": 10_000})], [("holder_not_allowed", "R-01.contract", "R1")],
                 id="R-01-4"),
    pytest.param([("R1", "C1", "agent_development", {"A1": 10_000})], [], id="R-01-agent"),
    pytest.param([("R1", "C1", L, {"N1": 10_000})], [("no_licence", "R-03.qualification", "R1")], id="R-03-none"),
    pytest.param([("R1", "C1", L, {"N2": 10_000})], [("no_licence", "R-03.ended", None)], id="R-03-4"),
    pytest.param([("R1", "C1", "ib_service", {"S2": 6_000, "S1": 4_000})],
                 [("no_licence", "R-03.qualification", "R1")], id="R-34-3"),
    pytest.param([("R1", "C1", "ib_service", {"S2": 10_000})], [], id="R-34-1"),
    pytest.param([("R1", "C1", L, HALF), ("R2", "C1", "new_development")],
                 [("two_development", "register.two_development", "R2")], id="two-development"),
    pytest.param([("R1", "C1", "new_development"), ("R2", "C1", "new_development", {"S2": 10_000})],
                 [("shares_above_one", "R-15.above_one", "R1"), ("shares_above_one", "R-15.above_one", "R2"),
                  ("two_development", "register.two_development", "R2")], id="two-openings"),
    pytest.param([("R1", "C1", L, {"S1": 5_000}), ("R2", "C1", L, {"S2": 5_000})], [], id="R-39-3"),
    pytest.param([("R1", "C1", L), ("R2", "C1", L, {"S2": 10_000})],
                 [("shares_above_one", "R-15.above_one", "R1"), ("shares_above_one", "R-15.above_one", "R2")],
                 id="R-39-2"),
    pytest.param([("R1", "C1", L, {"S1": 6_000, "S2": 5_000})], [("shares_above_one", "R-15.above_one", "R1")],
                 id="R-15-4"),
    pytest.param([("R1", "C1", L, {"S1": 5_000, "S2": 3_000})], [], id="R-15-3"),
    pytest.param([("R1", "C1", "agent_development", {"A1": 5_000, "A2": 5_000})],
                 [("agent_split", "R-37.several", "R1"), ("holder_not_allowed", "R-01.contract", "R1")], id="R-37-5"),
    pytest.param([("R1", "C1", "redevelopment", HALF)], [("agent_split", "R-37.several", "R1")], id="R-26-split"),
])  # fmt: skip
def test_what_the_checks_find(db: Database, book: Book, rows: Rows, expected: list[tuple[str, str, str]]) -> None:
    with db.writing() as connection:
        for row in rows:
            add_link(connection, book, *row)
    assert faults_of(db) == expected


@pytest.mark.parametrize(("issued", "until", "expected"), [
    pytest.param(SINCE, None, [], id="R-03-1"),
    pytest.param(date(2024, 1, 11), None, ["R-03.qualification"], id="R-03-2"),
    pytest.param(date(2020, 1, 1), SINCE, ["R-03.qualification"], id="R-03-3"),
    pytest.param(date(2020, 1, 1), date(2024, 1, 11), ["R-03.ended"], id="R-03-4"),
])  # fmt: skip
def test_the_licence_comes_first(db: Database, book: Book, issued: date, until: date | None,
                                 expected: list[str]) -> None:  # fmt: skip
    with db.writing() as connection:
        connection.execute(insert(staff_qualification).values(staff_id=book.staff["N1"], kind="licence",
                                                              valid_from=issued, valid_to=until))  # fmt: skip
        add_link(connection, book, "R1", "C1", L, {"N1": 10_000})
    assert [code for _kind, code, _number in faults_of(db)] == expected


@pytest.mark.parametrize(("how", "expected"), [
    pytest.param("automatic", [], id="R-02-1"),
    pytest.param(None, [("not_traced", "R-02.not_traced", "R1")], id="R-02-2"),
])  # fmt: skip
def test_a_confirmation_leaves_a_trace(db: Database, book: Book, how: str | None,
                                       expected: list[tuple[str, str, str]]) -> None:  # fmt: skip
    with db.writing() as connection:
        add_link(connection, book, "R1", "C1", L, how_confirmed=how)
    assert faults_of(db) == expected


def test_periods_that_do_not_meet_are_no_conflict(db: Database, book: Book) -> None:
    with db.writing() as connection:
        add_link(connection, book, "R1", "C1", L, since=date(2023, 1, 1), until=date(2024, 7, 1))
        add_link(connection, book, "R2", "C1", "new_development", since=date(2024, 7, 1))  # R-39-1: the day after
        add_link(connection, book, "R3", "C1", "new_development", since=date(2024, 8, 1), until=date(2024, 8, 1))
        add_link(connection, book, "R4", "C1", "redevelopment", state="rejected")
    assert faults_of(db) == []


def test_a_core_client_has_one_adviser(db: Database, book: Book) -> None:
    with db.writing() as connection:
        connection.execute(insert(staff_qualification), [
            {"staff_id": book.staff[one], "kind": "advisory", "valid_from": date(2020, 1, 1)} for one in ("S1", "S2")
        ])  # fmt: skip
        add_link(connection, book, "R1", "C1", "core_service", {"S1": 5_000})
        add_link(connection, book, "R2", "C1", "core_service", {"S2": 5_000})
    assert faults_of(db) == [("agent_split", "R-31.second", "R2")]


def test_an_adviser_has_a_hundred_core_clients(db: Database, book: Book) -> None:
    numbers = [f"K{number:03d}" for number in range(1, 102)]
    with db.writing() as connection:
        add_clients(connection, book, numbers, status=None)
        connection.execute(insert(staff_qualification).values(staff_id=book.staff["S1"], kind="advisory",
                                                              valid_from=date(2020, 1, 1)))  # fmt: skip
        for number in numbers[:100]:
            add_link(connection, book, f"R{number}", number, "core_service")
    assert faults_of(db) == []
    with db.writing() as connection:
        add_link(connection, book, "RK101", "K101", "core_service")
    with db.reading() as connection:
        (fault,) = read_faults(connection)
    assert (fault.key, fault.reason.params["count"]) == ("too_many_core:core_service:S1", 101)


def test_a_leaver_is_one_fault_however_many_clients(db: Database, book: Book) -> None:
    with db.writing() as connection:
        for number, client in enumerate(("C1", "C2", "C3"), start=1):
            add_link(connection, book, f"R{number}", client, "maintenance", {"S2": 10_000})
        add_link(connection, book, "R4", "C4", L, {"S2": 10_000}, until=date(2024, 7, 1))
        connection.execute(update(staff).where(staff.c.staff_no == "S2").values(left_on=date(2024, 7, 9)))
    with db.reading() as connection:
        (fault,) = read_faults(connection)
    assert (fault.kind, fault.key) == ("holder_left", "holder_left:register.left:S2")
    assert fault.reason.params == {"staff_no": "S2", "count": 3, "left_on": "2024-07-09"}


def test_the_last_day_in_service_counts(db: Database, book: Book) -> None:
    with db.writing() as connection:
        add_link(connection, book, "R1", "C1", L, {"S2": 10_000})
        connection.execute(update(staff).where(staff.c.staff_no == "S2").values(left_on=date(2024, 7, 10)))
    assert faults_of(db) == []


def test_before_service_and_after_it(db: Database, book: Book) -> None:
    with db.writing() as connection:
        add_link(connection, book, "R1", "C1", L, {"S2": 10_000})
        add_link(connection, book, "R2", "C2", L, {"S3": 10_000}, until=date(2024, 2, 1))
        connection.execute(update(staff).where(staff.c.staff_no == "S2").values(joined_on=date(2024, 1, 11)))
        connection.execute(update(staff).where(staff.c.staff_no == "S3").values(left_on=date(2024, 1, 9)))
    assert faults_of(db) == [("holder_left", "R-03.left", "R2"), ("holder_not_allowed", "R-03.not_joined", "R1")]


def late(connection: Connection, book: Book, registered: str, **more: Any) -> None:
    """C1 opened on Monday 4 March 2024 at 9:30, registered then; R1 rests on both."""
    event = add_event(connection, book, "C1", "2024-03-04 09:30")
    record = add_record(connection, book, "P1", registered, client="C1", registered_by=book.users["s1"])
    add_link(connection, book, "R1", "C1", "new_development", {"S1": 10_000}, since=date(2024, 3, 4), event_id=event,
             prereg_id=record, **{**MADE, **more})  # fmt: skip


def approved(connection: Connection, book: Book, *users: str, kind: str = "makeup") -> int:
    """An approval of three levels by these users, in their order."""
    posts = ("opening_review", "outlet_review", "final_approval")
    chain = int(connection.execute(insert(approval_chain).values(
        chain_no="A1", object_kind="relationship", object_id=1, kind=kind, type="new_development", state="approved",
        round=1, level=3, content="{}", content_hash="h", submitted_at=NOW, level_since=NOW, version=1,
    ).returning(approval_chain.c.chain_id)).scalar_one())  # fmt: skip
    connection.execute(insert(approval_step), [
        {"chain_id": chain, "position": place, "level": place, "round": 1, "post": post, "decision": "approved",
         "decided_by": book.users[user],
         "decided_at": datetime(2024, 3, 10 + place, 10, tzinfo=SHANGHAI)}
        for place, (post, user) in enumerate(zip(posts, users, strict=True), start=1)
    ])  # fmt: skip
    return chain


@pytest.mark.parametrize(("registered", "people", "expected"), [
    pytest.param("2024-03-04 09:00", (), [], id="R-10-in-time"),
    pytest.param("2024-03-05 09:00", (), ["R-11.no_approval"], id="R-11-unapproved"),
    pytest.param("2024-03-13 09:00", ("o011", "b01", "hq"), [], id="R-14-1"),
    pytest.param("2024-03-14 09:00", ("o011", "b01", "hq"), ["R-11.too_late"], id="R-11-3"),
    pytest.param("2024-03-13 09:00", ("s1", "b01", "hq"), ["R-14.holder", "R-14.registrant"], id="R-14-5"),
    pytest.param("2024-03-13 09:00", ("o011", "b01", "b01"), ["R-14.twice"], id="R-14-twice"),
])  # fmt: skip
def test_what_a_make_up_rests_on(db: Database, book: Book, registered: str, people: tuple[str, ...],
                                 expected: list[str]) -> None:  # fmt: skip
    with db.writing() as connection:
        chain = approved(connection, book, *people) if people else None
        late(connection, book, registered, chain_id=chain)
    rows = faults_of(db)
    assert sorted(code for _kind, code, _number in rows) == expected
    assert {kind for kind, _code, _number in rows} <= {"not_approved"}


def test_two_registrants_need_a_decision_r_13(db: Database, book: Book) -> None:
    with db.writing() as connection:
        late(connection, book, "2024-03-01 09:00")
        add_record(connection, book, "P2", "2024-03-02 09:00", client="C1")  # S1 again: not several people
    assert faults_of(db) == []
    with db.writing() as connection:
        add_record(connection, book, "P3", "2024-03-02 09:00", client="C1", holders={"S2": 10_000})
    assert faults_of(db) == [("not_approved", "R-13.no_approval", "R1")]


def test_holders_of_another_branch_company_r_16(db: Database, book: Book) -> None:
    with db.writing() as connection:
        late(connection, book, "2024-03-01 09:00")
        add_link(connection, book, "R2", "C2", "new_development", {"S9": 10_000}, **MADE)
    assert faults_of(db) == [("not_approved", "R-16.not_confirmed", "R2")]


def test_forms_of_an_agents_client_r_37(db: Database, book: Book) -> None:
    with db.writing() as connection:
        event = add_event(connection, book, "C1", "2024-03-04 09:30")
        chain = approved(connection, book, "o011", "b01", "hq", kind="in_time")
        key = add_link(connection, book, "R1", "C1", "agent_development", {"A1": 10_000}, since=date(2024, 3, 4),
                       event_id=event, chain_id=chain, **MADE)  # fmt: skip
        connection.execute(insert(stored_document).values(
            object_kind="relationship", object_id=key, kind="risk_form", file_name="a.pdf",
            media_type="application/pdf", size_bytes=1, file_hash="h", signed_on=date(2024, 3, 5), stored_at=NOW,
            checked_by=book.users["o011"], checked_at=NOW))  # fmt: skip
    assert faults_of(db) == [("forms_missing", "R-37.no_form", "R1"), ("forms_missing", "R-37.wrong_day", "R1")]
