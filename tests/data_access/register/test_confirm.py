"""Confirming and releasing relationships: what is asked anew, what is kept, and what two at once may do."""

from __future__ import annotations

import json
import threading
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import select, update

from data_access.actor import OperatorActor
from data_access.clock import frozen
from data_access.commands.acting import Refused
from data_access.database import Database
from data_access.imports import rollback_batch
from data_access.imports.errors import RollbackRefused
from data_access.register.confirm import confirm_relationship, reject_relationship, release_relationship
from data_access.register.match_run import match_events
from data_access.tables import (
    account_event,
    account_match,
    audit_event,
    import_batch,
    relationship,
    relationship_revision,
    relationship_share,
    staff_qualification,
)
from tests.data_access.register.verdicts import newcomer
from tests.support.approval_book import pending_relationship, write_approval_book
from tests.support.book_rows import Book, add_clients, add_staff
from tests.support.match_rows import add_event, add_record

NOW = datetime(2024, 7, 10, 2, 0, tzinfo=UTC)
SINCE = date(2024, 7, 8)


@pytest.fixture
def book(db: Database) -> Book:
    with frozen(NOW):
        return write_approval_book(db)


def confirm(db: Database, book: Book, number: str = "C1", *, holders: dict[str, int] | None = None,
            kind: str = "new_development", since: date = SINCE, **more: Any) -> int:  # fmt: skip
    shares = [(book.staff[key], share) for key, share in (holders or {"S1": 10_000}).items()]
    with frozen(NOW), db.writing() as connection:
        return confirm_relationship(connection, user_id=book.users["hq"], client_id=book.clients[number], type=kind,
                                    valid_from=since, holders=shares, how="approved", **more)  # fmt: skip


def test_a_confirmation_says_who_when_and_how(db: Database, book: Book) -> None:
    key = confirm(db, book, holders={"S1": 6000, "S2": 4000})
    with db.reading() as connection:
        row = connection.execute(select(relationship)).one()
        shares = connection.execute(select(relationship_share.c.share_bp)
                                    .order_by(relationship_share.c.staff_id)).scalars().all()  # fmt: skip
        audit = connection.execute(select(audit_event).where(audit_event.c.action == "relationship.confirm")).one()
    assert (row.relationship_id, row.relationship_no, row.state, row.valid_from, row.valid_to, row.how_confirmed) == (
        key, f"REL-{key:08d}", "confirmed", SINCE, None, "approved"
    )  # fmt: skip
    assert (row.confirmed_at, row.created_by, shares) == (NOW, book.users["hq"], [6000, 4000])
    assert (audit.user_id, audit.object_key) == (book.users["hq"], row.relationship_no)


@pytest.mark.parametrize(("more", "code"), [
    ({"kind": "legacy_development"}, "R-10.developed"),
    ({"kind": "unknown"}, "R-08.type"),
    ({"kind": "maintenance", "holders": {"S1": 6000, "S2": 5000}}, "R-15.sum"),
    ({"kind": "agent_development", "number": "C2"}, "R-01.category"),
    ({"kind": "maintenance", "since": date(2014, 1, 1)}, "R-03.qualification"),
    ({"kind": "maintenance", "holders": {"GONE": 10_000}}, "R-03.left"),
    ({"kind": "ib_service"}, "R-03.qualification"),
])  # fmt: skip
def test_refused_confirmations_write_nothing(db: Database, book: Book, more: dict[str, Any], code: str) -> None:
    with db.writing() as connection:
        add_staff(connection, book, "GONE", left_on=date(2024, 7, 9))
    confirm(db, book)
    number = more.pop("number", "C1")
    with pytest.raises(Refused) as refused:
        confirm(db, book, number, **more)
    assert refused.value.reason.code == code
    with db.reading() as connection:
        assert len(connection.execute(select(relationship)).all()) == 1


def test_a_hundred_core_clients_and_not_one_more(db: Database, book: Book) -> None:
    """R-30, asked where it is confirmed."""
    with frozen(NOW), db.writing() as connection:
        add_clients(connection, book, [f"K{number}" for number in range(100)], status=None)
        connection.execute(relationship.insert(), [
            {"relationship_id": 1000 + number, "relationship_no": f"K{number}", "client_id": book.clients[f"K{number}"],
             "type": "core_service", "state": "confirmed", "valid_from": date(2024, 1, 15), "confirmed_at": NOW,
             "version": 1} for number in range(99)
        ])  # fmt: skip
        connection.execute(relationship_share.insert(), [
            {"relationship_id": 1000 + number, "staff_id": book.staff["S1"], "share_bp": 10_000} for number in range(99)
        ])  # fmt: skip
        connection.execute(staff_qualification.insert().values(
            staff_id=book.staff["S1"], kind="advisory", valid_from=date(2015, 1, 1)))  # fmt: skip
        if connection.dialect.name == "postgresql":
            connection.exec_driver_sql("SELECT setval(pg_get_serial_sequence('relationship', 'relationship_id'), 2000)")
    confirm(db, book, "K99", kind="core_service")
    with pytest.raises(Refused) as refused:
        confirm(db, book, "C1", kind="core_service")
    assert refused.value.reason.code == "R-30.full"


