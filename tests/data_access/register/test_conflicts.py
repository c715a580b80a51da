"""The list of conflicts follows the faults of the register: opened, gone, back, settled by people, never doubled."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date

import pytest
from sqlalchemy import insert, select, update

from data_access.actor import NotAllowed, OperatorActor
from data_access.clock import frozen
from data_access.commands.conflicts import reopen_conflict, resolve_conflict
from data_access.database import Database
from data_access.reads.conflicts import read_conflicts
from data_access.register.conflicts import GONE, find_conflicts
from data_access.scope import FIRM
from data_access.tables import audit_event, conflict_item, relationship, staff, staff_qualification
from domain.register_words import ConflictKind
from tests.support.book_rows import NOW, Book, signed_in
from tests.support.register_rows import SINCE, add_link, faults_of, write_held_book

L = "legacy_development"


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with frozen(NOW):
        yield


@pytest.fixture
def book(db: Database) -> Book:
    """The small firm with people of every kind."""
    return write_held_book(db)


def test_the_list_follows_the_faults(db: Database, book: Book) -> None:
    with db.writing() as connection:
        add_link(connection, book, "R1", "C1", L, {"N1": 10_000})
        add_link(connection, book, "R2", "C2", L, {"S2": 6_000, "S1": 5_000})
    first = find_conflicts(db, OperatorActor("op"))
    assert (first.faults, first.opened, first.gone, first.waiting) == (
        {"no_licence": 1, "shares_above_one": 1}, 2, 0, 2)  # fmt: skip
    again = find_conflicts(db, OperatorActor("op"))
    assert (again.opened, again.gone, again.waiting) == (0, 0, 2)
    with db.writing() as connection:
        connection.execute(insert(staff_qualification).values(staff_id=book.staff["N1"], kind="licence",
                                                              valid_from=SINCE))  # fmt: skip
        connection.execute(update(conflict_item).where(conflict_item.c.kind == "shares_above_one").values(
            state="resolved", resolution="agreed with both", resolved_by=book.users["hq"]))  # fmt: skip
    third = find_conflicts(db, OperatorActor("op"))
    assert (third.opened, third.gone, third.waiting) == (0, 1, 0)
    item = conflict_item.c
    with db.reading() as connection:
        rows = connection.execute(select(item.kind, item.state, item.resolution).order_by(item.kind)).all()
        acts = connection.execute(select(audit_event.c.action, audit_event.c.operator)).all()
    assert [tuple(row) for row in rows] == [
        ("no_licence", "resolved", GONE), ("shares_above_one", "resolved", "agreed with both")]  # fmt: skip
    assert [tuple(row) for row in acts] == [("register.check", "op")] * 2
    with db.writing() as connection:
        connection.execute(staff_qualification.delete().where(staff_qualification.c.staff_id == book.staff["N1"]))
    assert (find_conflicts(db, OperatorActor("op")).opened, faults_of(db)[0][0]) == (1, "no_licence")


def test_an_item_says_what_is_true_now(db: Database, book: Book) -> None:
    with db.writing() as connection:
        connection.execute(update(staff).where(staff.c.staff_no == "S2").values(left_on=date(2024, 7, 1)))
        add_link(connection, book, "R1", "C1", "maintenance", {"S2": 10_000})
    find_conflicts(db, OperatorActor("op"))
    with db.writing() as connection:
        add_link(connection, book, "R2", "C2", "maintenance", {"S2": 10_000})
    find_conflicts(db, OperatorActor("op"))
    with db.reading() as connection:
        details = connection.execute(select(conflict_item.c.details)).scalar_one()
    assert json.loads(details)["params"]["count"] == 2


def test_what_was_opened_again_stays_told_while_the_fault_changes_and_goes_with_it(db: Database, book: Book) -> None:
    with db.writing() as connection:
        connection.execute(update(staff).where(staff.c.staff_no == "S2").values(left_on=date(2024, 7, 1)))
        add_link(connection, book, "R1", "C1", "maintenance", {"S2": 10_000})
    find_conflicts(db, OperatorActor("op"))
    hq = signed_in(db, book, "hq")
    resolve_conflict(db, actor=hq, conflict_id=1, seen_version=1, resolution="handed over", request_id="q")
    reopen_conflict(db, actor=hq, conflict_id=1, seen_version=2, reason="not yet", request_id="o")
    assert find_conflicts(db, OperatorActor("op")).waiting == 1
    with db.writing() as connection:
        add_link(connection, book, "R2", "C2", "maintenance", {"S2": 10_000})
    find_conflicts(db, OperatorActor("op"))
    with db.reading() as connection:
        (row,) = read_conflicts(connection, FIRM)
    assert (row.reason.params["count"], [one.reason for one in row.reopened]) == (2, ["not yet"])
    with db.writing() as connection:
        connection.execute(update(staff).where(staff.c.staff_no == "S2").values(left_on=None))
    assert (find_conflicts(db, OperatorActor("op")).gone, find_conflicts(db, OperatorActor("op")).waiting) == (1, 0)


def test_what_the_matching_and_calls_opened_stays(db: Database, book: Book) -> None:
    with db.writing() as connection:
        connection.execute(insert(conflict_item), [
            {"kind": kind, "fault_key": f"{kind}:x", "details": "{}", "state": "open", "opened_at": NOW, "version": 1}
            for kind in (ConflictKind.LATE_EVENT, ConflictKind.DISPUTED)
        ])  # fmt: skip
    assert find_conflicts(db, OperatorActor("op")).waiting == 2


def test_one_import_alone(db: Database, book: Book) -> None:
    with db.writing() as connection:
        add_link(connection, book, "R1", "C1", L, {"N1": 10_000}, batch_id=7)
        add_link(connection, book, "R2", "C2", L, {"N1": 10_000})
        add_link(connection, book, "R3", "C3", L)
        add_link(connection, book, "R4", "C3", "redevelopment", batch_id=8)
    assert faults_of(db, batch_id=7) == [("no_licence", "R-03.qualification", "R1")]
    assert faults_of(db, batch_id=8) == [("two_development", "register.two_development", "R4")]


def test_only_headquarters_checks(db: Database, book: Book) -> None:
    with pytest.raises(NotAllowed):
        find_conflicts(db, signed_in(db, book, "b01"))


def test_the_check_changes_no_relationship(db: Database, book: Book) -> None:
    with db.writing() as connection:
        add_link(connection, book, "R1", "C1", L, {"N1": 10_000})
    with db.reading() as connection:
        before = connection.execute(select(relationship)).all()
    find_conflicts(db, signed_in(db, book, "hq"))
    with db.reading() as connection:
        assert connection.execute(select(relationship)).all() == before
