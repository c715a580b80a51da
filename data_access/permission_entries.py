"""Entries of the permission register (R-05): appended with every act on rights, never changed or deleted."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import Connection, insert

from data_access.clock import now
from data_access.tables import permission_register
from domain.register_words import RegisterAction


def append_entry(
    connection: Connection,
    *,
    action: RegisterAction,
    user_id: int,
    by_user_id: int | None,
    role: str | None,
    unit_id: int | None,
    grant_id: int | None = None,
    signed: bool = False,
    note: str | None = None,
    at: datetime | None = None,
) -> None:
    """Append one entry inside the caller's write transaction.

    ``role`` and ``unit_id`` are the rights that the act is about. ``signed``: the applicant signed with the own
    password; acts on an account without an application are entered unsigned and listed as gaps. ``at``: now, unless
    a past is told.
    """
    connection.execute(
        insert(permission_register).values(
            user_id=user_id, action=action.value, grant_id=grant_id, role=role, unit_id=unit_id,
            by_user_id=by_user_id, applicant_signed=signed, at=at or now(), note=note)
    )  # fmt: skip
