"""Approvals for the screens: the queue of a reader, all approvals of the reach, and one with all its evidence."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, and_, func, select

from data_access.actor import ActingUser
from data_access.clock import business_date, now
from data_access.register.approvers import read_approver, read_chain_facts
from data_access.register.candidates import Candidate, read_candidates
from data_access.register.chains import read_parties
from data_access.register.documents_on_file import documents_of
from data_access.register.visible_chains import chains_for
from data_access.tables import (
    app_user,
    approval_candidate,
    approval_chain,
    approval_step,
    client,
    delegation,
    org_unit,
    stored_document,
)
from domain.approvals import OPEN_CHAIN_STATES, Press, decide_step
from domain.decision import Reason
from domain.identity import mask_name
from domain.register_words import ChainState, StepDecision

PAGE_ROWS = 100


@dataclass(frozen=True)
class ChainFilter:
    """Which approvals: only those that wait for the reader, states (all when empty), kinds (all when empty)."""

    mine: bool = False
    states: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()


@dataclass(frozen=True)
class ChainRow:
    """An approval on a list. ``posts``: those that are to decide now; ``waiting_since``: when it became their turn."""

    chain_id: int
    chain_no: str
    kind: str
    type: str | None
    state: str
    level: int
    last_level: int
    posts: tuple[str, ...]
    client_no: str | None
    client_name: str | None
    branch_name: str | None
    submitted_at: datetime
    waiting_since: datetime
    closed_at: datetime | None

    @property
    def waiting_days(self) -> int:
        """Days since the present level waits; of a closed approval, from its submission to its end."""
        if self.closed_at is not None:
            return (self.closed_at - self.submitted_at).days
        return (now() - self.waiting_since).days


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

    ``version`` and ``content_hash`` go back with a decision. ``may_decide``: the reader may press now; ``why_not`` says
    why not, None for those whose step it is not. ``is_own``: the reader may withdraw it, or submit it again.
    """

    row: ChainRow
    version: int
    content_hash: str
    content: Mapping[str, Any]
    steps: tuple[StepRow, ...]
    documents: tuple[DocumentRow, ...]
    may_decide: bool
    why_not: Reason | None
    is_own: bool


def read_chains(connection: Connection, user: ActingUser, asked: ChainFilter, *, offset: int = 0,
                limit: int = PAGE_ROWS) -> list[ChainRow]:  # fmt: skip
    """Return approvals that the user may see, those that wait longest first."""
    chain = approval_chain.c
    wanted: list[ColumnElement[bool]] = [chains_for(user)]
    if asked.mine:
        wanted.append(chain.chain_id.in_(_waiting_for(connection, user)))
    if asked.states:
        wanted.append(chain.state.in_(asked.states))
    if asked.kinds:
        wanted.append(chain.kind.in_(asked.kinds))
    rows = connection.execute(
        _rows().where(*wanted).order_by(chain.closed_at.is_not(None), chain.level_since, chain.chain_id)
        .offset(offset).limit(limit)
    ).all()  # fmt: skip
    return _chain_rows(connection, user, rows)


def count_waiting(connection: Connection, user: ActingUser) -> int:
    """Return how many approvals wait for the user's decision."""
    return len(_waiting_for(connection, user))


def read_chain(connection: Connection, user: ActingUser, chain_no: str) -> ChainDetail | None:
    """Return one approval with its evidence; None when there is none or the user may not see it."""
    chain = connection.execute(
        select(approval_chain).where(approval_chain.c.chain_no == chain_no, chains_for(user))
    ).first()
    if chain is None:
        return None
    row = _chain_rows(connection, user, connection.execute(_rows().where(
        approval_chain.c.chain_id == chain.chain_id)).all())[0]  # fmt: skip
    facts = read_chain_facts(connection, chain)
    step, approver, _ = read_approver(connection, user, chain, facts)
    press = Press(chain.level, chain.version, chain.content_hash, StepDecision.APPROVED)
    decision = decide_step(facts, step, approver, press)
    parties = read_parties(connection, chain)
    is_open = chain.state in [state.value for state in OPEN_CHAIN_STATES]
    content = json.loads(chain.content)
    return ChainDetail(
        row, chain.version, chain.content_hash, content, _steps(connection, chain), _documents(connection, chain),
        may_decide=bool(decision) and user.user_id is not None,
        why_not=None if decision or not approver.was_named or not is_open else decision.reason,
        is_own=is_open and (user.user_id in parties.registered or user.staff_id in parties.holders),
    )  # fmt: skip


def _waiting_for(connection: Connection, user: ActingUser) -> list[int]:
    """Return the ids of the approvals whose present level a user may decide today, as far as the posts go."""
    chain, step, candidate = approval_chain.c, approval_step.c, approval_candidate.c
    rows = connection.execute(
        select(chain.chain_id, chain.office_id, chain.type, step.post, step.unit_id)
        .join(approval_step, and_(step.chain_id == chain.chain_id, step.level == chain.level,
                                  step.round == chain.round, step.decision.is_(None)))
        .join(approval_candidate, and_(candidate.chain_id == chain.chain_id, candidate.position == step.position))
        .where(chain.state == ChainState.RUNNING.value, candidate.user_id == user.user_id)
    ).all()  # fmt: skip
    today, known = business_date(), dict[tuple[Any, ...], Mapping[int, Candidate]]()
    found = set()
    for row in rows:
        place = (row.post, row.unit_id, row.office_id, row.type)
        if place not in known:
            known[place] = read_candidates(connection, post=row.post, unit_id=row.unit_id, office_id=row.office_id,
                                           relation_type=row.type, on=today)  # fmt: skip
        if user.user_id in known[place]:
            found.add(int(row.chain_id))
    return sorted(found)


def _rows() -> Any:
    chain = approval_chain.c
    last = (
        select(func.max(approval_step.c.level)).where(approval_step.c.chain_id == chain.chain_id)
        .correlate(approval_chain).scalar_subquery()
    )  # fmt: skip
    return (
        select(approval_chain, client.c.client_no, client.c.name.label("client_name"),
               org_unit.c.name.label("branch_name"), last.label("last_level"))
        .outerjoin(client, client.c.client_id == chain.client_id)
        .outerjoin(org_unit, org_unit.c.unit_id == chain.branch_id)
    )  # fmt: skip


def _chain_rows(connection: Connection, user: ActingUser, rows: Sequence[Row[Any]]) -> list[ChainRow]:
    step = approval_step.c
    now_due: dict[int, list[str]] = {}
    due = connection.execute(
        select(step.chain_id, step.post).join(approval_chain, approval_chain.c.chain_id == step.chain_id)
        .where(step.chain_id.in_([row.chain_id for row in rows]), step.round == approval_chain.c.round,
               step.level == approval_chain.c.level, step.decision.is_(None))
        .order_by(step.position)
    )  # fmt: skip
    for entry in due:
        now_due.setdefault(entry.chain_id, []).append(entry.post)
    open_states = [state.value for state in OPEN_CHAIN_STATES]
    return [
        ChainRow(
            row.chain_id, row.chain_no, row.kind, row.type, row.state, row.level, row.last_level,
            tuple(dict.fromkeys(now_due.get(row.chain_id, ()))) if row.state in open_states else (), row.client_no,
            mask_name(row.client_name) if row.client_name and user.scope.masks_names else row.client_name,
            row.branch_name, row.submitted_at, row.level_since, row.closed_at,
        )
        for row in rows
    ]  # fmt: skip


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
