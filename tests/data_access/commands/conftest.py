"""The small book at a held clock."""

from __future__ import annotations

import pytest

from data_access.database import Database
from tests.support.book_fixtures import book, held_clock
from tests.support.book_rows import Book, add_clients
from tests.support.register_rows import add_link

__all__ = ["book", "held", "held_clock"]


@pytest.fixture
def held(db: Database, book: Book) -> Book:
    """R1 of C1 (O011) held by S1, R2 of C2 (O021) held by S9; both confirmed on 1 March 2024."""
    with db.writing() as connection:
        add_clients(connection, book, ["C1"], status=None)
        add_clients(connection, book, ["C2"], office="O021", status=None)
        add_link(connection, book, "R1", "C1", "maintenance")
        add_link(connection, book, "R2", "C2", "maintenance", {"S9": 10_000})
    return book
