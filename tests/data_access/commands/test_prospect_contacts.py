"""Contacts with prospects: logged once, by their holder or a head, never ahead (K-87)."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import select, update

from data_access.actor import NotAllowed
from data_access.commands.acting import Refused
from data_access.commands.prospect_contacts import log_prospect_contact
from data_access.commands.prospects import ProspectFacts, enter_prospect
from data_access.database import Database
from data_access.tables import audit_event, prospect, prospect_contact
from tests.support.book_rows import TODAY, Book, signed_in


@pytest.fixture
def entered(db: Database, book: Book) -> int:
    """A prospect of S1."""
    facts = ProspectFacts("New Firm", "institution", "target", expected_on=date(2024, 8, 1))
    return enter_prospect(db, actor=signed_in(db, book, "s1"), facts=facts, request_id="p1")


def meet(db: Database, book: Book, key: int, user: str = "s1", **values: Any) -> int:
    asked: dict[str, Any] = {"channel": "visit", "note": " at their office ", "request_id": "c1", **values}
    return log_prospect_contact(db, actor=signed_in(db, book, user), prospect_id=key, **asked)


def test_a_contact_is_logged_once(db: Database, book: Book, entered: int) -> None:
    first = meet(db, book, entered)
    assert meet(db, book, entered) == first  # the same form again
    earlier = TODAY - timedelta(days=9)
    meet(db, book, entered, "o011", on=earlier, channel="phone", note="", request_id="c2")
    row = prospect_contact.c
    with db.reading() as connection:
        stored = connection.execute(select(row.staff_id, row.on_date, row.channel, row.note, row.entered_by)
                                    .order_by(row.contact_id)).all()  # fmt: skip
        audits = connection.execute(select(audit_event.c.details).where(audit_event.c.action == "prospect.contact"))
        assert not any("office" in details for details in audits.scalars())
    assert [tuple(one) for one in stored] == [
        (book.staff["S1"], TODAY, "visit", "at their office", book.users["s1"]),
        (book.staff["S1"], earlier, "phone", None, book.users["o011"])]  # fmt: skip


@pytest.mark.parametrize(("user", "values", "code"), [
    ("s2", {}, "prospect.not_found"),
    ("o012", {}, "prospect.not_found"),
    ("s1", {"channel": "dream"}, "word.unknown"),
    ("s1", {"on": TODAY + timedelta(days=1)}, "contact.future"),
    ("s1", {"note": "x" * 501}, "contact.note_long"),
])  # fmt: skip
def test_contacts_that_are_refused(db: Database, book: Book, entered: int, user: str, values: dict[str, Any],
                                   code: str) -> None:  # fmt: skip
    with pytest.raises(Refused) as refusal:
        meet(db, book, entered, user, **values)
    assert refusal.value.reason.code == code


def test_a_client_is_no_prospect_any_more(db: Database, book: Book, entered: int) -> None:
    with db.writing() as connection:
        connection.execute(update(prospect).values(state="won"))
    with pytest.raises(Refused) as refusal:
        meet(db, book, entered)
    assert refusal.value.reason.code == "prospect.won"
    with pytest.raises(NotAllowed):
        meet(db, book, entered, "b01")
