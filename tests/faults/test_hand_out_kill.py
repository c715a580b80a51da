"""``kill -9`` in the middle of bulk hand-outs: no half batch, nothing acknowledged and lost, the chain whole."""

from __future__ import annotations

import json
import multiprocessing
import os
import random
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import func, select, text

from data_access.audit import first_broken_audit
from data_access.database import Database
from data_access.settings import settings
from data_access.tables import audit_event, handled_request, reactivation_task, task_event
from tests.faults.bulk_child import BATCH, hand_out_until_killed
from tests.faults.killing import kill_after_report, read_acknowledged
from tests.support.book_rows import add_clients, add_staff, set_ceiling, signed_in, write_book

KILLS = int(os.environ.get("KILLS", "200"))
PEOPLE = [f"L{number:02d}" for number in range(30)]
PRELOADED = ["tests.faults.bulk_child", "data_access.sessions", "exchange_calendars.exchange_calendar_xshg"]


@pytest.mark.soak
def test_killed_hand_outs_leave_whole_batches(db: Database, tmp_path: Path) -> None:
    book = write_book(db)
    numbers = [f"C{number:05d}" for number in range(KILLS * 100)]
    with db.writing() as connection:
        add_clients(connection, book, numbers)
        for number in PEOPLE:
            add_staff(connection, book, number)
            set_ceiling(connection, book, number, 1_000)
    token = signed_in(db, book, "o011").token
    db.dispose()
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(PRELOADED)
    log = tmp_path / "acknowledged.log"
    log.touch()
    chance = random.Random(7)
    url = db.url.render_as_string(hide_password=False)
    for run in range(KILLS):
        child = processes.Process(target=hand_out_until_killed, args=(
            url, token, run, str(log), numbers, PEOPLE, str(settings().keys_dir)))  # fmt: skip
        kill_after_report(child, log, chance.uniform(0, 0.12))
    acknowledged = read_acknowledged(log)
    with db.reading() as connection:
        stored = dict(
            connection.execute(
                select(reactivation_task.c.request_id, func.count()).group_by(reactivation_task.c.request_id)
            ).all()
        )
        results = {row.request_id: json.loads(row.result) for row in connection.execute(select(handled_request))}
        logged = {
            details["request"]: details["created"]
            for details in (json.loads(body) for body in connection.execute(select(audit_event.c.details)).scalars())
        }
        histories = connection.execute(select(func.count()).select_from(task_event)).scalar()
        opened = Counter(connection.execute(select(reactivation_task.c.client_id)).scalars())
        assert first_broken_audit(connection) is None
        if db.is_sqlite:
            assert connection.execute(text("PRAGMA integrity_check")).scalar() == "ok"
    half = [
        request
        for request, result in results.items()
        if len(result["created"]) + len(result["refused"]) != BATCH
        or len(result["created"]) != stored.get(request, 0)
        or len(result["created"]) != logged.get(request)
    ]
    lost = [
        request
        for request, (created, refused) in acknowledged.items()
        if request not in results
        or (len(results[request]["created"]), len(results[request]["refused"])) != (created, refused)
    ]
    print(
        f"kills {KILLS}, batches stored {len(results)}, acknowledged {len(acknowledged)}, "
        f"tasks {sum(stored.values())}, half {len(half)}, acknowledged and lost {len(lost)}"
    )
    assert (half, lost) == ([], [])
    assert set(stored) <= set(results)
    assert histories == sum(stored.values())
    assert max(opened.values()) == 1
    assert len(acknowledged) >= KILLS
