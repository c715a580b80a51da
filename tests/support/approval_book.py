"""The small book with the persons of the approvals: named reviewers, heads of both branch companies, a deputy."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import Connection, insert, select

from data_access.actor import SessionActor
from data_access.commands.approvals import ChainOutcome, decide_step_of_chain
from data_access.database import Database
from data_access.reads.type_rules import read_type_rules
from data_access.register.chains import open_chain
from data_access.register.numbers import next_id, relationship_number
from data_access.tables import app_user, approval_chain, post_holder, relationship, relationship_share
from tests.support.book_rows import NOW, TODAY, Book, add_clients, add_user, signed_in, write_book

EVENT_ON = date(2024, 7, 8)
PEOPLE = (
    ("opening", "branch_reviewer", "B01"), ("outlet", "branch_reviewer", "B01"), ("special", "branch_reviewer", "B01"),
    ("stock", "branch_reviewer", "B01"), ("deputy", "branch_reviewer", "B01"), ("b02", "branch_head", "B02"),
    ("opening2", "branch_reviewer", "B02"), ("hq2", "hq", "HQ"), ("admin", "user_admin", "HQ"),
)  # fmt: skip
POSTS = (
    ("opening_review", "B01", "opening"), ("outlet_review", "B01", "outlet"), ("special_review", "B01", "special"),
    ("stock_approval", "B01", "stock"), ("stock_release", "B01", "stock"), ("opening_review", "B02", "opening2"),
)  # fmt: skip


def write_approval_book(db: Database) -> Book:
    """Write the small book with posts named from the beginning of the year, and client C1 of O011."""
    book = write_book(db)
    with db.writing() as connection:
        for name, role, unit in PEOPLE:
            add_user(connection, book, name, role=role, unit=unit)
        add_clients(connection, book, ["C1", "C2", "C3"], status=None)
        connection.execute(insert(post_holder), [
            {"post": post, "unit_id": book.units[unit], "type": "", "user_id": book.users[name],
             "valid_from": date(2024, 1, 1), "named_at": NOW} for post, unit, name in POSTS
        ])  # fmt: skip
    return book


def pending_relationship(
    connection: Connection, book: Book, *, client: str = "C1", relation_type: str = "new_development",
    holders: Mapping[str, int] | None = None, valid_from: date = EVENT_ON, created_by: str | None = None,
) -> int:  # fmt: skip
    """Write a relationship that waits for its approval, and return its id."""
    key = next_id(connection, relationship)
    connection.execute(insert(relationship).values(
        relationship_id=key, relationship_no=relationship_number(key), client_id=book.clients[client],
        type=relation_type, state="pending", valid_from=valid_from, created_at=NOW, version=1,
        created_by=book.users[created_by] if created_by else None,
    ))  # fmt: skip
    connection.execute(insert(relationship_share), [
        {"relationship_id": key, "staff_id": book.staff[number], "share_bp": share}
        for number, share in (holders or {"S1": 10_000}).items()
    ])  # fmt: skip
    return key


def open_for(
    db: Database, book: Book, *, kind: str = "makeup", relation_type: str = "new_development", client: str = "C1",
    holders: Mapping[str, int] | None = None, created_by: str | None = None, submitted_by: str | None = None,
    confirming: tuple[str, ...] = (), valid_from: date = EVENT_ON, rivals: tuple[str, ...] = (),
    record: str | None = None,
) -> str:  # fmt: skip
    """Open the approval of a pending relationship of B01 and return its number."""
    with db.writing() as connection:
        key = pending_relationship(connection, book, client=client, relation_type=relation_type, holders=holders,
                                   created_by=created_by, valid_from=valid_from)  # fmt: skip
        chain_id = open_chain(
            connection, object_kind="relationship", object_id=key, kind=kind, type=relation_type,
            levels=read_type_rules(connection, TODAY)[relation_type].levels(kind), branch_id=book.units["B01"],
            office_id=book.units["O011"], client_id=book.clients[client],
            content={"client_no": client, "rivals": [{"prereg_no": number} for number in rivals],
                     **({"record": {"prereg_no": record}} if record else {})},
            submitted_by=book.users[submitted_by] if submitted_by else None,
            confirming_branches=[book.units[code] for code in confirming],
        )  # fmt: skip
        return str(connection.execute(select(approval_chain.c.chain_no)
                                      .where(approval_chain.c.chain_id == chain_id)).scalar_one())  # fmt: skip


@dataclass(frozen=True)
class Shown:
    """What a screen showed of a chain."""

    state: str
    level: int
    version: int
    content_hash: str
    round: int


def shown(db: Database, chain_no: str) -> Shown:
    """Return what a screen shows of a chain now."""
    chain = approval_chain.c
    with db.reading() as connection:
        return Shown(*connection.execute(
            select(chain.state, chain.level, chain.version, chain.content_hash, chain.round)
            .where(chain.chain_no == chain_no)
        ).one())  # fmt: skip


def press(
    db: Database, book: Book, username: str, chain_no: str, decision: str = "approved", *, seen: Shown | None = None,
    level: int | None = None, reason: str = "", request_id: str | None = None, actor: SessionActor | None = None,
) -> ChainOutcome:  # fmt: skip
    """Press a decision as a user, on what is shown now unless an earlier screen is given."""
    screen = seen or shown(db, chain_no)
    words = reason or ("not convincing" if decision != "approved" else "")
    return decide_step_of_chain(
        db, actor=actor or signed_in(db, book, username), chain_no=chain_no, level=level or screen.level,
        seen_version=screen.version, seen_hash=screen.content_hash, decision=decision, reason=words,
        request_id=request_id or f"{username}-{chain_no}-{screen.round}-{screen.version}-{decision}-{level}",
    )  # fmt: skip


def disable(db: Database, book: Book, username: str) -> None:
    """Disable an account."""
    with db.writing() as connection:
        connection.execute(app_user.update().where(app_user.c.user_id == book.users[username]).values(disabled_at=NOW))
