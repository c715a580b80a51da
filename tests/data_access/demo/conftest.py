"""A demo firm built once for the tests that only read it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from data_access import user_accounts
from data_access.clock import frozen
from data_access.database import Database
from data_access.demo import build_demo
from tests.support.databases import fresh_sqlite

CLIENTS, MONTHS, SEED, UNTIL = 4_000, 36, 7, 202510


@pytest.fixture(autouse=True)
def _no_slow_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(user_accounts, "hash_password", lambda password: "not a hash")


@pytest.fixture(scope="session")
def demo_db(tmp_path_factory: pytest.TempPathFactory, template_folder: Path) -> Iterator[Database]:
    """4,000 clients over 36 months that end with October 2025."""
    patch = pytest.MonkeyPatch()
    patch.setattr(user_accounts, "hash_password", lambda password: "not a hash")
    db = fresh_sqlite(tmp_path_factory.mktemp("demo"), template_folder)
    with frozen(datetime(2025, 11, 3, 2, tzinfo=UTC)):
        build_demo(db, clients=CLIENTS, months=MONTHS, seed=SEED, until=UNTIL)
    patch.undo()
    yield db
    db.dispose()
