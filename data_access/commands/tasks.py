"""Hand pool clients out to a person (R-26): many at once, one transaction, one open task per client."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import Connection, func, insert, select, text

from data_access.actor import ActingUser, Actor, NotAllowed
from data_access.audit import append_audit
from data_access.clock import business_date, now
from data_access.commands.acting import acting_as, claim_request, insert_for, keep_result, require, require_word
from data_access.commands.pool_facts import FoundClient, chunks, read_open_tasks, read_pool_clients
from data_access.database import Database
from data_access.reads.holders import read_branches, read_holders
from data_access.reads.rules import read_rules
from data_access.tables import reactivation_task, staff, task_event
from domain.decision import Reason
from domain.tasks import (
    TaskAct,
    TaskHolder,
    decide_assign,
    decide_due,
    decide_holder,
    decide_list,
    default_due_on,
)
from domain.words import Role, TaskPriority, TaskState

HAND_OUT_ROLES = (Role.HQ, Role.BRANCH_HEAD, Role.OFFICE_HEAD)
"""Roles that may hand out, hand on and withdraw tasks."""
_INSERT_ROUNDS = 3


@dataclass(frozen=True)
class AssignResult:
    """What a hand-out did: ``created`` (client_no, task_no), ``refused`` (client_no, reason), in the list's order."""

    created: list[tuple[str, str]] = field(default_factory=list)
    refused: list[tuple[str, Reason]] = field(default_factory=list)


def assign_tasks(
    db: Database, *, actor: Actor, client_nos: Sequence[str], staff_no: str, due_on: date | None = None,
    priority: str = TaskPriority.NORMAL, note: str = "", request_id: str,
) -> AssignResult:  # fmt: skip
    """Hand clients out to one person in one transaction.

    Every client is decided again on present facts (R-26); those refused carry a reason and hinder no other.
    A client that somebody else took in the same moment is refused with the name of the holder. ``due_on`` None
    means the published life of a task. The same ``request_id`` gives the same result again without a second effect.
    Raises ``NotSignedIn``, ``NotAllowed``, and ``Refused`` when nothing of the request could be done.
    """
    wanted = list(dict.fromkeys(client_nos))
    require(decide_list(len(wanted)))
    require_word("priority", priority, TaskPriority)

    def work(connection: Connection) -> AssignResult:
        user = acting_as(connection, actor, *HAND_OUT_ROLES)
        if user.user_id is None:
            raise NotAllowed("operator")
        before = claim_request(connection, request_id, "assign_tasks", user)
        if before is not None:
            return _from_json(before)
        today = business_date()
        rules = read_rules(connection, today)
        due = due_on or default_due_on(today, rules)
        require(decide_due(due, today))
        branches = read_branches(connection)
        staff_id, holder, problem = find_holder(connection, user, staff_no, today, branches)
        result = AssignResult()
        if holder is None or staff_id is None:
            reason = problem or Reason("R-26.staff_not_found", {"staff_no": staff_no})
            result.refused.extend((number, reason) for number in wanted)
        else:
            found = read_pool_clients(connection, user.scope, wanted, on=today, rules=rules, branches=branches)
            common = {"staff_id": staff_id, "state": TaskState.OPEN.value, "priority": str(priority), "due_on": due,
                      "note": note.strip() or None, "assigned_by": user.user_id, "assigned_at": now(),
                      "request_id": request_id, "version": 1}  # fmt: skip
            _decide_and_insert(connection, wanted, found, holder, today, common, result)
        _log(connection, user, staff_no, request_id, result)
        keep_result(connection, request_id, _to_json(result))
        return result

    return db.transact(work)


def find_holder(
    connection: Connection, user: ActingUser, staff_no: str, on: date, branches: dict[int, int]
) -> tuple[int | None, TaskHolder | None, Reason | None]:
    """Return a person's id and facts, or why no task may go there; another branch company's people are not found."""
    # whoever closes the exit of this person waits for the hand-out, or is seen by it
    connection.execute(select(staff.c.staff_id).where(staff.c.staff_no == staff_no).with_for_update(read=True))
    rows = read_holders(connection, staff.c.staff_no == staff_no, on, branches)
    own_branch = branches.get(user.unit_id) if user.unit_id is not None else None
    if not rows or not (user.scope.everything or rows[0][1].branch_id == own_branch):
        return None, None, Reason("R-26.staff_not_found", {"staff_no": staff_no})
    row, holder = rows[0]
    person = decide_holder(holder, on)
    return (row["staff_id"], holder, None) if person else (None, None, person.reason)


