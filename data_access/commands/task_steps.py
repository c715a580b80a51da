"""Steps of tasks that are already handed out: hand on, withdraw, extend, and what ends by itself (R-26, R-28)."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, func, insert, select, update

from data_access.actor import ActingUser, Actor
from data_access.audit import append_audit
from data_access.clock import business_date, now
from data_access.commands.acting import acting_as, claim_request, keep_result, require
from data_access.commands.tasks import HAND_OUT_ROLES, find_person
from data_access.database import Database
from data_access.desk.desk import lock_list, read_desk_of_person
from data_access.listed import chunks
from data_access.reads.rules import read_rules
from data_access.scope import clients_in
from data_access.tables import client, reactivation_task, staff, task_event
from domain.decision import Decision, Reason, refuse
from domain.distribution import decide_hand_on
from domain.tasks import (
    STEPS,
    TaskAct,
    decide_extend,
    decide_list,
    decide_reassign,
    decide_withdraw,
    extended_due_on,
)
from domain.words import OPEN_TASK_STATES, TaskState

Refusals = Mapping[str, Decision]
"""Refusals by task number."""


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
    """Hand open tasks on to another person, who must meet every limit of a hand-out; the rest as ``withdraw_tasks``.

    Clients of one household go on together or stay together.
    """
    return _take_step(db, actor, versions, TaskAct.REASSIGNED, request_id, reassign_within, staff_no=staff_no,
                      reason=reason)  # fmt: skip


def extend_tasks(
    db: Database, *, actor: Actor, versions: Mapping[str, int], reason: str = "", request_id: str
) -> StepResult:
    """Move due dates of open tasks out, as often and as far as the rules publish; the rest as ``withdraw_tasks``."""
    return _take_step(db, actor, versions, TaskAct.EXTENDED, request_id, _extend_within, reason=reason)


def withdraw_within(
    connection: Connection, user: ActingUser, *, versions: Mapping[str, int], reason: str, request_id: str
) -> StepResult:
    """Withdraw open tasks as ``withdraw_tasks`` does, inside the caller's transaction."""

    def decide(rows: Sequence[Row[Any]]) -> Refusals:
        return {row.task_no: decide_withdraw(row.task_no, row.state, reason) for row in rows}

    seen = _seen(connection, user, list(versions))
    done, refused = _decided(seen, versions, decide)
    apply_step(connection, done, TaskAct.WITHDRAWN, user.user_id, reason=reason.strip())
    return _told(connection, user, TaskAct.WITHDRAWN, request_id, versions, done, refused)


def reassign_within(
    connection: Connection, user: ActingUser, *, versions: Mapping[str, int], staff_no: str, reason: str = "",
    request_id: str,
) -> StepResult:  # fmt: skip
    """Hand open tasks on as ``reassign_tasks`` does, inside the caller's transaction."""
    numbers = [row.client_no for row in _seen(connection, user, list(versions), locked=False).values()]
    lock_list(connection, user.scope, numbers, [staff_no])
    staff_id, problem = find_person(connection, user, staff_no)

    def decide(rows: Sequence[Row[Any]]) -> Refusals:
        decided = {row.task_no: decide_reassign(row.task_no, row.state, row.staff_no, staff_no) for row in rows}
        moving = {row.client_no: row.task_no for row in rows if decided[row.task_no]}
        if staff_id is None:
            return decided | dict.fromkeys(moving.values(), Decision(allowed=False, reason=problem))
        today = business_date()
        desk = read_desk_of_person(connection, user.scope, list(moving), staff_id, on=today,
                                   rules=read_rules(connection, today), moving=set(moving.values()))  # fmt: skip
        if staff_no not in desk.people:
            return decided | dict.fromkeys(moving.values(), refuse("hand_out.other_office", staff_no=staff_no))
        refused = decide_hand_on([one.facts for one in desk.clients.values()], desk.people[staff_no].person,
                                 desk.on, desk.limits)  # fmt: skip
        return decided | {moving[number]: decision for number, decision in refused.items()}

    done, refused = _decided(_seen(connection, user, list(versions)), versions, decide)
    apply_step(connection, done, TaskAct.REASSIGNED, user.user_id, reason=reason.strip() or None, staff_id=staff_id)
    return _told(connection, user, TaskAct.REASSIGNED, request_id, versions, done, refused, staff_id)


def _extend_within(
    connection: Connection, user: ActingUser, *, versions: Mapping[str, int], reason: str, request_id: str
) -> StepResult:
    today = business_date()
    rules = read_rules(connection, today)

    def decide(rows: Sequence[Row[Any]]) -> Refusals:
        return {row.task_no: decide_extend(row.task_no, row.state, row.due_on, row.extended_count, today, rules)
                for row in rows}  # fmt: skip

    done, refused = _decided(_seen(connection, user, list(versions)), versions, decide)
    apply_step(connection, done, TaskAct.EXTENDED, user.user_id, reason=reason.strip() or None,
               due_on=lambda row: extended_due_on(row.due_on, rules))  # fmt: skip
    return _told(connection, user, TaskAct.EXTENDED, request_id, versions, done, refused)


