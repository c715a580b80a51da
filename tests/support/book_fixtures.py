"""Fixtures over the small book, for the folders whose tests all stand on it: ``from … import book, held_clock``."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from data_access.clock import frozen
from data_access.database import Database
from tests.support.book_rows import NOW, Book, write_book


@pytest.fixture(autouse=True)
def held_clock() -> Iterator[None]:
    """Hold the clock at the book's moment."""
    with frozen(NOW):
        yield


@pytest.fixture
def book(db: Database) -> Book:
    """The small firm on both engines."""
    return write_book(db)
