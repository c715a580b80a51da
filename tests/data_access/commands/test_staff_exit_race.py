"""A hand-out to somebody whose exit is being closed at the same moment: one legal outcome, never a forgotten task."""

from __future__ import annotations

import threading
from collections.abc import Callable
from contextvars import ContextVar
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import func, select, update

from data_access import clock
from data_access.actor import SessionActor
from data_access.commands.acting import Refused
from data_access.commands.staff_exit import ExitPlan, close_exit
from data_access.commands.tasks import assign_tasks
from data_access.database import Database
from data_access.reads.leaver_items import read_inventory
from data_access.tables import reactivation_task, staff, staff_exit
from tests.support.apptest import token_of
from tests.support.firm import PASSWORD, small_firm

NOW = datetime(2025, 7, 2, 2, 0, tzinfo=UTC)
EXIT_ON = date(2025, 7, 1)
LEAVER = 2


def both(*acts: Callable[[], object]) -> list[object]:
    """Run acts at once, each in a thread, and return what each answered or raised."""
    barrier, answers = threading.Barrier(len(acts)), [None] * len(acts)  # type: ignore[var-annotated]

    def run(place: int, act: Callable[[], object]) -> None:
        barrier.wait()
        try:
            answers[place] = act()
        except Refused as refused:
            answers[place] = refused.reason.code

    threads = [threading.Thread(target=run, args=(place, act)) for place, act in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers


def test_a_hand_out_and_an_exit_at_once(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    # threads of their own do not see a clock held in this one
    monkeypatch.setattr(clock, "_fixed", ContextVar("held_in_every_thread", default=NOW))
    small_firm(db, refreshed=True)
    with db.writing() as connection:
        connection.execute(update(reactivation_task).where(reactivation_task.c.task_id == 1).values(
            state="withdrawn", closed_at=NOW))  # fmt: skip
    head, lead = SessionActor(token_of(db, "branch_head")), SessionActor(token_of(db, "office_head"))
    with db.reading() as connection:
        seen = read_inventory(connection, LEAVER, exit_on=EXIT_ON).stamp
    plan = ExitPlan("S0002", EXIT_ON, "leaves the firm", {})
    exit_answer, hand_out = both(
        lambda: close_exit(db, actor=head, plan=plan, seen=seen, password=PASSWORD, request_id="exit"),
        lambda: assign_tasks(db, actor=lead, client_nos=["00000008"], staff_no="S0002", request_id="hand-out"),
    )
    with db.reading() as connection:
        closed = connection.execute(select(func.count()).select_from(staff_exit)).scalar_one()
        left_on = connection.execute(select(staff.c.left_on).where(staff.c.staff_id == LEAVER)).scalar()
        named = connection.execute(
            select(func.count()).where(reactivation_task.c.staff_id == LEAVER, reactivation_task.c.state == "open")
        ).scalar_one()
    if closed:
        assert (left_on, named) == (EXIT_ON, 0)
        assert [reason.code for _, reason in hand_out.refused] == ["R-26.left"]  # type: ignore[attr-defined]
    else:
        assert (exit_answer, left_on, named) == ("exit.changed", None, 1)
        assert len(hand_out.created) == 1  # type: ignore[attr-defined]
