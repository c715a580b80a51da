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
from data_access.commands.acting import acting_as, claim_request, keep_result, require, require_word
from data_access.database import Database
from data_access.desk.desk import Desk, lock_list, read_desk_of_person
from data_access.reads.holders import read_branches
from data_access.reads.rules import read_rules
from data_access.tables import reactivation_task, staff, task_event
from domain.decision import Reason
from domain.policies import RuleSet
from domain.tasks import TaskAct, decide_due, decide_list, default_due_on
from domain.words import Role, TaskPriority, TaskState

HAND_OUT_ROLES = (Role.HQ, Role.BRANCH_HEAD, Role.OFFICE_HEAD)
"""Roles that may hand out, hand on and withdraw tasks."""


@dataclass(frozen=True)
class AssignResult:
    """What a hand-out did: ``created`` (client_no, task_no), ``refused`` (client_no, reason), in the list's order."""

    created: list[tuple[str, str]] = field(default_factory=list)
    refused: list[tuple[str, Reason]] = field(default_factory=list)


@dataclass(frozen=True)
class Terms:
    """What the tasks of one hand-out share; ``kind`` names the command to which ``request_id`` belongs.

    ``due_on`` None: the published life of a task. Raises ``Refused`` for a priority that is none.
    """

    kind: str
    request_id: str
    due_on: date | None
    priority: str
    note: str

    def __post_init__(self) -> None:
        require_word("priority", self.priority, TaskPriority)


@dataclass(frozen=True)
class BegunHandOut:
    """The day and the rules by which a hand-out is decided, and the columns that its tasks have in common."""

    today: date
    rules: RuleSet
    common: Mapping[str, Any]


def claim_hand_out(connection: Connection, actor: Actor, terms: Terms) -> tuple[ActingUser, Any | None]:
    """Return the acting user and, where the same form was handled before, its result.

    Raises ``NotSignedIn``, ``NotAllowed`` (an operator hands nothing out), ``Refused`` for a request of another.
    """
    user = acting_as(connection, actor, *HAND_OUT_ROLES)
    if user.user_id is None:
        raise NotAllowed("operator")
    return user, claim_request(connection, terms.request_id, terms.kind, user)


def begin_hand_out(connection: Connection, user: ActingUser, terms: Terms) -> BegunHandOut:
    """Read the rules of today and set the due day; raises ``Refused`` for a due day that cannot be."""
    today = business_date()
    rules = read_rules(connection, today)
    due = terms.due_on or default_due_on(today, rules)
    require(decide_due(due, today))
    return BegunHandOut(today, rules, {
        "priority": str(terms.priority), "due_on": due, "note": terms.note.strip() or None,
        "assigned_by": user.user_id, "request_id": terms.request_id})  # fmt: skip


def assign_tasks(
    db: Database, *, actor: Actor, client_nos: Sequence[str], staff_no: str, due_on: date | None = None,
    priority: str = TaskPriority.NORMAL, note: str = "", request_id: str,
) -> AssignResult:  # fmt: skip
    """Hand clients out to one person in one transaction.

    Every client is decided again on present facts, by every hard limit of a hand-out (``domain.distribution``); those
    refused carry a reason and hinder no other. A client that somebody else took in the same moment is refused with
    the name of the holder. ``due_on`` None means the published life of a task. The same ``request_id`` gives the same
    result again without a second effect. Raises ``NotSignedIn``, ``NotAllowed``, and ``Refused`` when nothing of the
    request could be done.
    """
    wanted = list(dict.fromkeys(client_nos))
    require(decide_list(len(wanted)))
    terms = Terms("assign_tasks", request_id, due_on, priority, note)

    def work(connection: Connection) -> AssignResult:
        user, before = claim_hand_out(connection, actor, terms)
        if before is not None:
            return _from_json(before)
        begun = begin_hand_out(connection, user, terms)
        lock_list(connection, user.scope, wanted, [staff_no])
        staff_id, problem = find_person(connection, user, staff_no)
        result = AssignResult()
        if staff_id is None:
            result.refused.extend((number, problem) for number in wanted)
        else:
            desk = read_desk_of_person(connection, user.scope, wanted, staff_id, on=begun.today, rules=begun.rules)
            refused = desk.decide(dict.fromkeys(wanted, staff_no))
            placed = {number: staff_no for number in wanted if number not in refused}
            created = insert_tasks(connection, task_rows(desk, placed, {staff_no: staff_id}, begun.common))
            result.created.extend((number, created[desk.clients[number].client_id]) for number in placed)
            result.refused.extend((number, refused[number].reason) for number in wanted if number in refused)
        _log(connection, user, staff_no, request_id, result)
        keep_result(connection, request_id, _to_json(result))
        return result

    return db.transact(work)


def find_person(connection: Connection, user: ActingUser, staff_no: str) -> tuple[int | None, Reason]:
    """Return the id of a person of the reader's branch company; None with the reason for anybody else."""
    row = connection.execute(select(staff.c.staff_id, staff.c.unit_id).where(staff.c.staff_no == staff_no)).first()
    branches = read_branches(connection)
    own_branch = branches.get(user.unit_id) if user.unit_id is not None else None
    if row is None or not (user.scope.everything or branches.get(row.unit_id) == own_branch):
        return None, Reason("R-26.staff_not_found", {"staff_no": staff_no})
    return row.staff_id, Reason("task.allowed")


def task_rows(
    desk: Desk, placed: Mapping[str, str], staff_ids: Mapping[str, int], common: Mapping[str, Any]
) -> list[dict[str, Any]]:  # fmt: skip
    """Return the rows of new tasks for a plan (client_no to staff_no), what all share being ``common``."""
    moment = now()
    return [
        {"client_id": one.client_id, "staff_id": staff_ids[staff_no], "office_id": one.office_id,
         "state": TaskState.OPEN.value, "pool_status": one.status, "effort": one.effort, "value_fen": one.value_fen,
         "extended_count": 0, "assigned_at": moment, "version": 1, **common}
        for one, staff_no in ((desk.clients[number], staff_no) for number, staff_no in placed.items())
    ]  # fmt: skip


def insert_tasks(connection: Connection, rows: Sequence[Mapping[str, Any]]) -> dict[int, str]:
    """Insert open tasks with their first history row and return task_no by client_id.

    The clients are locked (``lock_list``) and decided; a second open task of one of them would break the unique index
    and with it the whole transaction.
    """
    if not rows:
        return {}
    ids = next_task_ids(connection, len(rows))
    numbered = [{**row, "task_id": key, "task_no": task_number(key)}
                for row, key in zip(sorted(rows, key=lambda row: row["client_id"]), ids, strict=True)]  # fmt: skip
    connection.execute(insert(reactivation_task), numbered)
    connection.execute(insert(task_event), [
        {"task_id": row["task_id"], "sequence": 1, "kind": TaskAct.ASSIGNED.value, "from_state": None,
         "to_state": row["state"], "staff_id": row["staff_id"], "by_user_id": row["assigned_by"],
         "at": row["assigned_at"]} for row in numbered
    ])  # fmt: skip
    return {row["client_id"]: row["task_no"] for row in numbered}


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
