"""A small firm written row by row: places, staff, clients with a status, users with a session."""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import Connection, insert, select

from data_access.actor import SessionActor, token_hash
from data_access.clock import now
from data_access.database import Database
from data_access.tables import (
    app_session,
    app_user,
    build,
    client,
    client_spell,
    client_status,
    client_version,
    generation,
    generation_month,
    org_unit,
    staff,
    staff_capacity,
    staff_qualification,
    staff_version,
)

NOW = datetime(2024, 7, 10, 2, 0, tzinfo=UTC)
"""The moment at which tests of this book stand: 10 July 2024, 10:00 in Shanghai."""
TODAY = date(2024, 7, 10)
MONTH = 202406
UNITS = (
    ("HQ", "hq", None), ("B01", "branch", "HQ"), ("B02", "branch", "HQ"),
    ("O011", "office", "B01"), ("O012", "office", "B01"), ("O021", "office", "B02"), ("T0111", "team", "O011"),
)  # fmt: skip
STATUS_BLANKS = {
    "client_kind": "individual", "value_fen": 0, "has_row": True, "watch_count": 0, "turnover_recent_fen": 0,
    "months_undisturbed": 12, "months_known": 12,
    "months_quiet": 12, "is_active": False, "is_monthly_active": False, "new_count": 0, "lost_count": 0,
    "returned_count": 0, "filled_count": 0, "required_count": 8,
}  # fmt: skip


@dataclass
class Book:
    """Ids of the small firm by business key."""

    units: dict[str, int] = field(default_factory=dict)
    staff: dict[str, int] = field(default_factory=dict)
    clients: dict[str, int] = field(default_factory=dict)
    users: dict[str, int] = field(default_factory=dict)


def write_book(db: Database) -> Book:
    """Write the org tree, an empty published June 2024 and one user per acting role; return the ids.

    Staff: S1, S2 (O011), S3 (O012), S9 (B02). Users: hq, b01, o011, o012, o021, t0111, s1, s2, analyst, auditor.
    """
    book = Book()
    with db.writing() as connection:
        for code, kind, parent in UNITS:
            path = (
                "/"
                if parent is None
                else connection.execute(select(org_unit.c.path).where(org_unit.c.unit_code == parent)).scalar_one()
            )
            book.units[code] = connection.execute(
                insert(org_unit).values(
                    unit_code=code,
                    name=f"Unit {code}",
                    kind=kind,
                    parent_id=book.units.get(parent or ""),
                    path=f"{path}{code}/",
                )
            ).inserted_primary_key[0]
        connection.execute(
            insert(generation).values(generation_id=1, run_id=1, is_current=True, published_at=NOW, last_month=MONTH)
        )
        connection.execute(
            insert(build).values(
                build_id=1,
                month=MONTH,
                rule_version=1,
                run_id=1,
                known_batch_id=None,
                built_at=NOW - timedelta(hours=8),
            )
        )
        connection.execute(insert(generation_month).values(generation_id=1, month=MONTH, build_id=1))
        for number, unit in (("S1", "O011"), ("S2", "O011"), ("S3", "O012"), ("S9", "O021")):
            add_staff(connection, book, number, unit=unit)
        for name, role, unit in (
            ("hq", "hq", "HQ"),
            ("b01", "branch_head", "B01"),
            ("o011", "office_head", "O011"),
            ("o012", "office_head", "O012"),
            ("o021", "office_head", "O021"),
            ("t0111", "office_head", "T0111"),
            ("analyst", "analyst", "B01"),
            ("auditor", "auditor", "HQ"),
        ):
            add_user(connection, book, name, role=role, unit=unit)
        for number in ("S1", "S2"):
            add_user(connection, book, number.lower(), role="staff", unit="O011", staff_no=number)
    return book


