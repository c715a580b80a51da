"""Many leads at once: every client anyone asks for ends with exactly one open task, every loser knows who won."""

from __future__ import annotations

import os
import random
import threading
from collections import Counter

import pytest
from sqlalchemy import select

from data_access.actor import SessionActor
from data_access.audit import first_broken_audit
from data_access.commands.tasks import AssignResult, assign_tasks
from data_access.database import Database
from data_access.tables import reactivation_task, staff
from tests.support.book_rows import Book, add_clients, add_staff, add_user, set_ceiling, signed_in, write_book

LEADS = int(os.environ.get("RACE_LEADS", "50"))
SEEDS = int(os.environ.get("RACE_SEEDS", "20"))
CLIENTS = [f"C{number:03d}" for number in range(500)]


def lists_of_leads(seed: int) -> list[list[str]]:
    """Return one list per lead: by turns a slice nobody else has as a slice, a random sample, and everything."""
    chance = random.Random(seed)
    width = len(CLIENTS) // LEADS
    lists = []
    for lead in range(LEADS):
        wanted = [
            CLIENTS[lead * width : (lead + 1) * width],
            chance.sample(CLIENTS, chance.randint(20, 200)),
            chance.sample(CLIENTS, len(CLIENTS)),
        ][(lead + seed) % 3 if lead % 10 else 1]
        lists.append(wanted)
    return lists


def run_race(db: Database, seed: int) -> tuple[list[list[str]], list[AssignResult]]:
    """Let every lead hand their list to a person of their own at the same moment."""
    book: Book = write_book(db)
    actors: list[SessionActor] = []
    with db.writing() as connection:
        add_clients(connection, book, CLIENTS)
        for lead in range(LEADS):
            add_staff(connection, book, f"L{lead:02d}")
            set_ceiling(connection, book, f"L{lead:02d}", 1_000)
            role, unit = (("office_head", "O011"), ("branch_head", "B01"), ("hq", "HQ"))[lead % 3]
            add_user(connection, book, f"lead{lead:02d}", role=role, unit=unit)
    actors = [signed_in(db, book, f"lead{lead:02d}") for lead in range(LEADS)]
    wanted = lists_of_leads(seed)
    start = threading.Barrier(LEADS)
    results: list[AssignResult | BaseException] = [AssignResult()] * LEADS

    def lead_at_work(lead: int) -> None:
        start.wait()
        try:
            results[lead] = assign_tasks(db, actor=actors[lead], client_nos=wanted[lead], staff_no=f"L{lead:02d}",
                                         request_id=f"race-{lead}")  # fmt: skip
        except BaseException as error:  # noqa: BLE001 -- shown by the assertion below
            results[lead] = error

    threads = [threading.Thread(target=lead_at_work, args=(lead,)) for lead in range(LEADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    failures = [result for result in results if isinstance(result, BaseException)]
    assert failures == []
    return wanted, [result for result in results if isinstance(result, AssignResult)]


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(SEEDS))
def test_leads_at_once(db: Database, seed: int) -> None:
    wanted, results = run_race(db, seed)
    asked = {number for numbers in wanted for number in numbers}
    with db.reading() as connection:
        tasks = connection.execute(
            select(reactivation_task.c.task_no, reactivation_task.c.client_id, staff.c.staff_no)
            .join(staff, staff.c.staff_id == reactivation_task.c.staff_id)
            .where(reactivation_task.c.state == "open")
        ).all()
        assert first_broken_audit(connection) is None
    assert max(Counter(task.client_id for task in tasks).values()) == 1
    assert len(tasks) == len(asked)
    holder = {task.task_no: task.staff_no for task in tasks}
    winners: dict[str, str] = {}
    for lead, result in enumerate(results):
        for number, task_no in result.created:
            assert number not in winners
            assert holder[task_no] == f"L{lead:02d}"
            winners[number] = f"L{lead:02d}"
    assert set(winners) == asked
    for lead, result in enumerate(results):
        assert {number for number, _ in result.created} | {number for number, _ in result.refused} == set(wanted[lead])
        for number, reason in result.refused:
            assert (reason.code, reason.params["staff_no"]) == ("R-26.open_task", winners[number])
            assert reason.params["staff_name"] == f"Name {winners[number]}"
