"""The small book at a held clock."""

from __future__ import annotations

from tests.support.book_fixtures import book, held_clock

__all__ = ["book", "held_clock"]
