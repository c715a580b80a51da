"""Apply for special-new: a pool client whom the registrant found, handed out to nobody, goes to approval (R-29)."""

from __future__ import annotations

from sqlalchemy import Connection, exists, select, update

from data_access.actor import Actor
from data_access.audit import append_audit
from data_access.clock import business_date
from data_access.commands.acting import Refused, acting_as, claim_request, keep_result, require
from data_access.commands.preregistrations import REGISTER_ROLES
from data_access.database import Database
from data_access.reads.registered import read_record
from data_access.reads.type_rules import read_type_rules
from data_access.register.match_run import line_up, match_document
from data_access.tables import client, preregistration, preregistration_share
from data_access.tables import reactivation_task as task
from domain.decision import Reason
from domain.pool_matching import decide_special_new
from domain.register_words import PreregistrationRoute
from domain.words import OPEN_TASK_STATES


def apply_special_new(db: Database, *, actor: Actor, prereg_no: str, version: int, request_id: str) -> None:
    """Put a record of one's own on the special-new path, at the version that was seen.

    A client who has come back already goes to approval at once, one who has not when the return is delivered; the
    standards of the pool hold either way (A8). Raises ``NotSignedIn``, ``NotAllowed``, ``Refused``.
    """

    def work(connection: Connection) -> None:
        user = acting_as(connection, actor, *REGISTER_ROLES)
        if claim_request(connection, request_id, "special_new", user) is not None:
            return
        line_up(connection)
        row, share = preregistration.c, preregistration_share.c
        mine = exists().where(share.prereg_id == row.prereg_id, share.staff_id == user.staff_id)
        key = connection.execute(
            select(row.prereg_id).where(row.prereg_no == prereg_no, mine).with_for_update()
        ).scalar()  # fmt: skip
        record = read_record(connection, prereg_no)
        if key is None or record is None:
            raise Refused(Reason("prereg.not_found", {"prereg_no": prereg_no}))
        known = connection.execute(
            select(client.c.client_id).where(client.c.document_hash == record.document_hash)
        ).scalars().all()  # fmt: skip
        open_states = [state.value for state in OPEN_TASK_STATES]
        held = connection.execute(
            select(task.c.task_id).where(task.c.client_id.in_(known), task.c.state.in_(open_states)).limit(1)
        ).scalar()  # fmt: skip
        rule = read_type_rules(connection, business_date()).get(record.type)
        require(decide_special_new(record, rule, is_client=bool(known), is_handed_out=held is not None))
        changed = connection.execute(
            update(preregistration).where(row.prereg_id == key, row.version == version)
            .values(route=PreregistrationRoute.SPECIAL_NEW.value, version=version + 1)
        )  # fmt: skip
        if changed.rowcount != 1:
            raise Refused(Reason("prereg.changed", {"prereg_no": prereg_no}))
        append_audit(connection, action="preregistration.special_new", user_id=user.user_id, operator=user.operator,
                     object_kind="preregistration", object_key=prereg_no, details={"version": version})  # fmt: skip
        match_document(connection, record.document_hash, again=True)
        keep_result(connection, request_id, prereg_no)

    db.transact(work)
