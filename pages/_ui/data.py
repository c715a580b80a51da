"""The database of this process, as pages reach it."""

from __future__ import annotations

from data_access.database import Database, database


def db() -> Database:
    """Return the database at ``DATABASE_URL``; engines are shared, connections never."""
    return database()
