"""Conflicts of the register: settled once with a reason, opened again with one, both kept; rights and races."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import insert, select, update

from data_access.actor import NotAllowed
from data_access.clock import frozen
from data_access.commands.acting import Refused
from data_access.commands.conflicts import reopen_conflict, resolve_conflict
from data_access.database import Database
from data_access.reads.conflicts import ReopenedRow, count_conflicts, read_conflicts
from data_access.scope import FIRM, Scope, read_scope
from data_access.tables import app_user, audit_event, conflict_item, relationship
from tests.support.book_rows import NOW, Book, signed_in

LATER = NOW + timedelta(hours=1)


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
    answers = press_at_once(db, held, lambda actor, place: resolve_conflict(
        db, actor=actor, conflict_id=conflict, seen_version=3, resolution=f"settled {place}",
        request_id=f"q{place}"))  # fmt: skip
    assert set(answers) - {"done"} <= {"conflict.settled", "conflict.changed"}
    with db.reading() as connection:
        row = connection.execute(select(conflict_item.c.version, conflict_item.c.resolution)).one()
    assert tuple(row) == (4, f"settled {answers.index('done')}")


def press_at_once(db: Database, book: Book, act: Callable[..., None]) -> list[str]:
    """Let eight forms of two users be sent at the same moment; one is done, the answers of all come back."""
    actors = [signed_in(db, book, user) for user in ("hq", "b01") for _press in range(4)]

    def press(place: int) -> str:
        try:
            with frozen(NOW):  # the clock is held thread by thread
                act(actors[place], place)
        except Refused as refused:
            return refused.reason.code
        return "done"

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(press, range(8)))
    assert answers.count("done") == 1
    return answers


@pytest.fixture
def settled(db: Database, held: Book, conflict: int) -> int:
    """The same conflict, settled by the branch head; its version is 4."""
    settle(db, held, conflict)
    return conflict


def reopen(db: Database, book: Book, conflict_id: int, user: str = "b01", *, words: str = "not agreed after all",
           version: int = 4, request: str = "o1") -> None:  # fmt: skip
    reopen_conflict(db, actor=signed_in(db, book, user), conflict_id=conflict_id, seen_version=version, reason=words,
                    request_id=request)  # fmt: skip


def test_a_settled_conflict_is_opened_again_and_keeps_both_reasons(db: Database, held: Book, settled: int) -> None:
    with frozen(LATER):
        reopen(db, held, settled, "hq", words=" not agreed after all ")
        reopen(db, held, settled, "hq", words=" not agreed after all ")  # the same form again
    with db.reading() as connection:
        (row,) = read_conflicts(connection, FIRM)
        masked = read_conflicts(connection, Scope(everything=True, masks_names=True))[0]
        acts = connection.execute(select(audit_event.c.details, audit_event.c.user_id, audit_event.c.object_key)
                                  .where(audit_event.c.action == "conflict.reopen")).all()  # fmt: skip
    assert (row.version, row.state, row.resolution, row.resolved_by, row.resolved_at) == (5, "open", None, None, None)
    assert row.reopened == (
        ReopenedRow(LATER, "User hq", "not agreed after all", NOW, "User b01", "agreed"),
    )  # fmt: skip
    assert (masked.reopened[0].reason, masked.reopened[0].resolution) == (None, None)
    assert [(one.user_id, one.object_key) for one in acts] == [(held.users["hq"], str(settled))]
    assert "after all" not in str(acts[0].details)


def test_settled_and_opened_twice_it_keeps_both_rounds(db: Database, held: Book, settled: int) -> None:
    reopen(db, held, settled)
    settle(db, held, settled, words="agreed again", version=5, request="q2")
    reopen(db, held, settled, words="and again not", version=6, request="o2")
    with db.reading() as connection:
        (row,) = read_conflicts(connection, FIRM)
    assert [(one.resolution, one.reason) for one in row.reopened] == [
        ("agreed", "not agreed after all"), ("agreed again", "and again not")]  # fmt: skip
    with pytest.raises(Refused) as refusal:
        reopen(db, held, settled, version=7, request="o3")
    assert refusal.value.reason.code == "conflict.open"


@pytest.mark.parametrize(("words", "version", "code"), [
    ("", 4, "task.reason_missing"), ("x", 3, "conflict.changed"), ("x" * 501, 4, "contact.note_long"),
])  # fmt: skip
def test_openings_that_are_refused(db: Database, held: Book, settled: int, words: str, version: int, code: str) -> None:
    with pytest.raises(Refused) as refusal:
        reopen(db, held, settled, words=words, version=version)
    assert refusal.value.reason.code == code


def test_what_nobody_settled_is_not_opened_by_hand(db: Database, held: Book, settled: int) -> None:
    with db.writing() as connection:
        connection.execute(update(conflict_item).values(resolution="gone", resolved_by=None))
    with pytest.raises(Refused) as refusal:
        reopen(db, held, settled)
    assert refusal.value.reason.code == "conflict.gone"


@pytest.mark.parametrize("user", ["o011", "s1", "analyst", "auditor"])
def test_those_who_do_not_open_again(db: Database, held: Book, settled: int, user: str) -> None:
    with pytest.raises(NotAllowed):
        reopen(db, held, settled, user)


def test_who_lost_the_reach_does_not_open_again(db: Database, held: Book, settled: int) -> None:
    with db.writing() as connection:
        connection.execute(update(app_user).where(app_user.c.username == "b01").values(unit_id=held.units["B02"]))
    with pytest.raises(Refused) as refusal:
        reopen(db, held, settled)
    assert refusal.value.reason.code == "conflict.not_found"


def test_nobody_opens_their_own_conflict(db: Database, held: Book, settled: int) -> None:
    with db.writing() as connection:
        connection.execute(update(app_user).where(app_user.c.username == "b01").values(staff_id=held.staff["S1"]))
    with pytest.raises(Refused) as refusal:
        reopen(db, held, settled)
    assert refusal.value.reason.code == "conflict.own"


def test_many_open_it_at_once_and_one_does(db: Database, held: Book, settled: int) -> None:
    answers = press_at_once(db, held, lambda actor, place: reopen_conflict(
        db, actor=actor, conflict_id=settled, seen_version=4, reason=f"wrong {place}",
        request_id=f"o{place}"))  # fmt: skip
    assert set(answers) - {"done"} <= {"conflict.open", "conflict.changed"}
    with db.reading() as connection:
        (row,) = read_conflicts(connection, FIRM)
    assert (row.version, [one.reason for one in row.reopened]) == (5, [f"wrong {answers.index('done')}"])
