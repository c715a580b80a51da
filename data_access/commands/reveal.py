"""Show one masked personal value, one at a time, with a purpose; every reveal is logged in the same transaction."""

from __future__ import annotations

from datetime import datetime, time

from sqlalchemy import Connection, func, select

from data_access.actor import Actor
from data_access.audit import append_audit
from data_access.clock import SHANGHAI, business_date
from data_access.commands.acting import Refused, acting_as, require_word
from data_access.database import Database
from data_access.keys import decrypt
from data_access.scope import clients_in
from data_access.tables import app_user, audit_event, client
from domain.decision import Reason
from domain.words import RevealField, RevealPurpose, Role

REVEALS_PER_DAY = 50
REVEAL_ROLES = (Role.OFFICE_HEAD, Role.STAFF)
"""Heads of branches and headquarters, analysts and auditors see masked values only."""
ACTION = "client.reveal"


def reveal_field(db: Database, *, actor: Actor, client_no: str, field: str, purpose: str) -> str:
    """Return the plain document or phone number of a client inside the reach, at most 50 a day and user.

    The audit row names client, field and purpose, never the value. Raises ``NotSignedIn``, ``NotAllowed``,
    ``Refused``.
    """
    require_word("field", field, RevealField)
    require_word("purpose", purpose, RevealPurpose)

    def work(connection: Connection) -> str:
        user = acting_as(connection, actor, *REVEAL_ROLES)
        # reveals of one user stand in line, so that two windows cannot pass the limit together
        connection.execute(select(app_user.c.user_id).where(app_user.c.user_id == user.user_id).with_for_update())
        row = connection.execute(
            select(client.c.document_cipher, client.c.phone_cipher).where(
                client.c.client_no == client_no, clients_in(user.scope, client.c.client_id, client.c.office_id)
            )
        ).first()
        if row is None:
            raise Refused(Reason("client.not_found", {"client_no": client_no}))
        cipher = row.document_cipher if field == RevealField.DOCUMENT_NO else row.phone_cipher
        if cipher is None:
            raise Refused(Reason("reveal.absent", {"field": field}))
        day_start = datetime.combine(business_date(), time.min, SHANGHAI)
        today = connection.execute(
            select(func.count()).where(
                audit_event.c.user_id == user.user_id,
                audit_event.c.at >= day_start,
                audit_event.c.action == ACTION,
            )
        ).scalar_one()
        if today >= REVEALS_PER_DAY:
            raise Refused(Reason("reveal.limit", {"limit": REVEALS_PER_DAY}))
        append_audit(
            connection,
            action=ACTION,
            user_id=user.user_id,
            object_kind="client",
            object_key=client_no,
            details={"field": field, "purpose": purpose},
        )
        return decrypt(cipher)

    return db.transact(work)
