"""One refresh at a time: a lock that the operating system or the server releases when its holder dies."""

from __future__ import annotations

import fcntl
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import text

from data_access.database import Database

_LOCK_KEY = 762_302
_memory = threading.Lock()


class RefreshRunning(RuntimeError):
    """Another refresh of the same database is at work."""


@contextmanager
def only_refresh(db: Database) -> Iterator[None]:
    """Hold the refresh lock of a database; raises ``RefreshRunning`` when somebody else holds it."""
    refusal = RefreshRunning("A refresh is already running; wait until it has finished.")
    if not db.is_sqlite:
        with db.engine.connect() as connection:
            if not connection.execute(text("SELECT pg_try_advisory_lock(:key)"), {"key": _LOCK_KEY}).scalar():
                raise refusal
            connection.commit()
            try:
                yield
            finally:
                connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _LOCK_KEY})
                connection.commit()
    elif db.path is None:
        if not _memory.acquire(blocking=False):
            raise refusal
        try:
            yield
        finally:
            _memory.release()
    else:
        with db.path.with_name(db.path.name + ".refresh.lock").open("a") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise refusal from None
            yield
