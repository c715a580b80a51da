"""Documents on file: kept by content in a closed folder, checked by another person, opened by those of the case."""

from __future__ import annotations

import stat
from datetime import date
from typing import Any

import pytest
from sqlalchemy import insert, select

from data_access.actor import NotAllowed, acting_user
from data_access.commands.acting import Refused
from data_access.commands.documents import check_document, open_document, store_document
from data_access.database import Database
from data_access.document_files import document_path
from data_access.tables import audit_event, preregistration, preregistration_share, relationship, stored_document
from tests.domain.test_rules_approvals import JPEG, PDF, PNG
from tests.support.approval_book import EVENT_ON, open_for, press, shown, write_approval_book
from tests.support.book_rows import NOW, Book, add_staff, signed_in


@pytest.fixture
def book(db: Database) -> Book:
    return write_approval_book(db)


def store(db: Database, book: Book, number: str, by: str = "s1", **fields: Any) -> int:
    wanted = {"purpose": "risk_form", "file_name": "form.pdf", "content": PDF, "signed_on": EVENT_ON,
              "request_id": f"{by}-{number}-{sorted(fields)}", **fields}  # fmt: skip
    return store_document(db, actor=signed_in(db, book, by), number=number, **wanted)


def agents_chain(db: Database, book: Book) -> str:
    """Open the approval of an agent's client (R-37)."""
    with db.writing() as connection:
        add_staff(connection, book, "AG1", category="agent", agency_contract_no="AC1")
    return open_for(db, book, kind="in_time", relation_type="agent_development", holders={"AG1": 10_000})


def register(db: Database, book: Book) -> str:
    """Write a pre-registration of S1 and return its number."""
    with db.writing() as connection:
        connection.execute(insert(preregistration).values(
            prereg_id=1, prereg_no="P1", type="new_development", client_name="Client", document_hash="x",
            registered_at=NOW, expires_on=date(2024, 8, 10), state="active", registered_by=book.users["s1"],
        ))  # fmt: skip
        connection.execute(insert(preregistration_share).values(prereg_id=1, staff_id=book.staff["S1"],
                                                                share_bp=10_000))  # fmt: skip
    return "P1"


def opened(db: Database, book: Book, by: str, chain_no: str, key: int) -> bytes:
    actor = signed_in(db, book, by)
    with db.reading() as connection:
        user = acting_user(connection, actor)
    return open_document(db, user=user, chain_no=chain_no, document_id=key).content


def last_press(db: Database, book: Book, chain_no: str, request_id: str) -> str:
    """Press the head's approval and return the code of its refusal."""
    with pytest.raises(Refused) as refusal:
        press(db, book, "b01", chain_no, request_id=request_id)
    return refusal.value.reason.code


def test_a_form_is_kept_by_its_content_in_a_closed_folder(db: Database, book: Book) -> None:
    chain_no = open_for(db, book)
    key = store(db, book, chain_no, file_name="../../etc/form\u202e.pdf")
    with db.reading() as connection:
        row = connection.execute(select(stored_document).where(stored_document.c.document_id == key)).one()
    assert (row.object_kind, row.kind, row.file_name, row.media_type, row.size_bytes, row.signed_on) == (
        "approval", "risk_form", "form.pdf", "application/pdf", len(PDF), EVENT_ON)  # fmt: skip
    path = document_path(row.file_hash)
    assert (path.read_bytes(), stat.S_IMODE(path.stat().st_mode)) == (PDF, 0o600)
    assert opened(db, book, "opening", chain_no, key) == PDF


@pytest.mark.parametrize(("fields", "code"), [
    ({"content": PNG}, "document.kind_unknown"), ({"content": b""}, "document.empty"),
    ({"file_name": "form.exe"}, "document.kind_unknown"), ({"purpose": "letter"}, "word.unknown"),
    ({"signed_on": date(2024, 7, 11)}, "document.future"),
])  # fmt: skip
def test_other_files_are_refused(db: Database, book: Book, fields: dict[str, Any], code: str) -> None:
    chain_no = open_for(db, book)
    with pytest.raises(Refused) as refusal:
        store(db, book, chain_no, **fields)
    with db.reading() as connection:
        assert (refusal.value.reason.code, connection.execute(select(stored_document)).all()) == (code, [])


