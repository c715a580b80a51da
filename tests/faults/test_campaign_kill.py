"""``kill -9`` in the middle of a commit: no half campaign, nothing acknowledged and lost, the audit chain whole."""

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
from data_access.tables import audit_event, hand_out, handled_request, reactivation_task, task_event
from tests.faults.campaign_child import BATCH, BATCHES, commit_until_killed
from tests.faults.killing import kill_after_report, read_acknowledged
from tests.support.book_rows import add_clients, add_staff, set_ceiling, signed_in, write_book
from tests.support.campaign_book import chosen, make

KILLS = int(os.environ.get("KILLS", "200"))
PEOPLE = [f"L{number:02d}" for number in range(30)]
PRELOADED = ["tests.faults.campaign_child", "data_access.sessions", "exchange_calendars.exchange_calendar_xshg"]
MEMBERS = 9_600
"""Clients of one campaign: whole batches of the processes that commit it."""


def write_firm(db: Database, kills: int) -> tuple[str, list[tuple[str, list[str]]]]:
    """Write people with wide ceilings and campaigns; return a head's token and each process's campaign and clients."""
    book = write_book(db)
    each = BATCH * BATCHES
    numbers = [f"C{number:05d}" for number in range(kills * each)]
    with db.writing() as connection:
        add_clients(connection, book, numbers)
        for number in PEOPLE:
            add_staff(connection, book, number)
            set_ceiling(connection, book, number, 1_000)
    parts = []
    for place in range(0, len(numbers), MEMBERS):
        some = numbers[place : place + MEMBERS]
        made = make(db, book, chosen(some), holdout_bp=0, request_id=f"made-{place}").campaign_no
        parts += [(made, some[start : start + each]) for start in range(0, len(some), each)]
    return signed_in(db, book, "o011").token, parts


@pytest.mark.parametrize("kills", [2, pytest.param(KILLS, marks=pytest.mark.soak)])
def test_killed_commits_leave_whole_campaigns(db: Database, tmp_path: Path, kills: int) -> None:
    token, parts = write_firm(db, kills)
    db.dispose()
    processes = multiprocessing.get_context("forkserver")
    processes.set_forkserver_preload(PRELOADED)
    log = tmp_path / "acknowledged.log"
    log.touch()
    chance = random.Random(7)
    for campaign_no, numbers in parts:
        child = processes.Process(target=commit_until_killed, args=(
            db.url.render_as_string(hide_password=False), token, str(log), campaign_no, numbers, PEOPLE,
            str(settings().keys_dir)))  # fmt: skip
        kill_after_report(child, log, chance.uniform(0, 0.15))
    acknowledged = read_acknowledged(log)
    with db.reading() as connection:
        tasks = Counter(connection.execute(select(reactivation_task.c.hand_out_id)).scalars())
        told = Counter(connection.execute(select(reactivation_task.c.request_id)).scalars())
        commits = {row.request_id: row for row in connection.execute(select(hand_out))}
        results = {row.request_id: json.loads(row.result) for row in connection.execute(
            select(handled_request).where(handled_request.c.kind == "hand_out.commit"))}  # fmt: skip
        logged = {one["request"]: one["created"] for one in map(json.loads, connection.execute(
            select(audit_event.c.details).where(audit_event.c.action == "hand_out.commit")).scalars())}  # fmt: skip
        histories = connection.execute(select(func.count()).select_from(task_event)).scalar()
        opened = Counter(connection.execute(select(reactivation_task.c.client_id)).scalars())
        assert first_broken_audit(connection) is None
        if db.is_sqlite:
            assert connection.execute(text("PRAGMA integrity_check")).scalar() == "ok"
    created = {request: len(result["created"]) for request, result in results.items()}
    half = [request for request, count in created.items()
            if count not in (0, BATCH) or told[request] != count or logged.get(request) != count
            or (request in commits) != bool(count)]  # fmt: skip
    half += [row.request_id for row in commits.values() if tasks[row.hand_out_id] != row.tasks_count]
    lost = [request for request, answer in acknowledged.items()
            if request not in results or (created[request], len(results[request]["refused"])) != answer]  # fmt: skip
    print(f"kills {len(parts)}, commits stored {len(commits)}, acknowledged {len(acknowledged)}, "
          f"tasks {sum(tasks.values())}, half {len(half)}, acknowledged and lost {len(lost)}")  # fmt: skip
    assert (half, lost) == ([], [])
    assert set(told) <= set(results)
    assert set(logged) == set(results)
    assert histories == sum(tasks.values())
    assert max(opened.values()) == 1
    assert len(acknowledged) >= kills
