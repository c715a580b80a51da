"""Confirmed relationships of the small book, row by row, whatever the rules would say of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, insert

from data_access.database import Database
from data_access.register.conflicts import read_faults
from data_access.tables import relationship, relationship_share, staff_qualification
from tests.support.book_rows import Book, add_clients, add_staff, write_book

CONFIRMED_AT = datetime(2024, 3, 1, 2, 0, tzinfo=UTC)
SINCE = date(2024, 1, 10)


def add_link(
    connection: Connection, book: Book, number: str, client: str, kind: str, holders: Mapping[str, int] | None = None,
    *, since: date = SINCE, until: date | None = None, **more: Any,
) -> int:  # fmt: skip
    """Store a relationship from ``since`` on, held by S1 alone unless said otherwise, and return its id."""
    values: dict[str, Any] = {
        "relationship_no": number, "client_id": book.clients[client], "type": kind, "state": "confirmed",
        "valid_from": since, "valid_to": until, "how_confirmed": "approved", "confirmed_at": CONFIRMED_AT,
        "version": 1, **more,
    }  # fmt: skip
    key = int(connection.execute(insert(relationship).values(**values)
                                 .returning(relationship.c.relationship_id)).scalar_one())  # fmt: skip
    connection.execute(insert(relationship_share), [
        {"relationship_id": key, "staff_id": book.staff[staff_no], "share_bp": share}
        for staff_no, share in (holders or {"S1": 10_000}).items()
    ])  # fmt: skip
    return key


def write_held_book(db: Database) -> Book:
    """Write the small firm with clients C1 to C4 in O011, agents A1 and A2 (no contract), and back-office member K1.

    N1 has no licence, that of N2 ended on 1 June 2024; S2 has the futures qualification.
    """
    book = write_book(db)
    with db.writing() as connection:
        add_clients(connection, book, ["C1", "C2", "C3", "C4"], status=None)
        add_staff(connection, book, "A1", category="agent", agency_contract_no="K-1")
        add_staff(connection, book, "A2", category="agent")
        add_staff(connection, book, "K1", category="back_office")
        add_staff(connection, book, "N1", licence=None)
        add_staff(connection, book, "N2", licence=(date(2015, 1, 1), date(2024, 6, 1)))
        connection.execute(insert(staff_qualification).values(staff_id=book.staff["S2"], kind="futures",
                                                              valid_from=date(2020, 1, 1)))  # fmt: skip
    return book


def faults_of(db: Database, **asked: Any) -> list[tuple[str, str, str | None]]:
    """Return kind, reason and relationship of every fault, by kind and key."""
    with db.reading() as connection:
        return [(fault.kind, fault.reason.code, fault.relationship_no) for fault in read_faults(connection, **asked)]
