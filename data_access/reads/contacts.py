"""Contacts with clients."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, select

from data_access.scope import Scope, clients_in
from data_access.tables import client, contact_log, reactivation_task, staff


@dataclass(frozen=True)
class ContactRow:
    """One contact, newest first in lists."""

    at: datetime
    channel: str
    result: str | None
    staff_no: str
    staff_name: str
    task_no: str | None
    note: str | None
    next_step_on: date | None
    satisfaction: int | None


def read_contacts(connection: Connection, scope: Scope, client_no: str, *, limit: int = 100) -> list[ContactRow]:
    """Return a client's newest contacts, at most ``limit``; empty when the client lies outside the reach.

    Notes are free text about a person: readers who see masked names get none.
    """
    rows = connection.execute(
        select(contact_log, staff.c.staff_no, staff.c.name.label("staff_name"), reactivation_task.c.task_no)
        .join(client, client.c.client_id == contact_log.c.client_id)
        .join(staff, staff.c.staff_id == contact_log.c.staff_id)
        .outerjoin(reactivation_task, reactivation_task.c.task_id == contact_log.c.task_id)
        .where(client.c.client_no == client_no, clients_in(scope, client.c.client_id, client.c.office_id))
        .order_by(contact_log.c.at.desc(), contact_log.c.contact_id.desc())
        .limit(limit)
    )
    return [
        ContactRow(
            row.at,
            row.channel,
            row.result,
            row.staff_no,
            row.staff_name,
            row.task_no,
            None if scope.masks_names else row.note,
            row.next_step_on,
            row.satisfaction,
        )
        for row in rows
    ]
