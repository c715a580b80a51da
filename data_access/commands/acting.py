"""What every command starts with: the acting user, a refusal that carries its reason, one effect per request."""

from __future__ import annotations

import json
from typing import Any

from sqlalchemy import Connection, select, update
from sqlalchemy.dialects import postgresql, sqlite

from data_access.actor import ActingUser, Actor, NotAllowed, acting_user, require_role
from data_access.clock import now
from data_access.tables import handled_request
from domain.decision import Decision, Reason
from domain.reasons import reason_text
from domain.words import Role, Word, codes


class Refused(Exception):
    """The command did nothing; ``reason`` says why."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason_text(reason))
        self.reason = reason


def require(decision: Decision) -> None:
    """Raise ``Refused`` unless the decision allows."""
    if not decision:
        raise Refused(decision.reason)


def require_word(field: str, value: str, words: type[Word]) -> None:
    """Raise ``Refused`` unless a value is a code of a closed list."""
    if value not in codes(words):
        raise Refused(Reason("word.unknown", {"value": value, "field": field}))


def acting_as(connection: Connection, actor: Actor, *roles: Role) -> ActingUser:
    """Re-derive the acting user and hold the role; raises ``NotSignedIn`` or ``NotAllowed``.

    A user who still has to set a password may do nothing else.
    """
    user = acting_user(connection, actor)
    require_role(user, *roles)
    if user.must_change_password:
        raise NotAllowed("password")
    return user


def insert_for(connection: Connection, table: Any) -> Any:
    """Return the engine's own ``INSERT``, which knows ``ON CONFLICT DO NOTHING``."""
    return (postgresql if connection.dialect.name == "postgresql" else sqlite).insert(table)


def claim_request(connection: Connection, request_id: str, kind: str, user: ActingUser) -> Any | None:
    """Claim a form's id for this transaction; return the earlier result when the same form was handled before.

    A second submission that runs at the same moment waits for the first. Raises ``Refused`` when the id
    belongs to another user or another command.
    """
    claimed = connection.execute(
        insert_for(connection, handled_request)
        .values(request_id=request_id, user_id=user.user_id, kind=kind, result="", at=now())
        .on_conflict_do_nothing(index_elements=["request_id"])
        .returning(handled_request.c.request_id)
    ).first()
    if claimed is not None:
        return None
    row = connection.execute(select(handled_request).where(handled_request.c.request_id == request_id)).one()
    if row.kind != kind or row.user_id != user.user_id:
        raise Refused(Reason("request.other"))
    return json.loads(row.result)


def keep_result(connection: Connection, request_id: str, result: Any) -> None:
    """Keep the result of a claimed request, to be given again on a repeat."""
    connection.execute(
        update(handled_request)
        .where(handled_request.c.request_id == request_id)
        .values(result=json.dumps(result, ensure_ascii=False))
    )
