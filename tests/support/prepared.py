"""A database that is filled once for many tests: each works on a copy of its own."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import Generic, TypeVar

from data_access.database import Database
from tests.support.databases import checkpointed, fresh_sqlite

T = TypeVar("T")


class Prepared(Generic[T]):
    """What ``fill`` makes of an empty database of an engine; ``made`` is what it returned."""

    def __init__(self, engine: str, folder: Path, template_folder: Path, fill: Callable[[Database], T]) -> None:
        self.engine = engine
        db = fresh_sqlite(folder, template_folder) if engine == "sqlite" else Database(_postgres().fresh_url())
        self.made = fill(db)
        self._source = checkpointed(db) if engine == "sqlite" else db.url.render_as_string(hide_password=False)
        db.dispose()

    @contextmanager
    def copy(self, folder: Path) -> Iterator[Database]:
        """Open a copy in ``folder``; it is gone afterwards."""
        if isinstance(self._source, Path):
            path = folder / "copy.sqlite3"
            shutil.copyfile(self._source, path)
            url = f"sqlite:///{path}"
        else:
            url = _postgres().fresh_url(self._source)
        db = Database(url)
        yield db
        db.dispose()
        if not isinstance(self._source, Path):
            _postgres().drop(url)

    def close(self) -> None:
        """Drop what the copies are made of."""
        if isinstance(self._source, str):
            _postgres().drop(self._source)


def _postgres() -> ModuleType:
    from tests.support import postgres

    return postgres
