"""Spot checks of logged contacts: a lead notes whether a contact was as logged (K-86)."""

from __future__ import annotations

from sqlalchemy import Connection, and_, insert, select

from data_access.actor import Actor
from data_access.audit import append_audit
from data_access.clock import now
from data_access.commands.acting import Refused, acting_as, claim_request, keep_result, require, require_word
from data_access.database import Database
from data_access.scope import staff_in
from data_access.tables import app_user, client, contact_check, contact_log, handled_request, staff
from domain.capacity import CheckResult, decide_check
from domain.decision import Reason
from domain.words import Role

CHECK_ROLES = (Role.HQ, Role.BRANCH_HEAD, Role.BRANCH_REVIEWER, Role.OFFICE_HEAD)
"""Roles that check contacts of the people inside their reach; a team lead those of the team."""


def check_contact(db: Database, *, actor: Actor, contact_id: int, result: str, note: str = "",
                  request_id: str) -> None:  # fmt: skip
    """Note what the check of a logged contact found; once per contact, never by who made or entered it.

    The same ``request_id`` has one effect. Raises ``NotSignedIn``, ``NotAllowed``, ``Refused``.
    """
    require_word("result", result, CheckResult)

    def work(connection: Connection) -> None:
        user = acting_as(connection, actor, *CHECK_ROLES)
        if claim_request(connection, request_id, "contact.check", user) is not None:
            return
        log, form = contact_log.c, handled_request.c
        row = connection.execute(
            select(log.contact_id, log.staff_id, client.c.client_no, form.user_id.label("entered_by"))
            .join(staff, staff.c.staff_id == log.staff_id)
            .join(client, client.c.client_id == log.client_id)
            .outerjoin(handled_request, and_(form.request_id == log.request_id, form.kind == "contact.log"))
            .where(log.contact_id == contact_id, staff_in(user.scope, log.staff_id, staff.c.unit_id))
            .with_for_update(of=contact_log)
        ).first()  # fmt: skip
        if row is None:
            raise Refused(Reason("check.not_found"))
        earlier = connection.execute(
            select(app_user.c.display_name)
            .select_from(contact_check.outerjoin(app_user, app_user.c.user_id == contact_check.c.checked_by))
            .where(contact_check.c.contact_id == contact_id)
        ).first()  # fmt: skip
        is_own = user.user_id is not None and (row.entered_by == user.user_id or row.staff_id == user.staff_id)
        require(decide_check(is_own=is_own, checked_by=None if earlier is None else earlier.display_name or "–",
                             result=result, note=note.strip()))  # fmt: skip
        connection.execute(insert(contact_check).values(
            contact_id=contact_id, result=result, note=note.strip() or None, checked_by=user.user_id or 0,
            checked_at=now()))  # fmt: skip
        append_audit(connection, action="contact.check", user_id=user.user_id, operator=user.operator,
                     object_kind="client", object_key=row.client_no,
                     details={"contact_id": contact_id, "result": result})  # fmt: skip
        keep_result(connection, request_id, {"contact_id": contact_id})

    db.transact(work)
