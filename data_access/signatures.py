"""Signing an act with the own password: guesses are counted, and the signature holds for one act."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import Connection, select

from data_access import counters
from data_access.actor import ActingUser, Actor, NotAllowed, acting_user
from data_access.commands.acting import Refused
from data_access.database import Database
from data_access.passwords import is_password
from data_access.tables import app_user
from domain.decision import Reason


@dataclass(frozen=True)
class Signature:
    """A password that was right a moment ago: whose, and the hash it was compared with."""

    user_id: int
    stored: str = field(repr=False)


def sign(db: Database, *, actor: Actor, password: str) -> Signature:
    """Compare the acting user's password, outside the transaction of the act, since hashing takes its time.

    Raises ``NotSignedIn``, ``NotAllowed`` for the operator, ``Refused`` (``sign.wrong``, ``sign.locked``).
    """
    with db.reading() as connection:
        user = acting_user(connection, actor)
        if user.user_id is None:
            raise NotAllowed("operator")
        stored = _stored(connection, user.user_id)
    key = f"sign:{user.user_id}"
    if not db.transact(lambda connection: counters.admit(connection, {key: counters.PER_ACCOUNT})).allowed:
        raise Refused(Reason("sign.locked"))
    if stored is None or not is_password(password, stored):
        raise Refused(Reason("sign.wrong"))
    db.transact(lambda connection: counters.clear(connection, key))
    return Signature(user.user_id, stored)


def require_signature(connection: Connection, user: ActingUser, signature: Signature) -> None:
    """Raise ``Refused`` unless the signature is the acting user's and its password still holds."""
    if user.user_id != signature.user_id or _stored(connection, signature.user_id) != signature.stored:
        raise Refused(Reason("sign.wrong"))


def _stored(connection: Connection, user_id: int) -> str | None:
    return connection.execute(select(app_user.c.password_hash).where(app_user.c.user_id == user_id)).scalar()
