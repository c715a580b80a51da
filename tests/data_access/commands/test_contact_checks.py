"""Spot checks of logged contacts: by a lead of the person, once, never of one's own (K-86)."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, select, update

from data_access.actor import NotAllowed
from data_access.commands.acting import Refused
from data_access.commands.contact_checks import check_contact
from data_access.database import Database
from data_access.tables import app_user, audit_event, contact_check, contact_log, handled_request
from tests.support.book_rows import NOW, Book, add_clients, signed_in


@pytest.fixture
def logged(db: Database, book: Book) -> int:
    """A visit of S1 to C1 of O011."""
    with db.writing() as connection:
        add_clients(connection, book, ["C1"], status=None)
        return int(connection.execute(
            insert(contact_log).values(client_id=book.clients["C1"], staff_id=book.staff["S1"], at=NOW, channel="visit",
                                       result="reached", request_id="import-1")
            .returning(contact_log.c.contact_id)).scalar_one())  # fmt: skip


def check(db: Database, book: Book, contact_id: int, user: str = "o011", result: str = "confirmed", note: str = "",
          request: str = "q1") -> None:  # fmt: skip
    check_contact(db, actor=signed_in(db, book, user), contact_id=contact_id, result=result, note=note,
                  request_id=request)  # fmt: skip


def test_a_check_is_kept_once_with_its_trail(db: Database, book: Book, logged: int) -> None:
    check(db, book, logged, result="differs", note=" no visit was made ")
    check(db, book, logged, result="differs", note=" no visit was made ")  # the same form again
    with db.reading() as connection:
        row = connection.execute(select(contact_check)).one()
        audit = connection.execute(select(audit_event).where(audit_event.c.action == "contact.check")).one()
    assert tuple(row) == (logged, "differs", "no visit was made", book.users["o011"], NOW)
    assert (audit.object_key, "visit" in audit.details) == ("C1", False)
    with pytest.raises(Refused) as refusal:
        check(db, book, logged, "b01", request="q2")
    assert (refusal.value.reason.code, refusal.value.reason.params["name"]) == ("check.done", "User o011")


@pytest.mark.parametrize(("user", "result", "note", "code"), [
    ("o012", "confirmed", "", "check.not_found"),
    ("t0111", "confirmed", "", "check.not_found"),  # S1 is not of the team
    ("o011", "fine", "", "word.unknown"),
    ("o011", "differs", " ", "check.note_missing"),
    ("o011", "confirmed", "x" * 501, "contact.note_long"),
])  # fmt: skip
def test_checks_that_are_refused(db: Database, book: Book, logged: int, user: str, result: str, note: str,
                                 code: str) -> None:  # fmt: skip
    with pytest.raises(Refused) as refusal:
        check(db, book, logged, user, result, note)
    assert refusal.value.reason.code == code
    with db.reading() as connection:
        assert connection.execute(select(contact_check)).all() == []


def test_nobody_checks_their_own(db: Database, book: Book, logged: int) -> None:
    with db.writing() as connection:
        connection.execute(update(app_user).where(app_user.c.username == "o011").values(staff_id=book.staff["S1"]))
    with pytest.raises(Refused) as refusal:
        check(db, book, logged)
    assert refusal.value.reason.code == "check.own"


def test_nor_what_they_entered_for_another(db: Database, book: Book, logged: int) -> None:
    with db.writing() as connection:
        form = {"request_id": "import-1", "kind": "contact.log", "result": "1", "at": NOW}
        connection.execute(insert(handled_request).values(user_id=book.users["o011"], **form))
    with pytest.raises(Refused) as refusal:
        check(db, book, logged)
    assert refusal.value.reason.code == "check.own"
    check(db, book, logged, "b01", request="q2")


@pytest.mark.parametrize("user", ["s1", "analyst", "auditor"])
def test_those_who_do_not_check(db: Database, book: Book, logged: int, user: str) -> None:
    with pytest.raises(NotAllowed):
        check(db, book, logged, user)
