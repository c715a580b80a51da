from __future__ import annotations

import json
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from data_access.actor import NotAllowed
from data_access.commands.acting import Refused
from data_access.commands.loss_reasons import LossReasonResult, SeenLoss, enter_loss_reasons
from data_access.database import Database
from data_access.tables import account, account_event, audit_event, client_spell, loss_reason_entry
from tests.support.book_rows import NOW, Book, add_clients, signed_in

LOST = date(2024, 2, 1)  # when the book's lost clients were lost


@pytest.fixture
def lost(db: Database, book: Book) -> Book:
    """C1, C2 lost in O011, C3 lost in O021, C4 silent in O011."""
    with db.writing() as connection:
        add_clients(connection, book, ["C1", "C2"], status="lost")
        add_clients(connection, book, ["C3"], office="O021", status="lost")
        add_clients(connection, book, ["C4"])
    return book


def enter(db: Database, book: Book, user: str, *losses: SeenLoss, request_id: str = "r",
          reason: str = "service", note: str = "") -> LossReasonResult:  # fmt: skip
    return enter_loss_reasons(
        db, actor=signed_in(db, book, user), losses=losses, reason=reason, note=note, request_id=request_id
    )


def entries(db: Database) -> list[tuple[Any, ...]]:
    row = loss_reason_entry.c
    with db.reading() as connection:
        return [tuple(one) for one in connection.execute(
            select(row.client_id, row.lost_on, row.reason, row.note, row.version, row.entered_by, row.entered_at)
            .order_by(row.client_id, row.lost_on))]  # fmt: skip


def codes_of(result: LossReasonResult) -> list[tuple[str, str]]:
    return [(number, reason.code) for number, reason in result.refused]


def test_a_selection_gets_one_reason_and_what_cannot_is_named(db: Database, lost: Book) -> None:
    seen = [SeenLoss(number, LOST) for number in ("C2", "C3", "C4", "C9", "C1")]
    result = enter(db, lost, "o011", *seen, note=" left for a friend ")
    assert result.entered == ["C2", "C1"]
    assert codes_of(result) == [("C3", "client.not_found"), ("C4", "R-72.not_lost"), ("C9", "client.not_found")]
    user = lost.users["o011"]
    assert entries(db) == [
        (lost.clients["C1"], LOST, "service", "left for a friend", 1, user, NOW),
        (lost.clients["C2"], LOST, "service", "left for a friend", 1, user, NOW),
    ]
    with db.reading() as connection:
        kept = connection.execute(select(audit_event).where(audit_event.c.action == "loss_reason.enter")).one()
    assert (kept.user_id, kept.object_key) == (user, None)
    assert json.loads(kept.details) == {
        "reason": "service", "entered": 2, "refused": 3, "clients": ["C1", "C2"], "request": "r"}  # fmt: skip


def test_the_same_form_counts_once(db: Database, lost: Book) -> None:
    first = enter(db, lost, "hq", SeenLoss("C1", LOST))
    again = enter(db, lost, "hq", SeenLoss("C1", LOST))
    assert first == again == LossReasonResult(["C1"], [])
    assert [row[4] for row in entries(db)] == [1]


def test_an_entry_is_changed_only_as_it_was_seen(db: Database, lost: Book) -> None:
    enter(db, lost, "o011", SeenLoss("C1", LOST))
    unseen = enter(db, lost, "hq", SeenLoss("C1", LOST), request_id="r2", reason="losses")
    assert (unseen.entered, codes_of(unseen)) == ([], [("C1", "R-72.changed")])
    seen = enter(db, lost, "hq", SeenLoss("C1", LOST, 1), request_id="r3", reason="losses")
    assert seen.entered == ["C1"]
    assert [(row[2], row[4], row[5]) for row in entries(db)] == [("losses", 2, lost.users["hq"])]


def test_a_return_keeps_the_entry_and_a_new_loss_needs_its_own(db: Database, lost: Book) -> None:
    key = lost.clients["C1"]
    enter(db, lost, "o011", SeenLoss("C1", LOST))
    with db.writing() as connection:
        connection.execute(update(client_spell).where(client_spell.c.client_id == key).values(to_on=date(2024, 4, 1)))
        connection.execute(insert(client_spell).values(client_id=key, kind="lost", from_on=date(2024, 6, 3)))
    old = enter(db, lost, "o011", SeenLoss("C1", LOST, 1), request_id="r2")
    assert codes_of(old) == [("C1", "R-72.other_loss")]
    new = enter(db, lost, "o011", SeenLoss("C1", date(2024, 6, 3)), request_id="r3", reason="relocation")
    assert new.entered == ["C1"]
    assert [(row[1], row[2]) for row in entries(db)] == [(LOST, "service"), (date(2024, 6, 3), "relocation")]


def test_a_return_that_the_figures_have_not_seen_is_known(db: Database, lost: Book) -> None:
    key = lost.clients["C1"]
    with db.writing() as connection:
        connection.execute(insert(account).values(account_id=1, client_id=key, account_no="A1", account_kind="cash"))
        connection.execute(insert(account_event).values(
            client_id=key, account_id=1, event="opened", at=datetime(2024, 7, 10, 1, tzinfo=UTC),
            on_date=date(2024, 7, 10), has_time=True))  # fmt: skip
    assert codes_of(enter(db, lost, "o011", SeenLoss("C1", LOST))) == [("C1", "R-72.returned")]
    assert entries(db) == []


@pytest.mark.parametrize("user", ["analyst", "auditor"])
def test_those_who_only_look_enter_nothing(db: Database, lost: Book, user: str) -> None:
    with pytest.raises(NotAllowed):
        enter(db, lost, user, SeenLoss("C1", LOST))
    assert entries(db) == []


def test_staff_enter_for_their_own_clients_only(db: Database, lost: Book) -> None:
    assert codes_of(enter(db, lost, "s1", SeenLoss("C1", LOST))) == [("C1", "client.not_found")]


@pytest.mark.parametrize(("losses", "reason", "note", "code"), [
    ((), "service", "", "list.empty"),
    ((SeenLoss("C1", LOST),), "weather", "", "word.unknown"),
    ((SeenLoss("C1", LOST),), "service", "x" * 501, "contact.note_long"),
    (tuple(SeenLoss(f"C{number}", LOST) for number in range(501)), "service", "", "R-72.too_many"),
])  # fmt: skip
def test_a_submission_that_cannot_be_handled(db: Database, lost: Book, losses: Any, reason: str, note: str,
                                             code: str) -> None:  # fmt: skip
    with pytest.raises(Refused) as refusal:
        enter(db, lost, "hq", *losses, reason=reason, note=note)
    assert refusal.value.reason.code == code
    assert entries(db) == []
