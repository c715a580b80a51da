"""Killing a process in the middle of its writes, and what it had reported as done by then."""

from __future__ import annotations

import time
from multiprocessing.process import BaseProcess
from pathlib import Path


def kill_after_report(child: BaseProcess, log: Path, pause_s: float, *, most_s: float = 60) -> None:
    """Start a child, wait for its first new line in the log, wait a pause more, and kill it without warning."""
    before = log.stat().st_size
    child.start()
    deadline = time.monotonic() + most_s
    while log.stat().st_size == before and time.monotonic() < deadline:
        time.sleep(0.002)
    time.sleep(pause_s)
    child.kill()
    child.join()
    assert child.exitcode == -9


def read_acknowledged(log: Path) -> dict[str, tuple[int, int]]:
    """Return what was reported: request id to (created, refused)."""
    return {request: (int(created), int(refused))
            for request, created, refused in (line.split() for line in log.read_text().splitlines())}  # fmt: skip
