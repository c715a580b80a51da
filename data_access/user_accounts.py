"""What an account may look like, and making one: inside an import, the demo, an administrator's act, or the first."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select

from data_access.actor import ActingUser
from data_access.audit import append_audit
from data_access.clock import now
from data_access.database import Database
from data_access.passwords import hash_password, one_time_password
from data_access.permission_entries import append_entry
from data_access.tables import app_user
from domain.decision import Decision, Reason, allow, refuse
from domain.register_words import RegisterAction
from domain.words import Role

FIRST_USERNAME = "admin"
UNIT_ROLES = (Role.BRANCH_HEAD, Role.BRANCH_REVIEWER, Role.OFFICE_HEAD, Role.ANALYST)


class UserRefused(Exception):
    """A change of an account that the rules refuse; ``reason`` says why."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.code)
        self.reason = reason


@dataclass(frozen=True)
class Secret:
    """A one-time password and its slow hash, made before the transaction that stores the hash."""

    password: str = field(repr=False)
    stored: str = field(repr=False)


def one_time_secret() -> Secret:
    """Return a fresh one-time password with its hash; takes a good part of a second."""
    password = one_time_password()
    return Secret(password, hash_password(password))


def decide_user(*, username: str, role: str, unit_id: int | None, staff_id: int | None) -> Decision:
    """Decide whether an account may look like this: a plain name, a known role, and the place the role needs."""
    if not (2 <= len(username) <= 64) or not all(mark.isalnum() or mark in "._-@" for mark in username):
        return refuse("user.username", username=username)
    if role not in {word.value for word in Role}:
        return refuse("user.role", role=role)
    if role in UNIT_ROLES and unit_id is None:
        return refuse("user.needs_unit", role=role)
    if role == Role.STAFF and staff_id is None:
        return refuse("user.needs_staff", role=role)
    return allow("user.accepted")


def create_user(
    connection: Connection,
    *,
    username: str,
    display_name: str,
    role: str,
    unit_id: int | None = None,
    staff_id: int | None = None,
    batch_id: int | None = None,
    actor: ActingUser | None = None,
    secret: Secret | None = None,
) -> str:
    """Add an account in the caller's transaction and return its one-time password.

    The name is kept in lower case; ``secret`` spares the transaction the hashing. Raises ``UserRefused``
    (reason codes ``user.*``). The caller has checked the rights; ``add_user`` does both.
    """
    name = username.strip().casefold()
    decision = decide_user(username=name, role=role, unit_id=unit_id, staff_id=staff_id)
    if not decision:
        raise UserRefused(decision.reason)
    if connection.execute(select(app_user.c.user_id).where(app_user.c.username == name)).first():
        raise UserRefused(Reason("user.exists", {"username": name}))
    secret = secret or one_time_secret()
    user_id = connection.execute(
        insert(app_user)
        .values(
            username=name,
            display_name=display_name,
            role=str(role),
            unit_id=unit_id,
            staff_id=staff_id,
            password_hash=secret.stored,
            must_change_password=True,
            access_version=1,
            created_at=now(),
            batch_id=batch_id,
        )
        .returning(app_user.c.user_id)
    ).scalar_one()
    append_audit(
        connection,
        action="user.create",
        object_kind="user",
        object_key=str(user_id),
        details={"role": str(role), "unit_id": unit_id, "staff_id": staff_id},
        **acted_by(actor),
    )
    append_entry(connection, action=RegisterAction.EXECUTE, user_id=user_id, role=str(role), unit_id=unit_id,
                 by_user_id=actor.user_id if actor else None)  # fmt: skip
    return secret.password


def ensure_first_user(db: Database) -> str | None:
    """Create the first headquarters account when there is no account at all; return its one-time password."""

    def work(connection: Connection) -> str | None:
        if connection.execute(select(func.count()).select_from(app_user)).scalar_one():
            return None
        return create_user(connection, username=FIRST_USERNAME, display_name="Administrator", role=Role.HQ)

    return db.transact(work)


def may_grant(user: ActingUser, role: str) -> bool:
    """Tell whether the user may give an account this role: only headquarters makes headquarters."""
    return role != Role.HQ or user.role == Role.HQ


def refuse_last_headquarters(connection: Connection, row: Row[Any]) -> None:
    """Raise ``UserRefused`` when an account is the last of headquarters that can sign in."""
    if row.role != Role.HQ or row.disabled_at is not None:
        return
    others = connection.execute(
        select(func.count())
        .select_from(app_user)
        .where(app_user.c.role == Role.HQ.value, app_user.c.disabled_at.is_(None), app_user.c.user_id != row.user_id)
    ).scalar_one()
    if not others:
        raise UserRefused(Reason("user.last_hq"))


def acted_by(user: ActingUser | None) -> dict[str, Any]:
    """Return who acted, as an audit row names them; None: the system."""
    return {"user_id": user.user_id, "operator": user.operator} if user else {"operator": "system"}
