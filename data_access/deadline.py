"""A deadline for a reader's connection: what runs on it for too long is stopped, in one sentence."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.exc import DBAPIError

STEPS = 20_000
"""Steps of SQLite's machine between two looks at the clock: some milliseconds."""


class TookTooLong(RuntimeError):
    """A reader's question ran into its deadline and was stopped; the message is one sentence."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"The question took longer than {seconds:g} seconds and was stopped; narrow it.")
        self.seconds = seconds


@contextmanager
def stopped_after(connection: Connection, seconds: float) -> Iterator[None]:
    """Stop every statement that still runs on the connection after so many seconds; raises ``TookTooLong``.

    SQLite is asked by a progress handler; PostgreSQL by a ``statement_timeout`` of the time that is left, set before
    each statement for this transaction only.
    """
    end = time.monotonic() + seconds

    def before(_connection: Connection, cursor: Any, statement: str, parameters: Any, *_more: Any) -> tuple[str, Any]:
        left = end - time.monotonic()
        if left <= 0:
            raise TookTooLong(seconds)
        if not is_sqlite:
            cursor.execute(f"SET LOCAL statement_timeout = {max(int(left * 1000), 1)}")
        return statement, parameters

    is_sqlite = connection.dialect.name == "sqlite"
    raw: Any = connection.connection.driver_connection
    event.listen(connection, "before_cursor_execute", before, retval=True)
    if is_sqlite:
        raw.set_progress_handler(lambda: int(time.monotonic() > end), STEPS)
    try:
        yield
    except DBAPIError as error:
        interrupted = str(error.orig) == "interrupted" or getattr(error.orig, "sqlstate", None) == "57014"
        if interrupted:
            raise TookTooLong(seconds) from error
        raise
    finally:
        event.remove(connection, "before_cursor_execute", before)
        if is_sqlite:
            raw.set_progress_handler(None, STEPS)