def _decide_and_insert(
    connection: Connection, wanted: Sequence[str], found: Mapping[str, FoundClient], holder: TaskHolder, today: date,
    common: Mapping[str, Any], result: AssignResult,
) -> None:  # fmt: skip
    refusals: dict[str, Reason] = {}
    rows: list[dict[str, Any]] = []
    for number in wanted:
        entry = found.get(number)
        if entry is None:
            refusals[number] = Reason("R-26.client_not_found", {"client_no": number})
            continue
        decision = decide_assign(entry.facts, holder, today)
        if not decision:
            refusals[number] = decision.reason
            continue
        rows.append({**common, "client_id": entry.client_id, "office_id": entry.office_id,
                     "pool_status": entry.facts.status})  # fmt: skip
    created = insert_tasks(connection, rows)
    lost = [row["client_id"] for row in rows if row["client_id"] not in created]
    holders = read_open_tasks(connection, lost)
    for number in wanted:
        entry = found.get(number)
        if entry is not None and entry.client_id in created:
            result.created.append((number, created[entry.client_id]))
        elif number in refusals:
            result.refused.append((number, refusals[number]))
        elif entry is not None:
            held = holders.get(entry.client_id)
            result.refused.append((number, Reason("R-26.open_task", {
                "task_no": held.task_no if held else None, "staff_no": held.staff_no if held else None,
                "staff_name": held.staff_name if held else None,
                "since": held.since.isoformat() if held else None})))  # fmt: skip


def insert_tasks(connection: Connection, rows: Sequence[dict[str, Any]]) -> dict[int, str]:
    """Insert open tasks with their first history row; return task_no by client_id of those that got in.

    The partial unique index decides who wins. Rows go in client order, so that two hand-outs of the same
    clients wait for each other instead of locking each other out.
    """
    created: dict[int, str] = {}
    waiting = sorted(rows, key=lambda row: row["client_id"])
    for _ in range(_INSERT_ROUNDS):
        created |= _insert_round(connection, waiting)
        waiting = [row for row in waiting if row["client_id"] not in created]
        # a winner whose task was closed in between leaves the client free again
        taken = read_open_tasks(connection, [row["client_id"] for row in waiting])
        waiting = [row for row in waiting if row["client_id"] not in taken]
        if not waiting:
            break
    return created


def _insert_round(connection: Connection, rows: Sequence[dict[str, Any]]) -> dict[int, str]:
    created: dict[int, str] = {}
    one_open = next(index for index in reactivation_task.indexes if index.name == "uq_reactivation_task_open_client")
    statement = (
        insert_for(connection, reactivation_task)
        .on_conflict_do_nothing(index_elements=["client_id"],
                                index_where=one_open.dialect_options[connection.dialect.name]["where"])
        .returning(reactivation_task.c.task_id, reactivation_task.c.client_id, reactivation_task.c.task_no)
    )  # fmt: skip
    for part in chunks(rows):
        ids = next_task_ids(connection, len(part))
        won = connection.execute(statement, [
            {**row, "task_id": task_id, "task_no": task_number(task_id)} for row, task_id in zip(part, ids, strict=True)
        ]).all()  # fmt: skip
        if not won:
            continue
        first = part[0]
        connection.execute(insert(task_event), [
            {"task_id": row.task_id, "sequence": 1, "kind": TaskAct.ASSIGNED.value, "from_state": None,
             "to_state": TaskState.OPEN.value, "staff_id": first["staff_id"], "by_user_id": first["assigned_by"],
             "at": first["assigned_at"]} for row in won
        ])  # fmt: skip
        created |= {row.client_id: row.task_no for row in won}
    return created


def task_number(task_id: int) -> str:
    """Return the number under which people know a task."""
    return f"T{task_id:08d}"


def next_task_ids(connection: Connection, count: int) -> list[int]:
    """Return fresh ids: from the sequence on PostgreSQL, after the newest on SQLite, where writers stand in line."""
    if connection.dialect.name == "postgresql":
        return list(connection.execute(text(
            "SELECT nextval(pg_get_serial_sequence('reactivation_task', 'task_id')) FROM generate_series(1, :count)"),
            {"count": count}).scalars())  # fmt: skip
    newest = connection.execute(select(func.max(reactivation_task.c.task_id))).scalar() or 0
    return list(range(newest + 1, newest + 1 + count))


def _log(connection: Connection, user: ActingUser, staff_no: str, request_id: str, result: AssignResult) -> None:
    numbers = sorted(task_no for _, task_no in result.created)
    append_audit(connection, action="tasks.assign", user_id=user.user_id, object_kind="staff", object_key=staff_no,
                 details={"created": len(numbers), "refused": len(result.refused), "request": request_id,
                          "tasks": numbers})  # fmt: skip


def _to_json(result: AssignResult) -> dict[str, Any]:
    return {"created": result.created,
            "refused": [[number, reason.code, dict(reason.params)] for number, reason in result.refused]}  # fmt: skip


def _from_json(body: dict[str, Any]) -> AssignResult:
    return AssignResult([(number, task_no) for number, task_no in body["created"]],
                        [(number, Reason(code, params)) for number, code, params in body["refused"]])  # fmt: skip
