"""Who acts: every command re-derives the acting user, role and reach inside its own transaction."""

from __future__ import annotations

import getpass
import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, select

from data_access.clock import now
from data_access.scope import FIRM, Scope, read_scope
from data_access.settings import settings
from data_access.tables import app_session, app_user
from domain.words import Role


class NotSignedIn(Exception):
    """The session is missing, ended, expired or older than a change of the account."""


class NotAllowed(Exception):
    """The acting user's role does not permit the act, or the object lies outside the reach."""


@dataclass(frozen=True)
class SessionActor:
    """A person behind a browser session, named by the token of its cookie."""

    token: str


@dataclass(frozen=True)
class OperatorActor:
    """The operator of the machine (command line, nightly run), named by the system account."""

    name: str = ""


Actor = SessionActor | OperatorActor


@dataclass(frozen=True)
class ActingUser:
    """The actor as the database knows it now. ``user_id`` is None for the operator."""

    user_id: int | None
    username: str
    display_name: str
    role: str
    unit_id: int | None
    staff_id: int | None
    scope: Scope
    must_change_password: bool = False
    language: str | None = None

    @property
    def operator(self) -> str | None:
        """The operator's name for the audit row, None for a signed-in user."""
        return self.username if self.user_id is None else None


def token_hash(token: str) -> str:
    """Return the form in which a session token is stored."""
    return hashlib.sha256(token.encode()).hexdigest()


def is_live(row: Any, moment: datetime) -> bool:
    """Tell whether a session row joined with its user holds now.

    The row has the columns of ``app_user`` and ``session_version``, ``last_seen_at``, ``expires_at``,
    ``ended_at``.
    """
    return bool(
        row.ended_at is None
        and row.disabled_at is None
        and row.session_version == row.access_version
        and moment < row.expires_at
        and moment < row.last_seen_at + timedelta(minutes=settings().idle_minutes)
    )


def acting_user(connection: Connection, actor: Actor) -> ActingUser:
    """Re-derive the actor from the database; raises ``NotSignedIn``.

    Idle and absolute expiry are checked here; touching ``last_seen_at`` is the session module's task.
    """
    if isinstance(actor, OperatorActor):
        name = actor.name or getpass.getuser()
        return ActingUser(None, name, name, Role.HQ.value, None, None, FIRM)
    row = connection.execute(
        select(
            app_user,
            app_session.c.access_version.label("session_version"),
            app_session.c.last_seen_at,
            app_session.c.expires_at,
            app_session.c.ended_at,
        )
        .join(app_session, app_session.c.user_id == app_user.c.user_id)
        .where(app_session.c.token_hash == token_hash(actor.token))
    ).first()
    if row is None or not is_live(row, now()):
        raise NotSignedIn("session")
    return user_from_row(connection, row)


def user_from_row(connection: Connection, row: object) -> ActingUser:
    """Build the acting user from an ``app_user`` row, with its reach resolved from today's org tree."""
    scope = read_scope(connection, role=row.role, unit_id=row.unit_id, staff_id=row.staff_id)  # type: ignore[attr-defined]
    return ActingUser(
        user_id=row.user_id, username=row.username, display_name=row.display_name, role=row.role,  # type: ignore[attr-defined]
        unit_id=row.unit_id, staff_id=row.staff_id, scope=scope,  # type: ignore[attr-defined]
        must_change_password=bool(row.must_change_password), language=row.language,  # type: ignore[attr-defined]
    )  # fmt: skip


def require_role(user: ActingUser, *roles: Role) -> None:
    """Raise ``NotAllowed`` unless the user holds one of the roles."""
    if user.role not in roles:
        raise NotAllowed(user.role)
