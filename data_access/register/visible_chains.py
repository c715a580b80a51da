"""Which approvals a reader sees: those of the reach, those that wait for the reader, and the reader's own."""

from __future__ import annotations

from sqlalchemy import ColumnElement, and_, or_, select, true

from data_access.actor import ActingUser
from data_access.scope import clients_in
from data_access.tables import approval_candidate, approval_chain, approval_step, client, relationship_share


def chains_for(user: ActingUser) -> ColumnElement[bool]:
    """Return the condition that keeps the approvals a user may see.

    A chain over a client follows the client; one without follows its branch company. Persons see the chains of
    relationships they would hold. Whoever may decide a step, has decided one or has submitted sees the chain.
    """
    chain, scope = approval_chain.c, user.scope
    if scope.everything:
        return true()
    theirs = select(client.c.client_id).where(clients_in(scope, client.c.client_id, client.c.office_id))
    parts: list[ColumnElement[bool]] = [chain.client_id.in_(theirs)]
    if scope.unit_ids:
        places = sorted(scope.unit_ids)
        confirming = select(approval_step.c.chain_id).where(approval_step.c.unit_id.in_(places))
        parts += [and_(chain.client_id.is_(None), chain.branch_id.in_(places)), chain.chain_id.in_(confirming)]
    if scope.staff_ids:
        held = select(relationship_share.c.relationship_id).where(
            relationship_share.c.staff_id.in_(sorted(scope.staff_ids)))  # fmt: skip
        parts.append(and_(chain.object_kind == "relationship", chain.object_id.in_(held)))
    if user.user_id is not None:
        named = select(approval_candidate.c.chain_id).where(approval_candidate.c.user_id == user.user_id)
        decided = select(approval_step.c.chain_id).where(approval_step.c.decided_by == user.user_id)
        parts += [chain.submitted_by == user.user_id, chain.chain_id.in_(named), chain.chain_id.in_(decided)]
    return or_(*parts)
