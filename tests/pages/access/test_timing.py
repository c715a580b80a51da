"""Known and unknown accounts cannot be told apart by the time an answer takes."""

from __future__ import annotations

import random
import time

import pytest

from data_access import counters
from data_access.database import Database
from data_access.sessions import check_password
from tests.support.accounts import seed_user


@pytest.mark.soak
def test_time_tells_nothing(sqlite_db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(counters, "PER_ACCOUNT", 10_000)
    monkeypatch.setattr(counters, "PER_ADDRESS", 10_000)
    seed_user(sqlite_db, "known")
    order = [True, False] * 250
    random.Random(7).shuffle(order)
    times: dict[bool, list[float]] = {True: [], False: []}
    for known in order:
        start = time.perf_counter()
        check_password(sqlite_db, username="known" if known else "unknown", password="not this one", address="a")
        times[known].append(time.perf_counter() - start)
    pairs = [(first > second) + 0.5 * (first == second) for first in times[True] for second in times[False]]
    auc = sum(pairs) / len(pairs)
    print(f"AUC of answer time, known against unknown, {len(times[True])} each: {auc:.3f}")
    assert max(auc, 1 - auc) < 0.55