def _take_step(
    db: Database, actor: Actor, versions: Mapping[str, int], act: TaskAct, request_id: str,
    step: Callable[..., StepResult], **details: str,
) -> StepResult:  # fmt: skip
    require(decide_list(len(versions)))

    def work(connection: Connection) -> StepResult:
        user = acting_as(connection, actor, *HAND_OUT_ROLES)
        before = claim_request(connection, request_id, f"tasks.{act}", user)
        if before is not None:
            return StepResult(before["done"], [(number, Reason(code, params))
                                               for number, code, params in before["refused"]])  # fmt: skip
        result = step(connection, user, versions=versions, request_id=request_id, **details)
        keep_result(connection, request_id, {
            "done": result.done,
            "refused": [[number, reason.code, dict(reason.params)] for number, reason in result.refused]})  # fmt: skip
        return result

    return db.transact(work)


def _decided(
    seen: Mapping[str, Row[Any]], versions: Mapping[str, int], decide: Callable[[Sequence[Row[Any]]], Refusals]
) -> tuple[list[Row[Any]], dict[str, Decision]]:
    """Return the tasks that take the step and, by number, why the others do not.

    A task that is closed is told so; one that is open is asked about only at the version that was seen.
    """
    decided: dict[str, Decision] = {}
    current: list[Row[Any]] = []
    for number, version in versions.items():
        row = seen.get(number)
        if row is None:
            decided[number] = refuse("task.not_found", task_no=number)
        elif row.version != version and row.state in OPEN_TASK_STATES:
            decided[number] = refuse("task.changed", task_no=number)
        else:
            current.append(row)
    decided |= decide(current)
    return [row for row in current if decided[row.task_no]], {key: one for key, one in decided.items() if not one}


def _told(
    connection: Connection, user: ActingUser, act: TaskAct, request_id: str, versions: Mapping[str, int],
    done: Sequence[Row[Any]], refused: Mapping[str, Decision], staff_id: int | None = None,
) -> StepResult:  # fmt: skip
    """Append the audit row of a step and return its result, both in the order asked."""
    numbers = {row.task_no for row in done}
    append_audit(connection, action=f"tasks.{act}", user_id=user.user_id, operator=user.operator, details={
        "count": len(done), "refused": len(refused), "request": request_id, "tasks": sorted(numbers),
        "staff_id": staff_id})  # fmt: skip
    return StepResult([number for number in versions if number in numbers],
                      [(number, refused[number].reason) for number in versions if number in refused])  # fmt: skip


def _seen(connection: Connection, user: ActingUser, task_nos: Sequence[str], *, locked: bool = True
          ) -> dict[str, Row[Any]]:  # fmt: skip
    inside = clients_in(user.scope, client.c.client_id, client.c.office_id)
    asked = [reactivation_task.c.task_no.in_(numbers) for numbers in chunks(task_nos)]
    return {row.task_no: row for few in asked for row in read_task_rows(connection, few, inside, locked=locked)}


def read_task_rows(connection: Connection, *conditions: ColumnElement[bool], locked: bool = True) -> Sequence[Row[Any]]:
    """Return task rows with holder and client, locked until the end of the transaction, in client order."""
    statement = (
        select(reactivation_task, staff.c.staff_no, client.c.client_no, client.c.office_id.label("client_office_id"))
        .join(staff, staff.c.staff_id == reactivation_task.c.staff_id)
        .join(client, client.c.client_id == reactivation_task.c.client_id)
        .where(*conditions)
        .order_by(reactivation_task.c.client_id)
    )
    return connection.execute(statement.with_for_update(of=reactivation_task) if locked else statement).all()


def apply_step(
    connection: Connection, rows: Sequence[Row[Any]], act: TaskAct, user_id: int | None, *, reason: str | None = None,
    staff_id: int | None = None, due_on: Callable[[Row[Any]], date] | None = None,
) -> None:  # fmt: skip
    """Write a decided step and its history row for locked tasks.

    ``staff_id``: the new holder. ``due_on``: the new due date, which counts as one extension.
    """
    moment = now()
    for part in chunks(rows):
        newest = dict(connection.execute(
            select(task_event.c.task_id, func.max(task_event.c.sequence))
            .where(task_event.c.task_id.in_([row.task_id for row in part])).group_by(task_event.c.task_id)
        ).all())  # fmt: skip
        after = {row.task_id: STEPS[TaskState(row.state), act] for row in part}
        alike: dict[tuple[TaskState, date | None], list[int]] = {}
        for row in part:
            alike.setdefault((after[row.task_id], due_on(row) if due_on else None), []).append(row.task_id)
        for (state, due), ids in alike.items():
            values: dict[str, Any] = {"state": state.value, "version": reactivation_task.c.version + 1}
            if staff_id is not None:
                values["staff_id"] = staff_id
            if due is not None:
                values |= {"due_on": due, "extended_count": reactivation_task.c.extended_count + 1}
            if state not in OPEN_TASK_STATES:
                values |= {"closed_at": moment, "closed_on": business_date(moment), "result_reason": reason}
            connection.execute(update(reactivation_task).values(values).where(reactivation_task.c.task_id.in_(ids)))
        connection.execute(insert(task_event), [
            {"task_id": row.task_id, "sequence": newest.get(row.task_id, 0) + 1, "kind": act.value,
             "from_state": row.state, "to_state": after[row.task_id].value, "staff_id": staff_id or row.staff_id,
             "reason": reason, "by_user_id": user_id, "at": moment}
            for row in part
        ])  # fmt: skip
