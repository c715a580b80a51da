"""Log a contact with a prospect, who is no client yet: their holder, or a head for the office (K-87)."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection, insert, select

from data_access.actor import Actor
from data_access.audit import append_audit
from data_access.clock import business_date, now
from data_access.commands.acting import Refused, acting_as, claim_request, keep_result, require, require_word
from data_access.commands.prospects import PROSPECT_ROLES
from data_access.database import Database
from data_access.scope import prospects_in
from data_access.tables import client, prospect, prospect_contact
from domain.decision import Reason
from domain.prospects import NOTE_LIMIT, ProspectState
from domain.tasks import decide_contact
from domain.words import ContactChannel


def log_prospect_contact(db: Database, *, actor: Actor, prospect_id: int, channel: str, on: date | None = None,
                         note: str = "", request_id: str) -> int:  # fmt: skip
    """Log one contact with a prospect and return its id; ``on`` is today when omitted, never ahead.

    The contact counts for the acting staff member; for a head without a staff number, for whoever holds the prospect.
    The same ``request_id`` has one effect. Raises ``NotSignedIn``, ``NotAllowed``, ``Refused``.
    """
    require_word("channel", channel, ContactChannel)

    def work(connection: Connection) -> int:
        user = acting_as(connection, actor, *PROSPECT_ROLES)
        before = claim_request(connection, request_id, "prospect.contact", user)
        if before is not None:
            return int(before)
        today = business_date()
        day = on or today
        require(decide_contact(on=day, today=today, next_step_on=None, note=note.strip(), limit=NOTE_LIMIT))
        row = connection.execute(
            select(prospect.c.prospect_id, prospect.c.staff_id, prospect.c.state, client.c.client_no)
            .outerjoin(client, client.c.client_id == prospect.c.client_id)
            .where(prospect.c.prospect_id == prospect_id,
                   prospects_in(user.scope, prospect.c.staff_id, prospect.c.office_id))
        ).first()  # fmt: skip
        if row is None:
            raise Refused(Reason("prospect.not_found"))
        if row.state == ProspectState.WON:
            raise Refused(Reason("prospect.won", {"client_no": row.client_no}))
        staff_id = user.staff_id or row.staff_id
        if staff_id is None:
            raise Refused(Reason("contact.no_staff"))
        key = int(connection.execute(
            insert(prospect_contact).values(
                prospect_id=prospect_id, staff_id=staff_id, on_date=day, channel=channel, note=note.strip() or None,
                entered_by=user.user_id, entered_at=now(), request_id=request_id)
            .returning(prospect_contact.c.contact_id)
        ).scalar_one())  # fmt: skip
        append_audit(connection, action="prospect.contact", user_id=user.user_id, operator=user.operator,
                     object_kind="prospect", object_key=str(prospect_id),
                     details={"contact_id": key, "channel": channel, "on": day.isoformat()})  # fmt: skip
        keep_result(connection, request_id, key)
        return key

    return db.transact(work)
