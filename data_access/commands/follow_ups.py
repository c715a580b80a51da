"""Record follow-up calls: the client says whether a confirmed relationship is true (R-07)."""

from __future__ import annotations

from sqlalchemy import Connection, insert, select

from data_access.actor import ActingUser, Actor
from data_access.audit import append_audit
from data_access.clock import now
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
from data_access.reads.follow_ups import SETTING
from data_access.reads.register import relationship_in
from data_access.register.conflicts import open_conflicts
from data_access.register.faults import Fault
from data_access.tables import app_setting, follow_up, relationship, relationship_share
from domain.decision import Reason
from domain.follow_ups import DAYS_LIMIT, FollowUpFacts, decide_follow_up
from domain.register_words import ConflictKind, FollowUpResult
from domain.words import RelationshipState, Role

CALL_ROLES = (Role.HQ, Role.BRANCH_HEAD, Role.BRANCH_REVIEWER, Role.OFFICE_HEAD)
"""Roles that record follow-up calls for their reach; the holders do not ask about themselves."""


def record_follow_up(db: Database, *, actor: Actor, relationship_no: str, result: str, note: str = "",
                     request_id: str) -> int:  # fmt: skip
    """Record a call about a confirmed relationship and return its id; the moment is the server's.

    A client who does not know the holder opens a conflict: the relationship is under review. The same ``request_id``
    has one effect. Raises ``NotSignedIn``, ``NotAllowed``, and ``Refused`` (not found or outside the reach, not
    confirmed, a relationship of one's own, an unknown result, a long note).
    """
    require_word("result", result, FollowUpResult)

    def work(connection: Connection) -> int:
        user = acting_as(connection, actor, *CALL_ROLES)
        before = claim_request(connection, request_id, "follow_up", user)
        if before is not None:
            return int(before["follow_up_id"])
        row = connection.execute(
            select(relationship).where(relationship.c.relationship_no == relationship_no, relationship_in(user.scope))
        ).first()  # fmt: skip
        if row is None:
            raise Refused(Reason("relationship.not_found", {"relationship_no": relationship_no}))
        confirmed = row.state == RelationshipState.CONFIRMED
        holds = _holds(connection, user, row.relationship_id)
        require(decide_follow_up(FollowUpFacts(relationship_no, confirmed, holds), note.strip()))
        key = int(connection.execute(
            insert(follow_up).values(relationship_id=row.relationship_id, at=now(), result=result,
                                     note=note.strip() or None, by_user_id=user.user_id, request_id=request_id)
            .returning(follow_up.c.follow_up_id)
        ).scalar_one())  # fmt: skip
        if result == FollowUpResult.DISPUTED:
            kind = ConflictKind.DISPUTED.value
            open_conflicts(connection, [Fault(kind, f"{kind}:{relationship_no}:{key}", Reason("R-07.disputed"),
                                              row.client_id, row.relationship_id, None, relationship_no)])  # fmt: skip
        append_audit(connection, action="follow_up.record", user_id=user.user_id, operator=user.operator,
                     object_kind="relationship", object_key=relationship_no,
                     details={"result": result, "request": request_id})  # fmt: skip
        keep_result(connection, request_id, {"follow_up_id": key})
        return key

    return db.transact(work)


def set_follow_up_days(db: Database, *, actor: Actor, days: int) -> None:
    """Let headquarters set after how many days a missing call is late; raises ``Refused`` outside 1 to 365."""
    if not 1 <= days <= DAYS_LIMIT:
        raise Refused(Reason("rules.range", {"least": 1, "most": DAYS_LIMIT}))

    def work(connection: Connection) -> None:
        user = acting_as(connection, actor, Role.HQ)
        written = insert_for(connection, app_setting).values(key=SETTING, value=str(days))
        connection.execute(written.on_conflict_do_update(index_elements=["key"], set_={"value": str(days)}))
        append_audit(connection, action="follow_up.days", user_id=user.user_id, operator=user.operator,
                     object_kind="setting", object_key=SETTING, details={"days": days})  # fmt: skip

    db.transact(work)


def _holds(connection: Connection, user: ActingUser, relationship_id: int) -> bool:
    if user.staff_id is None:
        return False
    share = relationship_share.c
    return connection.execute(
        select(share.staff_id).where(share.relationship_id == relationship_id, share.staff_id == user.staff_id)
    ).first() is not None  # fmt: skip
