"""Repeats, lists out of hand, and acts of the same second: what a hand-out does with them."""

from __future__ import annotations

import os
import random
import threading
from concurrent.futures import ThreadPoolExecutor
from contextvars import ContextVar
from datetime import timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import func, insert, select, update

from data_access import clock
from data_access.audit import first_broken_audit
from data_access.clock import business_date
from data_access.commands.acting import Refused
from data_access.commands.hand_outs import commit_hand_out, undo_hand_out
from data_access.commands.task_steps import StepResult, reassign_tasks, withdraw_tasks
from data_access.commands.tasks import assign_tasks
from data_access.database import Database
from data_access.register.task_results import settle_task
from data_access.scope import FIRM
from data_access.tables import (
    audit_event,
    client,
    client_spell,
    hand_out,
    reactivation_task,
    staff,
    task_event,
)
from domain.tasks import TaskAct
from metrics.desk import moved_by_hand, preview_campaign
from tests.support.book_rows import NOW, TODAY, Book, add_clients, add_staff, set_ceiling, signed_in, write_book
from tests.support.campaign_book import chosen, make, numbers_of

REPEATS = int(os.environ.get("REPEATS", "1000"))


@pytest.fixture(autouse=True)
def _clock_of_every_thread(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(clock, "_fixed", ContextVar("held_in_every_thread", default=NOW))


def counted(db: Database, *tables: object) -> list[int]:
    with db.reading() as connection:
        return [connection.execute(select(func.count()).select_from(table)).scalar_one() for table in tables]  # type: ignore[arg-type]


@pytest.mark.parametrize("repeats", [12, pytest.param(REPEATS, marks=pytest.mark.soak)])
def test_repeats_of_one_press_have_one_effect(db: Database, repeats: int) -> None:
    book = write_book(db)
    with db.writing() as connection:
        add_clients(connection, book, numbers_of(10))
    made = make(db, book, chosen(numbers_of(10)), holdout_bp=0)
    actor = signed_in(db, book, "o011")
    before = counted(db, audit_event)[0]

    placed = dict.fromkeys(numbers_of(10), "S1")

    def commit(_press: int) -> object:
        return commit_hand_out(db, actor=actor, campaign_no=made.campaign_no, placed=placed, measures={}, digest="",
                               request_id="press")  # fmt: skip

    def undo(_press: int) -> object:
        return undo_hand_out(db, actor=actor, hand_out_id=1, request_id="back")

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(commit, range(repeats)))
        assert counted(db, hand_out, reactivation_task, task_event, audit_event) == [1, 10, 10, before + 1]
        undone = list(pool.map(undo, range(repeats)))
    assert all(answer == answers[0] for answer in answers)
    assert all(answer == undone[0] for answer in undone)
    assert counted(db, hand_out, reactivation_task, task_event, audit_event) == [1, 10, 20, before + 2]


def test_lists_out_of_hand_and_clients_that_changed_meanwhile(db: Database) -> None:
    book = write_book(db)
    with db.writing() as connection:
        add_clients(connection, book, numbers_of(4))
        add_clients(connection, book, ["L1"], status="lost")
    head = signed_in(db, book, "o011")

    def assign(numbers: list[str], request_id: str) -> list[tuple[str, str]]:
        done = assign_tasks(db, actor=head, client_nos=numbers, staff_no="S1", request_id=request_id)
        return [*((number, "") for number, _ in done.created), *((number, why.code) for number, why in done.refused)]

    for count, message in ((0, "at least one"), (100_000, "100000 were chosen")):
        with pytest.raises(Refused, match=message):
            assign([f"X{number}" for number in range(count)], "long")
    assert assign(["P00001"], "one") == [("P00001", "")]
    assert assign(["P00002", "P00002", "P00002"], "twice") == [("P00002", "")]
    made = make(db, book, chosen(["P00003", "P00004", "L1"]), holdout_bp=0)
    with db.writing() as connection:
        connection.execute(update(client).where(client.c.client_no == "P00003").values(marketing_opt_out=True))
        connection.execute(insert(client_spell).values(client_id=book.clients["P00004"], kind="lost", from_on=TODAY))
        connection.execute(update(client_spell).where(client_spell.c.client_id == book.clients["L1"])
                           .values(to_on=TODAY - timedelta(days=1)))  # fmt: skip
    done = commit_hand_out(db, actor=head, campaign_no=made.campaign_no, measures={}, digest="", request_id="h",
                           placed=dict.fromkeys(["P00003", "P00004", "L1"], "S1"))  # fmt: skip
    # a client closed since is lost and still in the pool; one that came back is not
    assert {number: reason.code for number, reason in done.refused.items()} == {
        "P00003": "R-26.opt_out", "L1": "R-26.returned"}  # fmt: skip
    assert counted(db, reactivation_task) == [2]


