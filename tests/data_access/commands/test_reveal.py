from __future__ import annotations

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from data_access.actor import NotAllowed
from data_access.clock import frozen
from data_access.commands.acting import Refused
from data_access.commands.reveal import REVEALS_PER_DAY, reveal_field
from data_access.commands.tasks import assign_tasks
from data_access.database import Database
from data_access.keys import encrypt
from data_access.tables import audit_event
from tests.support.book_rows import NOW, Book, add_clients, signed_in

PHONE = "13800138000"


@pytest.fixture
def handed(db: Database, book: Book) -> Book:
    """C1 with a phone is S1's task; C2 has none."""
    with db.writing() as connection:
        add_clients(connection, book, ["C1"], phone_cipher=encrypt(PHONE))
        add_clients(connection, book, ["C2"])
    assign_tasks(db, actor=signed_in(db, book, "o011"), client_nos=["C1"], staff_no="S1", request_id="a")
    return book


def reveal(
    db: Database, book: Book, user: str, client_no: str = "C1", field: str = "phone", purpose: str = "call_client"
) -> str:
    return reveal_field(db, actor=signed_in(db, book, user), client_no=client_no, field=field, purpose=purpose)


@pytest.mark.parametrize("user", ["s1", "o011"])
def test_the_value_is_shown_and_logged_without_itself(db: Database, handed: Book, user: str) -> None:
    assert reveal(db, handed, user) == PHONE
    with db.reading() as connection:
        row = connection.execute(select(audit_event).order_by(audit_event.c.sequence.desc()).limit(1)).one()
        assert (row.action, row.user_id, row.object_key) == ("client.reveal", handed.users[user], "C1")
        assert json.loads(row.details) == {"field": "phone", "purpose": "call_client"}


@pytest.mark.parametrize("user", ["hq", "b01", "analyst", "auditor"])
def test_managers_and_readers_see_masks_only(db: Database, handed: Book, user: str) -> None:
    with pytest.raises(NotAllowed):
        reveal(db, handed, user)


@pytest.mark.parametrize(("user", "wish", "code"), [
    ("s2", {}, "client.not_found"), ("o012", {}, "client.not_found"), ("o011", {"client_no": "C2"}, "reveal.absent"),
    ("s1", {"field": "name"}, "word.unknown"), ("s1", {"purpose": "curiosity"}, "word.unknown"),
])  # fmt: skip
def test_refusals(db: Database, handed: Book, user: str, wish: dict[str, str], code: str) -> None:
    with pytest.raises(Refused) as refusal:
        reveal(db, handed, user, **wish)
    assert refusal.value.reason.code == code


def test_fifty_a_day(db: Database, handed: Book, monkeypatch: pytest.MonkeyPatch) -> None:
    assert REVEALS_PER_DAY == 50
    monkeypatch.setattr("data_access.commands.reveal.REVEALS_PER_DAY", 2)
    reveal(db, handed, "s1")
    reveal(db, handed, "s1")
    with pytest.raises(Refused, match="2 values today"):
        reveal(db, handed, "s1")
    assert reveal(db, handed, "o011") == PHONE
    with frozen(NOW + timedelta(hours=14)):  # midnight in Shanghai
        assert reveal(db, handed, "s1") == PHONE
