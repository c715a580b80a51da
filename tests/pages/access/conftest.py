"""One real server for the folder's tests, with one account for each purpose."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from data_access.database import Database
from tests.support import server as servers
from tests.support.accounts import cheapen_hashes, seed_user
from tests.support.databases import fresh_sqlite
from tests.support.firm import small_firm
from tests.support.server import Server


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The app, served. Tests that share it bring their own accounts."""
    folder = tmp_path_factory.mktemp("server")
    db = fresh_sqlite(folder, tmp_path_factory.mktemp("server-template"))
    small_firm(db, refreshed=True)
    seed_user(db, "chief")  # so that no account of a test is the last of headquarters
    running = servers.start(db, folder)
    yield running
    running.stop()
    db.dispose()


@pytest.fixture
def account(server: Server, monkeypatch: pytest.MonkeyPatch) -> str:
    """The name of a fresh headquarters account of this test."""
    cheapen_hashes(monkeypatch)
    return new_account(server.db)


_made = 0


def new_account(db: Database, **fields: object) -> str:
    """Seed one more account with a name of its own."""
    global _made  # noqa: PLW0603 -- a counter of names
    _made += 1
    name = f"person{_made}"
    seed_user(db, name, **fields)  # type: ignore[arg-type]
    return name


def page_files() -> list[Path]:
    """Every screen on disk."""
    from data_access.settings import ROOT

    return sorted(
        path for path in (ROOT / "pages").glob("*/*.py") if path.parent.name != "_ui" and path.name != "__init__.py"
    )
