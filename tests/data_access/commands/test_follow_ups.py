"""Follow-up calls and settlements: who may, once per form, and what they leave behind (R-07)."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import insert, select, update

from data_access.actor import NotAllowed, OperatorActor
from data_access.clock import business_date, frozen
from data_access.commands.acting import Refused
from data_access.commands.conflicts import resolve_conflict
from data_access.commands.follow_ups import record_follow_up, set_follow_up_days
from data_access.database import Database
from data_access.reads.conflicts import count_conflicts, read_conflicts
from data_access.reads.follow_ups import DueFilter, count_due, read_calls, read_due, read_follow_up_days
from data_access.scope import FIRM, Scope, read_scope
from data_access.tables import app_user, audit_event, conflict_item, follow_up, relationship
from domain.follow_ups import needs_call
from tests.support.book_rows import NOW, TODAY, Book, add_clients, signed_in
from tests.support.register_rows import CONFIRMED_AT, add_link


@pytest.fixture
def held(db: Database, book: Book) -> Book:
    """R1 of C1 (O011) held by S1, R2 of C2 (O021) held by S9; both confirmed on 1 March 2024."""
    with db.writing() as connection:
        add_clients(connection, book, ["C1"], status=None)
        add_clients(connection, book, ["C2"], office="O021", status=None)
        add_link(connection, book, "R1", "C1", "maintenance")
        add_link(connection, book, "R2", "C2", "maintenance", {"S9": 10_000})
    return book


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


@pytest.fixture
def conflict(db: Database, held: Book) -> int:
    """An open conflict about R1."""
    with db.writing() as connection:
        key = connection.execute(select(relationship.c.relationship_id)
                                 .where(relationship.c.relationship_no == "R1")).scalar_one()  # fmt: skip
        return int(connection.execute(insert(conflict_item).values(
            kind="late_event", fault_key="k", client_id=held.clients["C1"], relationship_id=key, details="{}",
            state="open", opened_at=NOW, version=3).returning(conflict_item.c.conflict_id)).scalar_one())  # fmt: skip


def settle(db: Database, book: Book, conflict_id: int, user: str = "b01", *, words: str = "agreed", version: int = 3,
           request: str = "q1") -> None:  # fmt: skip
    resolve_conflict(db, actor=signed_in(db, book, user), conflict_id=conflict_id, seen_version=version,
                     resolution=words, request_id=request)  # fmt: skip


def test_a_conflict_is_settled_once_with_a_reason(db: Database, held: Book, conflict: int) -> None:
    settle(db, held, conflict, words=" agreed with both ")
    settle(db, held, conflict, words=" agreed with both ")  # the same form again
    with db.reading() as connection:
        (row,) = read_conflicts(connection, FIRM, state="resolved")
        masked = read_conflicts(connection, Scope(everything=True, masks_names=True), state="resolved")[0]
        assert count_conflicts(connection, FIRM) == {}
    assert (row.version, row.resolution, row.resolved_by, row.resolved_at) == (4, "agreed with both", "User b01", NOW)
    assert (masked.resolution, masked.client_name) == (None, "C****")
    with pytest.raises(Refused) as refusal:
        settle(db, held, conflict, request="q2")
    assert refusal.value.reason.code == "conflict.settled"


@pytest.mark.parametrize(("user", "words", "version", "code"), [
    ("b01", "", 3, "task.reason_missing"), ("b01", "agreed", 2, "conflict.changed"),
    ("b01", "x" * 501, 3, "contact.note_long"),
])  # fmt: skip
def test_settlements_that_are_refused(db: Database, held: Book, conflict: int, user: str, words: str, version: int,
                                      code: str) -> None:  # fmt: skip
    with pytest.raises(Refused) as refusal:
        settle(db, held, conflict, user, words=words, version=version)
    assert refusal.value.reason.code == code


def test_a_conflict_outside_the_reach_is_not_there(db: Database, held: Book, conflict: int) -> None:
    with db.writing() as connection:
        connection.execute(update(app_user).where(app_user.c.username == "b01").values(unit_id=held.units["B02"]))
    with pytest.raises(Refused) as refusal:
        settle(db, held, conflict)
    assert refusal.value.reason.code == "conflict.not_found"
    with db.reading() as connection:
        scope = read_scope(connection, role="branch_head", unit_id=held.units["B02"], staff_id=None)
        assert (read_conflicts(connection, scope), count_conflicts(connection, scope)) == ([], {})
        own = read_scope(connection, role="staff", unit_id=None, staff_id=held.staff["S1"])
        assert [row.conflict_id for row in read_conflicts(connection, own)] == [conflict]


def test_nobody_settles_their_own_conflict(db: Database, held: Book, conflict: int) -> None:
    with db.writing() as connection:
        connection.execute(update(app_user).where(app_user.c.username == "b01").values(staff_id=held.staff["S1"]))
    with pytest.raises(Refused) as refusal:
        settle(db, held, conflict)
    assert refusal.value.reason.code == "conflict.own"


@pytest.mark.parametrize("user", ["o011", "s1", "analyst", "auditor"])
def test_those_who_do_not_settle(db: Database, held: Book, conflict: int, user: str) -> None:
    with pytest.raises(NotAllowed):
        settle(db, held, conflict, user)


def test_many_settle_at_once_and_one_does(db: Database, held: Book, conflict: int) -> None:
    actors = [signed_in(db, held, user) for user in ("hq", "b01") for _press in range(4)]

    def press(place: int) -> str:
        try:
            with frozen(NOW):  # the clock is held thread by thread
                resolve_conflict(db, actor=actors[place], conflict_id=conflict, seen_version=3,
                                 resolution=f"settled {place}", request_id=f"q{place}")  # fmt: skip
        except Refused as refused:
            return refused.reason.code
        return "done"

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(press, range(8)))
    assert answers.count("done") == 1
    assert set(answers) - {"done"} <= {"conflict.settled", "conflict.changed"}
    with db.reading() as connection:
        row = connection.execute(select(conflict_item.c.version, conflict_item.c.resolution)).one()
    assert tuple(row) == (4, f"settled {answers.index('done')}")
