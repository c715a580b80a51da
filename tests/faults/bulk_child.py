"""A process that hands out batch after batch and writes each answer to a log outside the database, until killed."""

from __future__ import annotations

import os
import random
from pathlib import Path

from data_access.actor import SessionActor
from data_access.commands.tasks import assign_tasks
from data_access.database import Database

BATCH = 30


def hand_out_until_killed(
    url: str, token: str, run: int, log: str, numbers: list[str], people: list[str], keys_dir: str
) -> None:
    """Hand random batches out; a line ``request created refused`` is on disk before the next batch starts."""
    os.environ["DASHBOARD_KEYS_DIR"] = keys_dir
    db = Database(url)
    chance = random.Random(run)
    with Path(log).open("ab", buffering=0) as acknowledged:
        for batch in range(100_000):
            request = f"run{run}-{batch}"
            result = assign_tasks(db, actor=SessionActor(token), client_nos=chance.sample(numbers, BATCH),
                                  staff_no=chance.choice(people), request_id=request)  # fmt: skip
            acknowledged.write(f"{request} {len(result.created)} {len(result.refused)}\n".encode())
            os.fsync(acknowledged.fileno())