def test_a_pending_relationship_is_confirmed_once(db: Database, book: Book) -> None:
    with db.writing() as connection:
        key = pending_relationship(connection, book)
        other = pending_relationship(connection, book, holders={"S2": 10_000})
    assert confirm(db, book, relationship_id=key) == key
    with pytest.raises(Refused) as refused:
        confirm(db, book, relationship_id=key, kind="maintenance")
    assert refused.value.reason.code == "relationship.decided"
    with db.writing() as connection:
        reject_relationship(connection, relationship_id=key)
        reject_relationship(connection, relationship_id=other)
    with db.reading() as connection:
        states = (
            connection.execute(select(relationship.c.state).order_by(relationship.c.relationship_id)).scalars().all()
        )
    assert states == ["confirmed", "rejected"]


def test_a_release_keeps_what_was(db: Database, book: Book) -> None:
    key = confirm(db, book)
    with frozen(NOW):
        for day, reason, code in (
            (date(2024, 7, 9), " ", "task.reason_missing"),
            (date(2024, 7, 1), "x", "R-39.before_start"),
        ):
            with pytest.raises(Refused) as refused, db.writing() as connection:
                release_relationship(connection, user_id=1, relationship_id=key, valid_to=day, reason=reason)
            assert refused.value.reason.code == code
        with db.writing() as connection:
            release_relationship(connection, user_id=book.users["hq"], relationship_id=key, valid_to=date(2024, 7, 9),
                                 reason="moved")  # fmt: skip
        with pytest.raises(Refused), db.writing() as connection:
            release_relationship(connection, user_id=1, relationship_id=key, valid_to=date(2024, 7, 9), reason="again")
    with db.reading() as connection:
        row = connection.execute(select(relationship)).one()
        kept = json.loads(connection.execute(select(relationship_revision.c.body)).scalar_one())
    assert (row.valid_to, row.release_reason, row.released_by, row.state, row.version) == (
        date(2024, 7, 9), "moved", book.users["hq"], "confirmed", 2
    )  # fmt: skip
    assert (kept["valid_to"], kept["shares"]) == (None, [[book.staff["S1"], 10_000]])
    # the next one starts on the first day without
    confirm(db, book, since=date(2024, 7, 9), holders={"S2": 10_000})


def test_two_confirmations_of_one_client_at_once(db: Database, book: Book) -> None:
    """One development relationship whatever the moment: eight at once, one wins, seven are told why not."""
    results: list[str] = []
    gate = threading.Barrier(8)

    def work(place: int) -> None:
        gate.wait()
        try:
            confirm(db, book, holders={("S1", "S2")[place % 2]: 10_000})
            results.append("confirmed")
        except Refused as refused:
            results.append(refused.reason.code)

    threads = [threading.Thread(target=work, args=(place,)) for place in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(results) == ["R-10.developed"] * 7 + ["confirmed"]


def test_a_batch_of_events_is_taken_back_unless_it_made_something(db: Database, book: Book) -> None:
    actor = OperatorActor("test")
    with frozen(NOW):
        with db.writing() as connection:
            batches = [connection.execute(import_batch.insert().values(
                kind="account_event", file_name=name, content_hash=name, state="committed", rows_new=1,
                started_at=NOW).returning(import_batch.c.batch_id)).scalar_one() for name in "ab"]  # fmt: skip
            for number, batch_id in zip(("N1", "N2"), batches, strict=True):
                newcomer(connection, book, number)
                key = add_event(connection, book, number, "2024-07-03 09:30")
                connection.execute(update(account_event).where(account_event.c.event_id == key)
                                   .values(batch_id=batch_id))  # fmt: skip
            add_record(connection, book, "P2", "2024-06-20 10:00", client="N2")
        match_events(db, actor=actor)
        rollback_batch(db, actor=actor, batch_id=batches[0])
        with pytest.raises(RollbackRefused, match="in_use"):
            rollback_batch(db, actor=actor, batch_id=batches[1])
    with db.reading() as connection:
        assert connection.execute(select(account_match.c.outcome)).scalars().all() == ["relationship"]
