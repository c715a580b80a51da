"""Steps of tasks that are already handed out: hand on, withdraw, expire (R-26, R-28)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, insert, select, update

from data_access.actor import ActingUser, Actor
from data_access.audit import append_audit
from data_access.clock import business_date, now
from data_access.commands.acting import acting_as, claim_request, keep_result, require
from data_access.commands.pool_facts import chunks
from data_access.commands.tasks import HAND_OUT_ROLES, find_holder
from data_access.database import Database
from data_access.reads.holders import read_branches
from data_access.scope import clients_in
from data_access.tables import client, reactivation_task, staff, task_event
from domain.decision import Decision, Reason, refuse
from domain.tasks import STEPS, TaskAct, decide_expire, decide_list, decide_reassign, decide_withdraw
from domain.words import OPEN_TASK_STATES, Role, TaskState


@dataclass(frozen=True)
class StepResult:
    """What a step did: numbers of the tasks that took it, and (task_no, reason) of those that did not."""

    done: list[str] = field(default_factory=list)
    refused: list[tuple[str, Reason]] = field(default_factory=list)


def withdraw_tasks(
    db: Database, *, actor: Actor, versions: Mapping[str, int], reason: str, request_id: str
) -> StepResult:
    """Withdraw open tasks, each at the version the reader saw; their clients return to the pool.

    A task changed meanwhile, closed or outside the reach is refused; the others go through. ``reason`` is kept
    in the task's history. Raises ``NotSignedIn``, ``NotAllowed``, ``Refused``.
    """
    return _take_step(db, actor, versions, TaskAct.WITHDRAWN, request_id, withdraw_within, reason=reason)


def reassign_tasks(
    db: Database, *, actor: Actor, versions: Mapping[str, int], staff_no: str, reason: str = "", request_id: str
) -> StepResult:
    """Hand open tasks on to another person, who must meet R-26; the rest as ``withdraw_tasks``."""
    return _take_step(db, actor, versions, TaskAct.REASSIGNED, request_id, reassign_within, staff_no=staff_no,
                      reason=reason)  # fmt: skip


def withdraw_within(
    connection: Connection, user: ActingUser, *, versions: Mapping[str, int], reason: str, request_id: str
) -> StepResult:
    """Withdraw open tasks as ``withdraw_tasks`` does, inside the caller's transaction."""
    return _step_all(connection, user, versions, TaskAct.WITHDRAWN, request_id, {"reason": reason.strip()},
                     lambda row: decide_withdraw(row.task_no, row.state, reason))  # fmt: skip


def reassign_within(
    connection: Connection, user: ActingUser, *, versions: Mapping[str, int], staff_no: str, reason: str = "",
    request_id: str,
) -> StepResult:  # fmt: skip
    """Hand open tasks on as ``reassign_tasks`` does, inside the caller's transaction."""
    branches, today = read_branches(connection), business_date()
    staff_id, holder, problem = find_holder(connection, user, staff_no, today, branches)
    event = {"reason": reason.strip() or None, "staff_id": staff_id}

    def decide(row: Row[Any]) -> Decision:
        if holder is None or problem is not None:
            missing = problem or Reason("R-26.staff_not_found", {"staff_no": staff_no})
            return Decision(allowed=False, reason=missing)
        return decide_reassign(row.task_no, row.state, row.staff_no, holder, branches.get(row.client_office_id), today)

    return _step_all(connection, user, versions, TaskAct.REASSIGNED, request_id, event, decide)


def expire_tasks(db: Database, *, actor: Actor) -> list[str]:
    """Close every open task whose due date has passed and return their numbers; run nightly and by the refresh."""

    def work(connection: Connection) -> list[str]:
        user = acting_as(connection, actor, Role.HQ)
        today = business_date()
        rows = _locked(
            connection,
            reactivation_task.c.due_on < today,
            reactivation_task.c.state.in_([state.value for state in OPEN_TASK_STATES]),
        )
        due = [row for row in rows if decide_expire(row.task_no, row.state, row.due_on, today)]
        if not due:
            return []
        _apply(connection, due, TaskAct.EXPIRED, user.user_id, {})
        numbers = sorted(row.task_no for row in due)
        append_audit(
            connection,
            action="tasks.expire",
            user_id=user.user_id,
            operator=user.operator,
            details={"count": len(numbers), "tasks": numbers},
        )
        return numbers

    return db.transact(work)