def add_staff(
    connection: Connection,
    book: Book,
    staff_no: str,
    *,
    unit: str = "O011",
    category: str = "adviser",
    licence: tuple[date, date | None] | None = (date(2015, 1, 1), None),
    **fields: object,
) -> int:
    """Add a staff member, licensed unless ``licence`` is None."""
    key = connection.execute(
        insert(staff).values(
            staff_no=staff_no,
            name=f"Name {staff_no}",
            category=category,
            unit_id=book.units[unit],
            **fields,
        )
    ).inserted_primary_key[0]
    connection.execute(
        insert(staff_version).values(staff_id=key, category=category, unit_id=book.units[unit], loaded_at=NOW)
    )
    if licence:
        connection.execute(
            insert(staff_qualification).values(staff_id=key, kind="licence", valid_from=licence[0], valid_to=licence[1])
        )
    book.staff[staff_no] = key
    return int(key)


def set_ceiling(connection: Connection, book: Book, staff_no: str, ceiling: int, *, capacity: int = 100) -> None:
    """Give a person an own ceiling of open tasks, in force since long ago."""
    connection.execute(
        insert(staff_capacity).values(
            staff_id=book.staff[staff_no],
            valid_from=date(2020, 1, 1),
            capacity=capacity,
            ceiling=ceiling,
            set_by=1,
            set_at=NOW,
        )
    )


def add_user(
    connection: Connection,
    book: Book,
    username: str,
    *,
    role: str,
    unit: str | None = None,
    staff_no: str | None = None,
    must_change_password: bool = False,
) -> int:
    """Add an account; a session for it is made by ``signed_in``."""
    key = connection.execute(
        insert(app_user).values(
            username=username,
            display_name=f"User {username}",
            role=role,
            unit_id=book.units[unit] if unit else None,
            staff_id=book.staff[staff_no] if staff_no else None,
            must_change_password=must_change_password,
            access_version=1,
            created_at=NOW,
        )
    ).inserted_primary_key[0]
    book.users[username] = key
    return int(key)


def add_clients(
    connection: Connection,
    book: Book,
    numbers: list[str],
    *,
    office: str = "O011",
    status: str | None = "silent",
    spell: bool = True,
    **fields: object,
) -> None:
    """Add clients with a status in the published month; lost and archived ones get their open spell."""
    unit = book.units[office]
    branch = book.units[{"O011": "B01", "O012": "B01", "O021": "B02"}[office]]
    first = max(book.clients.values(), default=0) + 1
    ids = dict(zip(numbers, range(first, first + len(numbers)), strict=True))
    book.clients |= ids
    connection.execute(
        insert(client),
        [
            {
                "client_id": key,
                "client_no": number,
                "name": f"Client {number}",
                "kind": "individual",
                "office_id": unit,
                "opened_on": date(2015, 3, 1),
                "marketing_opt_out": False,
                "loaded_at": NOW,
                **fields,
            }
            for number, key in ids.items()
        ],
    )
    connection.execute(
        insert(client_version), [{"client_id": key, "office_id": unit, "loaded_at": NOW} for key in ids.values()]
    )
    if status is None:
        return
    connection.execute(
        insert(client_status),
        [
            {
                **STATUS_BLANKS,
                "build_id": 1,
                "client_id": key,
                "month": MONTH,
                "branch_id": branch,
                "office_id": unit,
                "status": status,
            }
            for key in ids.values()
        ],
    )
    if status in ("lost", "archived") and spell:
        connection.execute(
            insert(client_spell),
            [{"client_id": key, "kind": status, "from_on": date(2024, 2, 1)} for key in ids.values()],
        )


def signed_in(db: Database, book: Book, username: str) -> SessionActor:
    """Open a session for a user of the book and return it as an actor."""
    token = secrets.token_urlsafe(16)
    with db.writing() as connection:
        connection.execute(
            insert(app_session).values(
                token_hash=token_hash(token),
                user_id=book.users[username],
                access_version=1,
                created_at=now(),
                last_seen_at=now(),
                expires_at=now() + timedelta(hours=12),
            )
        )
    return SessionActor(token)
