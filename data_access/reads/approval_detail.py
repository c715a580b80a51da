"""One approval with its evidence: what is asked for, the records behind it, steps, people and documents."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from data_access.actor import ActingUser
from data_access.reads.approvals import ChainRow, chain_facts, chain_rows
from data_access.reads.matches import AskedLine, asked_lines
from data_access.register.approvers import read_approver, read_chain_facts
from data_access.register.chains import RIVALS, named_in, read_parties
from data_access.register.documents_on_file import documents_of
from data_access.register.visible_chains import chains_for
from data_access.tables import (
    account_match,
    app_user,
    approval_candidate,
    approval_chain,
    approval_step,
    delegation,
    org_unit,
    preregistration,
    preregistration_share,
    relationship,
    staff,
    stored_document,
)
from domain.approvals import OPEN_CHAIN_STATES, Press, decide_step
from domain.decision import Reason
from domain.register_words import StepDecision


@dataclass(frozen=True)
class RecordRow:
    """A pre-registration behind an approval; ``chain_no``: the approval that a rival's record has of its own."""

    prereg_no: str
    registered_at: datetime
    expires_on: date
    holders: tuple[tuple[str, str, int], ...]
    is_rival: bool
    chain_no: str | None


@dataclass(frozen=True)
class StepRow:
    """A step of an approval. ``people``: who may decide it, while it is open."""

    position: int
    round: int
    level: int
    post: str
    unit_name: str | None
    decision: str | None
    decided_by: str | None
    decided_for: str | None
    waiting_since: datetime | None
    decided_at: datetime | None
    reason: str | None
    people: tuple[str, ...]


@dataclass(frozen=True)
class DocumentRow:
    """A document on file beside an approval."""

    document_id: int
    kind: str
    file_name: str
    media_type: str
    size_bytes: int
    signed_on: date | None
    stored_by: str | None
    stored_at: datetime
    checked_by: str | None


@dataclass(frozen=True)
class ChainDetail:
    """One approval with its evidence.

    ``names``: name by staff number of those whom the content names. ``trace``: what the matching asked of the event,
    empty where people assigned it. ``version`` and ``content_hash`` go back with a
    decision. ``may_decide``: the reader may press now; ``why_not`` says why not, None for those whose step it is not.
    ``is_own``: the reader may withdraw it, or submit it again.
    """

    row: ChainRow
    version: int
    content_hash: str
    content: Mapping[str, Any]
    names: Mapping[str, str]
    records: tuple[RecordRow, ...]
    trace: tuple[AskedLine, ...]
    steps: tuple[StepRow, ...]
    documents: tuple[DocumentRow, ...]
    may_decide: bool
    why_not: Reason | None
    is_own: bool


def read_chain(connection: Connection, user: ActingUser, chain_no: str) -> ChainDetail | None:
    """Return one approval with its evidence; None when there is none or the user may not see it."""
    chain = connection.execute(
        select(approval_chain).where(approval_chain.c.chain_no == chain_no, chains_for(user))
    ).first()
    if chain is None:
        return None
    row = chain_rows(connection, user, connection.execute(chain_facts().where(
        approval_chain.c.chain_id == chain.chain_id)).all())[0]  # fmt: skip
    facts = read_chain_facts(connection, chain)
    step, approver, _ = read_approver(connection, user, chain, facts)
    press = Press(chain.level, chain.version, chain.content_hash, StepDecision.APPROVED)
    decision = decide_step(facts, step, approver, press)
    parties = read_parties(connection, chain)
    is_open = chain.state in [state.value for state in OPEN_CHAIN_STATES]
    content = json.loads(chain.content)
    return ChainDetail(
        row, chain.version, chain.content_hash, content, _names(connection, content), _records(connection, content),
        _trace(connection, chain), _steps(connection, chain), _documents(connection, chain),
        may_decide=bool(decision) and user.user_id is not None,
        why_not=None if decision or not approver.was_named or not is_open else decision.reason,
        is_own=is_open and (user.user_id in parties.registered or user.staff_id in parties.holders),
    )  # fmt: skip


def _trace(connection: Connection, chain: Row[Any]) -> tuple[AskedLine, ...]:
    """Return what the matching asked of the event behind a chain's relationship."""
    if chain.object_kind != "relationship":
        return ()
    held, verdict = relationship.c, account_match.c
    kept = connection.execute(
        select(verdict.trace).join(relationship, held.event_id == verdict.event_id)
        .where(held.relationship_id == chain.object_id).order_by(verdict.business_event).limit(1)
    ).scalar()  # fmt: skip
    return asked_lines(kept) if kept else ()


