"""The register on any past day, in pages, inside the reach; one relationship with its past; the file and back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import insert, update

from data_access.actor import OperatorActor
from data_access.clock import frozen
from data_access.database import Database
from data_access.imports import import_file
from data_access.reads.register import RegisterFilter, count_register, read_register
from data_access.reads.relationship import read_relationship
from data_access.register.export import share_text, write_register
from data_access.scope import FIRM, NOTHING, Scope, read_scope
from data_access.tables import follow_up, relationship, relationship_revision
from tests.support.book_rows import NOW, Book, add_clients, write_book
from tests.support.register_rows import add_link

TODAY = date(2024, 7, 10)
L, M = "legacy_development", "maintenance"


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with frozen(NOW):
        yield


@pytest.fixture
def book(db: Database) -> Book:
    """C1, C2 in O011, C3 in O012, C4 in O021.

    R1 C1 legacy S1 60 %, S2 40 % from 10 January; R2 C1 maintenance S3 1 March to 1 June; R3 C3 legacy S1;
    R4 C4 maintenance S9; R5 C2 maintenance S9; R6 C2 legacy S1 pending; R7 C4 legacy S1 1 to 15 February.
    """
    book = write_book(db)
    with db.writing() as connection:
        add_clients(connection, book, ["C1", "C2"], status=None)
        add_clients(connection, book, ["C3"], office="O012", status=None)
        add_clients(connection, book, ["C4"], office="O021", status=None)
        add_link(connection, book, "R1", "C1", L, {"S1": 6_000, "S2": 4_000})
        add_link(connection, book, "R2", "C1", M, {"S3": 10_000}, since=date(2024, 3, 1), until=date(2024, 6, 1))
        add_link(connection, book, "R3", "C3", L)
        add_link(connection, book, "R4", "C4", M, {"S9": 10_000})
        add_link(connection, book, "R5", "C2", M, {"S9": 3_333})
        add_link(connection, book, "R6", "C2", L, state="pending")
        add_link(connection, book, "R7", "C4", L, since=date(2024, 2, 1), until=date(2024, 2, 15))
    return book


def held(db: Database, scope: Scope = FIRM, **kept: object) -> list[str]:
    asked = RegisterFilter(**kept)  # type: ignore[arg-type]
    with db.reading() as connection:
        rows = read_register(connection, scope, asked)
        assert count_register(connection, scope, asked) == len(rows)
    return [row.relationship_no for row in rows]


@pytest.mark.parametrize(("kept", "expected"), [
    ({"on": TODAY}, ["R1", "R5", "R3", "R4"]),
    ({"on": date(2024, 5, 31)}, ["R1", "R2", "R5", "R3", "R4"]),
    ({"on": date(2024, 6, 1)}, ["R1", "R5", "R3", "R4"]),
    ({"on": date(2024, 2, 14)}, ["R1", "R5", "R3", "R4", "R7"]),
    ({"on": date(2024, 1, 9)}, []),
    ({}, ["R1", "R2", "R5", "R3", "R4", "R7"]),
    ({"client_no": "C1"}, ["R1", "R2"]),
    ({"client_no": "C1", "on": TODAY}, ["R1"]),
    ({"staff_no": "S1"}, ["R1", "R3", "R7"]),
    ({"staff_no": "S1", "on": TODAY}, ["R1", "R3"]),
    ({"types": (M,), "on": TODAY}, ["R5", "R4"]),
    ({"split": True}, ["R1"]),
    ({"split": False, "types": (L,)}, ["R3", "R7"]),
    ({"state": "pending"}, ["R6"]),
    ({"client_no": "C9"}, []),
])  # fmt: skip
def test_who_held_whom(db: Database, book: Book, kept: dict[str, object], expected: list[str]) -> None:
    assert held(db, **kept) == expected


def test_holders_and_shares_of_a_row(db: Database, book: Book) -> None:
    with db.reading() as connection:
        row = read_register(connection, FIRM, RegisterFilter(on=TODAY))[0]
    assert [(one.staff_no, one.name, one.share_bp, one.unit) for one in row.holders] == [
        ("S1", "Name S1", 6_000, "Unit O011"), ("S2", "Name S2", 4_000, "Unit O011")]  # fmt: skip
    assert (row.client_no, row.office_code, row.opens) == ("C1", "O011", True)


@pytest.mark.parametrize(("role", "unit", "person", "expected"), [
    ("branch_head", "B01", None, ["R1", "R5", "R3", "R7"]),  # R7: S1 of B01 held a client of B02
    ("office_head", "O012", None, ["R2", "R3"]),  # R2: S3 of O012 held a client of O011
    ("branch_head", "B02", None, ["R5", "R4", "R7"]),
    ("staff", "O011", "S1", ["R1", "R2", "R3", "R7"]),
    ("user_admin", "HQ", None, []),
])  # fmt: skip
def test_inside_the_reach(db: Database, book: Book, role: str, unit: str, person: str | None,
                          expected: list[str]) -> None:  # fmt: skip
    with db.reading() as connection:
        scope = read_scope(connection, role=role, unit_id=book.units[unit],
                           staff_id=book.staff[person] if person else None)  # fmt: skip
    wanted = sorted(expected if role != "branch_head" or unit != "B01" else [*expected, "R2"])
    assert sorted(held(db, scope)) == wanted


def test_a_client_of_the_past_has_no_name(db: Database, book: Book) -> None:
    with db.reading() as connection:
        scope = read_scope(connection, role="staff", unit_id=None, staff_id=book.staff["S1"])
        rows = {row.relationship_no: row for row in read_register(connection, scope, RegisterFilter())}
        masked = read_register(connection, Scope(everything=True, masks_names=True), RegisterFilter(client_no="C1"))
    assert (rows["R7"].client_name, rows["R7"].opens) == ("C****", False)
    assert (rows["R1"].client_name, rows["R1"].opens) == ("Client C1", True)
    assert {row.client_name for row in masked} == {"C****"}


def test_pages_join_without_gap(db: Database, book: Book) -> None:
    seen: list[str] = []
    after = None
    with db.reading() as connection:
        for _page in range(4):
            rows = read_register(connection, FIRM, RegisterFilter(), after=after, limit=2)
            seen += [row.relationship_no for row in rows]
            if rows:
                after = (rows[-1].client_no, rows[-1].relationship_id)
    assert seen == ["R1", "R2", "R5", "R3", "R4", "R7"]


def test_one_relationship_and_its_past(db: Database, book: Book) -> None:
    body = {"type": M, "valid_from": "2024-01-10", "valid_to": None, "shares": [[book.staff["S1"], 10_000]]}
    with db.writing() as connection:
        connection.execute(update(relationship).where(relationship.c.relationship_no == "R1").values(
            created_by=book.users["hq"], released_by=book.users["b01"], release_reason="moved away"))  # fmt: skip
        connection.execute(insert(relationship_revision).values(relationship_id=1, body=json.dumps(body),
                                                                superseded_at=NOW))  # fmt: skip
        connection.execute(insert(follow_up).values(relationship_id=1, at=NOW, result="confirmed", note="n",
                                                    by_user_id=book.users["hq"], request_id="q"))  # fmt: skip
    with db.reading() as connection:
        found = read_relationship(connection, FIRM, "R1")
        hidden = read_relationship(connection, Scope(everything=True, masks_names=True), "R1")
        outside = read_relationship(connection, NOTHING, "R1")
        unknown = read_relationship(connection, FIRM, "R99")
    assert found is not None
    assert (found.created_by, found.released_by, found.release_reason) == ("User hq", "User b01", "moved away")
    assert [(form.type, form.valid_from, form.holders) for form in found.earlier] == [
        (M, date(2024, 1, 10), (("S1", 10_000),))]  # fmt: skip
    assert [(one.result, one.note, one.by) for one in found.calls] == [("confirmed", "n", "User hq")]
    assert hidden is not None
    assert (hidden.release_reason, hidden.calls[0].note) == (None, None)
    assert (outside, unknown) == (None, None)


@pytest.mark.parametrize(("share", "text"), [(10_000, "1"), (6_000, "0.6"), (3_333, "0.3333"), (1, "0.0001")])
def test_shares_as_decimals(share: int, text: str) -> None:
    assert share_text(share) == text


def test_the_file_comes_back_as_the_same_register(db: Database, book: Book, tmp_path: Path) -> None:
    path = tmp_path / "register.csv"
    with db.reading() as connection:
        assert write_register(connection, FIRM, path) == 7
        assert write_register(connection, FIRM, tmp_path / "day.csv", on=TODAY, types=(L,)) == 3
    assert path.read_text(encoding="utf-8-sig").splitlines()[:4] == [
        "relationship_no,client_no,type,valid_from,valid_to,staff_no,share",
        "R1,C1,legacy_development,2024-01-10,,S1,0.6",
        "R1,C1,legacy_development,2024-01-10,,S2,0.4",
        "R2,C1,maintenance,2024-03-01,2024-06-01,S3,1",
    ]
    assert (path.stat().st_mode & 0o777, list(tmp_path.glob("*.part"))) == (0o600, [])
    result = import_file(db, actor=OperatorActor("op"), kind="relationship", path=path, dry_run=True)
    assert (result.new, result.changed, result.same) == (0, 0, 7)


def test_an_existing_register_is_checked_and_imported(db: Database, book: Book, tmp_path: Path) -> None:
    path = tmp_path / "relationship.csv"
    path.write_text(
        "relationship_no,client_no,type,valid_from,valid_to,staff_no,share\n"
        "X1,C1,new_development,2024-02-01,,S1,1\n"  # beside R1, a development relationship
        "X2,C2,core_service,2024-02-01,,S1,1\n"  # without the advisory qualification
        "X3,C3,maintenance,2024-02-01,,S2,0.5\n",
        encoding="utf-8",
    )
    for dry_run in (True, False):
        result = import_file(db, actor=OperatorActor("op"), kind="relationship", path=path, dry_run=dry_run)
        assert (result.new, [(fault.relationship_no, fault.reason.code) for fault in result.faults]) == (
            3, [("X2", "R-03.qualification"), ("X1", "register.two_development")])  # fmt: skip
    assert held(db, client_no="C2", on=TODAY) == ["R5", "X2"]
