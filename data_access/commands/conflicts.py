"""Settle a conflict of the register: somebody whom it does not concern says why it is in order, or what was done."""

from __future__ import annotations

from sqlalchemy import Connection, select, update

from data_access.actor import ActingUser, Actor
from data_access.audit import append_audit
from data_access.clock import now
from data_access.commands.acting import Refused, acting_as, claim_request, keep_result, require
from data_access.database import Database
from data_access.reads.conflicts import conflicts_in
from data_access.tables import client, conflict_item, relationship_share, staff
from domain.conflicts import ConflictFacts, decide_resolution
from domain.decision import Reason
from domain.register_words import ConflictState
from domain.words import Role

SETTLE_ROLES = (Role.HQ, Role.BRANCH_HEAD)
"""Roles that settle conflicts of their reach."""


def resolve_conflict(db: Database, *, actor: Actor, conflict_id: int, seen_version: int, resolution: str,
                     request_id: str) -> None:  # fmt: skip
    """Settle an open conflict with a reason, as it was seen.

    The same fault does not come back to the list while it is the same. The same ``request_id`` has one effect. Raises
    ``NotSignedIn``, ``NotAllowed``, and ``Refused``: not found (or outside the reach), settled or changed meanwhile,
    about a relationship of one's own, no reason.
    """

    def work(connection: Connection) -> None:
        user = acting_as(connection, actor, *SETTLE_ROLES)
        if claim_request(connection, request_id, "conflict", user) is not None:
            return
        facts = _read(connection, user, conflict_id)
        require(decide_resolution(facts, seen_version=seen_version, resolution=resolution.strip()))
        item = conflict_item.c
        changed = connection.execute(
            update(conflict_item)
            .where(item.conflict_id == conflict_id, item.version == seen_version,
                   item.state == ConflictState.OPEN.value)
            .values(state=ConflictState.RESOLVED.value, resolved_at=now(), resolved_by=user.user_id,
                    resolution=resolution.strip(), version=item.version + 1)
        )  # fmt: skip
        if changed.rowcount != 1:
            raise Refused(Reason("conflict.changed"))
        append_audit(connection, action="conflict.resolve", user_id=user.user_id, operator=user.operator,
                     object_kind="conflict", object_key=str(conflict_id), details={"request": request_id})  # fmt: skip
        keep_result(connection, request_id, {"conflict_id": conflict_id})

    db.transact(work)


def _read(connection: Connection, user: ActingUser, conflict_id: int) -> ConflictFacts:
    item = conflict_item.c
    row = connection.execute(
        select(conflict_item).select_from(conflict_item)
        .outerjoin(client, client.c.client_id == item.client_id).outerjoin(staff, staff.c.staff_id == item.staff_id)
        .where(item.conflict_id == conflict_id, conflicts_in(user.scope))
    ).first()  # fmt: skip
    if row is None:
        raise Refused(Reason("conflict.not_found"))
    people = set(connection.execute(
        select(relationship_share.c.staff_id).where(relationship_share.c.relationship_id == row.relationship_id)
    ).scalars()) | {row.staff_id}  # fmt: skip
    return ConflictFacts(row.conflict_id, row.state, row.version,
                         user.staff_id is not None and user.staff_id in people)  # fmt: skip