def test_a_screen_from_before_the_document_does_not_approve(db: Database, book: Book) -> None:
    chain_no = open_for(db, book)
    screen = shown(db, chain_no)
    store(db, book, chain_no)
    with pytest.raises(Refused) as refusal:
        press(db, book, "opening", chain_no, seen=screen)
    assert refusal.value.reason.code == "approval.changed"
    assert press(db, book, "opening", chain_no).level == 2


def test_forms_beside_the_record_belong_to_its_approval(db: Database, book: Book) -> None:
    number = register(db, book)
    key = store(db, book, number, content=JPEG, file_name="a.jpg")
    with pytest.raises(Refused):
        store(db, book, number, by="s2")
    chain_no = open_for(db, book)
    with db.writing() as connection:
        connection.execute(relationship.update().values(prereg_id=1))
    assert opened(db, book, "b01", chain_no, key) == JPEG
    store(db, book, number, file_name="b.pdf")
    assert shown(db, chain_no).version == 2


@pytest.mark.parametrize("by", ["s2", "o012", "opening2", "b02"])
def test_foreign_cases_are_not_found(db: Database, book: Book, by: str) -> None:
    chain_no = open_for(db, book)
    key = store(db, book, chain_no)
    with pytest.raises(Refused, match="not found"):
        store(db, book, chain_no, by=by)
    with pytest.raises(Refused, match="not found"):
        opened(db, book, by, chain_no, key)


def test_a_document_is_opened_only_through_its_own_approval(db: Database, book: Book) -> None:
    first, second = open_for(db, book), open_for(db, book, client="C2")
    key = store(db, book, first)
    with pytest.raises(Refused, match="not found"):
        opened(db, book, "b01", second, key)
    with pytest.raises(NotAllowed):
        opened(db, book, "admin", first, key)
    opened(db, book, "auditor", first, key)
    with db.reading() as connection:
        openers = select(audit_event.c.user_id).where(audit_event.c.action == "document.open")
        assert list(connection.execute(openers).scalars()) == [book.users["auditor"]]


def test_a_file_that_was_changed_on_the_disk_is_not_served(db: Database, book: Book) -> None:
    chain_no = open_for(db, book)
    key = store(db, book, chain_no, content=PDF + b"% this one\n%%EOF")
    with db.reading() as connection:
        name = connection.execute(select(stored_document.c.file_hash)).scalar_one()
    document_path(name).write_bytes(b"%PDF-1.7 other %%EOF")
    with pytest.raises(Refused, match="not found"):
        opened(db, book, "b01", chain_no, key)


def test_an_agents_client_is_confirmed_with_both_forms_checked(db: Database, book: Book) -> None:
    chain_no = agents_chain(db, book)
    risk = store(db, book, chain_no, by="o011")
    press(db, book, "opening", chain_no)
    press(db, book, "outlet", chain_no)
    assert last_press(db, book, chain_no, "a") == "R-37.unchecked"
    with pytest.raises(Refused, match="stored"):
        check_document(db, actor=signed_in(db, book, "o011"), chain_no=chain_no, document_id=risk, request_id="own")
    check_document(db, actor=signed_in(db, book, "opening"), chain_no=chain_no, document_id=risk, request_id="c1")
    assert last_press(db, book, chain_no, "b") == "R-37.no_form"
    service = store(db, book, chain_no, by="o011", purpose="service_form", content=PNG, file_name="a.png")
    check_document(db, actor=signed_in(db, book, "outlet"), chain_no=chain_no, document_id=service, request_id="c2")
    assert press(db, book, "b01", chain_no, request_id="complete").state == "approved"


def test_a_document_is_checked_once(db: Database, book: Book) -> None:
    chain_no = open_for(db, book)
    key = store(db, book, chain_no)
    for request_id in ("a", "a"):
        check_document(db, actor=signed_in(db, book, "opening"), chain_no=chain_no, document_id=key,
                       request_id=request_id)  # fmt: skip
    with pytest.raises(Refused, match="has been checked"):
        check_document(db, actor=signed_in(db, book, "outlet"), chain_no=chain_no, document_id=key, request_id="b")
