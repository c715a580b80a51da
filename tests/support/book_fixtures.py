"""Fixtures over the small book, for the folders whose tests all stand on it: ``from … import book, held_clock``."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from data_access.clock import frozen
from data_access.database import Database
from tests.support.book_rows import NOW, Book, write_book
from tests.support.month_rows import add_months


@pytest.fixture(autouse=True)
def held_clock() -> Iterator[None]:
    """Hold the clock at the book's moment."""
    with frozen(NOW):
        yield


@pytest.fixture
def book(db: Database) -> Book:
    """The small firm on both engines."""
    return write_book(db)


@pytest.fixture
def month_db(db: Database) -> Database:
    """The small firm with published months, whose client rows the tests write."""
    book = write_book(db)
    with db.writing() as connection:
        add_months(connection, book)
    return db
