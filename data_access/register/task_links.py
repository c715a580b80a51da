"""The hand-out behind a pre-registration: it becomes pre-registered, and open again when no record stands (R-28)."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, exists, func, insert, select, update

from data_access.clock import business_date, now
from data_access.tables import preregistration, reactivation_task, task_event
from domain.register_words import PreregistrationState
from domain.tasks import STEPS, TaskAct
from domain.words import TaskState


def mark_task(connection: Connection, task_id: int | None, user_id: int | None) -> None:
    """Make the open task of a new record pre-registered; a task that is so already stays."""
    row = _locked(connection, task_id)
    if row is not None and row.state == TaskState.OPEN:
        _step(connection, row, TaskAct.PREREGISTERED, user_id)


def lapse_task(connection: Connection, task_id: int | None, user_id: int | None) -> None:
    """Open a pre-registered task again when its last valid record is withdrawn or over."""
    row = _locked(connection, task_id)
    if row is None or row.state != TaskState.PREREGISTERED:
        return
    one = preregistration.c
    stands = exists().where(one.task_id == task_id, one.state == PreregistrationState.ACTIVE.value,
                            one.expires_on >= business_date())  # fmt: skip
    if not connection.execute(select(stands)).scalar():
        _step(connection, row, TaskAct.PREREGISTRATION_LAPSED, user_id)


def _locked(connection: Connection, task_id: int | None) -> Row[Any] | None:
    if task_id is None:
        return None
    row: Row[Any] | None = connection.execute(
        select(reactivation_task).where(reactivation_task.c.task_id == task_id).with_for_update()
    ).first()
    return row


def _step(connection: Connection, row: Row[Any], act: TaskAct, user_id: int | None) -> None:
    after = STEPS[TaskState(row.state), act]
    task, step = reactivation_task.c, task_event.c
    newest = connection.execute(select(func.max(step.sequence)).where(step.task_id == row.task_id)).scalar() or 0
    connection.execute(
        update(reactivation_task).where(task.task_id == row.task_id)
        .values(state=after.value, version=task.version + 1)
    )  # fmt: skip
    connection.execute(
        insert(task_event).values(task_id=row.task_id, sequence=newest + 1, kind=act.value, from_state=row.state,
                                  to_state=after.value, staff_id=row.staff_id, by_user_id=user_id, at=now())
    )  # fmt: skip
