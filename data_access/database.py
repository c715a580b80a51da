"""Connections: one cached engine pair per URL, short transactions, writers in line.

SQLite: WAL with ``synchronous=FULL``; readers ``BEGIN``, writers take an inter-process file lock and then
``BEGIN IMMEDIATE``. Libraries before 3.51.3 can corrupt a WAL that is checkpointed by two connections at
once, so automatic checkpoints are off and the writer checkpoints while it holds the lock.
PostgreSQL: READ COMMITTED for commands, serialization failures and deadlocks repeated with jitter.
"""

from __future__ import annotations

import fcntl
import os
import random
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event, make_url
from sqlalchemy.engine import URL
from sqlalchemy.exc import DBAPIError, OperationalError, SQLAlchemyError
from sqlalchemy.pool import NullPool, PoolProxiedConnection, StaticPool

from data_access.deadline import stopped_after
from data_access.settings import settings

T = TypeVar("T")
READER_CACHE_KIB = 64_000
WRITER_CACHE_KIB = 256_000
"""Page cache of a connection; writers stand in line, so one large cache is in use at a time."""
MMAP_BYTES = 2_147_418_112
"""The most that SQLite maps; a larger file is read through the cache beyond it."""
CHECKPOINT_BYTES = 16 * 1024 * 1024
RETRIES = 5
MINIMUM_SQLITE = (3, 37, 0)
MINIMUM_POSTGRESQL = 14


class DatabaseUnavailable(RuntimeError):
    """The database cannot be used as it is; the message says what to do."""


