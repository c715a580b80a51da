"""Sign-in and server-side sessions: opaque tokens in a cookie, their SHA-256 in the database.

Sign-in: the form checks name and password and gets a one-time ticket bound to the browser; the browser brings
the ticket to a route that exchanges it for a session and sets the cookie. A session ends by sign-out, after
the idle time, after its absolute life, or with any change of the account's role, place, password or state.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, delete, insert, select, update

from data_access import counters
from data_access.actor import ActingUser, is_live, token_hash, user_from_row
from data_access.audit import append_audit
from data_access.clock import now
from data_access.database import Database
from data_access.keys import match_hash
from data_access.passwords import is_password
from data_access.settings import settings
from data_access.tables import app_session, app_user, sign_in_ticket

TICKET_LIFE = timedelta(seconds=60)
TOUCH_EVERY = timedelta(seconds=60)


@dataclass(frozen=True)
class SignInResult:
    """The answer to one guess: the user when the password was right, else when to try again if locked."""

    user_id: int | None = None
    retry_at: datetime | None = None

    def __bool__(self) -> bool:
        return self.user_id is not None


def account_key(username: str) -> str:
    """Return the counter key of an account, known or not, without the name itself."""
    return "user:" + hashlib.sha256(username.strip().casefold().encode("utf-8", "replace")).hexdigest()[:32]


def check_password(
    db: Database, *, username: str, password: str, address: str, device: str | None = None
) -> SignInResult:
    """Check one guess; at most the counted number of guesses reaches the hash.

    ``device`` is the value of the browser's device cookie; one that this account has signed in on before has
    a counter of its own, so that nobody can lock a person out of the own browser by guessing elsewhere.
    """
    name = username.strip().casefold()
    if is_known_device(device, name):
        limits = {"device:" + token_hash(str(device))[:32]: counters.PER_DEVICE}
    else:
        limits = {account_key(name): counters.PER_ACCOUNT, f"ip:{address}": counters.PER_ADDRESS}
    admission = db.transact(lambda connection: counters.admit(connection, limits))
    if not admission.allowed:
        return SignInResult(retry_at=admission.retry_at)
    with db.reading() as connection:
        row = connection.execute(
            select(app_user.c.user_id, app_user.c.password_hash, app_user.c.disabled_at).where(
                app_user.c.username == name
            )
        ).first()
    right = is_password(password, row.password_hash if row else None)
    accepted = right and row is not None and row.disabled_at is None

    def note(connection: Connection) -> None:
        if accepted:
            counters.refund(connection, list(limits))
        append_audit(
            connection,
            action="sign_in.accepted" if accepted else "sign_in.refused",
            user_id=row.user_id if row else None,
            operator=None if row else "unknown account",
            details={"address": address},
        )

    db.transact(note)
    return SignInResult(user_id=row.user_id if accepted and row is not None else None)


def new_device() -> str:
    """Return the value of a device cookie for a browser seen for the first time."""
    return secrets.token_urlsafe(24)


def known_device(device: str, username: str) -> str:
    """Return the device cookie's value after a sign-in: the browser's id and a seal for this account."""
    name = device.partition(".")[0]
    seal = match_hash("\n".join(("known device", name, username)))
    return f"{name}.{seal[:32]}"


def is_known_device(device: str | None, username: str) -> bool:
    """Tell whether this browser holds the seal of an earlier sign-in of the account."""
    return (
        bool(device)
        and "." in str(device)
        and hmac.compare_digest(str(device).encode(), known_device(str(device), username).encode())
    )


def issue_ticket(db: Database, *, user_id: int, device: str) -> str:
    """Make a ticket that this browser can exchange once, within a minute, for a session."""
    return db.transact(lambda connection: insert_ticket(connection, user_id=user_id, device=device))


def insert_ticket(connection: Connection, *, user_id: int, device: str) -> str:
    """Do the work of ``issue_ticket`` in the caller's transaction."""
    ticket = secrets.token_urlsafe(32)
    connection.execute(
        insert(sign_in_ticket).values(
            ticket_hash=_ticket_hash(ticket, device), user_id=user_id, expires_at=now() + TICKET_LIFE
        )
    )
    return ticket


