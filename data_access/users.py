"""Users: added, changed, disabled and unlocked by user administrators and headquarters."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select, update

from data_access import counters
from data_access.actor import ActingUser, Actor, NotAllowed, require_role
from data_access.audit import append_audit
from data_access.clock import now
from data_access.commands.acting import acting_as
from data_access.database import Database
from data_access.permission_entries import append_entry
from data_access.sessions import account_key, end_all_sessions
from data_access.tables import app_user, org_unit, staff
from data_access.user_accounts import (
    UserRefused,
    acted_by,
    create_user,
    decide_user,
    may_grant,
    one_time_secret,
    refuse_last_headquarters,
)
from domain.decision import Reason
from domain.register_words import RegisterAction
from domain.words import Role

ADMINS = (Role.USER_ADMIN, Role.HQ)


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
            connection,
            action=action,
            object_kind="user",
            object_key=str(row.user_id),
            details=details,
            **acted_by(user),
        )

    db.transact(work)


def _administrator(connection: Connection, actor: Actor) -> ActingUser:
    return acting_as(connection, actor, *ADMINS)


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


def _enter(connection: Connection, action: RegisterAction, user: ActingUser, row: Row[Any]) -> None:
    append_entry(connection, action=action, user_id=row.user_id, role=row.role, unit_id=row.unit_id,
                 by_user_id=user.user_id)  # fmt: skip
