"""Files of core service: the rows of the page, whole, inside the reach, in the reader's language."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

import pytest
from sqlalchemy import insert, select

from data_access.actor import ActingUser, user_from_row
from data_access.clock import frozen
from data_access.commands.core_lines import add_core_lines
from data_access.commands.core_lists import open_core_list
from data_access.database import Database
from data_access.reads import core_lists as core_reads
from data_access.tables import app_user, audit_event, relationship, relationship_share
from domain.core_lists import CoreLine
from metrics.errors import QuestionError
from metrics.export import core
from tests.support.book_rows import NOW, Book, add_clients, add_user, signed_in, write_book
from tests.support.register_book import qualify


@pytest.fixture
def firm(sqlite_db: Database) -> Iterator[Book]:
    """C1 and C2 of O011 with S1, C9 of B02 with S9; a draft over C3 and the too young C4."""
    with frozen(NOW):
        book = write_book(sqlite_db)
        with sqlite_db.writing() as connection:
            qualify(connection, book, "S1")
            add_clients(connection, book, ["C1", "C2", "C3"], status="normal", origin="natural")
            add_clients(connection, book, ["C4"], status="normal", opened_on=NOW.date())
            add_clients(connection, book, ["C9"], office="O021", status="normal")
            add_user(connection, book, "reviewer", role="branch_reviewer", unit="B01")
            for key, (number, staff_no) in enumerate((("C1", "S1"), ("C2", "S1"), ("C9", "S9")), start=1):
                connection.execute(insert(relationship).values(
                    relationship_id=key, relationship_no=f"R{key}", client_id=book.clients[number],
                    type="core_service", state="confirmed", valid_from=NOW.date(), confirmed_at=NOW))  # fmt: skip
                connection.execute(insert(relationship_share).values(
                    relationship_id=key, staff_id=book.staff[staff_no], share_bp=10_000))  # fmt: skip
        stand = open_core_list(sqlite_db, actor=signed_in(sqlite_db, book, "reviewer"), request_id="o")
        add_core_lines(sqlite_db, actor=signed_in(sqlite_db, book, "reviewer"), list_no=stand.list_no, version=1,
                       lines=[CoreLine("add", "C3", "S1"), CoreLine("add", "C4", "S1")], request_id="a")  # fmt: skip
        yield book


def user_of(db: Database, book: Book, name: str) -> ActingUser:
    with db.reading() as connection:
        row = connection.execute(select(app_user).where(app_user.c.user_id == book.users[name])).one()
        return user_from_row(connection, row)


def rows_of(db: Database, book: Book, name: str, kind: str, **params: str) -> list[list[str]]:
    made = core.EXPORTERS[kind](db, user_of(db, book, name), params)
    text = b"".join(made.chunks).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text)))


@pytest.mark.parametrize(("name", "numbers"), [("hq", ["C1", "C2", "C9"]), ("o011", ["C1", "C2"]), ("o021", ["C9"]),
                                               ("s2", [])])  # fmt: skip
def test_core_clients_inside_the_reach(sqlite_db: Database, firm: Book, monkeypatch: pytest.MonkeyPatch, name: str,
                                       numbers: list[str]) -> None:  # fmt: skip
    monkeypatch.setattr(core, "PAGE_ROWS", 1)  # several pages
    paged = core_reads.read_core_clients
    monkeypatch.setattr(core, "read_core_clients", lambda *asked, **more: paged(*asked, **more, limit=1))
    assert [row[0] for row in rows_of(sqlite_db, firm, name, "core_clients")[1:]] == numbers


def test_the_clients_of_one_adviser(sqlite_db: Database, firm: Book) -> None:
    head, row = rows_of(sqlite_db, firm, "hq", "core_clients", staff="S9")
    assert head == ["Client number", "Name", "Office code", "Business office", "Opened", "Staff number", "Adviser",
                    "From", "Relationship"]  # fmt: skip
    assert row == ["C9", "Client C9", "O021", "Unit O021", "2015-03-01", "S9", "Name S9", "2024-07-10", "R3"]
    with sqlite_db.reading() as connection:
        kept = connection.execute(select(audit_event.c.object_key).where(audit_event.c.action == "export")).scalars()
        assert list(kept) == ["core_clients"]


def test_a_list_with_the_verdict_of_every_line(sqlite_db: Database, firm: Book) -> None:
    rows = rows_of(sqlite_db, firm, "hq", "core_list", list="CORE-000001", language="zh_CN")
    assert rows[0][:5] == ["名单", "分公司", "窗口", "状态", "行号"]
    assert [row[5:] for row in rows[1:]] == [
        ["分配", "C3", "Client C3", "Unit O011", "S1", "Name S1", "", ""],
        ["分配", "C4", "Client C4", "Unit O011", "S1", "Name S1", "已驳回",
         "开户日 2024-07-10；须开户满 12 个月，2025-07-10 起符合。"]]  # fmt: skip


@pytest.mark.parametrize(("name", "number"), [("o021", "CORE-000001"), ("hq", "CORE-000009"), ("hq", "")])
def test_a_list_outside_the_reach_is_not_found(sqlite_db: Database, firm: Book, name: str, number: str) -> None:
    with pytest.raises(QuestionError, match="was not found"):
        rows_of(sqlite_db, firm, name, "core_list", list=number)
