"""Documents on file beside approvals and pre-registrations (R-16, R-37): store, check, open; logged each time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, insert, or_, select, update

from data_access.actor import ActingUser, Actor, NotAllowed
from data_access.audit import append_audit
from data_access.clock import business_date, now
from data_access.commands.acting import Refused, acting_as, claim_request, keep_result, require, require_word
from data_access.commands.approvals import APPROVER_ROLES, SUBMITTER_ROLES
from data_access.database import Database
from data_access.document_files import keep_file, read_file
from data_access.imports.sources import safe_name
from data_access.register.documents_on_file import documents_of
from data_access.register.numbers import next_id
from data_access.register.visible_chains import chains_for
from data_access.scope import staff_in
from data_access.tables import (
    approval_chain,
    preregistration,
    preregistration_share,
    relationship,
    staff,
    stored_document,
)
from domain.approvals import OPEN_CHAIN_STATES
from domain.decision import Reason
from domain.documents import decide_file, media_type_of
from domain.register_words import DocumentPurpose
from domain.words import Role

READER_ROLES = (*SUBMITTER_ROLES, Role.AUDITOR)
"""Roles that may open a document of an approval they see."""


@dataclass(frozen=True)
class OpenedDocument:
    """A document with its content."""

    file_name: str
    media_type: str
    content: bytes


def store_document(
    db: Database, *, actor: Actor, number: str, purpose: str, file_name: str, content: bytes,
    signed_on: date | None = None, request_id: str,
) -> int:  # fmt: skip
    """Put a document on file beside an open approval or a pre-registration (by its number) and return its id.

    ``signed_on``: the day the form bears. The content must be a PDF, PNG or JPEG of at most 10 MB. Approvers who look
    at the approval have to look again. Raises ``NotSignedIn``, ``NotAllowed``, ``Refused``.
    """
    require_word("purpose", purpose, DocumentPurpose)
    name = safe_name(file_name)
    require(decide_file(name, content))
    if signed_on is not None and signed_on > business_date():
        raise Refused(Reason("document.future"))

    def work(connection: Connection) -> int:
        user = acting_as(connection, actor, *SUBMITTER_ROLES)
        if user.user_id is None:
            raise NotAllowed("operator")
        before = claim_request(connection, request_id, "document.store", user)
        if before is not None:
            return int(before)
        object_kind, object_id = _owner(connection, user, number.strip())
        key = next_id(connection, stored_document)
        connection.execute(insert(stored_document).values(
            document_id=key, object_kind=object_kind, object_id=object_id, kind=purpose, file_name=name,
            media_type=media_type_of(content), size_bytes=len(content), file_hash=keep_file(content),
            signed_on=signed_on, stored_by=user.user_id, stored_at=now(),
        ))  # fmt: skip
        _renew_screens(connection, object_kind, object_id)
        _log(connection, user, "document.store", key, {"kind": purpose, "beside": object_kind, "bytes": len(content)})
        keep_result(connection, request_id, key)
        return key

    return db.transact(work)


def check_document(db: Database, *, actor: Actor, chain_no: str, document_id: int, request_id: str) -> int:
    """Note that a reviewer has checked a document of an approval and return its id (R-37).

    Nobody checks what they stored. Raises as the others do.
    """

    def work(connection: Connection) -> int:
        user = acting_as(connection, actor, *APPROVER_ROLES)
        if user.user_id is None:
            raise NotAllowed("operator")
        if claim_request(connection, request_id, "document.check", user) is not None:
            return document_id
        row = _of_chain(connection, user, chain_no, document_id)
        if row.stored_by == user.user_id:
            raise Refused(Reason("document.own"))
        if row.checked_at is not None:
            raise Refused(Reason("document.checked"))
        connection.execute(update(stored_document).where(stored_document.c.document_id == document_id)
                           .values(checked_by=user.user_id, checked_at=now()))  # fmt: skip
        _log(connection, user, "document.check", document_id, {"kind": row.kind, "approval": chain_no})
        keep_result(connection, request_id, document_id)
        return document_id

    return db.transact(work)


def open_document(db: Database, *, user: ActingUser, chain_no: str, document_id: int) -> OpenedDocument:
    """Return a document of an approval that the user sees, with an audit row; raises ``Refused`` when it is not there.

    For the export route, which has derived the user from the session already.
    """

    def work(connection: Connection) -> OpenedDocument:
        if user.role not in READER_ROLES:
            raise NotAllowed(user.role)
        row = _of_chain(connection, user, chain_no, document_id)
        try:
            content = read_file(row.file_hash)
        except LookupError as gone:
            raise Refused(Reason("document.not_found")) from gone
        _log(connection, user, "document.open", document_id, {"kind": row.kind, "approval": chain_no})
        return OpenedDocument(row.file_name, row.media_type, content)

    return db.transact(work)


def _owner(connection: Connection, user: ActingUser, number: str) -> tuple[str, int]:
    """Return what a number names, if the user may put documents beside it."""
    chain = approval_chain.c
    found = connection.execute(
        select(chain.chain_id).where(chain.chain_no == number, chains_for(user),
                                     chain.state.in_([state.value for state in OPEN_CHAIN_STATES]))
    ).scalar()  # fmt: skip
    if found is not None:
        return "approval", int(found)
    record, share = preregistration.c, preregistration_share.c
    theirs = (
        select(share.prereg_id).join(staff, staff.c.staff_id == share.staff_id)
        .where(staff_in(user.scope, staff.c.staff_id, staff.c.unit_id))
    )  # fmt: skip
    prereg_id = connection.execute(
        select(record.prereg_id).where(record.prereg_no == number,
                                       or_(record.prereg_id.in_(theirs), record.registered_by == user.user_id))
    ).scalar()  # fmt: skip
    if prereg_id is None:
        raise Refused(Reason("approval.not_found", {"chain_no": number}))
    return "preregistration", int(prereg_id)


def _renew_screens(connection: Connection, object_kind: str, object_id: int) -> None:
    """Raise the version of the open approvals that a document belongs to: what was shown is not all any more."""
    chain = approval_chain.c
    concerned = chain.chain_id == object_id
    if object_kind == "preregistration":
        rests = select(relationship.c.relationship_id).where(relationship.c.prereg_id == object_id)
        concerned = (chain.object_kind == "relationship") & chain.object_id.in_(rests)
    connection.execute(
        update(approval_chain).where(concerned, chain.state.in_([state.value for state in OPEN_CHAIN_STATES]))
        .values(version=chain.version + 1)
    )  # fmt: skip


def _of_chain(connection: Connection, user: ActingUser, chain_no: str, document_id: int) -> Row[Any]:
    """Return a document of an approval that the user sees; raises ``Refused``."""
    chain = connection.execute(
        select(approval_chain).where(approval_chain.c.chain_no == chain_no, chains_for(user))
    ).first()  # fmt: skip
    row = None if chain is None else connection.execute(
        select(stored_document).where(stored_document.c.document_id == document_id, documents_of(connection, chain))
    ).first()  # fmt: skip
    if row is None:
        raise Refused(Reason("document.not_found"))
    return row


def _log(connection: Connection, user: ActingUser, action: str, document_id: int, details: dict[str, Any]) -> None:
    append_audit(connection, action=action, user_id=user.user_id, object_kind="document", object_key=str(document_id),
                 details=details)  # fmt: skip
