"""Worked examples of the approvals (R-14, R-16, R-29, R-34, R-37, R-38), pressed through the commands."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta

import pytest
from sqlalchemy import insert, select, update

from data_access.clock import frozen
from data_access.commands.acting import Refused
from data_access.database import Database
from data_access.tables import app_user, approval_chain, post_holder, relationship, stored_document
from tests.support.approval_book import EVENT_ON, open_for, press, write_approval_book
from tests.support.book_rows import NOW, Book, add_staff
from tests.support.register_book import qualify


@dataclass(frozen=True)
class Example:
    """Who presses what in which order, and what becomes of the chain and the relationship.

    ``presses``: (user, decision, level or None for the one that is due). ``refused``: codes of the presses that the
    rules refuse.
    """

    kind: str
    relation_type: str
    presses: Sequence[tuple[str, str, int | None]]
    state: tuple[str, str]
    refused: Sequence[str] = ()
    holders: Mapping[str, int] = field(default_factory=lambda: {"S1": 10_000})
    confirming: tuple[str, ...] = ()
    documents: tuple[str, ...] = ()
    created_by: str | None = None


def yes(*users: str) -> list[tuple[str, str, int | None]]:
    return [(user, "approved", None) for user in users]


CONFIRMED, PENDING, REJECTED = ("approved", "confirmed"), ("running", "pending"), ("rejected", "rejected")
AGENT = {"AG1": 10_000}
FORMS = ("risk_form", "service_form")
MAKEUP, BROKER = ("makeup", "new_development"), ("in_time", "agent_development")
EXAMPLES = {
    "R-14-1-all-three": Example(*MAKEUP, yes("opening", "outlet", "b01"), CONFIRMED),
    "R-14-2-third-without-second": Example(*MAKEUP, [*yes("opening"), ("b01", "approved", 3)], PENDING,
                                           ["approval.order"]),
    "R-14-3-second-rejects": Example(*MAKEUP, [*yes("opening"), ("outlet", "rejected", None), ("b01", "approved", 3)],
                                     REJECTED, ["approval.closed"]),
    "R-14-4-deputy-without-delegation": Example(*MAKEUP, yes("opening", "outlet", "deputy"), PENDING,
                                                ["approval.not_yours"]),
    "R-14-5-own-client": Example(*MAKEUP, yes("opening"), PENDING, ["approval.own_relationship"],
                                 holders={"S2": 10_000}),
    "R-13-duplicate-takes-three": Example("duplicate", "new_development", yes("opening", "outlet", "b01"), CONFIRMED),
    "R-16-1-both-confirm-and-headquarters": Example(
        "cross_branch", "new_development", yes("b01", "b02", "hq"), CONFIRMED, holders={"S1": 5000, "S9": 5000},
        confirming=("B01", "B02"), documents=("statement",)),
    "R-16-2-only-one-confirms": Example(
        "cross_branch", "new_development", [*yes("b01"), ("hq", "approved", 2)], PENDING, ["approval.order"],
        holders={"S1": 5000, "S9": 5000}, confirming=("B01", "B02"), documents=("statement",)),
    "R-29-1-broker-three-approvals": Example("special_new", "agent_development", yes("special", "b01", "hq"),
                                             CONFIRMED, holders=AGENT),
    "R-29-2-only-two": Example("special_new", "agent_development", yes("special", "b01"), PENDING, holders=AGENT),
    "R-29-employee": Example("special_new", "new_development", yes("special", "b01", "hq"), CONFIRMED),
    "R-34-2-makeup-takes-two": Example("makeup", "ib_service", yes("o011", "b01"), CONFIRMED),
    "R-34-4-there-is-no-third": Example("makeup", "ib_service", yes("o011", "b01", "opening"), CONFIRMED,
                                        ["approval.closed"]),
    "R-36-makeup-takes-three": Example("makeup", "repo_development", yes("opening", "outlet", "b01"), CONFIRMED),
    "R-37-1-forms-and-three": Example(*BROKER, yes("opening", "outlet", "b01"), CONFIRMED, holders=AGENT,
                                      documents=FORMS),
    "R-37-2-no-approvals": Example(*BROKER, (), PENDING, holders=AGENT, documents=FORMS),
    "R-37-3-form-missing": Example(*BROKER, yes("opening", "outlet", "b01"), PENDING, ["R-37.no_form"],
                                   holders=AGENT, documents=("risk_form",)),
    "R-37-5-two-participants": Example(*BROKER, yes("opening", "outlet", "b01"), PENDING, ["R-37.alone"],
                                       holders={"AG1": 5000, "AG2": 5000}, documents=FORMS),
    "R-38-1-named-person": Example("stock", "maintenance", yes("stock"), CONFIRMED, created_by="o011"),
    "R-38-2-head-himself": Example("stock", "maintenance", yes("b01"), CONFIRMED, created_by="o011"),
    "R-38-3-no-approval": Example("stock", "maintenance", (), PENDING, created_by="o011"),
    "R-38-4-holder-is-a-broker": Example("stock", "maintenance", yes("stock"), PENDING, ["R-01.category"],
                                         holders=AGENT, created_by="o011"),
    "R-38-creator-does-not-approve": Example("stock", "maintenance", yes("stock"), PENDING,
                                             ["approval.own_registration"], created_by="stock"),
}  # fmt: skip


@pytest.fixture
def book(db: Database) -> Book:
    made = write_approval_book(db)
    with db.writing() as connection:
        for number in ("AG1", "AG2"):
            add_staff(connection, made, number, category="agent", agency_contract_no=f"K-{number}")
        qualify(connection, made, "S1", "futures")
        connection.execute(update(app_user).where(app_user.c.username == "opening").values(staff_id=made.staff["S2"]))
    return made


def open_example(db: Database, book: Book, example: Example) -> str:
    """Open the example's chain with its documents on file."""
    chain_no = open_for(db, book, kind=example.kind, relation_type=example.relation_type, holders=example.holders,
                        confirming=example.confirming, created_by=example.created_by)  # fmt: skip
    rows = [{"object_kind": "approval", "object_id": 1, "kind": kind, "file_name": "a.pdf", "size_bytes": 1,
             "media_type": "application/pdf", "file_hash": "0" * 64, "signed_on": EVENT_ON, "stored_at": NOW,
             "checked_by": book.users["deputy"], "checked_at": NOW} for kind in example.documents]  # fmt: skip
    if rows:
        with db.writing() as connection:
            connection.execute(insert(stored_document), rows)
    return chain_no


