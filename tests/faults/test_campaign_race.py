"""Two campaigns and two hand-outs of the same clients at once: nobody is held twice, every loser is told who won."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from contextvars import ContextVar

import pytest
from sqlalchemy import func, select

from data_access import clock
from data_access.commands.acting import Refused
from data_access.commands.campaigns import CampaignCreated
from data_access.commands.tasks import AssignResult, assign_tasks
from data_access.database import Database
from data_access.tables import campaign_member, client, reactivation_task
from domain.decision import Reason
from domain.words import OPEN_TASK_STATES
from tests.support.book_rows import NOW, Book, signed_in, write_book
from tests.support.campaign_book import add_pool, chosen, make


def at_once(acts: list[Callable[[], object]], seed: int) -> list[object]:
    """Run acts in threads that begin together, in an order of the seed; a refusal is an answer."""
    barrier, answers = threading.Barrier(len(acts)), [None] * len(acts)
    order = list(range(len(acts)))
    random.Random(seed).shuffle(order)

    def run(place: int) -> None:
        barrier.wait(30)
        try:
            answers[place] = acts[place]()
        except Refused as refused:
            answers[place] = refused.reason

    threads = [threading.Thread(target=run, args=(place,)) for place in order]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(120)
    assert not any(thread.is_alive() for thread in threads)
    return answers


def race(db: Database, seed: int) -> None:
    book: Book = write_book(db)
    numbers = add_pool(db, book, 90)
    heads = {name: signed_in(db, book, name) for name in ("o011", "b01")}
    answers = at_once([
        lambda: make(db, book, chosen(numbers[:80]), request_id="c1", holdout_bp=3_000),
        lambda: make(db, book, chosen(numbers[5:]), user="b01", request_id="c2", holdout_bp=3_000),
        lambda: assign_tasks(db, actor=heads["o011"], client_nos=numbers[::2], staff_no="S1", request_id="t1"),
        lambda: assign_tasks(db, actor=heads["b01"], client_nos=numbers[::3], staff_no="S2", request_id="t2"),
    ], seed)  # fmt: skip
    member, task = campaign_member.c, reactivation_task.c
    with db.reading() as connection:
        drawn = connection.execute(select(client.c.client_no, member.campaign_id, member.arm).join(
            campaign_member, member.client_id == client.c.client_id).where(member.arm != "excluded")).all()  # fmt: skip
        tasks = connection.execute(
            select(client.c.client_no, func.count())
            .join(reactivation_task, task.client_id == client.c.client_id)
            .where(task.state.in_([state.value for state in OPEN_TASK_STATES]))
            .group_by(client.c.client_no)
        ).all()
    assert len(drawn) == len({row.client_no for row in drawn})
    assert {count for _, count in tasks} <= {1}
    held_back = {row.client_no for row in drawn if row.arm == "holdout"}
    assert not held_back & {number for number, _ in tasks}
    _losers_are_told(answers, {row.client_no: f"CMP-{row.campaign_id:06d}" for row in drawn})


def _losers_are_told(answers: list[object], holder: dict[str, str]) -> None:
    """Check that whoever was not drawn names a task or the campaign that holds the client, and likewise for tasks."""
    told = 0
    for answer in answers:
        if isinstance(answer, Reason):
            assert answer.code == "campaign.nobody_left"
        elif isinstance(answer, CampaignCreated):
            for number, reason in answer.excluded:
                told += 1
                assert reason.code in ("campaign.held", "R-26.open_task")
                assert reason.code != "campaign.held" or reason.params["campaign"] == holder[number]
        else:
            assert isinstance(answer, AssignResult)
            for number, reason in answer.refused:
                told += 1
                assert reason.code in ("hand_out.held_out", "R-26.open_task")
                assert reason.code != "hand_out.held_out" or reason.params["campaign"] == holder[number]
    assert told > 0


@pytest.fixture(autouse=True)
def _clock_of_every_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "_fixed", ContextVar("held_in_every_thread", default=NOW))


def test_draws_and_hand_outs_at_once(db: Database) -> None:
    race(db, 1)


@pytest.mark.soak
@pytest.mark.parametrize("seed", range(2, 21))
def test_draws_and_hand_outs_at_once_many_times(db: Database, seed: int) -> None:
    race(db, seed)
