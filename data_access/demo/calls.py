"""Follow-up calls about the firm's relationships (R-07): nearly all answered in time, a few late, the newest open."""

from __future__ import annotations

import numpy as np
from sqlalchemy import Connection

from data_access.bulk import load_columns
from data_access.demo.moments import business_minutes, moment_texts
from data_access.demo.streams import stream
from data_access.demo.ties import Ties
from data_access.tables import follow_up

_ANSWERED = 0.99
_UNREACHED = 0.08
_CONFIRMED_AFTER = np.timedelta64(3, "D")


def store_calls(connection: Connection, seed: int, ties: list[Ties], last: np.datetime64) -> int:
    """Write the calls about relationships stored in the order of ``ties``, and return how many."""
    random = stream(seed, "calls")
    confirmed = np.concatenate([tie.since for tie in ties]) + _CONFIRMED_AFTER
    size = len(confirmed)
    ids = np.arange(1, size + 1)
    answered = random.random(size) < _ANSWERED
    day = confirmed + random.integers(2, 26, size).astype("timedelta64[D]")
    unreached = random.random(size) < _UNREACHED
    minute = business_minutes(random, size)
    first = confirmed + np.timedelta64(1, "D")
    calls = [(ids[chosen], moments[chosen], result) for chosen, moments, result in (
        (unreached & (first <= last), first, "not_reached"), (answered & (day <= last), day, "confirmed"))]  # fmt: skip
    count = 0
    for links, days, result in calls:
        load_columns(
            connection,
            follow_up,
            {
                "follow_up_id": list(range(count + 1, count + len(links) + 1)),
                "relationship_id": links.tolist(),
                "at": moment_texts(days, minute[links - 1]),
                "result": [result] * len(links),
                "request_id": [f"demo-call-{number}" for number in range(count + 1, count + len(links) + 1)],
            },
        )
        count += len(links)
    return count
