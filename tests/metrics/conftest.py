"""The small firm, published, on each engine once per module, of which figures only read; months of any rows."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from data_access.database import Database
from tests.support.book_fixtures import month_db
from tests.support.databases import ENGINES, fresh_sqlite
from tests.support.firm import small_firm

__all__ = ["firm_db", "month_db"]


@pytest.fixture(scope="module", params=ENGINES)
def firm_db(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, template_folder: Path
) -> Iterator[Database]:
    """The published small firm; tests leave its facts as they are."""
    if request.param == "sqlite":
        db = fresh_sqlite(tmp_path_factory.mktemp("firm"), template_folder)
        small_firm(db, refreshed=True)
        yield db
        db.dispose()
        return
    from tests.support import postgres

    url = postgres.fresh_url()
    db = Database(url)
    small_firm(db, refreshed=True)
    yield db
    db.dispose()
    postgres.drop(url)
