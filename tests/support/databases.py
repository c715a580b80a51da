"""Fresh migrated databases for tests, copied from a template that is made once a run."""

from __future__ import annotations

import hashlib
import shutil
from functools import cache
from pathlib import Path

from data_access.database import Database
from data_access.schema import upgrade
from data_access.settings import ROOT

ENGINES = ("sqlite", "postgresql")


@cache
def schema_stamp() -> str:
    """Return a short hash of the migrations, so that a template of an older schema is never reused."""
    digest = hashlib.sha256()
    for path in sorted((ROOT / "data_access" / "migrations" / "versions").glob("*.py")):
        digest.update(path.read_bytes())
    for seeded in ("domain/policies.py", "domain/relationship_types.py", "data_access/schema.py"):
        digest.update((ROOT / seeded).read_bytes())
    return digest.hexdigest()[:12]


@cache
def _sqlite_template(folder: Path) -> Path:
    db = Database(f"sqlite:///{folder / 'template.sqlite3'}")
    upgrade(db)
    path = checkpointed(db)
    db.dispose()
    return path


def checkpointed(db: Database) -> Path:
    """Bring all of a SQLite database into its one file and return that."""
    with db.engine.connect() as connection:
        connection.exec_driver_sql("ROLLBACK")
        connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.exec_driver_sql("BEGIN")
    return Path(str(db.url.database))


def fresh_sqlite(folder: Path, template_folder: Path) -> Database:
    """Return an empty, migrated SQLite database in ``folder``."""
    path = folder / "test.sqlite3"
    shutil.copyfile(_sqlite_template(template_folder), path)
    return Database(f"sqlite:///{path}")
