"""Sign-in counters: every guess is counted in the database before any password is hashed.

A counter holds the guesses of one window of 15 minutes. At the limit it locks until the window has passed;
refused guesses change nothing, so a lock cannot be kept alive by an attacker. Half of the promised limits per
window means that no span of 15 minutes, wherever it begins, sees more than 10 guesses on an account or 100
from an address.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, case, delete, select, update
from sqlalchemy.dialects import postgresql, sqlite

from data_access.clock import now
from data_access.tables import sign_in_counter

WINDOW = timedelta(minutes=15)
PER_ACCOUNT = 5
PER_DEVICE = 5
PER_ADDRESS = 50


@dataclass(frozen=True)
class Admission:
    """Whether a guess may reach the hash; if not, from when on the next one may."""

    allowed: bool
    retry_at: datetime | None = None


def admit(connection: Connection, limits: dict[str, int]) -> Admission:
    """Count one guess on every key (key -> limit per window); refused when any of them is full.

    Must run in a write transaction of its own that is committed before the password is looked at.
    """
    moment = now()
    keys = sorted(limits)  # one order for all, so that two transactions cannot wait for each other
    for key in keys:
        _ensure(connection, key, moment)
    rows = {
        row.key: row
        for row in connection.execute(
            select(sign_in_counter)
            .where(sign_in_counter.c.key.in_(keys))
            .order_by(sign_in_counter.c.key)
            .with_for_update()
        )
    }
    waits = [
        rows[key].window_start_at + WINDOW
        for key in keys
        if _is_open(rows[key].window_start_at, moment) and rows[key].attempts >= limits[key]
    ]
    if waits:
        return Admission(allowed=False, retry_at=max(waits))
    for key in keys:
        row = rows[key]
        still = _is_open(row.window_start_at, moment)
        attempts = row.attempts + 1 if still else 1
        start = row.window_start_at if still else moment
        connection.execute(
            update(sign_in_counter)
            .where(sign_in_counter.c.key == key)
            .values(
                window_start_at=start,
                attempts=attempts,
                locked_until=start + WINDOW if attempts >= limits[key] else None,
            )
        )
    return Admission(allowed=True)


def refund(connection: Connection, keys: list[str]) -> None:
    """Take back one counted guess on each key: the password was right."""
    connection.execute(
        update(sign_in_counter)
        .where(sign_in_counter.c.key.in_(keys))
        .values(
            attempts=case((sign_in_counter.c.attempts > 0, sign_in_counter.c.attempts - 1), else_=0), locked_until=None
        )
    )


def clear(connection: Connection, key: str) -> None:
    """Forget the guesses of one key: an administrator unlocks the account."""
    connection.execute(delete(sign_in_counter).where(sign_in_counter.c.key == key))


def locked_until(connection: Connection, key: str) -> datetime | None:
    """Return when the lock of a key ends, None when it is not locked."""
    until = connection.execute(select(sign_in_counter.c.locked_until).where(sign_in_counter.c.key == key)).scalar()
    return until if until is not None and until > now() else None


def forget_old(connection: Connection) -> None:
    """Delete counters whose window has long passed."""
    connection.execute(delete(sign_in_counter).where(sign_in_counter.c.window_start_at < now() - 4 * WINDOW))


def _is_open(start: datetime, moment: datetime) -> bool:
    # a start in the future (the clock went back) still counts, for one window at most
    return start - WINDOW < moment < start + WINDOW


def _ensure(connection: Connection, key: str, moment: datetime) -> None:
    make = postgresql.insert if connection.dialect.name == "postgresql" else sqlite.insert
    connection.execute(
        make(sign_in_counter)
        .values(key=key, window_start_at=moment, attempts=0)
        .on_conflict_do_nothing(index_elements=["key"])
    )
