"""Posts and delegations through their commands: by heads, for their branch company, dated, kept."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from sqlalchemy import insert, select

from data_access.actor import NotAllowed, OperatorActor
from data_access.commands.acting import Refused
from data_access.commands.posts import end_delegation, end_post, name_post_holder, record_delegation
from data_access.database import Database
from data_access.reads.type_rules import type_row
from data_access.register.candidates import read_candidates
from data_access.tables import delegation, post_holder, relationship_type
from domain.relationship_types import FIRST_TYPE_RULES
from tests.support.approval_book import disable, open_for, press, write_approval_book
from tests.support.book_rows import NOW, TODAY, Book, signed_in

LATER = date(2024, 8, 1)


@pytest.fixture
def book(db: Database) -> Book:
    return write_approval_book(db)


def name(db: Database, book: Book, by: str = "b01", **fields: Any) -> int:
    wanted = {"post": "opening_review", "unit_code": "B01", "username": "deputy", "valid_from": TODAY,
              "request_id": "n", **fields}  # fmt: skip
    return name_post_holder(db, actor=signed_in(db, book, by), **wanted)


def delegate(db: Database, book: Book, by: str = "b01", **fields: Any) -> int:
    wanted = {"post": "final_approval", "unit_code": "B01", "to_username": "deputy", "valid_from": TODAY,
              "valid_to": LATER, "request_id": "d", **fields}  # fmt: skip
    return record_delegation(db, actor=signed_in(db, book, by), **wanted)


def candidates(db: Database, book: Book, post: str, on: date = TODAY, **place: Any) -> set[str]:
    names = {key: username for username, key in book.users.items()}
    with db.reading() as connection:
        found = read_candidates(connection, post=post, unit_id=book.units["B01"], on=on, **place)
    return {names[user] for user in found}


def test_a_successor_begins_on_a_day_and_the_former_ends(db: Database, book: Book) -> None:
    name(db, book, valid_from=LATER)
    assert candidates(db, book, "opening_review") == {"opening"}
    assert candidates(db, book, "opening_review", LATER) == {"deputy"}
    with db.reading() as connection:
        rows = connection.execute(
            select(post_holder.c.user_id, post_holder.c.valid_from, post_holder.c.valid_to)
            .where(post_holder.c.post == "opening_review", post_holder.c.unit_id == book.units["B01"])
            .order_by(post_holder.c.post_holder_id)
        ).all()  # fmt: skip
    assert rows == [(book.users["opening"], date(2024, 1, 1), LATER), (book.users["deputy"], LATER, None)]


def test_the_office_and_the_type_come_first(db: Database, book: Book) -> None:
    name(db, book, post="stock_approval", username="special", relation_type="maintenance")
    name(db, book, unit_code="O011", username="o011", request_id="office")
    assert candidates(db, book, "stock_approval", relation_type="maintenance") == {"special", "b01"}
    assert candidates(db, book, "stock_approval", relation_type="key_service") == {"stock", "b01"}
    assert candidates(db, book, "opening_review", office_id=book.units["O011"]) == {"o011"}
    assert candidates(db, book, "opening_review", office_id=book.units["O012"]) == {"opening"}


def test_a_person_is_named_for_a_type_of_the_firms_own(db: Database, book: Book) -> None:
    rule = replace(FIRST_TYPE_RULES[0], type="night_desk", number=11)
    with db.writing() as connection:
        connection.execute(insert(relationship_type), type_row(rule, valid_from=TODAY, published_at=NOW))
    name(db, book, post="stock_approval", relation_type="night_desk")
    assert candidates(db, book, "stock_approval", relation_type="night_desk") == {"deputy", "b01"}


@pytest.mark.parametrize(("by", "fields", "code"), [
    ("b01", {"unit_code": "B02"}, "post.place"), ("b01", {"unit_code": "T0111"}, "post.place"),
    ("hq", {"unit_code": "HQ"}, "post.place"), ("b01", {"unit_code": "nowhere"}, "post.place"),
    ("b01", {"username": "opening2"}, "post.person"), ("b01", {"username": "nobody"}, "post.person"),
    ("b01", {"username": "hq"}, "post.person"), ("b01", {"username": "s1"}, "post.role"),
    ("b01", {"username": "outlet"}, "post.same_person"), ("b01", {"post": "headquarters"}, "post.not_named"),
    ("b01", {"post": "mayor"}, "word.unknown"), ("b01", {"relation_type": "friend"}, "post.type"),
    ("b01", {"valid_from": date(2024, 7, 9)}, "post.past"),
])  # fmt: skip
def test_refusals_name_nobody(db: Database, book: Book, by: str, fields: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused) as refusal:
        name(db, book, by, **fields)
    assert refusal.value.reason.code == code
    assert candidates(db, book, "opening_review") == {"opening"}


@pytest.mark.parametrize("by", ["o011", "opening", "s1", "auditor", "admin"])
def test_only_heads_and_headquarters_name(db: Database, book: Book, by: str) -> None:
    with pytest.raises(NotAllowed):
        name(db, book, by)
    with pytest.raises(NotAllowed):
        name_post_holder(db, actor=OperatorActor("root"), post="opening_review", unit_code="B01", username="deputy",
                         valid_from=TODAY, request_id="n")  # fmt: skip


def test_one_form_names_once(db: Database, book: Book) -> None:
    assert name(db, book) == name(db, book)
    with db.reading() as connection:
        held = select(post_holder.c.post_holder_id).where(post_holder.c.user_id == book.users["deputy"])
        assert len(connection.execute(held).all()) == 1


def test_a_disabled_person_cannot_be_named_and_holds_nothing(db: Database, book: Book) -> None:
    disable(db, book, "deputy")
    with pytest.raises(Refused, match="disabled"):
        name(db, book)
    disable(db, book, "opening")
    assert candidates(db, book, "opening_review") == set()


def test_a_post_without_holder_cannot_end(db: Database, book: Book) -> None:
    ended = {"post": "opening_review", "unit_code": "O011", "on": TODAY}
    with pytest.raises(Refused, match="Nobody holds"):
        end_post(db, actor=signed_in(db, book, "b01"), request_id="e", **ended)


def test_own_delegations_and_those_of_ones_people(db: Database, book: Book) -> None:
    delegate(db, book)
    delegate(db, book, "opening", post="opening_review", request_id="own")
    delegate(db, book, "b01", post="outlet_review", from_username="outlet", request_id="others")
    assert candidates(db, book, "final_approval") == {"b01", "deputy"}
    assert candidates(db, book, "outlet_review") == {"outlet", "deputy"}
    assert candidates(db, book, "final_approval", date(2024, 8, 2)) == {"b01"}
    with pytest.raises(NotAllowed):
        delegate(db, book, "opening", post="outlet_review", from_username="outlet", to_username="special",
                 request_id="foreign")  # fmt: skip


@pytest.mark.parametrize(("by", "fields", "code"), [
    ("opening", {}, "delegation.not_held"), ("b01", {"to_username": "b01"}, "delegation.self"),
    ("b01", {"to_username": "opening2"}, "post.person"), ("b01", {"unit_code": "B02"}, "post.place"),
    ("b01", {"valid_to": date(2024, 7, 9)}, "delegation.period"),
    ("b01", {"post": "headquarters"}, "delegation.not_held"),
])  # fmt: skip
def test_delegations_that_are_refused(db: Database, book: Book, by: str, fields: dict[str, Any], code: str) -> None:
    with pytest.raises(Refused) as refusal:
        delegate(db, book, by, **fields)
    assert refusal.value.reason.code == code


def test_a_delegate_does_not_hand_on_and_no_ring_closes(db: Database, book: Book) -> None:
    delegate(db, book)
    with pytest.raises(Refused) as refusal:
        delegate(db, book, "deputy", to_username="special", request_id="on")
    assert refusal.value.reason.code == "delegation.not_held"
    delegate(db, book, "opening", post="opening_review", to_username="outlet", request_id="a")
    name(db, book, unit_code="O011", username="outlet", post="special_review", request_id="x")
    with pytest.raises(Refused):
        delegate(db, book, "outlet", post="opening_review", to_username="opening", request_id="b")


def test_an_ended_delegation_decides_nothing(db: Database, book: Book) -> None:
    key = delegate(db, book, "opening", post="opening_review")
    chain_no = open_for(db, book)
    with pytest.raises(Refused):
        end_delegation(db, actor=signed_in(db, book, "outlet"), delegation_id=key, request_id="e1")
    end_delegation(db, actor=signed_in(db, book, "opening"), delegation_id=key, request_id="e2")
    with pytest.raises(Refused) as refusal:
        press(db, book, "deputy", chain_no)
    # the step is not the deputy's any more, and with it the approval is not theirs to see beyond the branch
    assert refusal.value.reason.code == "approval.not_yours"
    with db.reading() as connection:
        assert connection.execute(select(delegation.c.ended_at).where(delegation.c.delegation_id == key)).scalar()
