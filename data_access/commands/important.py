"""Mark a client as important by hand, and take the mark back (R-40)."""

from __future__ import annotations

from sqlalchemy import Connection, insert, select, update

from data_access.actor import ActingUser, Actor
from data_access.audit import append_audit
from data_access.clock import business_date, now
from data_access.commands.acting import Refused, acting_as, claim_request, keep_result
from data_access.database import Database
from data_access.register.assigned_facts import read_mark
from data_access.scope import clients_in
from data_access.tables import client, important_client
from domain.assigned import REASON_LENGTH
from domain.decision import Reason
from domain.words import Role

MARK_ROLES = (Role.HQ, Role.BRANCH_HEAD)
"""Roles that mark important clients."""


def mark_important(db: Database, *, actor: Actor, client_no: str, reason: str, request_id: str) -> str:
    """Mark a client as important from today on; a reason is needed, a client bears one mark at a time.

    Returns the client's number. Raises ``NotSignedIn``, ``NotAllowed``, ``Refused``.
    """
    words = reason.strip()
    if not words:
        raise Refused(Reason("task.reason_missing"))
    if len(words) > REASON_LENGTH:
        raise Refused(Reason("contact.note_long", {"limit": REASON_LENGTH}))

    def work(connection: Connection) -> str:
        user = acting_as(connection, actor, *MARK_ROLES)
        if claim_request(connection, request_id, "important.mark", user) is not None:
            return client_no.strip()
        client_id, today = _client(connection, user, client_no), business_date()
        if read_mark(connection, client_id, today) is not None:
            raise Refused(Reason("R-40.marked"))
        connection.execute(insert(important_client).values(
            client_id=client_id, valid_from=today, reason=words, marked_by=user.user_id, marked_at=now()))  # fmt: skip
        _log(connection, user, "mark", client_no)
        keep_result(connection, request_id, client_no.strip())
        return client_no.strip()

    return db.transact(work)


def unmark_important(db: Database, *, actor: Actor, client_no: str, request_id: str) -> str:
    """End a client's mark today; relationships that were confirmed stay. Returns and raises as ``mark_important``."""

    def work(connection: Connection) -> str:
        user = acting_as(connection, actor, *MARK_ROLES)
        if claim_request(connection, request_id, "important.unmark", user) is not None:
            return client_no.strip()
        mark_id = read_mark(connection, _client(connection, user, client_no), business_date())
        if mark_id is None:
            raise Refused(Reason("R-40.not_marked"))
        connection.execute(update(important_client).where(important_client.c.mark_id == mark_id)
                           .values(valid_to=business_date()))  # fmt: skip
        _log(connection, user, "unmark", client_no)
        keep_result(connection, request_id, client_no.strip())
        return client_no.strip()

    return db.transact(work)


def _client(connection: Connection, user: ActingUser, client_no: str) -> int:
    """Return a client inside the reach, locked, so that two marks cannot meet."""
    key = connection.execute(
        select(client.c.client_id)
        .where(client.c.client_no == client_no.strip(),
               clients_in(user.scope, client.c.client_id, client.c.office_id))
        .with_for_update()
    ).scalar()  # fmt: skip
    if key is None:
        raise Refused(Reason("client.not_found", {"client_no": client_no.strip()}))
    return int(key)


def _log(connection: Connection, user: ActingUser, act: str, client_no: str) -> None:
    append_audit(connection, action=f"important.{act}", user_id=user.user_id, operator=user.operator,
                 object_kind="client", object_key=client_no.strip())  # fmt: skip
