"""The small firm under the pages: refreshed once, copied for each test, at a held clock."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
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
def _published_firm(tmp_path_factory: pytest.TempPathFactory, template_folder: Path) -> Path:
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


@pytest.fixture
def firm(_published_firm: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Database]:
    """The small firm with its figures published, as the process's default database, for one test."""
    path = tmp_path / "firm.sqlite3"
    shutil.copyfile(_published_firm, path)
    db = Database(f"sqlite:///{path}")
    url = db.url.render_as_string(hide_password=False)
    monkeypatch.setenv("DATABASE_URL", url)
    monkeypatch.setenv("DASHBOARD_FREEZE_IMPORTS", "false")
    settings.cache_clear()
    monkeypatch.setitem(database_module._databases, url, db)
    # pages run in threads of their own, which a held clock of this thread would not reach
    monkeypatch.setattr(clock, "_fixed", ContextVar("fixed_now_in_pages", default=NOW))
    st.cache_data.clear()
    yield db
    st.cache_data.clear()
    settings.cache_clear()
    db.dispose()


@pytest.fixture
def open_screen(firm: Database, monkeypatch: pytest.MonkeyPatch) -> Open:
    """Open a page of the small firm: ``open_screen("overview", "hq", language="zh", query={…})``."""
    return opener(firm, monkeypatch)
