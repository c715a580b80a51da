from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta

import pytest
from sqlalchemy import select, update

from data_access.actor import NotAllowed, OperatorActor
from data_access.audit import first_broken_audit
from data_access.clock import frozen
from data_access.commands.contacts import log_contact
from data_access.commands.task_nights import return_untouched
from data_access.commands.task_steps import extend_tasks, reassign_tasks
from data_access.commands.tasks import assign_tasks
from data_access.database import Database
from data_access.reads.tasks import read_task_history
from data_access.scope import FIRM
from data_access.tables import client_status, reactivation_task, rule_set
from domain.decision import Reason
from domain.policies import FIRST_RULE_SET
from tests.support.book_rows import NOW, Book, add_clients, signed_in

NUMBERS = ["A1", "A2", "A3", "A4", "B1", "C1", "N1"]
NIGHT = OperatorActor("night")


def test_untouched_tasks_go_back_by_the_tier_before_dormancy(db: Database, book: Book) -> None:
    with db.writing() as connection:
        add_clients(connection, book, NUMBERS)
        for tier in "ABC":
            ids = [key for number, key in book.clients.items() if number.startswith(tier)]
            connection.execute(update(client_status).where(client_status.c.client_id.in_(ids)).values(tier_before=tier))
    head = signed_in(db, book, "o011")
    made = assign_tasks(db, actor=head, client_nos=NUMBERS, staff_no="S1", due_on=date(2024, 12, 1), request_id="a")
    task = dict(made.created)
    log_contact(db, actor=signed_in(db, book, "s1"), client_no="A1", channel="phone", result="reached", request_id="k1")
    log_contact(db, actor=signed_in(db, book, "s1"), client_no="A4", channel="phone", result="reached", request_id="k2")
    with frozen(NOW + timedelta(days=10)):
        head = signed_in(db, book, "o011")
        moved = reassign_tasks(db, actor=head, versions={task["A2"]: 1, task["A4"]: 1}, staff_no="S2", request_id="r")
        assert moved.refused == []
    gone = {}
    for days in (30, 31, 40, 41, 45, 46, 60, 61):
        with frozen(NOW + timedelta(days=days)):
            gone[days] = return_untouched(db, actor=NIGHT)
    # A2 and A4 began anew with S2, whom a contact of S1 does not help; a client without a tier goes with the lowest
    assert gone == {30: [], 31: [task["A3"]], 40: [], 41: [task["A2"], task["A4"]], 45: [], 46: [task["B1"]],
                    60: [], 61: [task["C1"], task["N1"]]}  # fmt: skip
    with db.reading() as connection:
        row = connection.execute(select(reactivation_task).where(reactivation_task.c.task_no == task["A3"])).one()
        assert (row.state, row.result_reason, row.closed_on) == ("expired", "task.untouched", date(2024, 8, 10))
        steps = read_task_history(connection, FIRM, task["A3"])
        assert [(step.kind, step.to_state, step.reason) for step in steps][1:] == [
            ("returned", "expired", "task.untouched")]  # fmt: skip
        assert first_broken_audit(connection) is None
    with pytest.raises(NotAllowed):
        return_untouched(db, actor=head)


def test_nothing_goes_back_where_the_rules_say_never(db: Database, book: Book) -> None:
    with db.writing() as connection:
        add_clients(connection, book, ["C1"])
        never = replace(FIRST_RULE_SET, version=2, valid_from=date(2024, 1, 1), task_return_days_a=0,
                        task_return_days_b=0, task_return_days_c=0)  # fmt: skip
        connection.execute(rule_set.insert().values(
            version=2, state="published", valid_from=never.valid_from, body=json.dumps(never.to_body())))  # fmt: skip
    assign_tasks(db, actor=signed_in(db, book, "o011"), client_nos=["C1"], staff_no="S1", request_id="a",
                 due_on=date(2026, 1, 1))  # fmt: skip
    with frozen(NOW + timedelta(days=400)):
        assert return_untouched(db, actor=NIGHT) == []


def test_a_due_date_moves_out_once_and_is_told(db: Database, book: Book) -> None:
    with db.writing() as connection:
        add_clients(connection, book, ["C1", "C2"])
    head = signed_in(db, book, "o011")
    made = dict(assign_tasks(db, actor=head, client_nos=["C1"], staff_no="S1", due_on=date(2024, 8, 31),
                             request_id="a").created)  # fmt: skip
    made |= assign_tasks(db, actor=head, client_nos=["C2"], staff_no="S1", due_on=date(2024, 7, 10),
                         request_id="b").created  # fmt: skip
    versions = dict.fromkeys(made.values(), 1)
    done = extend_tasks(db, actor=head, versions=versions, reason="on holiday", request_id="e")
    assert done.done == list(versions)
    assert extend_tasks(db, actor=head, versions=versions, reason="on holiday", request_id="e") == done
    with db.reading() as connection:
        rows = connection.execute(select(reactivation_task).order_by(reactivation_task.c.task_id)).all()
        assert [(row.due_on, row.extended_count, row.version, row.state) for row in rows] == [
            (date(2024, 9, 30), 1, 2, "open"), (date(2024, 8, 10), 1, 2, "open")]  # fmt: skip
        step = read_task_history(connection, FIRM, made["C1"])[-1]
        assert (step.kind, step.from_state, step.to_state, step.reason) == ("extended", "open", "open", "on holiday")
    again = extend_tasks(db, actor=head, versions={made["C1"]: 2}, request_id="e2")
    assert again.refused == [(made["C1"], Reason("task.extended_most", {"task_no": made["C1"], "most": 1}))]
    with frozen(NOW + timedelta(days=1)), pytest.raises(NotAllowed):
        extend_tasks(db, actor=signed_in(db, book, "s1"), versions={made["C2"]: 2}, request_id="e3")