def _take_step(
    db: Database, actor: Actor, versions: Mapping[str, int], act: TaskAct, request_id: str,
    step: Callable[..., StepResult], **details: str,
) -> StepResult:  # fmt: skip
    require(decide_list(len(versions)))

    def work(connection: Connection) -> StepResult:
        user = acting_as(connection, actor, *HAND_OUT_ROLES)
        before = claim_request(connection, request_id, f"tasks.{act}", user)
        if before is not None:
            return StepResult(
                before["done"], [(number, Reason(code, params)) for number, code, params in before["refused"]]
            )
        result = step(connection, user, versions=versions, request_id=request_id, **details)
        keep_result(
            connection,
            request_id,
            {
                "done": result.done,
                "refused": [[number, reason.code, dict(reason.params)] for number, reason in result.refused],
            },
        )
        return result

    return db.transact(work)


def _step_all(
    connection: Connection, user: ActingUser, versions: Mapping[str, int], act: TaskAct, request_id: str,
    event: Mapping[str, Any], decide: Callable[[Row[Any]], Decision],
) -> StepResult:  # fmt: skip
    """Decide a step for every task at the version that was seen, and write it with its audit row."""
    result = StepResult()
    taken: list[Row[Any]] = []
    seen: dict[str, Row[Any]] = {}
    for numbers in chunks(list(versions)):
        for row in _locked(
            connection,
            reactivation_task.c.task_no.in_(numbers),
            clients_in(user.scope, client.c.client_id, client.c.office_id),
        ):
            seen[row.task_no] = row
    for number, version in versions.items():
        decision = _decide_at_version(seen.get(number), number, version, decide)
        if decision:
            taken.append(seen[number])
            result.done.append(number)
        else:
            result.refused.append((number, decision.reason))
    _apply(connection, taken, act, user.user_id, event)
    append_audit(
        connection,
        action=f"tasks.{act}",
        user_id=user.user_id,
        operator=user.operator,
        details={
            "count": len(result.done),
            "refused": len(result.refused),
            "request": request_id,
            "tasks": sorted(result.done),
            "staff_id": event.get("staff_id"),
        },
    )
    return result


def _decide_at_version(
    row: Row[Any] | None, task_no: str, version: int, decide: Callable[[Row[Any]], Decision]
) -> Decision:
    if row is None:
        return refuse("task.not_found", task_no=task_no)
    decision = decide(row)
    if decision and row.version != version:
        return refuse("task.changed", task_no=task_no)
    return decision


def _locked(connection: Connection, *conditions: ColumnElement[bool]) -> Sequence[Row[Any]]:
    """Return task rows locked until the end of the transaction, in client order like every hand-out."""
    return connection.execute(
        select(reactivation_task, staff.c.staff_no, client.c.office_id.label("client_office_id"))
        .join(staff, staff.c.staff_id == reactivation_task.c.staff_id)
        .join(client, client.c.client_id == reactivation_task.c.client_id)
        .where(*conditions)
        .order_by(reactivation_task.c.client_id)
        .with_for_update(of=reactivation_task)
    ).all()


def _apply(
    connection: Connection, rows: Sequence[Row[Any]], act: TaskAct, user_id: int | None, event: Mapping[str, Any]
) -> None:
    """Write the step and its history row for locked tasks."""
    moment = now()
    for part in chunks(rows):
        ids = [row.task_id for row in part]
        sequences = {
            row.task_id: row.newest
            for row in connection.execute(
                select(task_event.c.task_id, func.max(task_event.c.sequence).label("newest"))
                .where(task_event.c.task_id.in_(ids))
                .group_by(task_event.c.task_id)
            )
        }
        after = {row.task_id: STEPS[_state(row.state), act] for row in part}
        for state in set(after.values()):
            values: dict[str, Any] = {"state": state.value, "version": reactivation_task.c.version + 1}
            if event.get("staff_id") is not None:
                values["staff_id"] = event["staff_id"]
            if state not in OPEN_TASK_STATES:
                values |= {"closed_at": moment, "closed_on": business_date(moment)}
                values["result_reason"] = event.get("reason")
            connection.execute(
                update(reactivation_task)
                .values(values)
                .where(reactivation_task.c.task_id.in_([key for key, value in after.items() if value == state]))
            )
        connection.execute(
            insert(task_event),
            [
                {
                    "task_id": row.task_id,
                    "sequence": sequences.get(row.task_id, 0) + 1,
                    "kind": act.value,
                    "from_state": row.state,
                    "to_state": after[row.task_id].value,
                    "staff_id": event.get("staff_id") or row.staff_id,
                    "reason": event.get("reason"),
                    "by_user_id": user_id,
                    "at": moment,
                }
                for row in part
            ],
        )


def _state(code: str) -> TaskState:
    return next(state for state in TaskState if state.value == code)