def redeem_ticket(db: Database, *, ticket: str, device: str) -> tuple[str, str] | None:
    """Exchange a ticket for a session token and the account's name; None for any ticket that does not hold."""

    def work(connection: Connection) -> tuple[str, str] | None:
        moment = now()
        key = _ticket_hash(ticket, device)
        used = connection.execute(
            update(sign_in_ticket)
            .where(
                sign_in_ticket.c.ticket_hash == key,
                sign_in_ticket.c.used_at.is_(None),
                sign_in_ticket.c.expires_at > moment,
            )
            .values(used_at=moment)
        )
        if used.rowcount != 1:
            return None
        user = connection.execute(
            select(app_user)
            .join(sign_in_ticket, sign_in_ticket.c.user_id == app_user.c.user_id)
            .where(sign_in_ticket.c.ticket_hash == key)
        ).one()
        if user.disabled_at is not None:
            return None
        connection.execute(delete(sign_in_ticket).where(sign_in_ticket.c.expires_at < moment - timedelta(days=1)))
        counters.forget_old(connection)
        token = begin_session(connection, user_id=user.user_id, access_version=user.access_version)
        append_audit(connection, action="session.begin", user_id=user.user_id)
        return token, str(user.username)

    return db.transact(work)


def begin_session(connection: Connection, *, user_id: int, access_version: int) -> str:
    """Insert a session and return its token (256 random bits)."""
    token = secrets.token_urlsafe(32)
    moment = now()
    connection.execute(
        insert(app_session).values(
            token_hash=token_hash(token),
            user_id=user_id,
            access_version=access_version,
            created_at=moment,
            last_seen_at=moment,
            expires_at=moment + timedelta(hours=settings().session_hours),
        )
    )
    return token


def read_session_user(db: Database, token: str, *, touch: bool = True) -> ActingUser | None:
    """Return the user behind a token as the database knows it now, None when the session does not hold.

    ``touch`` moves the idle clock, in steps of a minute so that reading pages seldom writes.
    """
    if not token:
        return None
    with db.reading() as connection:
        row = connection.execute(
            select(
                app_user,
                app_session.c.access_version.label("session_version"),
                app_session.c.last_seen_at,
                app_session.c.expires_at,
                app_session.c.ended_at,
            )
            .join(app_session, app_session.c.user_id == app_user.c.user_id)
            .where(app_session.c.token_hash == token_hash(token))
        ).first()
        if row is None or not is_live(row, now()):
            return None
        user = user_from_row(connection, row)
    if touch and now() - row.last_seen_at >= TOUCH_EVERY:
        db.transact(
            lambda connection: connection.execute(
                update(app_session)
                .where(app_session.c.token_hash == token_hash(token), app_session.c.ended_at.is_(None))
                .values(last_seen_at=now())
            )
        )
    return user


def is_session_live(db: Database, token: str) -> bool:
    """Tell whether a token holds now, without resolving the user's reach and without moving the idle clock."""
    if not token:
        return False
    with db.reading() as connection:
        row = connection.execute(
            select(
                app_user.c.disabled_at,
                app_user.c.access_version,
                app_session.c.access_version.label("session_version"),
                app_session.c.last_seen_at,
                app_session.c.expires_at,
                app_session.c.ended_at,
            )
            .join(app_session, app_session.c.user_id == app_user.c.user_id)
            .where(app_session.c.token_hash == token_hash(token))
        ).first()
    return row is not None and is_live(row, now())


def end_session(db: Database, token: str, *, reason: str = "sign_out") -> None:
    """End the session of a token; one that has ended already stays as it is."""

    def work(connection: Connection) -> None:
        key = token_hash(token)
        ended = connection.execute(
            update(app_session)
            .where(app_session.c.token_hash == key, app_session.c.ended_at.is_(None))
            .values(ended_at=now(), end_reason=reason)
        )
        if ended.rowcount:
            user_id = connection.execute(
                select(app_session.c.user_id).where(app_session.c.token_hash == key)
            ).scalar_one()
            append_audit(connection, action="session.end", user_id=user_id, details={"reason": reason})

    db.transact(work)


def end_all_sessions(connection: Connection, user_id: int, reason: str) -> None:
    """End every session of an account inside the caller's transaction, by raising its access version."""
    connection.execute(
        update(app_user).where(app_user.c.user_id == user_id).values(access_version=app_user.c.access_version + 1)
    )
    connection.execute(
        update(app_session)
        .where(app_session.c.user_id == user_id, app_session.c.ended_at.is_(None))
        .values(ended_at=now(), end_reason=reason)
    )
    # a ticket in flight would begin a session of the new version
    connection.execute(
        update(sign_in_ticket)
        .where(sign_in_ticket.c.user_id == user_id, sign_in_ticket.c.used_at.is_(None))
        .values(used_at=now())
    )


def _ticket_hash(ticket: str, device: str) -> str:
    # bound to the browser that typed the password: the id part of its device cookie
    return hashlib.sha256(f"{ticket}\n{device.partition('.')[0]}".encode()).hexdigest()
