"""Steps of approvals and people of the small book, for tests of the register."""

from __future__ import annotations

import secrets
from datetime import date

from sqlalchemy import Connection, insert, select

from data_access.actor import ActingUser, user_from_row
from data_access.commands.approvals import ChainOutcome, decide_step_of_chain
from data_access.database import Database
from data_access.tables import app_user, approval_chain, staff_qualification
from tests.support.book_rows import Book, signed_in


def reader(connection: Connection, book: Book, username: str) -> ActingUser:
    """Return a user of the book as the database knows it."""
    row = connection.execute(select(app_user).where(app_user.c.user_id == book.users[username])).one()
    return user_from_row(connection, row)


def qualify(connection: Connection, book: Book, staff_no: str, kind: str = "advisory",
            since: date = date(2020, 1, 6)) -> None:  # fmt: skip
    """Give a person a qualification without end."""
    connection.execute(insert(staff_qualification).values(staff_id=book.staff[staff_no], kind=kind, valid_from=since))


def act(
    db: Database, book: Book, username: str, decision: str, *, reason: str = "", chain_no: str = ""
) -> ChainOutcome:
    """Decide the present level of a chain (the newest one) as a user sees it now."""
    with db.reading() as connection:
        query = select(approval_chain).order_by(approval_chain.c.chain_id.desc())
        seen = connection.execute(query.where(approval_chain.c.chain_no == chain_no) if chain_no else query).first()
    assert seen is not None
    return decide_step_of_chain(db, actor=signed_in(db, book, username), chain_no=seen.chain_no, level=seen.level,
                                seen_version=seen.version, seen_hash=seen.content_hash, decision=decision,
                                reason=reason, request_id=secrets.token_hex(8))  # fmt: skip