@pytest.mark.parametrize("seed", range(3))
def test_return_hand_on_and_close_in_the_same_second(db: Database, seed: int) -> None:
    book = write_book(db)
    with db.writing() as connection:
        add_clients(connection, book, ["C1"])
    head, other = signed_in(db, book, "o011"), signed_in(db, book, "b01")
    assign_tasks(db, actor=head, client_nos=["C1"], staff_no="S1", request_id="a")
    seen = {"T00000001": 1}
    acts = {
        "withdrawn": lambda: withdraw_tasks(db, actor=head, versions=seen, reason="back", request_id="w"),
        "reassigned": lambda: reassign_tasks(db, actor=other, versions=seen, staff_no="S2", request_id="r"),
        "not_recognised": lambda: db.transact(
            lambda connection: settle_task(connection, 1, TaskAct.NOT_RECOGNISED, reason="R-25")),
    }  # fmt: skip
    order = random.Random(seed).sample(sorted(acts), 3)
    together, answers = threading.Barrier(3), {}

    def act(name: str) -> None:
        together.wait()
        answers[name] = acts[name]()

    threads = [threading.Thread(target=act, args=(name,)) for name in order]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = {name for name, answer in answers.items() if (answer.done if isinstance(answer, StepResult) else answer)}
    with db.reading() as connection:
        task = connection.execute(select(reactivation_task)).one()
        steps = connection.execute(select(task_event).order_by(task_event.c.sequence)).all()
        assert first_broken_audit(connection) is None
    assert [step.sequence for step in steps] == list(range(1, len(steps) + 1))
    assert [step.kind for step in steps[1:]] in (["withdrawn"], ["not_recognised"], ["reassigned", "not_recognised"])
    assert {step.kind for step in steps[1:]} == took
    assert (task.state, task.version) == (steps[-1].to_state, len(steps))
    assert task.staff_id == book.staff["S2" if "reassigned" in took else "S1"]


@settings(max_examples=int(os.environ.get("EXAMPLES", "8")), deadline=None, derandomize=True)
@given(data=st.data())
def test_what_is_committed_is_what_was_shown(data: st.DataObject, tmp_path_factory: pytest.TempPathFactory,
                                             template_folder: object) -> None:  # fmt: skip
    """Random lists, households, loads, ceilings and changes by hand: the tasks are the plan, to the last client."""
    from tests.support.databases import fresh_sqlite

    db = fresh_sqlite(tmp_path_factory.mktemp("plan"), template_folder)  # type: ignore[arg-type]
    try:
        _commit_what_is_shown(db, data)
    finally:
        db.dispose()


def _commit_what_is_shown(db: Database, data: st.DataObject) -> None:
    book: Book = write_book(db)
    people, count = ["S1", "S2", "S3", "S4"], data.draw(st.integers(1, 30))
    with db.writing() as connection:
        add_staff(connection, book, "S4")
        for place, number in enumerate(numbers_of(count)):
            house = data.draw(st.sampled_from([None, None, "H1", "H2"]))
            add_clients(connection, book, [number], office=("O011", "O011", "O012")[place % 3], household=house)
        for number in people:
            set_ceiling(connection, book, number, data.draw(st.integers(0, 12)),
                        capacity=data.draw(st.sampled_from([0, 50, 100])))  # fmt: skip
    made = make(db, book, chosen(numbers_of(count)), user="b01", holdout_bp=0)
    with db.reading() as connection:
        shown = preview_campaign(connection, FIRM, made.campaign_no, on=business_date())
    assert shown is not None
    moves = data.draw(st.dictionaries(st.sampled_from(numbers_of(count)), st.sampled_from([*people, None]), max_size=3))
    for plan in (moved_by_hand(shown, moves), shown):
        placed = dict(plan.distribution.placed)
        if not placed:
            continue
        actor = signed_in(db, book, "b01")
        done = commit_hand_out(db, actor=actor, campaign_no=made.campaign_no, placed=placed, measures=plan.measures,
                               digest=plan.digest, request_id=f"h{len(plan.refused)}")  # fmt: skip
        assert {number: reason.code for number, reason in done.refused.items()} == {
            number: decision.reason.code for number, decision in plan.refused.items()}  # fmt: skip
        with db.reading() as connection:
            stored = dict(connection.execute(
                select(client.c.client_no, staff.c.staff_no)
                .join(reactivation_task, reactivation_task.c.client_id == client.c.client_id)
                .join(staff, staff.c.staff_id == reactivation_task.c.staff_id)).all())  # fmt: skip
        assert stored == ({} if plan.refused else placed)
        if not plan.refused:
            return
