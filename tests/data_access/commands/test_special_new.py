"""R-29: a registered pool client is applied for as special-new, before or after the return."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select, update

from data_access.actor import OperatorActor
from data_access.clock import frozen
from data_access.commands.acting import Refused
from data_access.commands.special_new import apply_special_new
from data_access.database import Database
from data_access.register.match_run import match_events
from data_access.tables import account_match, approval_chain, client, relationship
from tests.support.approval_book import press, write_approval_book
from tests.support.book_rows import Book, add_clients, signed_in
from tests.support.match_rows import add_event, add_record, add_task

NOW = datetime(2024, 7, 10, 2, 0, tzinfo=UTC)


@pytest.fixture
def book(db: Database) -> Book:
    """B1 was lost on 15 January 2024; S1 registered the client on 25 June, who came back on 3 July."""
    with frozen(NOW):
        made = write_approval_book(db)
        with db.writing() as connection:
            add_clients(connection, made, ["B1"], status=None)
            connection.execute(update(client).where(client.c.client_no == "B1").values(document_hash="doc-B1"))
            add_event(connection, made, "B1", "2016-01-04 09:30")
            add_event(connection, made, "B1", "2024-01-15 09:30", event="closed")
            add_record(connection, made, "P1", "2024-06-25 10:00", client="B1")
    return made


def apply(db: Database, book: Book, user: str = "s1", *, version: int = 1, request_id: str = "r1") -> None:
    apply_special_new(db, actor=signed_in(db, book, user), prereg_no="P1", version=version, request_id=request_id)


def outcome(db: Database) -> str:
    with db.reading() as connection:
        return connection.execute(
            select(account_match.c.outcome).order_by(account_match.c.event_id.desc()).limit(1)
        ).scalar_one()  # fmt: skip


def come_back(db: Database, book: Book) -> None:
    with db.writing() as connection:
        add_event(connection, book, "B1", "2024-07-03 09:30")
    match_events(db, actor=OperatorActor("test"))


def test_an_application_after_the_return_opens_three_levels(db: Database, book: Book) -> None:
    with frozen(NOW):
        come_back(db, book)
        assert outcome(db) == "none"
        apply(db, book)
        apply(db, book)  # the same form again
        assert outcome(db) == "chain"
        with db.reading() as connection:
            chain_no = connection.execute(select(approval_chain.c.chain_no)).scalar_one()
        for name in ("special", "b01", "hq"):
            press(db, book, name, chain_no)
        with db.reading() as connection:
            made = connection.execute(
                select(relationship.c.type, relationship.c.state, relationship.c.valid_from)
            ).all()
    assert [tuple(row) for row in made] == [("new_development", "confirmed", date(2024, 7, 3))]


def test_an_application_before_the_return_waits_for_it(db: Database, book: Book) -> None:
    with frozen(NOW):
        apply(db, book)
        come_back(db, book)
    assert outcome(db) == "chain"


@pytest.mark.parametrize(("prepare", "code"), [
    ("handed_out", "R-29.handed_out"), ("twice", "R-29.state"), ("other", "prereg.not_found"),
    ("version", "prereg.changed"), ("stranger", "R-29.not_client"),
])  # fmt: skip
def test_refused_applications(db: Database, book: Book, prepare: str, code: str) -> None:
    with frozen(NOW):
        with db.writing() as connection:
            if prepare == "handed_out":
                add_task(connection, book, "T1", "B1", "S2", "2024-06-20 10:00", state="open")
            if prepare == "stranger":
                connection.execute(update(client).values(document_hash=None))
        if prepare == "twice":
            apply(db, book, request_id="r0")
        with pytest.raises(Refused) as refused:
            apply(db, book, "s2" if prepare == "other" else "s1", version=7 if prepare == "version" else 1)
    assert refused.value.reason.code == code