@pytest.mark.parametrize("name", EXAMPLES)
def test_example(db: Database, book: Book, name: str) -> None:
    example = EXAMPLES[name]
    chain_no = open_example(db, book, example)
    refused = []
    for user, decision, level in example.presses:
        try:
            press(db, book, user, chain_no, decision, level=level)
        except Refused as refusal:
            refused.append(refusal.reason.code)
    with db.reading() as connection:
        state = connection.execute(
            select(approval_chain.c.state, relationship.c.state)
            .join(relationship, relationship.c.relationship_id == approval_chain.c.object_id)
        ).one()  # fmt: skip
    assert (tuple(state), refused) == (example.state, list(example.refused))


def test_confirmed_on_the_third_step_and_counted_from_the_event(db: Database, book: Book) -> None:
    chain_no = open_for(db, book)
    for days, user in enumerate(("opening", "outlet", "b01")):
        with frozen(NOW + timedelta(days=days)):
            press(db, book, user, chain_no)
    with db.reading() as connection:
        row = connection.execute(select(relationship.c.confirmed_at, relationship.c.valid_from)).one()
    assert tuple(row) == (NOW + timedelta(days=2), EVENT_ON)


def test_without_a_named_person_the_approval_waits(db: Database, book: Book) -> None:
    with db.writing() as connection:
        connection.execute(post_holder.delete())
    chain_no = open_for(db, book)
    for user in ("opening", "outlet", "b01", "hq"):
        with pytest.raises(Refused, match="another post"):
            press(db, book, user, chain_no)
