"""The audit trail, for headquarters and auditors."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, select

from data_access.actor import ActingUser, require_role
from data_access.tables import app_user, audit_event
from domain.words import Role


@dataclass(frozen=True)
class AuditRow:
    """One row of the trail; ``details`` is JSON of codes and counts."""

    sequence: int
    at: datetime
    who: str
    action: str
    object_kind: str | None
    object_key: str | None
    details: str


def read_audit(
    connection: Connection,
    user: ActingUser,
    *,
    object_kind: str | None = None,
    object_key: str | None = None,
    before: int | None = None,
    limit: int = 200,
) -> list[AuditRow]:
    """Return the newest audit rows, before a sequence number when paging; raises ``NotAllowed`` for other roles."""
    require_role(user, Role.HQ, Role.AUDITOR)
    statement = select(audit_event, app_user.c.display_name).outerjoin(
        app_user, app_user.c.user_id == audit_event.c.user_id
    )
    if object_kind is not None:
        statement = statement.where(audit_event.c.object_kind == object_kind, audit_event.c.object_key == object_key)
    if before is not None:
        statement = statement.where(audit_event.c.sequence < before)
    rows = connection.execute(statement.order_by(audit_event.c.sequence.desc()).limit(min(limit, 500)))
    return [
        AuditRow(
            row.sequence,
            row.at,
            row.display_name or row.operator or "–",
            row.action,
            row.object_kind,
            row.object_key,
            row.details,
        )
        for row in rows
    ]
