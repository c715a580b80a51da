"""Users: added, changed, disabled and unlocked by user administrators and headquarters; own password and language."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, func, insert, select, update

from data_access import counters
from data_access.actor import ActingUser, Actor, NotAllowed, SessionActor, acting_user, require_role
from data_access.audit import append_audit
from data_access.clock import now
from data_access.commands.acting import acting_as
from data_access.database import Database
from data_access.passwords import decide_password, hash_password, is_password, one_time_password
from data_access.permission_entries import append_entry
from data_access.sessions import account_key, end_all_sessions, insert_ticket
from data_access.tables import app_user, org_unit, staff
from domain.decision import Decision, Reason, allow, refuse
from domain.register_words import RegisterAction
from domain.words import Role

LANGUAGES = ("zh_CN", "en")
ADMINS = (Role.USER_ADMIN, Role.HQ)
FIRST_USERNAME = "admin"
UNIT_ROLES = (Role.BRANCH_HEAD, Role.BRANCH_REVIEWER, Role.OFFICE_HEAD, Role.ANALYST)


class UserRefused(Exception):
    """A change of an account that the rules refuse; ``reason`` says why."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason.code)
        self.reason = reason


@dataclass(frozen=True)
class UserRow:
    """One account as user administration shows it."""

    username: str
    display_name: str
    role: str
    unit_code: str | None
    unit_name: str | None
    staff_no: str | None
    disabled_at: datetime | None
    must_change_password: bool
    locked_until: datetime | None
    created_at: datetime


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
        **_by(actor),
    )
    append_entry(connection, action=RegisterAction.EXECUTE, user_id=user_id, role=str(role), unit_id=unit_id,
                 by_user_id=actor.user_id if actor else None)  # fmt: skip
    return secret.password


def add_user(
    db: Database, *, actor: Actor, username: str, display_name: str, role: str,
    unit_code: str | None = None, staff_no: str | None = None,
) -> str:  # fmt: skip
    """Add an account and return its one-time password; raises ``UserRefused`` or ``NotAllowed``."""
    with db.reading() as connection:
        _require_grantable(_administrator(connection, actor), role)
    secret = one_time_secret()

    def work(connection: Connection) -> str:
        user = _administrator(connection, actor)
        _require_grantable(user, role)
        unit_id, staff_id = _place(connection, unit_code, staff_no)
        return create_user(
            connection,
            username=username,
            display_name=display_name,
            role=role,
            unit_id=unit_id,
            staff_id=staff_id,
            actor=user,
            secret=secret,
        )

    return db.transact(work)


def disable_user(db: Database, *, actor: Actor, username: str) -> None:
    """Disable an account and end its sessions; nobody disables the own account or the last headquarters one."""

    def change(connection: Connection, user: ActingUser, row: Row[Any]) -> dict[str, Any]:
        _refuse_self(user, row)
        refuse_last_headquarters(connection, row)
        connection.execute(update(app_user).where(app_user.c.user_id == row.user_id).values(disabled_at=now()))
        _enter(connection, RegisterAction.WITHDRAW, user, row)
        return {}

    _change(db, actor, username, "user.disable", change)


def enable_user(db: Database, *, actor: Actor, username: str) -> None:
    """Enable a disabled account; sessions that ended stay ended."""

    def change(connection: Connection, user: ActingUser, row: Row[Any]) -> dict[str, Any]:
        connection.execute(update(app_user).where(app_user.c.user_id == row.user_id).values(disabled_at=None))
        _enter(connection, RegisterAction.EXECUTE, user, row)
        return {}

    _change(db, actor, username, "user.enable", change)


def unlock_user(db: Database, *, actor: Actor, username: str) -> None:
    """Forget the wrong guesses on an account, so that its owner can sign in at once."""

    def change(connection: Connection, _user: ActingUser, row: Row[Any]) -> dict[str, Any]:
        counters.clear(connection, account_key(row.username))
        return {}

    _change(db, actor, username, "user.unlock", change, ends_sessions=False)


def end_user_sessions(db: Database, *, actor: Actor, username: str) -> None:
    """End every session of an account."""
    _change(db, actor, username, "user.end_sessions", lambda _connection, _user, _row: {})


def reset_password(db: Database, *, actor: Actor, username: str) -> str:
    """Give an account a new one-time password, end its sessions, and return the password."""
    with db.reading() as connection:
        _administrator(connection, actor)
    secret = one_time_secret()

    def change(connection: Connection, _user: ActingUser, row: Row[Any]) -> dict[str, Any]:
        connection.execute(
            update(app_user)
            .where(app_user.c.user_id == row.user_id)
            .values(password_hash=secret.stored, must_change_password=True)
        )
        counters.clear(connection, account_key(row.username))
        return {}

    _change(db, actor, username, "user.reset_password", change)
    return secret.password


