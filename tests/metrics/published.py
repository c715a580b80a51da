"""A published firm on one engine, for the tests of a module that only read."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from sqlalchemy import update

from data_access.database import Database
from data_access.tables import org_unit
from tests.support.databases import fresh_sqlite
from tests.support.flow_book import publish_flow_firm


def published(engine: str, folder: Path, template_folder: Path) -> Iterator[Database]:
    """The firm of ``tests.support.flow_book``; B01 lies in the region East, its offices say nothing."""
    if engine == "sqlite":
        db = fresh_sqlite(folder, template_folder)
        _fill(db)
        yield db
        db.dispose()
        return
    from tests.support import postgres

    url = postgres.fresh_url()
    db = Database(url)
    _fill(db)
    yield db
    db.dispose()
    postgres.drop(url)


def _fill(db: Database) -> None:
    publish_flow_firm(db)
    with db.writing() as connection:
        connection.execute(update(org_unit).where(org_unit.c.unit_code == "B01").values(region="East"))
