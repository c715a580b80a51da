"""Export tickets: single use, a few minutes, bound to the session that asked; the file is built when used."""

from __future__ import annotations

import hashlib
import json
import secrets
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, delete, insert, select, update

from data_access.actor import ActingUser, SessionActor, acting_user, token_hash
from data_access.audit import append_audit
from data_access.clock import now
from data_access.database import Database
from data_access.tables import export_ticket

TICKET_LIFE = timedelta(minutes=5)


def issue_export_ticket(db: Database, *, actor: SessionActor, kind: str, params: Mapping[str, Any]) -> str:
    """Make a ticket for one file; raises ``NotSignedIn``."""
    ticket = secrets.token_urlsafe(32)

    def work(connection: Connection) -> None:
        acting_user(connection, actor)
        connection.execute(delete(export_ticket).where(export_ticket.c.expires_at < now() - timedelta(days=1)))
        connection.execute(
            insert(export_ticket).values(
                ticket_hash=token_hash(ticket),
                session_hash=token_hash(actor.token),
                kind=kind,
                params=json.dumps(params, ensure_ascii=False, sort_keys=True, default=str),
                created_at=now(),
                expires_at=now() + TICKET_LIFE,
            )
        )

    db.transact(work)
    return ticket


def redeem_export_ticket(
    db: Database, *, actor: SessionActor, ticket: str
) -> tuple[ActingUser, str, dict[str, Any]] | None:
    """Use a ticket: the acting user, the kind and the parameters; None when it does not hold for this session.

    Raises ``NotSignedIn``. The audit row names the kind and a digest of the parameters.
    """

    def work(connection: Connection) -> tuple[ActingUser, str, dict[str, Any]] | None:
        user = acting_user(connection, actor)
        key = token_hash(ticket)
        used = connection.execute(
            update(export_ticket)
            .where(
                export_ticket.c.ticket_hash == key,
                export_ticket.c.session_hash == token_hash(actor.token),
                export_ticket.c.used_at.is_(None),
                export_ticket.c.expires_at > now(),
            )
            .values(used_at=now())
        )
        if used.rowcount != 1 or user.must_change_password:
            return None
        row = connection.execute(select(export_ticket).where(export_ticket.c.ticket_hash == key)).one()
        append_audit(
            connection,
            action="export.begin",
            user_id=user.user_id,
            object_kind="export",
            object_key=row.kind,
            details={"params": hashlib.sha256(row.params.encode()).hexdigest()[:16]},
        )
        return user, str(row.kind), json.loads(row.params)

    return db.transact(work)
