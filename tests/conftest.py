"""Fixtures shared by all tests: keys in a temporary place, a database per test on each engine."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from data_access import database as database_module
from data_access import keys
from data_access.database import Database
from data_access.settings import settings
from tests.support.databases import ENGINES, fresh_sqlite


@pytest.fixture(scope="session", autouse=True)
def _keys_in_temporary_place(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    folder = tmp_path_factory.mktemp("keys")
    patch = pytest.MonkeyPatch()
    patch.setenv("DASHBOARD_KEYS_DIR", str(folder))
    patch.setenv("DASHBOARD_FILES_DIR", str(tmp_path_factory.mktemp("files")))
    settings.cache_clear()
    keys._key.cache_clear()
    yield
    patch.undo()


@pytest.fixture(scope="session")
def template_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder that holds this run's migrated SQLite template."""
    return tmp_path_factory.mktemp("template")


@pytest.fixture
def sqlite_db(tmp_path: Path, template_folder: Path) -> Iterator[Database]:
    """An empty, migrated SQLite database."""
    db = fresh_sqlite(tmp_path, template_folder)
    yield db
    db.dispose()


@pytest.fixture
def postgres_db() -> Iterator[Database]:
    """An empty, migrated database on a real PostgreSQL server."""
    from tests.support import postgres

    db = Database(postgres.clean_url())
    yield db
    db.dispose()


@pytest.fixture(params=ENGINES)
def db(request: pytest.FixtureRequest) -> Database:
    """The same test on SQLite and on PostgreSQL."""
    name = "sqlite_db" if request.param == "sqlite" else "postgres_db"
    return request.getfixturevalue(name)


@pytest.fixture
def default_db(db: Database, monkeypatch: pytest.MonkeyPatch) -> Database:
    """The same database, also reachable as the process's default (``DATABASE_URL``)."""
    url = db.url.render_as_string(hide_password=False)
    monkeypatch.setenv("DATABASE_URL", url)
    settings.cache_clear()
    monkeypatch.setitem(database_module._databases, url, db)
    yield db
    settings.cache_clear()
