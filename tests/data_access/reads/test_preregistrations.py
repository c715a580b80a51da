"""K-60: the lists of pre-registrations by state and day, inside the reach, with the days that are left."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import insert

from data_access.clock import frozen
from data_access.database import Database
from data_access.keys import match_hash
from data_access.reads.preregistrations import (
    count_preregistrations,
    read_colleagues,
    read_preregistrations,
    read_subject,
    sort_value,
)
from data_access.scope import FIRM, NOTHING, Scope
from data_access.tables import preregistration, preregistration_share, reactivation_task
from tests.support.book_rows import NOW, TODAY, Book, add_clients, add_staff, write_book

RECORDS = (  # number, document, name, last day, state, holders
    ("P1", "a", "王小明", 9, "active", {"S1": 10_000}),
    ("P2", "a", "王小明", 3, "active", {"S2": 10_000}),
    ("P3", "b", "李100%", 5, "active", {"S1": 6000, "S3": 4000}),
    ("P4", "b", "李100%", 6, "active", {"S1": 6000, "S3": 4000}),
    ("P5", "c", "ZHANG_SAN", -1, "active", {"S9": 10_000}),
    ("P6", "c", "ZHANG_SAN", 0, "active", {"S9": 10_000}),
    ("P7", "d", "赵", -9, "expired", {"S1": 10_000}),
    ("P8", "d", "赵", 9, "matched", {"S1": 10_000}),
    ("P9", "e", "孙", 9, "withdrawn", {"S3": 10_000}),
)


@pytest.fixture
def book(db: Database) -> Book:
    with frozen(NOW):
        book = write_book(db)
        with db.writing() as connection:
            for place, (number, document, name, left, state, holders) in enumerate(RECORDS, start=1):
                connection.execute(insert(preregistration).values(
                    prereg_id=place, prereg_no=number, type="new_development", client_name=name,
                    document_hash=match_hash(document), registered_at=NOW - timedelta(days=30 - place),
                    expires_on=TODAY + timedelta(days=left), state=state, version=1))  # fmt: skip
                connection.execute(insert(preregistration_share), [
                    {"prereg_id": place, "staff_id": book.staff[staff_no], "share_bp": share}
                    for staff_no, share in holders.items()])  # fmt: skip
    return book


def numbers(db: Database, scope: Scope, view: str, **more: object) -> list[str]:
    with db.reading() as connection:
        found = read_preregistrations(connection, scope, on=TODAY, view=view, **more)  # type: ignore[arg-type]
    return [row.prereg_no for row in found]


def test_lists_and_counts_agree(db: Database, book: Book) -> None:
    lists = {
        "valid": ["P6", "P2", "P3", "P4", "P1"], "expiring": ["P6", "P2", "P3"], "several": ["P2", "P1"],
        "expired": ["P7", "P5"], "matched": ["P8"], "withdrawn": ["P9"],
        "all": ["P9", "P8", "P7", "P6", "P5", "P4", "P3", "P2", "P1"],
    }  # fmt: skip
    assert {view: numbers(db, FIRM, view) for view in lists} == lists
    with db.reading() as connection:
        counts = count_preregistrations(connection, FIRM, TODAY)
        assert counts == {view: len(found) for view, found in lists.items()}
        assert set(count_preregistrations(connection, NOTHING, TODAY).values()) == {0}


def test_the_days_left_are_counted_from_today(db: Database, book: Book) -> None:
    with db.reading() as connection:
        rows = {row.prereg_no: row for row in read_preregistrations(connection, FIRM, on=TODAY, view="all")}
    assert {number: row.days_left for number, row in rows.items()} == {
        "P1": 9, "P2": 3, "P3": 5, "P4": 6, "P5": None, "P6": 0, "P7": None, "P8": None, "P9": None}  # fmt: skip
    assert (rows["P5"].state, rows["P6"].state) == ("expired", "active")
    assert [(one.staff_no, one.share_bp) for one in rows["P3"].holders] == [("S1", 6000), ("S3", 4000)]


def test_a_reach_sees_what_its_people_hold(db: Database, book: Book) -> None:
    own = Scope(staff_ids=frozenset({book.staff["S3"]}))
    office = Scope(office_ids=frozenset({book.units["O021"]}), unit_ids=frozenset({book.units["O021"]}))
    assert numbers(db, own, "all") == ["P9", "P4", "P3"]
    assert numbers(db, office, "all") == ["P6", "P5"]
    assert numbers(db, NOTHING, "all") == []


@pytest.mark.parametrize(("search", "found"), [
    ("小明", ["P2", "P1"]), ("100%", ["P3", "P4"]), ("zhang_s", ["P6"]), ("P3", ["P3"]), ("%", ["P3", "P4"]),
    ("' OR 1=1--", []),
])  # fmt: skip
def test_a_search_takes_text_as_text(db: Database, book: Book, search: str, found: list[str]) -> None:
    assert numbers(db, FIRM, "valid", search=search) == found


def test_masked_readers_see_no_name_and_cannot_search_for_one(db: Database, book: Book) -> None:
    masked = Scope(everything=True, masks_names=True)
    with db.reading() as connection:
        assert read_preregistrations(connection, masked, on=TODAY)[-1].client_name == "王**"
    assert numbers(db, masked, "valid", search="小明") == []
    assert numbers(db, masked, "valid", search="P1") == ["P1"]


def test_pages_follow_each_other(db: Database, book: Book) -> None:
    with db.reading() as connection:
        first = read_preregistrations(connection, FIRM, on=TODAY, view="all", limit=4)
    last = first[-1]
    assert numbers(db, FIRM, "all", after=(sort_value("all", last), last.prereg_id)) == ["P5", "P4", "P3", "P2", "P1"]
    with db.reading() as connection:
        second = read_preregistrations(connection, FIRM, on=TODAY, limit=2)[-1]
    assert numbers(db, FIRM, "valid", after=(sort_value("valid", second), second.prereg_id)) == ["P3", "P4", "P1"]


def test_the_client_of_a_link_lies_inside_the_reach(db: Database, book: Book) -> None:
    with frozen(NOW), db.writing() as connection:
        add_clients(connection, book, ["C1"])
        connection.execute(insert(reactivation_task).values(
            task_no="T1", client_id=book.clients["C1"], staff_id=book.staff["S1"], office_id=book.units["O011"],
            pool_status="silent", state="open", priority="normal", due_on=date(2024, 10, 10), assigned_at=NOW,
            assigned_by=book.users["o011"], version=1, request_id="t"))  # fmt: skip
        own = Scope(staff_ids=frozenset({book.staff["S1"]}))
        other = Scope(staff_ids=frozenset({book.staff["S2"]}))
        mine, theirs = book.staff["S1"], book.staff["S2"]
        assert read_subject(connection, own, staff_id=mine, task_no="T1").client_no == "C1"
        assert read_subject(connection, other, staff_id=theirs, task_no="T1") is None
        assert read_subject(connection, own, staff_id=mine, client_no="C1").client_name == "Client C1"
        assert read_subject(connection, other, staff_id=theirs, client_no="C1") is None
        assert read_subject(connection, own, staff_id=mine) is None


def test_colleagues_are_those_of_the_branch_company_in_service(db: Database, book: Book) -> None:
    with frozen(NOW), db.writing() as connection:
        add_staff(connection, book, "S4", left_on=date(2024, 7, 9))
        found = read_colleagues(connection, book.staff["S1"], TODAY)
    assert [one.staff_no for one in found] == ["S2", "S3"]
