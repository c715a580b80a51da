"""What ends tasks by itself every night: the due date, and a holder who leaves a task untouched (R-28)."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, Row, and_, exists, func, or_, select

from data_access.actor import ActingUser, Actor
from data_access.audit import append_audit
from data_access.clock import business_date, day_begins_at
from data_access.commands.acting import acting_as
from data_access.commands.task_steps import apply_step, read_task_rows
from data_access.database import Database
from data_access.desk.traits import read_traits
from data_access.listed import chunks
from data_access.reads.rules import read_rules
from data_access.tables import contact_log, reactivation_task, task_event
from domain.tasks import UNTOUCHED, TaskAct, decide_expire, decide_return, return_days
from domain.words import OPEN_TASK_STATES, Role, TaskState, Tier


def expire_tasks(db: Database, *, actor: Actor) -> list[str]:
    """Close every open task whose due date has passed and return their numbers; run nightly and by the refresh."""

    def work(connection: Connection) -> list[str]:
        user = acting_as(connection, actor, Role.HQ)
        today = business_date()
        rows = read_task_rows(connection, reactivation_task.c.due_on < today,
                              reactivation_task.c.state.in_([state.value for state in OPEN_TASK_STATES]))  # fmt: skip
        due = [row for row in rows if decide_expire(row.task_no, row.state, row.due_on, today)]
        apply_step(connection, due, TaskAct.EXPIRED, user.user_id)
        return _told(connection, user, "tasks.expire", due)

    return db.transact(work)


def return_untouched(db: Database, *, actor: Actor) -> list[str]:
    """Send tasks that their holder left untouched back to the pool, by tier; return their numbers; run nightly.

    Untouched: no contact of the holder since it was handed out or on, and no pre-registration.
    """

    def work(connection: Connection) -> list[str]:
        user = acting_as(connection, actor, Role.HQ)
        today = business_date()
        rules = read_rules(connection, today)
        least = min((days for days in (return_days(tier, rules) for tier in Tier) if days), default=None)
        if least is None:
            return []
        rows = read_task_rows(
            connection, reactivation_task.c.state == TaskState.OPEN.value,
            reactivation_task.c.assigned_at < day_begins_at(today - timedelta(days=least)))  # fmt: skip
        gone = []
        for part in chunks(rows):
            handed = _handed_at(connection, part)
            touched = _touched(connection, part)
            traits = read_traits(connection, [row.client_id for row in part])
            gone += [row for row in part if decide_return(
                row.task_no, row.state, tier=traits[row.client_id].tier, handed_on=business_date(handed[row.task_id]),
                attempted=row.task_id in touched, rules=rules, on=today)]  # fmt: skip
        apply_step(connection, gone, TaskAct.RETURNED, user.user_id, reason=UNTOUCHED)
        return _told(connection, user, "tasks.return", gone)

    return db.transact(work)


def _handed_at(connection: Connection, rows: Sequence[Row[Any]]) -> dict[int, datetime]:
    """Return when each task came to its present holder."""
    return {row.task_id: row.assigned_at for row in rows} | dict(connection.execute(
        select(task_event.c.task_id, func.max(task_event.c.at))
        .where(task_event.c.task_id.in_([row.task_id for row in rows]),
               task_event.c.kind.in_([TaskAct.ASSIGNED.value, TaskAct.REASSIGNED.value]))
        .group_by(task_event.c.task_id)
    ).all())  # fmt: skip


def _touched(connection: Connection, rows: Sequence[Row[Any]]) -> set[int]:
    """Return the tasks whose holder has a contact with the client since the hand-out or hand-on."""
    task, step = reactivation_task.c, task_event.c
    later = exists().where(step.task_id == task.task_id, step.kind == TaskAct.REASSIGNED.value,
                           step.at > contact_log.c.at)  # fmt: skip
    return set(connection.execute(
        select(task.task_id)
        .join(contact_log, or_(contact_log.c.task_id == task.task_id,
                               and_(contact_log.c.client_id == task.client_id,
                                    contact_log.c.staff_id == task.staff_id)))
        .where(task.task_id.in_([row.task_id for row in rows]), contact_log.c.at >= task.assigned_at, ~later)
    ).scalars())  # fmt: skip


def _told(connection: Connection, user: ActingUser, action: str, rows: Sequence[Row[Any]]) -> list[str]:
    numbers = sorted(row.task_no for row in rows)
    if numbers:
        append_audit(connection, action=action, user_id=user.user_id, operator=user.operator,
                     details={"count": len(numbers), "tasks": numbers})  # fmt: skip
    return numbers
