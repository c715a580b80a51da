"""A chain as the rules see it, and what the acting user is to it."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, Row, select

from data_access.actor import ActingUser
from data_access.clock import business_date
from data_access.register.candidates import read_candidates
from data_access.register.chains import read_parties
from data_access.tables import app_user, approval_candidate, approval_step, delegation
from domain.approvals import Approver, ChainFacts, StepFacts


def read_chain_facts(connection: Connection, chain: Row[Any]) -> ChainFacts:
    """Return a chain and the steps of its present round as the rules see them."""
    step = approval_step.c
    rows = connection.execute(
        select(step.position, step.level, step.post, step.decision, step.decided_by, delegation.c.from_user_id)
        .outerjoin(delegation, delegation.c.delegation_id == step.delegation_id)
        .where(step.chain_id == chain.chain_id, step.round == chain.round).order_by(step.position)
    )  # fmt: skip
    return ChainFacts(chain.chain_no, chain.state, chain.level, chain.version, chain.content_hash, tuple(
        StepFacts(row.position, row.level, row.post, row.decision, row.decided_by, row.from_user_id or row.decided_by)
        for row in rows
    ))  # fmt: skip


def read_approver(connection: Connection, user: ActingUser, chain: Row[Any],
                  facts: ChainFacts) -> tuple[StepFacts | None, Approver, int | None]:  # fmt: skip
    """Return the user's undecided step of the present level, the user as an approver of it, and the delegation used."""
    candidate = approval_candidate.c
    named = set(connection.execute(
        select(candidate.position).where(candidate.chain_id == chain.chain_id, candidate.user_id == user.user_id)
    ).scalars())  # fmt: skip
    theirs = [step for step in facts.steps if step.level == facts.level and step.position in named]
    step = next((step for step in theirs if step.decision is None), None)
    me = int(user.user_id or 0)
    if step is None:
        return None, Approver(me, me, was_named=bool(theirs)), None
    place = connection.execute(
        select(approval_step.c.unit_id).where(approval_step.c.chain_id == chain.chain_id,
                                              approval_step.c.position == step.position)
    ).scalar()  # fmt: skip
    today = read_candidates(connection, post=step.post, unit_id=place, office_id=chain.office_id,
                            relation_type=chain.type, on=business_date()).get(me)  # fmt: skip
    principal = today.principal_id if today else me
    parties = read_parties(connection, chain)
    people = {me, principal}
    holders = set(connection.execute(select(app_user.c.staff_id).where(app_user.c.user_id.in_(people))).scalars())
    entered = parties.registered | parties.rivals
    approver = Approver(me, principal, holds_post=today is not None, registered=bool(people & entered),
                        would_hold=bool(holders & parties.holders))  # fmt: skip
    return step, approver, today.delegation_id if today else None
