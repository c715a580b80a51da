"""A clock that a test moves on, for the test and for a server that it starts: months pass in seconds."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from data_access import clock
from data_access.settings import ROOT

_START = """
import sys

sys.path.insert(0, {root!r})
from tests.support.moved_clock import follow

follow({path!r})
"""


class _Moved:
    """Stands in for the variable that holds the clock: the present moment plus the days kept in a file."""

    def __init__(self, path: Path, held: Any) -> None:
        self.path, self.held = path, held

    def get(self) -> datetime:
        """Return a moment held by ``frozen``, else the moved one."""
        return self.held.get() or datetime.now(UTC) + timedelta(seconds=float(self.path.read_text()))

    def set(self, moment: datetime) -> Any:
        return self.held.set(moment)

    def reset(self, token: Any) -> None:
        self.held.reset(token)


class MovedClock:
    """The clock of a test and its server."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.path = folder, folder / "clock"
        self.path.write_text("0")
        (folder / "sitecustomize.py").write_text(_START.format(root=str(ROOT), path=str(self.path)))

    @property
    def environment(self) -> Mapping[str, str]:
        """What a server has to be started with to follow."""
        return {"PYTHONPATH": str(self.folder)}

    def move_to(self, moment: datetime) -> None:
        """Let it be ``moment`` now; time goes on from there."""
        away = (moment - datetime.now(UTC)).total_seconds()
        fresh = self.path.with_suffix(".new")
        fresh.write_text(f"{away}")
        fresh.replace(self.path)


def follow(path: str) -> None:
    """Let this process follow the clock kept in a file."""
    clock._fixed = _Moved(Path(path), clock._fixed)  # type: ignore[assignment]


@contextmanager
def moved_clock(folder: Path) -> Iterator[MovedClock]:
    """Let this process follow a new clock until the end."""
    before, moved = clock._fixed, MovedClock(folder)
    follow(str(moved.path))
    yield moved
    clock._fixed = before
