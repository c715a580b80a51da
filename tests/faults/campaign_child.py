"""A process that commits parts of campaigns and writes each answer to a log outside the database, until killed."""

from __future__ import annotations

import os
import random
from collections.abc import Sequence
from pathlib import Path

from data_access.actor import SessionActor
from data_access.commands.hand_outs import commit_hand_out
from data_access.database import Database

BATCH = 30
BATCHES = 4
"""Fresh batches of one process; after them it asks for clients that are taken already."""


def commit_until_killed(
    url: str, token: str, log: str, campaign_no: str, numbers: Sequence[str], people: Sequence[str], keys_dir: str
) -> None:
    """Commit batch after batch; a line ``request created refused`` is on disk before the next commit starts."""
    os.environ["DASHBOARD_KEYS_DIR"] = keys_dir
    db = Database(url)
    chance = random.Random(numbers[0])
    with Path(log).open("ab", buffering=0) as acknowledged:
        for batch in range(100_000):
            few = numbers[batch * BATCH :][:BATCH] or chance.sample(list(numbers), BATCH)
            request = f"{numbers[0]}-{batch}"
            done = commit_hand_out(
                db, actor=SessionActor(token), campaign_no=campaign_no,
                placed={number: chance.choice(people) for number in few}, measures={}, digest="", request_id=request,
            )  # fmt: skip
            acknowledged.write(f"{request} {len(done.created)} {len(done.refused)}\n".encode())
            os.fsync(acknowledged.fileno())