class Database:
    """Reading and writing transactions on one database URL.

    ``reading()`` yields a connection in a snapshot; ``writing()`` yields one in a write transaction that
    commits on a clean exit and rolls back otherwise; ``transact(work)`` does the same and repeats the
    work when PostgreSQL reports a serialization failure or deadlock.
    """

    def __init__(self, url: str | URL) -> None:
        self.url = make_url(url)
        self.is_sqlite = self.url.get_backend_name() == "sqlite"
        self._is_memory = self.is_sqlite and self.url.database in (None, "", ":memory:")
        if self.is_sqlite:
            _require_sqlite()
            self._path = None if self._is_memory else Path(str(self.url.database))
            if self._path:
                self._path.parent.mkdir(parents=True, exist_ok=True)
            self._readers = self._sqlite_engine("BEGIN", READER_CACHE_KIB)
            self._writers = (
                self._readers if self._path is None else self._sqlite_engine("BEGIN IMMEDIATE", WRITER_CACHE_KIB)
            )
        else:
            self._path = None
            url_pg = self.url.set(drivername="postgresql+psycopg")
            options: dict[str, Any] = {
                "pool_pre_ping": True,
                "pool_size": 10,
                "max_overflow": 30,
                "hide_parameters": True,
            }
            self._writers = create_engine(url_pg, **options)
            self._readers = self._writers.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        self._memory_lock = threading.RLock()

    @property
    def engine(self) -> Engine:
        """The writers' engine, for migrations and backup."""
        return self._writers

    @property
    def path(self) -> Path | None:
        """The SQLite file, or None for memory and PostgreSQL."""
        return self._path

    def _sqlite_engine(self, begin: str, cache_kib: int) -> Engine:
        pool: dict[str, Any] = (
            {"poolclass": StaticPool}
            if self._path is None
            else {"poolclass": NullPool}
            if os.environ.get("DASHBOARD_SQLITE_POOL") == "none"
            else {"pool_size": 10, "max_overflow": 30}
        )
        engine = create_engine(
            self.url, hide_parameters=True, connect_args={"check_same_thread": False, "timeout": 30}, **pool
        )

        @event.listens_for(engine, "connect")
        def _on_connect(raw: sqlite3.Connection, _record: object) -> None:
            raw.isolation_level = None
            for pragma in (
                "journal_mode=WAL",
                "synchronous=FULL",
                "foreign_keys=ON",
                "busy_timeout=30000",
                "trusted_schema=OFF",
                "wal_autocheckpoint=0",
                f"cache_size=-{cache_kib}",
                "temp_store=MEMORY",
                f"mmap_size={MMAP_BYTES}",
            ):
                raw.execute(f"PRAGMA {pragma}")

        def _begin(connection: PoolProxiedConnection) -> None:
            connection.cursor().execute(begin)

        # not by a listener: with one of its own an engine looks for listeners of every statement, four times each
        engine.dialect.do_begin = _begin  # type: ignore[assignment,method-assign]
        return engine

    @contextmanager
    def reading(self, deadline_s: float | None = None) -> Iterator[Connection]:
        """Yield a connection whose statements all see one snapshot; nothing is kept.

        With ``deadline_s`` whatever runs on it after so many seconds is stopped and raises ``TookTooLong``.
        After an error the connection is thrown away: a cursor that the error left open would hold the old
        snapshot for the next reader.
        """
        with self._readers.connect() as connection:
            try:
                if deadline_s is None:
                    yield connection
                else:
                    with stopped_after(connection, deadline_s):
                        yield connection
            except BaseException:
                if not self._is_memory:
                    connection.invalidate()
                raise

    @contextmanager
    def writing(self, *, settles: bool = True) -> Iterator[Connection]:
        """Yield a connection in a write transaction: commit on a clean exit, else roll back.

        ``settles`` False leaves SQLite's log as long as it is, for a transaction that comes at once and settles it.
        """
        with self._writer_lock(settles=settles), self._writers.begin() as connection:
            yield connection

    def transact(self, work: Callable[[Connection], T], *, settles: bool = True) -> T:
        """Run ``work`` in a write transaction, repeating it on a PostgreSQL serialization failure."""
        for attempt in range(RETRIES + 1):
            try:
                with self.writing(settles=settles) as connection:
                    return work(connection)
            except DBAPIError as error:
                state = getattr(error.orig, "sqlstate", None)
                if state not in ("40001", "40P01") or attempt == RETRIES:
                    raise
                time.sleep(random.uniform(0.01, 0.05) * 2**attempt)  # noqa: S311 -- jitter, not a secret
        raise AssertionError("unreachable")

    @contextmanager
    def beside(self, connection: Connection, work: Callable[[Connection], T]) -> Iterator[Future[T]]:
        """Run ``work`` in a thread, on a second connection that sees the facts as ``connection`` saw them at its start.

        ``connection`` is in a write transaction and has written nothing that ``work`` reads. What ``work`` writes is
        thrown away, so temporary tables are free. A database in memory has one connection: there ``work`` is run first.
        Leaving the block waits for the thread; its error is raised by ``result()``.
        """
        if self._is_memory:
            done: Future[T] = Future()
            done.set_result(work(connection))
            yield done
            return
        # on SQLite the writer's lock keeps every other write out
        snapshot = None if self.is_sqlite else connection.exec_driver_sql("SELECT pg_export_snapshot()").scalar_one()

        def run() -> T:
            level = {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ"}
            with (self._readers if self.is_sqlite else self._writers).connect().execution_options(**level) as other:
                if snapshot is not None:
                    other.exec_driver_sql(f"SET TRANSACTION SNAPSHOT '{snapshot}'")
                return work(other)

        with ThreadPoolExecutor(max_workers=1, thread_name_prefix="beside") as pool:
            yield pool.submit(run)

    @contextmanager
    def scratch(self) -> Iterator[Connection]:
        """Yield a connection in a snapshot that may write temporary tables: no writer waits for it, nothing stays."""
        level = {} if self.is_sqlite else {"isolation_level": "REPEATABLE READ"}
        engine = self._readers if self.is_sqlite else self._writers
        with engine.connect().execution_options(**level) as connection:
            try:
                yield connection
                connection.rollback()
            except BaseException:
                if not self._is_memory:
                    connection.invalidate()
                raise

    def settle(self) -> None:
        """Move what SQLite's log holds into the file, inside ``writing``: its lock keeps other writers out.

        The thread that writes does it itself, so that nothing is written meanwhile; readers go on.
        """
        if self._path is not None:
            self._checkpoint(self._path, "PASSIVE")

    @contextmanager
    def _writer_lock(self, *, settles: bool) -> Iterator[None]:
        if not self.is_sqlite:
            yield
            return
        if self._path is None:
            with self._memory_lock:
                yield
            return
        lock_path = self._path.with_name(self._path.name + ".lock")
        with lock_path.open("a") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            try:
                yield
                if settles:
                    self._checkpoint(self._path, "TRUNCATE")
            finally:
                fcntl.flock(lock, fcntl.LOCK_UN)

    def _checkpoint(self, path: Path, mode: str) -> None:
        wal = path.with_name(path.name + "-wal")
        if wal.exists() and wal.stat().st_size > CHECKPOINT_BYTES:
            raw = self._writers.raw_connection()
            try:
                raw.driver_connection.execute(f"PRAGMA wal_checkpoint({mode})")  # type: ignore[union-attr]
            finally:
                raw.close()

    def dispose(self) -> None:
        """Close every pooled connection."""
        self._readers.dispose()
        self._writers.dispose()


def _require_sqlite() -> None:
    if sqlite3.sqlite_version_info < MINIMUM_SQLITE:
        raise DatabaseUnavailable(
            f"SQLite {sqlite3.sqlite_version} is too old; STRICT tables need 3.37 or newer. "
            "Use a newer Python build or set DATABASE_URL to PostgreSQL."
        )


_databases: dict[str, Database] = {}
_guard = threading.Lock()


def database(url: str | None = None) -> Database:
    """Return the process's database for a URL (default: ``DATABASE_URL``), opened once."""
    key = url or settings().database_url
    with _guard:
        if key not in _databases:
            _databases[key] = Database(key)
        return _databases[key]


def failure_sentence(error: SQLAlchemyError) -> str:
    """Say in one sentence why the database did not do what was asked, without values of any row."""
    cause = getattr(error, "orig", None)
    text = str(cause).lower()
    if getattr(cause, "sqlstate", None) == "42P01" or "no such table" in text:
        return "The database has no schema yet, or an older one; run `python -m data_access init`."
    if "no such column" in text or getattr(cause, "sqlstate", None) == "42703":
        return "The database has an older schema; run `python -m data_access init`."
    if isinstance(error, OperationalError):
        place = make_url(settings().database_url).render_as_string(hide_password=True)
        return f"The database at {place} cannot be used: check that it can be reached and written to."
    return f"The database refused the request ({type(cause or error).__name__})."
