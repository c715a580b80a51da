"""The Results page: verdict first, both groups, rows behind numbers, reach, states without data."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from data_access.database import Database
from tests.support.apptest import Open, opener

NOW = datetime(2024, 7, 10, 2, 0, tzinfo=UTC)


@pytest.fixture
def open_screen(sqlite_db: Database, monkeypatch: pytest.MonkeyPatch) -> Open:
    return opener(sqlite_db, monkeypatch)
