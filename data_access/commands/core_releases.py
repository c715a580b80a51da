"""End core relationships outside the window where facts force it: the client left, the adviser left or lost (R-33)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import Connection

from data_access.actor import Actor, NotAllowed
from data_access.audit import append_audit
from data_access.clock import business_date
from data_access.commands.acting import Refused, acting_as, claim_request, keep_result
from data_access.database import Database
from data_access.reads.core_lists import read_forced_ends
from data_access.register.confirm import release_relationship
from data_access.register.core_drafts import read_rule
from domain.decision import Reason
from domain.words import Role


@dataclass(frozen=True)
class ForcedResult:
    """What ended (relationship_no) and what did not, and why."""

    ended: list[str] = field(default_factory=list)
    refused: list[tuple[str, Reason]] = field(default_factory=list)


def end_forced(db: Database, *, actor: Actor, relationship_nos: Sequence[str], request_id: str) -> ForcedResult:
    """End core relationships whose ground stands, each with the day of its ground as the first day without it.

    Those without a ground are refused and hinder no other. Roles: those by which the type is ended. The same
    ``request_id`` gives the same result again. Raises ``NotSignedIn``, ``NotAllowed``.
    """

    def work(connection: Connection) -> ForcedResult:
        user, today = acting_as(connection, actor, *Role), business_date()
        if user.role not in read_rule(connection, today).released_by:
            raise NotAllowed(user.role)
        before = claim_request(connection, request_id, "core.forced", user)
        if before is not None:
            return ForcedResult(before[0], [(number, Reason(code, params)) for number, code, params in before[1]])
        grounds = {row["relationship_no"]: row for row in read_forced_ends(connection, user.scope, today)}
        result = ForcedResult()
        for number in dict.fromkeys(relationship_nos):
            row = grounds.get(number)
            if row is None:
                result.refused.append((number, Reason("R-33.not_forced")))
                continue
            try:
                release_relationship(connection, user_id=user.user_id, relationship_id=row["relationship_id"],
                                     valid_to=row["end_on"], reason=row["ground"])  # fmt: skip
            except Refused as refused:
                result.refused.append((number, refused.reason))
            else:
                result.ended.append(number)
        append_audit(connection, action="core.forced", user_id=user.user_id, operator=user.operator,
                     object_kind="relationship", object_key=None,
                     details={"ended": result.ended, "refused": len(result.refused)})  # fmt: skip
        keep_result(connection, request_id, [result.ended, [[number, reason.code, dict(reason.params)]
                                                            for number, reason in result.refused]])  # fmt: skip
        return result

    return db.transact(work)
