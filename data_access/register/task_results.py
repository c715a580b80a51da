"""The result of a hand-out, computed from the client's return; nobody ticks it off (R-28)."""

from __future__ import annotations

from sqlalchemy import Connection, func, insert, select, update

from data_access.clock import business_date, now
from data_access.register.task_links import mark_task
from data_access.tables import reactivation_task, task_event
from domain.tasks import STEPS, TaskAct
from domain.words import OPEN_TASK_STATES, TaskState


def settle_task(connection: Connection, task_id: int, act: TaskAct, *, reason: str | None = None) -> bool:
    """Close an open hand-out as recognised or not; one that is closed already stays as it is. Tell whether it closed.

    ``reason``: code of the first rule that fails. A recognised client whose record had run out in the meantime goes
    through the pre-registered state, in which recognition is possible.
    """
    task, step = reactivation_task.c, task_event.c
    if act is TaskAct.RECOGNISED:
        mark_task(connection, task_id, None)
    row = connection.execute(select(reactivation_task).where(task.task_id == task_id).with_for_update()).first()
    if row is None or row.state not in {state.value for state in OPEN_TASK_STATES}:
        return False
    moment, after = now(), STEPS[TaskState(row.state), act]
    newest = connection.execute(select(func.max(step.sequence)).where(step.task_id == task_id)).scalar() or 0
    connection.execute(
        update(reactivation_task).where(task.task_id == task_id)
        .values(state=after.value, closed_at=moment, closed_on=business_date(moment), result_reason=reason,
                version=task.version + 1)
    )  # fmt: skip
    connection.execute(
        insert(task_event).values(task_id=task_id, sequence=newest + 1, kind=act.value, from_state=row.state,
                                  to_state=after.value, staff_id=row.staff_id, reason=reason, at=moment)
    )  # fmt: skip
    return True
