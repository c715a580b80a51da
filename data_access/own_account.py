"""What people change of their own account: the password and the language."""

from __future__ import annotations

from sqlalchemy import Connection, select, update

from data_access import counters
from data_access.actor import Actor, SessionActor, acting_user
from data_access.audit import append_audit
from data_access.database import Database
from data_access.passwords import decide_password, hash_password, is_password
from data_access.sessions import end_all_sessions, insert_ticket
from data_access.tables import app_user
from data_access.user_accounts import UserRefused
from domain.decision import Reason

LANGUAGES = ("zh_CN", "en")


def change_own_password(db: Database, *, actor: SessionActor, current: str, new: str, device: str) -> str:
    """Change the acting user's password, end all its sessions and return a sign-in ticket for this browser.

    Raises ``UserRefused`` with the reason of ``decide_password``, ``password.current_wrong`` (counted like a
    guess), ``password.same`` or ``password.locked``.
    """
    with db.reading() as connection:
        user = acting_user(connection, actor)
        user_id = int(user.user_id or 0)
        stored = connection.execute(select(app_user.c.password_hash).where(app_user.c.user_id == user_id)).scalar_one()
    decision = decide_password(new, username=user.username, display_name=user.display_name)
    if not decision:
        raise UserRefused(decision.reason)
    key = f"change:{user_id}"
    if not db.transact(lambda connection: counters.admit(connection, {key: counters.PER_ACCOUNT})).allowed:
        raise UserRefused(Reason("password.locked"))
    if not is_password(current, stored):
        raise UserRefused(Reason("password.current_wrong"))
    if is_password(new, stored):
        raise UserRefused(Reason("password.same"))
    fresh = hash_password(new)

    def work(connection: Connection) -> str:
        acting_user(connection, actor)
        changed = connection.execute(
            update(app_user)
            .where(app_user.c.user_id == user_id, app_user.c.password_hash == stored)
            .values(password_hash=fresh, must_change_password=False)
        )
        if changed.rowcount != 1:
            raise UserRefused(Reason("password.current_wrong"))  # changed elsewhere in the meantime
        end_all_sessions(connection, user_id, "user.change_password")
        counters.clear(connection, key)
        append_audit(
            connection, action="user.change_password", user_id=user_id, object_kind="user", object_key=str(user_id)
        )
        return insert_ticket(connection, user_id=user_id, device=device)

    return db.transact(work)


def set_language(db: Database, *, actor: Actor, language: str) -> None:
    """Remember the acting user's language (``zh_CN`` or ``en``); raises ``ValueError`` on another."""
    if language not in LANGUAGES:
        raise ValueError(language)

    def work(connection: Connection) -> None:
        user = acting_user(connection, actor)
        connection.execute(update(app_user).where(app_user.c.user_id == user.user_id).values(language=language))

    db.transact(work)
