"""Follow-up calls and settlements: who may, once per form, and what they leave behind (R-07)."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select, update

from data_access.actor import NotAllowed, OperatorActor
from data_access.clock import business_date
from data_access.commands.acting import Refused
from data_access.commands.follow_ups import record_follow_up, set_follow_up_days
from data_access.database import Database
from data_access.reads.conflicts import read_conflicts
from data_access.reads.follow_ups import DueFilter, count_due, read_calls, read_due, read_follow_up_days
from data_access.scope import FIRM, Scope, read_scope
from data_access.tables import app_user, audit_event, conflict_item, follow_up
from domain.follow_ups import needs_call
from tests.support.book_rows import NOW, TODAY, Book, add_clients, signed_in
from tests.support.register_rows import CONFIRMED_AT, add_link


def call(db: Database, book: Book, user: str = "o011", number: str = "R1", result: str = "confirmed", *,
         note: str = "", request: str = "q1") -> int:  # fmt: skip
    return record_follow_up(db, actor=signed_in(db, book, user), relationship_no=number, result=result, note=note,
                            request_id=request)  # fmt: skip


def waiting(db: Database, scope: Scope = FIRM, **kept: bool) -> list[str]:
    with db.reading() as connection:
        rows = read_due(connection, scope, DueFilter(**kept))
        assert count_due(connection, scope, DueFilter(**kept)) == len(rows)
    return [one.row.relationship_no for one in rows]


def test_an_answered_call_ends_the_waiting(db: Database, held: Book) -> None:
    assert waiting(db) == ["R1", "R2"]
    key = call(db, held, note=" all is well ")
    assert waiting(db) == ["R2"]
    row = follow_up.c
    with db.reading() as connection:
        stored = connection.execute(select(row.follow_up_id, row.at, row.result, row.note, row.by_user_id)).one()
        audit = connection.execute(select(audit_event).where(audit_event.c.action == "follow_up.record")).one()
        calls = read_calls(connection, Scope(everything=True, masks_names=True), [1])
    assert tuple(stored) == (key, NOW, "confirmed", "all is well", held.users["o011"])
    assert (audit.object_key, "all is well" in audit.details) == ("R1", False)
    assert [(one.result, one.note, one.by) for one in calls[1]] == [("confirmed", None, "User o011")]


def test_nobody_reached_is_no_answer(db: Database, held: Book) -> None:
    call(db, held, result="not_reached")
    with db.reading() as connection:
        rows = read_due(connection, FIRM, DueFilter())
    assert [(one.row.relationship_no, one.attempts) for one in rows] == [("R1", 1), ("R2", 0)]


def test_a_dispute_is_a_conflict_that_a_check_leaves_alone_r_07_3(db: Database, held: Book) -> None:
    key = call(db, held, result="disputed")
    with db.reading() as connection:
        (row,) = read_conflicts(connection, FIRM)
    assert (row.kind, row.reason.code, row.client_no, row.relationship_no) == ("disputed", "R-07.disputed", "C1", "R1")
    with db.reading() as connection:
        assert connection.execute(select(conflict_item.c.fault_key)).scalar_one() == f"disputed:R1:{key}"


def test_the_same_form_counts_once(db: Database, held: Book) -> None:
    assert call(db, held) == call(db, held)
    with db.reading() as connection:
        assert len(connection.execute(select(follow_up)).all()) == 1


@pytest.mark.parametrize(("user", "number", "result", "note", "code"), [
    ("o011", "R2", "confirmed", "", "relationship.not_found"),
    ("o011", "R9", "confirmed", "", "relationship.not_found"),
    ("o011", "R1", "happy", "", "word.unknown"),
    ("o011", "R1", "confirmed", "x" * 501, "contact.note_long"),
])  # fmt: skip
def test_calls_that_are_refused(db: Database, held: Book, user: str, number: str, result: str, note: str,
                                code: str) -> None:  # fmt: skip
    with pytest.raises(Refused) as refusal:
        call(db, held, user, number, result, note=note)
    assert refusal.value.reason.code == code
    assert waiting(db) == ["R1", "R2"]


def test_nobody_asks_about_themselves(db: Database, held: Book) -> None:
    with db.writing() as connection:
        connection.execute(update(app_user).where(app_user.c.username == "o011").values(staff_id=held.staff["S1"]))
    with pytest.raises(Refused) as refusal:
        call(db, held)
    assert refusal.value.reason.code == "R-07.own"


@pytest.mark.parametrize("user", ["s1", "analyst", "auditor"])
def test_those_who_do_not_call(db: Database, held: Book, user: str) -> None:
    with pytest.raises(NotAllowed):
        call(db, held, user)


def test_what_waits_and_from_when_it_is_late(db: Database, held: Book) -> None:
    with db.writing() as connection:
        add_clients(connection, held, ["C3", "C4", "C5", "C6"], status=None)
        day = {"confirmed_at": datetime(2024, 6, 9, 16, tzinfo=UTC)}  # 10 June in Shanghai, 30 days before today
        add_link(connection, held, "R3", "C3", "maintenance", **day)
        later = {"confirmed_at": datetime(2024, 6, 10, 16, tzinfo=UTC)}
        add_link(connection, held, "R4", "C4", "maintenance", **later)
        add_link(connection, held, "R5", "C5", "maintenance", how_confirmed="import")
        add_link(connection, held, "R6", "C6", "maintenance", until=TODAY)
    assert waiting(db) == ["R1", "R2", "R3", "R4"]
    assert waiting(db, only_late=True) == ["R1", "R2", "R3"]
    assert waiting(db, with_imported=True) == ["R1", "R2", "R5", "R3", "R4"]
    with db.reading() as connection:
        rows = read_due(connection, FIRM, DueFilter())
        more = read_due(connection, FIRM, DueFilter(), after=(CONFIRMED_AT, 1))
        scope = read_scope(connection, role="office_head", unit_id=held.units["O021"], staff_id=None)
    assert [one.is_late for one in rows] == [needs_call(one.confirmed_on, None, business_date()) for one in rows]
    assert [one.late_on for one in rows] == [date(2024, 3, 31)] * 2 + [date(2024, 7, 10), date(2024, 7, 11)]
    assert [one.row.relationship_no for one in more] == ["R2", "R3", "R4"]
    assert waiting(db, scope) == ["R2"]


def test_headquarters_sets_the_days(db: Database, held: Book) -> None:
    for days in (60, 365):
        set_follow_up_days(db, actor=signed_in(db, held, "hq"), days=days)
    with db.reading() as connection:
        assert read_follow_up_days(connection) == 365
    assert waiting(db, only_late=True) == []
    for days in (0, 366):
        with pytest.raises(Refused):
            set_follow_up_days(db, actor=OperatorActor("op"), days=days)
    with pytest.raises(NotAllowed):
        set_follow_up_days(db, actor=signed_in(db, held, "b01"), days=10)