def _steps(connection: Connection, chain: Row[Any]) -> tuple[StepRow, ...]:
    step, decider, principal = approval_step.c, app_user.alias("decider"), app_user.alias("principal")
    candidate, people = approval_candidate.c, dict[int, list[str]]()
    for row in connection.execute(
        select(candidate.position, app_user.c.display_name).join(app_user, app_user.c.user_id == candidate.user_id)
        .where(candidate.chain_id == chain.chain_id).order_by(candidate.position, app_user.c.display_name)
    ):  # fmt: skip
        people.setdefault(row.position, []).append(row.display_name)
    rows = connection.execute(
        select(approval_step, org_unit.c.name.label("unit_name"), decider.c.display_name.label("by_name"),
               principal.c.display_name.label("for_name"))
        .outerjoin(org_unit, org_unit.c.unit_id == step.unit_id)
        .outerjoin(decider, decider.c.user_id == step.decided_by)
        .outerjoin(delegation, delegation.c.delegation_id == step.delegation_id)
        .outerjoin(principal, principal.c.user_id == delegation.c.from_user_id)
        .where(step.chain_id == chain.chain_id).order_by(step.position)
    )  # fmt: skip
    return tuple(
        StepRow(row.position, row.round, row.level, row.post, row.unit_name, row.decision, row.by_name, row.for_name,
                row.waiting_since, row.decided_at, row.reason,
                tuple(people.get(row.position, ())) if row.decision is None and row.round == chain.round else ())
        for row in rows
    )  # fmt: skip


def _documents(connection: Connection, chain: Row[Any]) -> tuple[DocumentRow, ...]:
    file, storer, checker = stored_document.c, app_user.alias("storer"), app_user.alias("checker")
    rows = connection.execute(
        select(stored_document, storer.c.display_name.label("storer"), checker.c.display_name.label("checker"))
        .outerjoin(storer, storer.c.user_id == file.stored_by).outerjoin(checker, checker.c.user_id == file.checked_by)
        .where(documents_of(connection, chain)).order_by(file.document_id)
    )  # fmt: skip
    return tuple(DocumentRow(row.document_id, row.kind, row.file_name, row.media_type, row.size_bytes, row.signed_on,
                             row.storer, row.stored_at, row.checker) for row in rows)  # fmt: skip


def _names(connection: Connection, content: Mapping[str, Any]) -> dict[str, str]:
    numbers = {value for key, value in named_in(content) if key == "staff_no"}
    rows = connection.execute(select(staff.c.staff_no, staff.c.name).where(staff.c.staff_no.in_(numbers)))
    return {row.staff_no: row.name for row in rows}


def _records(connection: Connection, content: Mapping[str, Any]) -> tuple[RecordRow, ...]:
    """Return the pre-registrations that an approval rests on, then those of rivals, by the time of registration."""
    own = {value for key, value in named_in(content) if key == "prereg_no"}
    rivals = {value for key, value in named_in(content.get(RIVALS)) if key == "prereg_no"}
    record, share, held = preregistration.c, preregistration_share.c, relationship.c
    rows = connection.execute(
        select(record.prereg_no, record.registered_at, record.expires_on, staff.c.staff_no, staff.c.name,
               share.share_bp, approval_chain.c.chain_no)
        .join(preregistration_share, share.prereg_id == record.prereg_id)
        .join(staff, staff.c.staff_id == share.staff_id)
        .outerjoin(relationship, held.prereg_id == record.prereg_id)
        .outerjoin(approval_chain, approval_chain.c.chain_id == held.chain_id)
        .where(record.prereg_no.in_(own | rivals)).order_by(record.registered_at, record.prereg_no, staff.c.staff_no)
    ).all()  # fmt: skip
    by_number: dict[str, list[Any]] = {}
    for row in rows:
        by_number.setdefault(row.prereg_no, []).append(row)
    found = [RecordRow(number, lines[0].registered_at, lines[0].expires_on,
                       tuple((line.staff_no, line.name, line.share_bp) for line in lines), number not in own,
                       lines[0].chain_no if number not in own else None)
             for number, lines in by_number.items()]  # fmt: skip
    return tuple(sorted(found, key=lambda one: one.is_rival))
