"""The small book at a held clock."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from data_access.clock import frozen
from data_access.database import Database
from tests.support.book_rows import NOW, Book, write_book


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with frozen(NOW):
        yield


@pytest.fixture
def book(db: Database) -> Book:
    """The small firm on both engines."""
    return write_book(db)
