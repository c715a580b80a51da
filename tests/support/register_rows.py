"""Confirmed relationships of the small book, row by row, whatever the rules would say of them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import Connection, insert

from data_access.tables import relationship, relationship_share
from tests.support.book_rows import Book

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