def set_role(
    db: Database, *, actor: Actor, username: str, role: str,
    unit_code: str | None = None, staff_no: str | None = None,
) -> None:  # fmt: skip
    """Change an account's role and place and end its sessions; nobody changes the own role."""

    def change(connection: Connection, user: ActingUser, row: Row[Any]) -> dict[str, Any]:
        _refuse_self(user, row)
        _require_grantable(user, role)
        unit_id, staff_id = _place(connection, unit_code, staff_no)
        decision = decide_user(username=row.username, role=role, unit_id=unit_id, staff_id=staff_id)
        if not decision:
            raise UserRefused(decision.reason)
        if role != Role.HQ:
            refuse_last_headquarters(connection, row)
        connection.execute(
            update(app_user)
            .where(app_user.c.user_id == row.user_id)
            .values(role=str(role), unit_id=unit_id, staff_id=staff_id)
        )
        append_entry(connection, action=RegisterAction.CHANGE, user_id=row.user_id, role=str(role), unit_id=unit_id,
                     by_user_id=user.user_id)  # fmt: skip
        return {"role": str(role), "unit_id": unit_id, "staff_id": staff_id}

    _change(db, actor, username, "user.set_role", change)


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


def read_users(connection: Connection, user: ActingUser) -> list[UserRow]:
    """Return every account by name; raises ``NotAllowed`` unless the user may administer users."""
    require_role(user, *ADMINS)
    rows = connection.execute(
        select(app_user, org_unit.c.unit_code, org_unit.c.name.label("unit_name"), staff.c.staff_no)
        .outerjoin(org_unit, org_unit.c.unit_id == app_user.c.unit_id)
        .outerjoin(staff, staff.c.staff_id == app_user.c.staff_id)
        .order_by(app_user.c.username)
    ).all()
    return [
        UserRow(row.username, row.display_name, row.role, row.unit_code, row.unit_name, row.staff_no,
                row.disabled_at, bool(row.must_change_password),
                counters.locked_until(connection, account_key(row.username)), row.created_at)
        for row in rows
    ]  # fmt: skip


def ensure_first_user(db: Database) -> str | None:
    """Create the first headquarters account when there is no account at all; return its one-time password."""

    def work(connection: Connection) -> str | None:
        if connection.execute(select(func.count()).select_from(app_user)).scalar_one():
            return None
        return create_user(connection, username=FIRST_USERNAME, display_name="Administrator", role=Role.HQ)

    return db.transact(work)


def _change(db: Database, actor: Actor, username: str, action: str, change: Any, *, ends_sessions: bool = True) -> None:
    """Run one administrative change on one account: rights, row, change, end of sessions, audit."""

    def work(connection: Connection) -> None:
        user = _administrator(connection, actor)
        row = connection.execute(
            select(app_user).where(app_user.c.username == username.strip().casefold()).with_for_update()
        ).first()
        if row is None:
            raise UserRefused(Reason("user.unknown", {"username": username}))
        if row.role == Role.HQ and user.role != Role.HQ:
            raise NotAllowed(user.role)  # a user administrator cannot take over headquarters
        details = change(connection, user, row)
        if ends_sessions:
            end_all_sessions(connection, row.user_id, action)
        append_audit(
            connection, action=action, object_kind="user", object_key=str(row.user_id), details=details, **_by(user)
        )

    db.transact(work)


def _administrator(connection: Connection, actor: Actor) -> ActingUser:
    return acting_as(connection, actor, *ADMINS)


def may_grant(user: ActingUser, role: str) -> bool:
    """Tell whether the user may give an account this role: only headquarters makes headquarters."""
    return role != Role.HQ or user.role == Role.HQ


def _require_grantable(user: ActingUser, role: str) -> None:
    if not may_grant(user, role):
        raise NotAllowed(user.role)


def _place(connection: Connection, unit_code: str | None, staff_no: str | None) -> tuple[int | None, int | None]:
    unit_id = staff_id = None
    if unit_code:
        unit_id = connection.execute(select(org_unit.c.unit_id).where(org_unit.c.unit_code == unit_code)).scalar()
        if unit_id is None:
            raise UserRefused(Reason("user.unknown_unit", {"unit_code": unit_code}))
    if staff_no:
        staff_id = connection.execute(select(staff.c.staff_id).where(staff.c.staff_no == staff_no)).scalar()
        if staff_id is None:
            raise UserRefused(Reason("user.unknown_staff", {"staff_no": staff_no}))
    return unit_id, staff_id


def _refuse_self(user: ActingUser, row: Row[Any]) -> None:
    if user.user_id == row.user_id:
        raise UserRefused(Reason("user.self"))


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


def _enter(connection: Connection, action: RegisterAction, user: ActingUser, row: Row[Any]) -> None:
    append_entry(connection, action=action, user_id=row.user_id, role=row.role, unit_id=row.unit_id,
                 by_user_id=user.user_id)  # fmt: skip


def _by(user: ActingUser | None) -> dict[str, Any]:
    return {"user_id": user.user_id, "operator": user.operator} if user else {"operator": "system"}
