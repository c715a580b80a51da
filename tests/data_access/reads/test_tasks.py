"""The order of work, its pages, filters and choices, and the next call, on both engines."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import insert, update

from data_access.actor import acting_user
from data_access.clock import frozen
from data_access.commands.contacts import log_contact
from data_access.database import Database
from data_access.reads.call import read_call, read_next_task, read_next_tasks
from data_access.reads.generation import Generation
from data_access.reads.task_filters import read_task_choices
from data_access.reads.tasks import count_open_and_late, read_tasks
from data_access.tables import campaign, client, complaint, reactivation_task
from tests.support.book_rows import MONTH, NOW, Book, add_clients, signed_in, write_book

GENERATION = Generation(1, NOW, MONTH, {MONTH: 1})
# number: due day of July, value in fen, grade, holder, campaign
TASKS = {
    1: (9, None, None, "S1", None), 2: (20, 500, "C", "S1", 1), 3: (20, 900, None, "S1", 1), 4: (20, 500, "E", "S1", 1),
    5: (20, 500, None, "S1", 1), 6: (20, 500, "D", "S1", 1), 7: (20, None, "A", "S1", None), 8: (20, 900, "A", "S2", 2),
}  # fmt: skip
MINE = [1, 3, 2, 6, 5, 4, 7]
"""Of S1: late first, then the highest value; grade C, D, none, E; without a value last."""


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with frozen(NOW):
        yield


@pytest.fixture
def book(db: Database) -> Book:
    """Eight open tasks of two people, of two campaigns and none."""
    book = write_book(db)
    with db.writing() as connection:
        add_clients(connection, book, [f"C{number}" for number in TASKS])
        for number in (1, 2):
            connection.execute(insert(campaign).values(_campaign(number)))
        connection.execute(insert(reactivation_task), [_task(book, number) for number in TASKS])
    return book


def _campaign(number: int) -> dict[str, object]:
    return {"campaign_id": number, "campaign_no": f"K{number}", "name": f"Calls {number}", "purpose": "reactivation",
            "source": "pool", "rule": "{}", "reach": "{}", "as_of_month": MONTH, "generation_id": 1, "rule_version": 1,
            "predecessor": "free", "script": "Greet", "holdout_bp": 0, "worthwhile_bp": 500, "outcome_days": 90,
            "draw_key": b"k", "drawn_at": NOW, "drawn_on": date(2024, 7, 1), "window_to_on": date(2024, 10, 1),
            "said": "x", "said_params": "{}", "state": "running", "created_by": 1, "created_at": NOW}  # fmt: skip


def _task(book: Book, number: int) -> dict[str, object]:
    day, value_fen, grade, staff_no, campaign_id = TASKS[number]
    return {"task_id": number, "task_no": f"T{number}", "client_id": book.clients[f"C{number}"],
            "staff_id": book.staff[staff_no], "office_id": book.units["O011"], "state": "open", "pool_status": "silent",
            "priority": "normal", "due_on": date(2024, 7, day), "value_fen": value_fen, "grade": grade,
            "campaign_id": campaign_id, "assigned_by": 1, "assigned_at": datetime(2024, 7, 1, tzinfo=UTC),
            "request_id": f"r{number}"}  # fmt: skip


def numbers(found: Iterable[Any]) -> list[int]:
    return [int(row.task_no[1:]) for row in found]


def test_the_order_of_work_its_pages_filters_and_choices(db: Database, book: Book) -> None:
    actors = {name: signed_in(db, book, name) for name in ("s1", "o011", "o012")}
    with db.reading() as connection:
        s1, lead, other = (acting_user(connection, actors[name]) for name in ("s1", "o011", "o012"))
        found = read_tasks(connection, s1.scope, s1, whose="mine")
        assert numbers(found) == MINE
        for size in (1, 2, 3):
            pages, after = [], None
            while part := read_tasks(connection, s1.scope, s1, whose="mine", after=after, limit=size):
                pages += numbers(part)
                after = part[-1].position
            assert pages == MINE
        assert (found[1].campaign_no, found[1].campaign_name, found[1].value_yuan) == ("K1", "Calls 1", 9)
        assert numbers(read_tasks(connection, lead.scope, lead, campaign_no="K2")) == [8]
        assert numbers(read_tasks(connection, lead.scope, lead, staff_no="S2", overdue=True)) == []
        assert numbers(read_tasks(connection, lead.scope, lead, overdue=True)) == [1]
        assert numbers(read_tasks(connection, other.scope, other, campaign_no="K2")) == []
        assert count_open_and_late(connection, lead.scope, lead) == ({"open": 8}, 1)
        assert count_open_and_late(connection, s1.scope, s1, whose="mine") == ({"open": 7}, 1)
        offered = read_task_choices(connection, lead.scope, lead)
        assert offered.campaigns == [("K2", "Calls 2", 1), ("K1", "Calls 1", 5)]
        assert offered.people == [("S1", "Name S1", 7), ("S2", "Name S2", 1)]
        nobody = read_task_choices(connection, other.scope, other, states=["open"])
        assert (nobody.campaigns, nobody.people) == ([], [])


def test_tasks_are_seen_where_their_clients_are_today_and_late_as_the_days_go_by(db: Database, book: Book) -> None:
    with db.writing() as connection:
        # handed out at office 011, the clients have gone elsewhere since
        for number, office in ((2, "O012"), (3, "O021"), (8, "O012")):
            moved = client.c.client_id == book.clients[f"C{number}"]
            connection.execute(update(client).where(moved).values(office_id=book.units[office]))
        done = reactivation_task.c.task_id.in_([1, 8])
        connection.execute(update(reactivation_task).where(done).values(state="expired"))
    seen = {"hq": [1, 8, 3, 2, 6, 5, 4, 7], "b01": [1, 8, 2, 6, 5, 4, 7], "o011": [1, 6, 5, 4, 7], "o012": [8, 2],
            "o021": [3], "t0111": [1, 6, 5, 4, 7], "s1": [1, 3, 2, 6, 5, 4, 7], "s2": [8]}  # fmt: skip
    actors = {name: signed_in(db, book, name) for name in seen}
    for name, every in seen.items():
        still_open = [number for number in every if number not in (1, 8)]
        with db.reading() as connection:
            user = acting_user(connection, actors[name])
            assert numbers(read_tasks(connection, user.scope, user)) == every
            assert numbers(read_tasks(connection, user.scope, user, states=["open"])) == still_open
            counts = {"open": len(still_open), "expired": len(every) - len(still_open)}
            counts = {state: count for state, count in counts.items() if count}
            assert count_open_and_late(connection, user.scope, user) == (counts, 0)
            offered = read_task_choices(connection, user.scope, user, states=["open"])
            assert sum(load for _code, _name, load in offered.people) == len(still_open)
            with frozen(NOW + timedelta(days=11)):
                assert count_open_and_late(connection, user.scope, user) == (counts, len(still_open))
                late = read_tasks(connection, user.scope, user, overdue=True)
                assert [(row.task_no, row.is_overdue) for row in late] == [(f"T{one}", True) for one in still_open]
    with db.reading() as connection:
        user = acting_user(connection, actors["hq"])
        assert numbers(read_tasks(connection, user.scope, user, office=book.units["O012"])) == [8, 2]
        assert numbers(read_tasks(connection, user.scope, user, office=book.units["O012"], staff_no="S1")) == [2]


def test_the_next_call_and_all_that_it_needs(db: Database, book: Book) -> None:
    actor, foreign = signed_in(db, book, "s1"), signed_in(db, book, "s2")
    with db.writing() as connection:
        connection.execute(update(client).where(client.c.client_no == "C2").values(marketing_opt_out=True))
        connection.execute(insert(complaint).values(complaint_no="X1", client_id=book.clients["C3"], at=NOW))
    log_contact(db, actor=actor, task_no="T1", channel="phone", result="not_reached", request_id="c1")
    log_contact(db, actor=actor, task_no="T6", channel="phone", result="reached", at=NOW - timedelta(days=2),
                next_step_on=date(2024, 7, 11), grade="B", request_id="c2")  # fmt: skip
    with db.reading() as connection:
        user, other = acting_user(connection, actor), acting_user(connection, foreign)
        # 1 was called today, 2 refuses marketing, 6 waits for its next step
        assert numbers(read_next_tasks(connection, user, limit=9)) == [3, 5, 4, 7]
        page = read_call(connection, GENERATION, MONTH, user.scope, user, "T4")
        assert page is not None
        following = read_next_task(connection, user, after=page.position)
        assert following is not None
        assert following.task_no == "T7"
        last = read_call(connection, GENERATION, MONTH, user.scope, user, "T7")
        assert last is not None
        assert numbers([read_next_task(connection, user, after=last.position)]) == [3]  # the list begins anew
        assert read_call(connection, GENERATION, MONTH, other.scope, other, "T4") is None
        assert read_call(connection, GENERATION, MONTH, user.scope, user, "T99") is None
        stopped = read_call(connection, GENERATION, MONTH, user.scope, user, "T3")
        assert stopped is not None
        assert (stopped.open_complaint, stopped.task["script"], stopped.task["is_own"]) == ("X1", "Greet", True)
        graded = read_call(connection, GENERATION, MONTH, user.scope, user, "T6")
        assert graded is not None
        assert (graded.task["grade"], [one["result"] for one in graded.contacts]) == ("B", ["reached"])
        assert (graded.way.held.staff_no, graded.way.handed_on) == ("S1", date(2024, 7, 1))
