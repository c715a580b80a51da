"""Settle a conflict of the register, or open it again: somebody whom it does not concern says why, as they saw it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sqlalchemy import Connection, Row, select, update

from data_access.actor import ActingUser, Actor
from data_access.audit import append_audit
from data_access.clock import now
from data_access.commands.acting import Refused, acting_as, claim_request, keep_result, require
from data_access.database import Database
from data_access.reads.conflicts import conflicts_in
from data_access.register.conflicts import Reopening, details_of, reason_of, reopenings_of, went_by_itself
from data_access.tables import client, conflict_item, relationship_share, staff
from domain.conflicts import ConflictFacts, decide_reopening, decide_resolution
from domain.decision import Decision, Reason
from domain.register_words import ConflictState
from domain.words import Role

SETTLE_ROLES = (Role.HQ, Role.BRANCH_HEAD)
"""Roles that settle conflicts of their reach and open them again."""


def resolve_conflict(db: Database, *, actor: Actor, conflict_id: int, seen_version: int, resolution: str,
                     request_id: str) -> None:  # fmt: skip
    """Settle an open conflict with a reason, as it was seen.

    The same fault does not come back to the list while it is the same. The same ``request_id`` has one effect. Raises
    ``NotSignedIn``, ``NotAllowed``, and ``Refused``: not found (or outside the reach), settled or changed meanwhile,
    about a relationship of one's own, no reason.
    """
    words = resolution.strip()

    def settled(_row: Row[Any], user: ActingUser) -> dict[str, Any]:
        return {"state": ConflictState.RESOLVED.value, "resolved_at": now(), "resolved_by": user.user_id,
                "resolution": words}  # fmt: skip

    _change(db, actor, conflict_id, seen_version, request_id, "conflict.resolve",
            lambda facts: decide_resolution(facts, seen_version=seen_version, resolution=words), settled)  # fmt: skip


def reopen_conflict(db: Database, *, actor: Actor, conflict_id: int, seen_version: int, reason: str,
                    request_id: str) -> None:  # fmt: skip
    """Open a settled conflict again for a reason, as it was seen; the item keeps who settled it and with which words.

    The same ``request_id`` has one effect. Raises ``NotSignedIn``, ``NotAllowed``, and ``Refused``: not found (or
    outside the reach), open or changed meanwhile, its fault is gone, about a relationship of one's own, no reason.
    """
    words = reason.strip()

    def opened(row: Row[Any], user: ActingUser) -> dict[str, Any]:
        back = Reopening(now(), user.user_id, words, row.resolved_at, row.resolved_by, row.resolution)
        return {"state": ConflictState.OPEN.value, "resolved_at": None, "resolved_by": None, "resolution": None,
                "details": details_of(reason_of(row.details), (*reopenings_of(row.details), back))}  # fmt: skip

    _change(db, actor, conflict_id, seen_version, request_id, "conflict.reopen",
            lambda facts: decide_reopening(facts, seen_version=seen_version, reason=words), opened)  # fmt: skip


def _change(db: Database, actor: Actor, conflict_id: int, seen_version: int, request_id: str, action: str,
            decide: Callable[[ConflictFacts], Decision],
            values: Callable[[Row[Any], ActingUser], dict[str, Any]]) -> None:  # fmt: skip
    """Write what is decided about an item of the acting user's reach, once, while it stands as it was seen."""

    def work(connection: Connection) -> None:
        user = acting_as(connection, actor, *SETTLE_ROLES)
        if claim_request(connection, request_id, action, user) is not None:
            return
        row = _read(connection, user, conflict_id)
        require(decide(_facts(connection, user, row)))
        item = conflict_item.c
        changed = connection.execute(
            update(conflict_item)
            .where(item.conflict_id == conflict_id, item.version == seen_version, item.state == row.state)
            .values(**values(row, user), version=item.version + 1)
        )
        if changed.rowcount != 1:
            raise Refused(Reason("conflict.changed"))
        append_audit(connection, action=action, user_id=user.user_id, operator=user.operator,
                     object_kind="conflict", object_key=str(conflict_id), details={"request": request_id})  # fmt: skip
        keep_result(connection, request_id, {"conflict_id": conflict_id})

    db.transact(work)


def _read(connection: Connection, user: ActingUser, conflict_id: int) -> Row[Any]:
    item = conflict_item.c
    row: Row[Any] | None = connection.execute(
        select(conflict_item).select_from(conflict_item)
        .outerjoin(client, client.c.client_id == item.client_id).outerjoin(staff, staff.c.staff_id == item.staff_id)
        .where(item.conflict_id == conflict_id, conflicts_in(user.scope))
    ).first()  # fmt: skip
    if row is None:
        raise Refused(Reason("conflict.not_found"))
    return row


def _facts(connection: Connection, user: ActingUser, row: Row[Any]) -> ConflictFacts:
    people = set(connection.execute(
        select(relationship_share.c.staff_id).where(relationship_share.c.relationship_id == row.relationship_id)
    ).scalars()) | {row.staff_id}  # fmt: skip
    return ConflictFacts(row.conflict_id, row.state, row.version, user.staff_id is not None and user.staff_id in people,
                         went_by_itself(row.resolution, row.resolved_by))  # fmt: skip
