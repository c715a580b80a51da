"""Pre-registrations: enter, renew, withdraw (R-10, R-15, R-27, R-29, R-37). The registration time is the server's."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Row, insert, select, update

from data_access.actor import ActingUser, Actor
from data_access.audit import append_audit
from data_access.clock import business_date, now
from data_access.commands.acting import (
    Refused,
    acting_as,
    claim_request,
    insert_for,
    keep_result,
    require,
    require_word,
)
from data_access.database import Database
from data_access.keys import encrypt, match_hash
from data_access.listed import chunks
from data_access.reads.holder_facts import read_holders_by_number
from data_access.reads.registered import read_record
from data_access.reads.type_rules import read_type_rules
from data_access.register.entry_facts import exclusive_key, free_expired_key, read_entry
from data_access.register.match_run import line_up, match_document
from data_access.register.numbers import next_id
from data_access.register.task_links import lapse_task, mark_task
from data_access.tables import preregistration, preregistration_share, reactivation_task
from domain.decision import Reason
from domain.file_values import BadValue, parse_name
from domain.identity import mask_document, mask_phone, normal_document, normal_phone, normal_text
from domain.preregistration import decide_preregistration, decide_renewal, decide_withdrawal, last_valid_day
from domain.register_words import PreregistrationRoute, PreregistrationState
from domain.words import DocumentKind, Role

REGISTER_ROLES = (Role.STAFF,)
"""Roles that may register: everyone for clients that they hold themselves."""


def preregister(
    db: Database, *, actor: Actor, type: str, client_name: str, document_kind: str, document_no: str,  # noqa: A002
    contact: str, holders: Sequence[tuple[str, int]], request_id: str, task_no: str | None = None,
    route: str = PreregistrationRoute.ORDINARY,
) -> str:  # fmt: skip
    """Register a client before the event and return the record's number.

    ``holders``: (staff_no, share in basis points), the acting person among them. The document is compared in one form
    whatever its width, spaces and case; ``task_no`` names the hand-out of a pool client (R-27). The same ``request_id``
    gives the same number again. Raises ``NotSignedIn``, ``NotAllowed``, ``Refused``.
    """
    require_word("document_kind", document_kind, DocumentKind)
    require_word("route", route, PreregistrationRoute)
    person = _sealed(client_name, document_kind, document_no, contact)
    wanted = [(normal_text(number), share_bp) for number, share_bp in holders]

    def work(connection: Connection) -> str:
        user = acting_as(connection, actor, *REGISTER_ROLES)
        before = claim_request(connection, request_id, "preregister", user)
        if before is not None:
            return str(before)
        row = {**person, "type": type, "request_id": request_id,
               "route": PreregistrationRoute.TASK.value if task_no else str(route)}  # fmt: skip
        number = _enter(connection, user, row, wanted, task_no)
        keep_result(connection, request_id, number)
        return number

    return db.transact(work)


def renew(db: Database, *, actor: Actor, prereg_no: str, request_id: str) -> str:
    """Register the client of a record again under today's rules, and return the new record's number.

    The old record keeps its days; the new one begins its own life now. Raises as ``preregister``.
    """

    def work(connection: Connection) -> str:
        user = acting_as(connection, actor, *REGISTER_ROLES)
        before = claim_request(connection, request_id, "prereg.renew", user)
        if before is not None:
            return str(before)
        row = _own_row(connection, user, prereg_no)
        record = read_record(connection, prereg_no)
        if record is None:
            raise Refused(Reason("prereg.not_found", {"prereg_no": prereg_no}))
        require(decide_renewal(record, business_date()))
        connection.execute(
            update(preregistration).where(preregistration.c.prereg_id == row.prereg_id).values(exclusive_key=None)
        )
        kept = {name: getattr(row, name) for name in _PERSON}
        entered = {**kept, "type": row.type, "route": row.route, "request_id": request_id}
        number = _enter(connection, user, entered, [(one.staff_no, one.share_bp) for one in record.holders],
                        row.task_no, renewed=prereg_no)  # fmt: skip
        keep_result(connection, request_id, number)
        return number

    return db.transact(work)


def withdraw(db: Database, *, actor: Actor, prereg_no: str, version: int, reason: str, request_id: str) -> None:
    """Withdraw a record of one's own at the version that was seen; it stays readable and counts no more."""

    def work(connection: Connection) -> None:
        user = acting_as(connection, actor, *REGISTER_ROLES)
        if claim_request(connection, request_id, "prereg.withdraw", user) is not None:
            return
        line_up(connection)
        row = _own_row(connection, user, prereg_no)
        record = read_record(connection, prereg_no)
        if record is None:
            raise Refused(Reason("prereg.not_found", {"prereg_no": prereg_no}))
        require(decide_withdrawal(record, reason))
        changed = connection.execute(
            update(preregistration)
            .where(preregistration.c.prereg_id == row.prereg_id, preregistration.c.version == version)
            .values(state=PreregistrationState.WITHDRAWN.value, withdrawn_at=now(), exclusive_key=None,
                    withdrawn_reason=reason.strip()[:500], version=version + 1)
        )  # fmt: skip
        if changed.rowcount != 1:
            raise Refused(Reason("prereg.changed", {"prereg_no": prereg_no}))
        lapse_task(connection, row.task_id, user.user_id)
        _audit(connection, user, "preregistration.withdraw", prereg_no, {"version": version})
        keep_result(connection, request_id, prereg_no)

    db.transact(work)


