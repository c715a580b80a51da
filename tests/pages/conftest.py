"""The small firm under the pages, at a held clock: refreshed once, one copy to read, fresh copies to write."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime
from pathlib import Path

import pytest
import streamlit as st

from data_access import clock
from data_access import database as database_module
from data_access.database import Database
from data_access.settings import settings
from tests.support.apptest import Open, opener
from tests.support.databases import fresh_sqlite
from tests.support.firm import small_firm

NOW = datetime(2025, 7, 2, 2, 0, tzinfo=UTC)  # Wednesday 10:00 in Shanghai, two days after the firm's last month


@pytest.fixture(scope="session")
def published_firm(tmp_path_factory: pytest.TempPathFactory, template_folder: Path) -> Path:
    """A file with the small firm and its figures, to copy."""
    folder = tmp_path_factory.mktemp("published-firm")
    db = fresh_sqlite(folder, template_folder)
    with clock.frozen(NOW):
        small_firm(db, refreshed=True)
    with db.engine.connect() as connection:
        connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("BEGIN")
    db.dispose()
    return folder / "test.sqlite3"


@contextmanager
def as_default(path: Path) -> Iterator[tuple[Database, pytest.MonkeyPatch]]:
    """Make a database the process's own, hold the clock of every thread and forget what pages cached."""
    db = Database(f"sqlite:///{path}")
    url = db.url.render_as_string(hide_password=False)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("DATABASE_URL", url)
        patch.setenv("DASHBOARD_FREEZE_IMPORTS", "false")
        settings.cache_clear()
        patch.setitem(database_module._databases, url, db)
        # pages run in threads of their own, which a clock held in this thread would not reach
        patch.setattr(clock, "_fixed", ContextVar("held_in_every_thread", default=NOW))
        st.cache_data.clear()
        yield db, patch
        st.cache_data.clear()
    settings.cache_clear()
    db.dispose()


@pytest.fixture(scope="module")
def look(published_firm: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Open]:
    """Open a page of a firm that nobody changes: readers of all roles share its cache, as on a real server."""
    path = tmp_path_factory.mktemp("firm-to-read") / "firm.sqlite3"
    shutil.copyfile(published_firm, path)
    with as_default(path) as (db, patch):
        yield opener(db, patch)


@pytest.fixture
def firm(published_firm: Path, tmp_path: Path) -> Iterator[Database]:
    """A fresh copy of the firm, to change."""
    path = tmp_path / "firm.sqlite3"
    shutil.copyfile(published_firm, path)
    with as_default(path) as (db, _patch):
        yield db


@pytest.fixture
def open_screen(firm: Database, monkeypatch: pytest.MonkeyPatch) -> Open:
    """Open a page of the fresh copy: ``open_screen("overview", "hq", language="zh", query={…})``."""
    return opener(firm, monkeypatch)
