"""Log a contact with a client: staff for their own clients and tasks, an office head for the office."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy import Connection, insert, select, update

from data_access.actor import ActingUser, Actor
from data_access.audit import append_audit
from data_access.clock import business_date, now
from data_access.commands.acting import Refused, acting_as, claim_request, keep_result, require, require_word
from data_access.database import Database
from data_access.reads.holdouts import read_holdout
from data_access.reads.task_filters import visible
from data_access.scope import clients_in
from data_access.tables import client, contact_log, reactivation_task, staff
from domain.decision import Reason
from domain.prospects import ProspectGrade
from domain.tasks import decide_contact
from domain.words import OPEN_TASK_STATES, ContactChannel, ContactResult, Role

CONTACT_ROLES = (Role.STAFF, Role.OFFICE_HEAD)
"""Roles that may log contacts: for the own clients and tasks, or for the office."""


def log_contact(
    db: Database,
    *,
    actor: Actor,
    client_no: str | None = None,
    task_no: str | None = None,
    channel: str,
    result: str,
    at: datetime | None = None,
    note: str = "",
    next_step_on: date | None = None,
    grade: str | None = None,
    request_id: str,
) -> int:
    """Log one contact, named by client or by task, and return its id; a client's open task is linked by itself.

    The contact counts for the acting staff member; for a head without a staff number, for the holder of the
    task. ``at`` is an aware moment, now when omitted. ``grade`` is what the caller thinks of the client (R-50); it
    stays with the open task, None leaves it as it is. A client who is held back from a campaign can be contacted:
    the campaign's result counts it. Raises ``NotSignedIn``, ``NotAllowed``, ``Refused``.
    """
    require_word("channel", channel, ContactChannel)
    require_word("result", result, ContactResult)
    if grade is not None:
        require_word("grade", grade, ProspectGrade)

    def work(connection: Connection) -> int:
        user = acting_as(connection, actor, *CONTACT_ROLES)
        before = claim_request(connection, request_id, "contact.log", user)
        if before is not None:
            return int(before)
        moment = at or now()
        require(decide_contact(on=business_date(moment), today=business_date(), next_step_on=next_step_on, note=note))
        client_id, number = _found_client(connection, user, client_no, task_no)
        task = _task(connection, client_id, task_no)
        staff_id = user.staff_id or (task[1] if task else None)
        if staff_id is None:
            raise Refused(Reason("contact.no_staff"))
        held_out = read_holdout(connection, client_id)
        if grade is not None and task is not None:
            _keep_grade(connection, task[0], grade)
        key = connection.execute(
            insert(contact_log)
            .values(
                client_id=client_id,
                staff_id=staff_id,
                task_id=task[0] if task else None,
                at=moment,
                channel=channel,
                result=result,
                note=note.strip() or None,
                next_step_on=next_step_on,
                request_id=request_id,
            )
            .returning(contact_log.c.contact_id)
        ).scalar_one()
        append_audit(
            connection,
            action="contact.log",
            user_id=user.user_id,
            object_kind="client",
            object_key=number,
            details={
                "contact_id": key,
                "channel": channel,
                "result": result,
                **({"grade": grade} if grade is not None else {}),
                **({"held_out": held_out.campaign_no} if held_out is not None else {}),
            },
        )
        keep_result(connection, request_id, key)
        return int(key)

    return db.transact(work)


def _found_client(
    connection: Connection, user: ActingUser, client_no: str | None, task_no: str | None
) -> tuple[int, str]:
    statement = select(client.c.client_id, client.c.client_no)
    if client_no is not None:
        inside = clients_in(user.scope, client.c.client_id, client.c.office_id)
        statement = statement.where(client.c.client_no == client_no, inside)
    else:
        # whoever held a task can still log the call that was under way when it was closed
        statement = statement.join(reactivation_task, reactivation_task.c.client_id == client.c.client_id).where(
            reactivation_task.c.task_no == (task_no or ""), visible(user.scope)
        )
    row = connection.execute(statement).first()
    if row is None:
        raise Refused(
            Reason("client.not_found", {"client_no": client_no})
            if client_no is not None
            else Reason("task.not_found", {"task_no": task_no})
        )
    return row.client_id, row.client_no


def _keep_grade(connection: Connection, task_id: int, grade: str) -> None:
    """Keep the grade with an open task; the version stays, since nothing that others decide on has changed."""
    kept = connection.execute(
        update(reactivation_task)
        .where(
            reactivation_task.c.task_id == task_id,
            reactivation_task.c.state.in_([state.value for state in OPEN_TASK_STATES]),
        )
        .values(grade=grade)
        .returning(reactivation_task.c.task_id)
    ).first()
    if kept is None:
        number = connection.execute(
            select(reactivation_task.c.task_no).where(reactivation_task.c.task_id == task_id)
        ).scalar_one()
        raise Refused(Reason("contact.grade_closed", {"task_no": number}))


def _task(connection: Connection, client_id: int, task_no: str | None) -> tuple[int, int] | None:
    """Return (task_id, holder's staff_id): the task named, else the client's open one."""
    wanted = (
        reactivation_task.c.task_no == task_no
        if task_no is not None
        else reactivation_task.c.state.in_([state.value for state in OPEN_TASK_STATES])
    )
    row = connection.execute(
        select(reactivation_task.c.task_id, reactivation_task.c.staff_id)
        .join(staff, staff.c.staff_id == reactivation_task.c.staff_id)
        .where(reactivation_task.c.client_id == client_id, wanted)
    ).first()
    if row is None and task_no is not None:
        raise Refused(Reason("task.client_mismatch", {"task_no": task_no}))
    return (row.task_id, row.staff_id) if row else None