def expire_preregistrations(db: Database, *, actor: Actor) -> int:
    """Close the records whose last day is over and open their tasks again; run nightly. Return how many were closed."""

    def work(connection: Connection) -> int:
        user = acting_as(connection, actor, Role.HQ)
        one = preregistration.c
        rows = connection.execute(
            select(one.prereg_id, one.task_id)
            .where(one.state == PreregistrationState.ACTIVE.value, one.expires_on < business_date())
            .order_by(one.prereg_id).with_for_update()
        ).all()  # fmt: skip
        for part in chunks(rows):
            connection.execute(
                update(preregistration).where(one.prereg_id.in_([row.prereg_id for row in part]))
                .values(state=PreregistrationState.EXPIRED.value, exclusive_key=None, version=one.version + 1)
            )  # fmt: skip
        for row in rows:
            lapse_task(connection, row.task_id, user.user_id)
        if rows:
            append_audit(connection, action="preregistrations.expire", user_id=user.user_id, operator=user.operator,
                         details={"count": len(rows)})  # fmt: skip
        return len(rows)

    return db.transact(work)


_PERSON = ("client_name", "document_kind", "document_hash", "document_masked", "contact_cipher", "contact_masked")


def _sealed(client_name: str, document_kind: str, document_no: str, contact: str) -> dict[str, Any]:
    """Check and seal what names the person; raises ``Refused`` for the first thing that cannot be read."""
    try:
        name = parse_name(client_name)
    except BadValue:
        raise Refused(Reason("R-10.name")) from None
    if not name:
        raise Refused(Reason("R-10.name"))
    try:
        number, call = normal_document(document_kind, document_no), normal_phone(contact)
    except ValueError as error:
        raise Refused(Reason(f"prereg.{error}")) from None
    return {"client_name": name, "document_kind": str(document_kind), "document_hash": match_hash(number),
            "document_masked": mask_document(number), "contact_cipher": encrypt(call),
            "contact_masked": mask_phone(call)}  # fmt: skip


def _enter(connection: Connection, user: ActingUser, row: dict[str, Any], holders: Sequence[tuple[str, int]],
           task_no: str | None, *, renewed: str | None = None) -> str:  # fmt: skip
    line_up(connection)
    moment = now()
    today = business_date(moment)
    rule = read_type_rules(connection, today).get(row["type"])
    if rule is None:
        raise Refused(Reason("R-10.no_type", {"type": row["type"]}))
    people = read_holders_by_number(connection, [number for number, _ in holders], today)
    for number, _ in holders:
        if number not in people:
            raise Refused(Reason("prereg.staff_not_found", {"staff_no": number}))
    key = exclusive_key(rule, row["document_hash"])
    free_expired_key(connection, key, today)
    entry = read_entry(connection, user, rule, row, task_no, today)
    require(decide_preregistration(rule, [(people[number], share) for number, share in holders], entry.facts, today))
    prereg_id = next_id(connection, preregistration)
    number = f"PR-{prereg_id:08d}"
    stored = connection.execute(
        insert_for(connection, preregistration)
        .values(**row, prereg_id=prereg_id, prereg_no=number, registered_at=moment,
                expires_on=last_valid_day(rule, today), state=PreregistrationState.ACTIVE.value, exclusive_key=key,
                task_id=entry.task_id, registered_by=user.user_id, version=1)
        .on_conflict_do_nothing(index_elements=["exclusive_key"])
        .returning(preregistration.c.prereg_id)
    ).first()  # fmt: skip
    if stored is None:
        # somebody else took the client in the same moment
        until = connection.execute(
            select(preregistration.c.expires_on).where(preregistration.c.exclusive_key == key)
        ).scalar()
        raise Refused(Reason("R-37.taken", {"until": until.isoformat() if until else None}))
    connection.execute(insert(preregistration_share), [
        {"prereg_id": prereg_id, "staff_id": people[staff_no].staff_id, "share_bp": share}
        for staff_no, share in holders
    ])  # fmt: skip
    mark_task(connection, entry.task_id, user.user_id)
    _audit(connection, user, "preregistration.renew" if renewed else "preregistration.enter", number,
           {"type": rule.type, "route": row["route"], "holders": [[one, share] for one, share in sorted(holders)],
            "expires_on": last_valid_day(rule, today).isoformat(), "task": task_no, "renewed": renewed})  # fmt: skip
    # a make-up meets an event that is there already
    match_document(connection, row["document_hash"])
    return number


def _own_row(connection: Connection, user: ActingUser, prereg_no: str) -> Row[Any]:
    """Return a record that the acting person holds, locked, with the number of its task; raises ``Refused``."""
    share = preregistration_share.c
    row = connection.execute(
        select(preregistration, reactivation_task.c.task_no)
        .join(preregistration_share, share.prereg_id == preregistration.c.prereg_id)
        .outerjoin(reactivation_task, reactivation_task.c.task_id == preregistration.c.task_id)
        .where(preregistration.c.prereg_no == prereg_no, share.staff_id == user.staff_id)
        .with_for_update(of=preregistration)
    ).first()
    if row is None:
        raise Refused(Reason("prereg.not_found", {"prereg_no": prereg_no}))
    return row


def _audit(connection: Connection, user: ActingUser, action: str, prereg_no: str, details: dict[str, Any]) -> None:
    append_audit(connection, action=action, user_id=user.user_id, operator=user.operator,
                 object_kind="preregistration", object_key=prereg_no, details=details)  # fmt: skip
