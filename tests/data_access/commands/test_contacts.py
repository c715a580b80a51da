from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, select

from data_access.actor import NotAllowed
from data_access.commands.acting import Refused
from data_access.commands.contacts import log_contact
from data_access.commands.task_steps import withdraw_tasks
from data_access.commands.tasks import assign_tasks
from data_access.database import Database
from data_access.tables import contact_log, reactivation_task, staff
from tests.support.book_rows import NOW, Book, add_clients, signed_in


@pytest.fixture
def handed(db: Database, book: Book) -> Book:
    """C1 is S1's task, C2 is nobody's."""
    with db.writing() as connection:
        add_clients(connection, book, ["C1", "C2"])
    assign_tasks(db, actor=signed_in(db, book, "o011"), client_nos=["C1"], staff_no="S1", request_id="a")
    return book


def log(db: Database, book: Book, user: str, request_id: str = "r", **fields: Any) -> int:
    return log_contact(
        db,
        actor=signed_in(db, book, user),
        request_id=request_id,
        **{"channel": "phone", "result": "reached", **fields},
    )


def contacts(db: Database) -> list[tuple[Any, ...]]:
    """Every contact, newest first: moment, result, staff number, task, note, next step."""
    row = contact_log.c
    with db.reading() as connection:
        return [
            tuple(found)
            for found in connection.execute(
                select(row.at, row.result, staff.c.staff_no, reactivation_task.c.task_no, row.note, row.next_step_on)
                .join(staff, staff.c.staff_id == row.staff_id)
                .outerjoin(reactivation_task, reactivation_task.c.task_id == row.task_id)
                .order_by(row.at.desc())
            )
        ]


def test_staff_log_a_contact_of_their_task_once(db: Database, handed: Book) -> None:
    first = log(db, handed, "s1", client_no="C1", note=" calls back ", next_step_on=date(2024, 7, 15))
    assert log(db, handed, "s1", client_no="C1", note=" calls back ", next_step_on=date(2024, 7, 15)) == first
    log(db, handed, "s1", request_id="r2", task_no="T00000001", at=NOW - timedelta(hours=1), result="refused")
    assert contacts(db) == [
        (NOW, "reached", "S1", "T00000001", "calls back", date(2024, 7, 15)),
        (NOW - timedelta(hours=1), "refused", "S1", "T00000001", None, None),
    ]


def test_a_head_logs_for_the_holder(db: Database, handed: Book) -> None:
    log(db, handed, "o011", client_no="C1")
    assert [row[2] for row in contacts(db)] == ["S1"]
    with pytest.raises(Refused, match="needs one"):
        log(db, handed, "o011", request_id="r2", client_no="C2")


@pytest.mark.parametrize(("user", "fields", "code"), [
    ("s1", {"client_no": "C2"}, "client.not_found"),
    ("s2", {"client_no": "C1"}, "client.not_found"),
    ("s2", {"task_no": "T00000001"}, "task.not_found"),
    ("o011", {"client_no": "C2", "task_no": "T00000001"}, "task.client_mismatch"),
    ("s1", {"client_no": "C1", "at": NOW + timedelta(days=1)}, "contact.future"),
    ("s1", {"client_no": "C1", "next_step_on": date(2024, 7, 9)}, "contact.next_step_past"),
    ("s1", {"client_no": "C1", "note": "x" * 2_001}, "contact.note_long"),
    ("s1", {"client_no": "C1", "channel": "pigeon"}, "word.unknown"),
])  # fmt: skip
def test_refusals_write_nothing(db: Database, handed: Book, user: str, fields: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused) as refusal:
        log(db, handed, user, **fields)
    assert refusal.value.reason.code == code
    with db.reading() as connection:
        assert connection.execute(select(func.count()).select_from(contact_log)).scalar() == 0


def test_headquarters_logs_no_contacts(db: Database, handed: Book) -> None:
    with pytest.raises(NotAllowed):
        log(db, handed, "hq", client_no="C1")


def grade_of(db: Database) -> tuple[Any, ...]:
    with db.reading() as connection:
        return tuple(connection.execute(select(reactivation_task.c.grade, reactivation_task.c.version)).one())


def test_a_grade_stays_with_the_open_task_and_none_leaves_it(db: Database, handed: Book) -> None:
    log(db, handed, "s1", task_no="T00000001", grade="C")
    log(db, handed, "s1", request_id="r2", task_no="T00000001")
    # the same form again, with another grade: the first has won
    log(db, handed, "s1", task_no="T00000001", grade="A")
    assert (grade_of(db), len(contacts(db))) == (("C", 1), 2)
    with pytest.raises(Refused, match="not a value"):
        log(db, handed, "s1", request_id="r3", task_no="T00000001", grade="F")


def test_a_call_under_way_is_still_logged_when_the_task_was_closed(db: Database, handed: Book) -> None:
    lead = signed_in(db, handed, "o011")
    withdraw_tasks(db, actor=lead, versions={"T00000001": 1}, reason="x", request_id="w")
    with pytest.raises(Refused) as refusal:
        log(db, handed, "s1", task_no="T00000001", grade="B")
    assert refusal.value.reason.code == "contact.grade_closed"
    log(db, handed, "s1", task_no="T00000001", note="was on the phone")
    assert [(row[2], row[4]) for row in contacts(db)] == [("S1", "was on the phone")]
    with pytest.raises(Refused):
        log(db, handed, "s2", request_id="r2", task_no="T00000001")
