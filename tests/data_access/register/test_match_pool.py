"""Returns of pool clients: hand-outs that are recognised or not, special-new, silent clients by months."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select, update

from data_access.clock import frozen
from data_access.database import Database
from data_access.tables import (
    account_match,
    client,
    client_month,
    reactivation_task,
    relationship,
)
from tests.data_access.register.verdicts import chains, held, run, verdict
from tests.support.approval_book import write_approval_book
from tests.support.book_rows import Book, add_clients
from tests.support.match_rows import add_event, add_record, add_task

NOW = datetime(2024, 7, 10, 2, 0, tzinfo=UTC)
OPENED = date(2024, 7, 3)
ON = "2024-07-03 09:30"


@pytest.fixture
def book(db: Database) -> Book:
    with frozen(NOW):
        return write_approval_book(db)


def test_returns_of_pool_clients(db: Database, book: Book) -> None:
    """R-21, R-26 to R-29: B1 recognised, B2 without record, B3 too soon, B4 and B5 special-new, B6 not in the pool."""
    with frozen(NOW), db.writing() as connection:
        add_clients(connection, book, ["B1", "B2", "B3", "B4", "B5", "B6"], status=None)
        connection.execute(update(client).where(client.c.client_no.like("B%"))
                           .values(document_hash="doc-" + client.c.client_no))  # fmt: skip
        for number, lost in (("B1", "2024-01-15"), ("B2", "2024-01-15"), ("B3", "2024-06-15"), ("B4", "2024-01-15"),
                             ("B5", "2024-01-15")):  # fmt: skip
            add_event(connection, book, number, "2016-01-04 09:30")
            add_event(connection, book, number, lost, event="closed")
        for number in ("B1", "B2", "B3"):
            add_task(connection, book, f"T-{number}", number, "S1", "2024-06-20 10:00",
                     state="open" if number == "B2" else "preregistered")  # fmt: skip
        for number in ("B1", "B3"):
            add_record(connection, book, f"P-{number}", "2024-06-25 10:00", client=number, type="redevelopment",
                       route="task")  # fmt: skip
        add_record(connection, book, "P-B4", "2024-06-25 10:00", client="B4", route="special_new")
        add_record(connection, book, "P-B5", "2024-06-25 10:00", client="B5")
        for number in ("B1", "B2", "B3", "B4", "B5"):
            add_event(connection, book, number, ON)
        add_event(connection, book, "B6", ON, event="designation_made")
        run_rows = [("B1", "legacy_development")]
        for number, kind in run_rows:
            connection.execute(relationship.insert().values(
                relationship_no=f"OLD-{number}", client_id=book.clients[number], type=kind, state="confirmed",
                valid_from=date(2018, 1, 1), how_confirmed="import", confirmed_at=NOW, version=1))  # fmt: skip
    with frozen(NOW):
        run(db)
    assert [(row[0], row[1], row[3]) for row in held(db, book, "B1")] == [
        ("legacy_development", "confirmed", OPENED), ("redevelopment", "confirmed", None)
    ]  # fmt: skip
    assert verdict(db, book, "B1")[0] == "relationship"
    assert verdict(db, book, "B2")[2] == ["event.activation", "R-26.held", "R-27.no_record"]
    assert verdict(db, book, "B3")[2][-1] == "R-21.too_soon"
    assert chains(db, book, "B4") == [("special_new", ["special_review", "final_approval", "headquarters"])]
    assert held(db, book, "B4") == [("new_development", "pending", OPENED, None, {"S1": 10_000})]
    assert verdict(db, book, "B5")[2] == ["event.activation", "R-29.no_application", "R-29.no_record"]
    assert verdict(db, book, "B6") == ("none", None, ["R-10.no_record"])
    with db.reading() as connection:
        tasks = connection.execute(select(reactivation_task.c.task_no, reactivation_task.c.state,
                                          reactivation_task.c.result_reason)
                                   .order_by(reactivation_task.c.task_no)).all()  # fmt: skip
    assert [tuple(row) for row in tasks] == [
        ("T-B1", "recognised", None), ("T-B2", "not_recognised", "R-27.no_record"),
        ("T-B3", "not_recognised", "R-21.too_soon"),
    ]  # fmt: skip


def test_silent_clients_are_won_back_by_whole_months(db: Database, book: Book) -> None:
    """R-25 by monthly facts: C1 is covered in April, C2 only in part; a client without months stays open."""
    with frozen(NOW), db.writing() as connection:
        connection.execute(update(client).values(document_hash="doc-" + client.c.client_no))
        for number in ("C1", "C2", "C3"):
            add_task(connection, book, f"T-{number}", number, "S1", "2024-03-20 10:00", pool_status="silent")
        for number, day in (("C1", "2024-03-31 10:00"), ("C2", "2024-03-20 10:00"), ("C3", "2024-03-31 10:00")):
            add_record(connection, book, f"P-{number}", day, client=number, type="redevelopment", route="task")
        connection.execute(client_month.insert(), [
            {"month": 202404, "client_id": book.clients[number], "inflow_fen": 100_000, "trades_count": 1}
            for number in ("C1", "C2")
        ])  # fmt: skip
    with frozen(NOW):
        assert (run(db).outcomes, run(db).outcomes) == ({"relationship": 1}, {})
    assert held(db, book, "C1") == [("redevelopment", "confirmed", date(2024, 4, 30), None, {"S1": 10_000})]
    assert held(db, book, "C2") == held(db, book, "C3") == []
    with db.reading() as connection:
        states = connection.execute(select(reactivation_task.c.state).order_by(reactivation_task.c.task_no)).scalars()
        row = connection.execute(select(account_match)).one()
        assert states.all() == ["recognised", "preregistered", "preregistered"]
    assert (row.event_id, row.business_event, row.outcome) == (None, "activation", "relationship")
    assert [line["code"] for line in json.loads(row.trace)] == [
        "R-26.held", "R-25.activated", "R-10.valid", "R-28.recognised"
    ]  # fmt: skip
