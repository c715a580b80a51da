"""Hand-outs of silent clients, decided by the months that came in since the registration (R-25, R-28)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, insert, select

from data_access.clock import now
from data_access.commands.acting import Refused
from data_access.register.confirm import confirm_relationship, end_development
from data_access.register.match_book import MatchBook
from data_access.register.match_subjects import Subject
from data_access.register.match_verdicts import trace_text
from data_access.register.task_results import settle_task
from data_access.tables import account_match, client_month, staff
from data_access.tables import reactivation_task as task
from domain.match_facts import ClientFacts, HandOut, Match
from domain.months import month_add, month_of
from domain.register_words import BusinessEvent, MatchOutcome
from domain.silent_matching import first_registration, match_silent, monthly_life
from domain.tasks import TaskAct
from domain.words import Status, TaskState

_MONTHS = 12
"""Months after a registration that are read; a hand-out lives shorter."""


def settle_silent(connection: Connection) -> int:
    """Recognise every hand-out of a silent client that the months prove won back; return how many.

    One that they do not prove yet stays open until it is proved or runs out.
    """
    rows: Any = connection.execute(
        select(task.c.task_id, task.c.task_no, task.c.client_id, task.c.staff_id, staff.c.staff_no)
        .join(staff, staff.c.staff_id == task.c.staff_id)
        .where(task.c.state == TaskState.PREREGISTERED.value, task.c.pool_status == Status.SILENT.value)
        .order_by(task.c.assigned_at, task.c.task_no)
    ).all()  # fmt: skip
    if not rows:
        return 0
    book = MatchBook(connection, {row.client_id for row in rows})
    return sum(_settle(connection, book, row) for row in rows)


def _settle(connection: Connection, book: MatchBook, row: Row[Any]) -> bool:
    subject = book.subjects[row.client_id]
    held = HandOut(row.task_id, row.task_no, row.staff_id, row.staff_no)
    first = first_registration(held, subject.records)
    if first is None:
        return False
    life = monthly_life(_months(connection, row.client_id, month_of(first.registered_on)), first.registered_on)
    rules = {rule.type: rule for rule in book.rules_on(first.registered_on).values()
             if rule.event == BusinessEvent.ACTIVATION}  # fmt: skip
    facts = ClientFacts(name=subject.row.name, opened_on=subject.row.opened_on, hand_out=held,
                        holders=book.people_on(first.registered_on, subject.records))  # fmt: skip
    found, day = match_silent(held, subject.records, facts, rules, life, book.standards_on(first.registered_on))
    if found.outcome != MatchOutcome.RELATIONSHIP or day is None:
        return False
    claim = found.claims[0]
    try:
        with connection.begin_nested():
            end_development(connection, client_id=row.client_id, on=day)
            key = confirm_relationship(
                connection, user_id=None, client_id=row.client_id, type=claim.type, valid_from=day,
                holders=claim.holders, how="automatic", prereg_id=claim.prereg_id)  # fmt: skip
    except Refused:
        # what stands against it is found by the check of the register; the hand-out goes on
        return False
    settle_task(connection, row.task_id, TaskAct.RECOGNISED)
    _keep(connection, subject, row, found, key)
    return True


def _months(connection: Connection, client_id: int, first: int) -> dict[int, tuple[int | None, int | None]]:
    months = [month_add(first, step) for step in range(1, _MONTHS + 1)]
    return {
        row.month: (row.inflow_fen, row.trades_count)
        for row in connection.execute(
            select(client_month.c.month, client_month.c.inflow_fen, client_month.c.trades_count)
            .where(client_month.c.client_id == client_id, client_month.c.month.in_(months))
        )
    }  # fmt: skip


def _keep(connection: Connection, subject: Subject, row: Row[Any], found: Match, key: int) -> None:
    connection.execute(
        insert(account_match).values(
            business_event=BusinessEvent.ACTIVATION.value, client_id=subject.row.client_id, outcome=found.outcome,
            type=found.type, relationship_id=key, task_id=row.task_id, trace=trace_text(found.trace),
            decided_at=now())
    )  # fmt: skip
