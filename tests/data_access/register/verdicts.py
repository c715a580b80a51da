"""What the matching has made of a client, read back from the tables."""

from __future__ import annotations

import json
from datetime import date

from sqlalchemy import Connection, select

from data_access.actor import OperatorActor
from data_access.database import Database
from data_access.register.match_run import MatchSummary, match_events
from data_access.tables import (
    account_match,
    approval_chain,
    approval_step,
    relationship,
    relationship_share,
    staff,
)
from tests.support.book_rows import Book, add_clients

OPENED = date(2024, 7, 3)


def newcomer(connection: Connection, book: Book, number: str, *, office: str = "O011", **more: object) -> None:
    """Add a client who opens on 3 July 2024 at 9:30."""
    add_clients(connection, book, [number], office=office, status=None, document_hash=f"doc-{number}",
                **{"opened_on": OPENED, **more})  # fmt: skip


def run(db: Database) -> MatchSummary:
    return match_events(db, actor=OperatorActor("test"))


def verdict(db: Database, book: Book, number: str) -> tuple[str, str | None, list[str]]:
    """Return outcome, type and the codes of the trace of the client's last verdict."""
    with db.reading() as connection:
        row = connection.execute(
            select(account_match).where(account_match.c.client_id == book.clients[number])
            .order_by(account_match.c.event_id.desc()).limit(1)
        ).one()  # fmt: skip
    return row.outcome, row.type, [line["code"] for line in json.loads(row.trace)]


def held(db: Database, book: Book, number: str) -> list[tuple[str, str, date, date | None, dict[str, int]]]:
    """Return (type, state, from, to, shares) of the client's relationships."""
    with db.reading() as connection:
        rows = connection.execute(select(relationship).where(relationship.c.client_id == book.clients[number])
                                  .order_by(relationship.c.relationship_id)).all()  # fmt: skip
        return [
            (row.type, row.state, row.valid_from, row.valid_to, dict(connection.execute(
                select(staff.c.staff_no, relationship_share.c.share_bp)
                .join(staff, staff.c.staff_id == relationship_share.c.staff_id)
                .where(relationship_share.c.relationship_id == row.relationship_id).order_by(staff.c.staff_no)
            ).all()))
            for row in rows
        ]  # fmt: skip


def chains(db: Database, book: Book, number: str) -> list[tuple[str, list[str]]]:
    """Return (kind, posts by step) of the client's approvals."""
    with db.reading() as connection:
        rows = connection.execute(select(approval_chain).where(approval_chain.c.client_id == book.clients[number])
                                  .order_by(approval_chain.c.chain_id)).all()  # fmt: skip
        return [(row.kind, list(connection.execute(
            select(approval_step.c.post).where(approval_step.c.chain_id == row.chain_id)
            .order_by(approval_step.c.position)).scalars())) for row in rows]  # fmt: skip
