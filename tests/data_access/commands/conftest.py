"""The small book at a held clock."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from data_access.clock import frozen
from data_access.database import Database
from tests.support.book_rows import NOW, Book, add_clients, write_book
from tests.support.register_rows import add_link


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with frozen(NOW):
        yield


@pytest.fixture
def book(db: Database) -> Book:
    """The small firm on both engines."""
    return write_book(db)


@pytest.fixture
def held(db: Database, book: Book) -> Book:
    """R1 of C1 (O011) held by S1, R2 of C2 (O021) held by S9; both confirmed on 1 March 2024."""
    with db.writing() as connection:
        add_clients(connection, book, ["C1"], status=None)
        add_clients(connection, book, ["C2"], office="O021", status=None)
        add_link(connection, book, "R1", "C1", "maintenance")
        add_link(connection, book, "R2", "C2", "maintenance", {"S9": 10_000})
    return book
