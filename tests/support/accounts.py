"""Accounts for tests: one user with a known password and cheap hashes."""

from __future__ import annotations

import bcrypt
import pytest
from sqlalchemy import insert

from data_access.clock import now
from data_access.database import Database
from data_access.passwords import hash_password
from data_access.tables import app_user
from domain.words import Role

_SALT = bcrypt.gensalt
PASSWORD = "a sentence only tests know"


def cheapen_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let bcrypt make hashes of the lowest cost; comparing follows the cost in the hash."""
    monkeypatch.setattr(bcrypt, "gensalt", lambda: _SALT(4))


def seed_user(
    db: Database,
    username: str,
    *,
    role: str = Role.HQ,
    unit_id: int | None = None,
    staff_id: int | None = None,
    password: str = PASSWORD,
    must_change: bool = False,
) -> int:
    """Insert an account and return its id."""
    with db.writing() as connection:
        return int(
            connection.execute(
                insert(app_user)
                .values(
                    username=username,
                    display_name=username.title(),
                    role=str(role),
                    unit_id=unit_id,
                    staff_id=staff_id,
                    password_hash=hash_password(password),
                    must_change_password=must_change,
                    access_version=1,
                    created_at=now(),
                )
                .returning(app_user.c.user_id)
            ).scalar_one()
        )
