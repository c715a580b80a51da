"""Capacities and neighbouring offices: who sets them, from which day, and what they leave behind."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from data_access.actor import NotAllowed
from data_access.clock import frozen
from data_access.commands.acting import Refused
from data_access.commands.capacity import set_capacity, set_neighbours
from data_access.database import Database
from data_access.desk.limits import read_neighbours
from data_access.desk.people import read_capacities
from data_access.tables import audit_event, office_neighbour, staff, staff_capacity
from tests.support.book_rows import NOW, TODAY, Book, signed_in, write_book


def give(db: Database, book: Book, user: str = "o011", staff_no: str = "S1", **values: Any) -> None:
    asked: dict[str, Any] = {"capacity": 50, "ceiling": 30, "reason": " part time ", "request_id": "q1"}
    set_capacity(db, actor=signed_in(db, book, user), staff_no=staff_no, **{**asked, **values})


def capacity_on(db: Database, book: Book, day: date, staff_no: str = "S1") -> tuple[int, int | None] | None:
    with db.reading() as connection:
        return read_capacities(connection, [book.staff[staff_no]], day).get(book.staff[staff_no])


def test_a_capacity_holds_from_its_day_on(db: Database, book: Book) -> None:
    later = TODAY + timedelta(days=20)
    give(db, book)
    give(db, book)  # the same form again
    give(db, book, "b01", capacity=0, ceiling=None, valid_from=later, request_id="q2")
    assert capacity_on(db, book, TODAY - timedelta(days=1)) is None
    assert capacity_on(db, book, later - timedelta(days=1)) == (50, 30)
    assert capacity_on(db, book, later) == (0, None)
    give(db, book, "hq", capacity=80, request_id="q3")  # an entry of the same day is replaced
    row = staff_capacity.c
    with db.reading() as connection:
        stored = connection.execute(select(row.valid_from, row.capacity, row.reason, row.set_by)
                                    .order_by(row.valid_from)).all()  # fmt: skip
        audited = connection.execute(select(audit_event.c.object_key)
                                     .where(audit_event.c.action == "capacity.set")).scalars().all()  # fmt: skip
    assert [tuple(one) for one in stored] == [(TODAY, 80, "part time", book.users["hq"]),
                                              (later, 0, "part time", book.users["b01"])]  # fmt: skip
    assert audited == ["S1"] * 3


@pytest.mark.parametrize(("user", "values", "code"), [
    ("o011", {"valid_from": TODAY - timedelta(days=1)}, "capacity.past"),
    ("o011", {"capacity": 201}, "capacity.share"),
    ("o011", {"capacity": 100, "ceiling": None}, "capacity.same"),
    ("o012", {}, "capacity.person"),
    ("t0111", {}, "capacity.person"),  # S1 sits in the office, not in the team
    ("o011", {"staff_no": "S77"}, "capacity.person"),
])  # fmt: skip
def test_capacities_that_are_refused(db: Database, book: Book, user: str, values: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused) as refusal:
        give(db, book, user, **values)
    assert refusal.value.reason.code == code
    with db.reading() as connection:
        assert connection.execute(select(staff_capacity)).all() == []


@pytest.mark.parametrize("user", ["s1", "analyst", "auditor"])
def test_those_who_set_nothing(sqlite_db: Database, user: str) -> None:
    book = write_book(sqlite_db)
    with pytest.raises(NotAllowed):
        give(sqlite_db, book, user)
    with pytest.raises(NotAllowed):
        set_neighbours(sqlite_db, actor=signed_in(sqlite_db, book, user), office_code="O011",
                       neighbour_codes=["O012"], request_id="q1")  # fmt: skip


def test_a_team_lead_sets_the_capacity_of_the_team(sqlite_db: Database) -> None:
    book = write_book(sqlite_db)
    with sqlite_db.writing() as connection:
        connection.execute(update(staff).where(staff.c.staff_no == "S2").values(unit_id=book.units["T0111"]))
    give(sqlite_db, book, "t0111", staff_no="S2")
    assert capacity_on(sqlite_db, book, TODAY, "S2") == (50, 30)


def name(db: Database, book: Book, codes: list[str], user: str = "b01", office: str = "O011",
         request: str = "n1") -> tuple[tuple[str, ...], tuple[str, ...]]:  # fmt: skip
    done = set_neighbours(db, actor=signed_in(db, book, user), office_code=office, neighbour_codes=codes,
                          request_id=request)  # fmt: skip
    return done.begun, done.ended


def test_neighbours_begin_and_end_on_their_days(db: Database, book: Book) -> None:
    office, near = book.units["O011"], book.units["O012"]
    assert name(db, book, ["O012"]) == (("O012",), ())
    assert name(db, book, ["O012"]) == (("O012",), ())  # the same form again
    assert name(db, book, ["O012"], request="n2") == ((), ())
    assert name(db, book, [], request="n3") == ((), ("O012",))  # ended and named again within the day
    assert name(db, book, ["O012"], request="n4") == (("O012",), ())
    with frozen(NOW + timedelta(days=2)):
        assert name(db, book, [], request="n5") == ((), ("O012",))
    with db.reading() as connection:
        rows = connection.execute(select(office_neighbour)).all()
        days = [read_neighbours(connection, TODAY + timedelta(days=more)) for more in (-1, 0, 1, 2)]
    assert [(one.office_id, one.neighbour_id, one.valid_from, one.valid_to) for one in rows] == [
        (office, near, TODAY, TODAY + timedelta(days=2))]  # fmt: skip
    assert days == [{}, {office: {near}}, {office: {near}}, {}]


@pytest.mark.parametrize(("user", "office", "codes", "code"), [
    ("b01", "O011", ["O021"], "neighbours.office"),  # outside the reach reads as unknown
    ("hq", "O011", ["O012", "O021"], "neighbours.other_branch"),
    ("hq", "O011", ["O011"], "neighbours.itself"),
    ("hq", "B01", ["O011"], "neighbours.office"),
    ("b01", "O021", [], "neighbours.office"),
])  # fmt: skip
def test_neighbours_that_are_refused(db: Database, book: Book, user: str, office: str, codes: list[str],
                                     code: str) -> None:  # fmt: skip
    with pytest.raises(Refused) as refusal:
        name(db, book, codes, user, office)
    assert refusal.value.reason.code == code
    with db.reading() as connection:
        assert connection.execute(select(office_neighbour)).all() == []


def test_an_office_head_names_no_neighbours(db: Database, book: Book) -> None:
    with pytest.raises(NotAllowed):
        name(db, book, ["O012"], "o011")
