"""Events of one run, from the stored rows to relationships, approvals, conflicts and traces."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import func, select, text, update

from data_access.actor import NotAllowed
from data_access.clock import frozen
from data_access.database import Database
from data_access.register import match_bulk
from data_access.register.match_run import match_document, match_events
from data_access.tables import (
    account_match,
    approval_chain,
    client,
    conflict_item,
    preregistration,
    relationship,
    relationship_share,
)
from tests.data_access.register.verdicts import chains, held, newcomer, run, verdict
from tests.support.approval_book import press, write_approval_book
from tests.support.book_rows import Book, add_staff, signed_in
from tests.support.match_rows import add_event, add_record

NOW = datetime(2024, 7, 10, 2, 0, tzinfo=UTC)
OPENED = date(2024, 7, 3)
ON = "2024-07-03 09:30"


@pytest.fixture
def book(db: Database) -> Book:
    with frozen(NOW):
        return write_approval_book(db)


THREE = ["opening_review", "outlet_review", "final_approval"]


def test_openings_of_new_clients(db: Database, book: Book) -> None:
    with frozen(NOW), db.writing() as connection:
        add_staff(connection, book, "A1", category="agent", agency_contract_no="K1")
        for number in ("N1", "N2", "N3", "N4", "N5", "N6", "N8", "N9"):
            newcomer(connection, book, number)
        newcomer(connection, book, "N7", office="O021")
        for number in ("N1", "N2", "N3", "N4", "N5", "N6", "N7", "N8", "N9"):
            add_event(connection, book, number, ON)
        add_record(connection, book, "P1", "2024-06-20 10:00", client="N1", holders={"S1": 6000, "S2": 4000})
        add_record(connection, book, "P2", "2024-07-05 10:00", client="N2")
        add_record(connection, book, "P3", "2024-06-20 10:00", client="N3")
        add_record(connection, book, "P3b", "2024-06-21 10:00", client="N3", holders={"S2": 10_000})
        add_record(connection, book, "P4", "2024-06-20 10:00", client="N4", type="agent_development",
                   holders={"A1": 10_000})  # fmt: skip
        add_record(connection, book, "P5", "2024-05-20 10:00", client="N5")
        add_record(connection, book, "P7", "2024-06-20 10:00", client="N7")
        add_record(connection, book, "P8", "2024-06-20 10:00", client="N8", client_name="Someone Else")
        # not even the phone number helps a wrong document
        add_record(connection, book, "P9", "2024-06-20 10:00", client="N9", document_hash="doc-typo")
        connection.execute(update(client).where(client.c.client_no == "N9").values(phone_masked="138****8000"))
    with frozen(NOW):
        summary = run(db)
    assert (summary.outcomes, summary.waiting) == (
        {"relationship": 1, "chain": 4, "natural": 3, "unspoken": 1}, 0
    )  # fmt: skip
    assert verdict(db, book, "N1") == (
        "relationship", "new_development", ["event.account_opening", "R-10.valid", "R-10.automatic"]
    )  # fmt: skip
    assert held(db, book, "N1") == [("new_development", "confirmed", OPENED, None, {"S1": 6000, "S2": 4000})]
    assert verdict(db, book, "N2")[:2] == ("chain", "new_development")
    assert held(db, book, "N2") == [("new_development", "pending", OPENED, None, {"S1": 10_000})]
    assert chains(db, book, "N2") == [("makeup", THREE)]
    assert [row[4] for row in held(db, book, "N3")] == [{"S1": 10_000}, {"S2": 10_000}]
    assert chains(db, book, "N3") == [("duplicate", THREE), ("duplicate", THREE)]
    assert chains(db, book, "N4") == [("in_time", THREE)]
    assert verdict(db, book, "N5") == (
        "natural", None, ["event.account_opening", "R-10.expired", "R-30.natural"]
    )  # fmt: skip
    assert verdict(db, book, "N6") == ("natural", None, ["R-30.natural"])
    assert chains(db, book, "N7") == [
        ("cross_branch", ["branch_confirmation", "branch_confirmation", "headquarters"])
    ]  # fmt: skip
    assert verdict(db, book, "N8")[2] == ["event.account_opening", "R-10.other_name", "R-30.natural"]
    assert verdict(db, book, "N9")[2] == ["event.account_opening", "R-10.other_document", "R-30.natural"]
    with db.reading() as connection:
        used = dict(connection.execute(select(preregistration.c.prereg_no, preregistration.c.state)).all())
    assert {number for number, state in used.items() if state == "matched"} == {"P1"}


def test_a_second_run_changes_nothing(db: Database, book: Book) -> None:
    with frozen(NOW), db.writing() as connection:
        newcomer(connection, book, "N1")
        newcomer(connection, book, "N2")
        add_event(connection, book, "N1", ON)
        add_event(connection, book, "N2", ON)
        add_record(connection, book, "P1", "2024-06-20 10:00", client="N1")
        add_record(connection, book, "P2", "2024-07-05 10:00", client="N2")
    with frozen(NOW):
        first, second = run(db), run(db)
    assert (first.decided, second.outcomes) == (2, {})
    assert len(held(db, book, "N1")) == len(held(db, book, "N2")) == len(chains(db, book, "N2")) == 1


def test_events_nobody_speaks_for_are_numbered_in_the_order_of_their_moments(db: Database, book: Book) -> None:
    arrived = {"N1": "2024-07-05 09:30", "N2": "2024-07-03 09:30", "N3": "2024-07-04 09:30", "N4": "2024-07-03 09:30"}
    with frozen(NOW):
        with db.writing() as connection:
            for number, at in arrived.items():
                newcomer(connection, book, number)
                add_event(connection, book, number, at)
        run(db)
    with db.reading() as connection:
        numbered = connection.execute(
            select(client.c.client_no).join(account_match, account_match.c.client_id == client.c.client_id)
            .order_by(account_match.c.match_id)
        ).scalars().all()  # fmt: skip
    assert numbered == ["N2", "N4", "N3", "N1"]


def test_the_planner_knows_the_rows_of_a_large_run(
    postgres_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:  # fmt: skip
    monkeypatch.setattr(match_bulk, "MANY", 2)
    with frozen(NOW):
        book = write_approval_book(postgres_db)
        with postgres_db.writing() as connection:
            for number in ("N1", "N2", "N3"):
                newcomer(connection, book, number)
                add_event(connection, book, number, ON)
        run(postgres_db)
    with postgres_db.reading() as connection:
        sizes = text("SELECT relname, reltuples FROM pg_class WHERE relname IN ('account_match', 'account_event')")
        known = dict(connection.execute(sizes).all())
    assert known == {"account_match": 3, "account_event": 3}


def test_a_make_up_after_the_verdict_opens_an_approval_and_three_people_confirm(db: Database, book: Book) -> None:
    with frozen(NOW):
        with db.writing() as connection:
            newcomer(connection, book, "N1")
            add_event(connection, book, "N1", ON)
        run(db)
        assert verdict(db, book, "N1")[0] == "natural"
    with frozen(datetime(2024, 7, 11, 2, 0, tzinfo=UTC)):
        with db.writing() as connection:
            add_record(connection, book, "P1", "2024-07-11 09:59", client="N1")
            match_document(connection, "doc-N1")
        assert verdict(db, book, "N1")[0] == "chain"
        assert held(db, book, "N1")[0][1] == "pending"
        with db.reading() as connection:
            chain_no = connection.execute(select(approval_chain.c.chain_no)).scalar_one()
        for name in ("opening", "outlet", "b01"):
            press(db, book, name, chain_no)
        # another make-up is registered beside the confirmed relationship: nothing moves (A18)
        with db.writing() as connection:
            add_record(connection, book, "P2", "2024-07-11 10:10", client="N1", holders={"S2": 10_000})
            match_document(connection, "doc-N1")
    assert held(db, book, "N1") == [("new_development", "confirmed", OPENED, None, {"S1": 10_000})]
    assert len(chains(db, book, "N1")) == 1


def test_a_second_make_up_gets_an_approval_beside_the_first(db: Database, book: Book) -> None:
    with frozen(NOW):
        with db.writing() as connection:
            newcomer(connection, book, "N1")
            add_event(connection, book, "N1", ON)
            add_record(connection, book, "P1", "2024-07-05 10:00", client="N1")
        run(db)
        with db.writing() as connection:
            add_record(connection, book, "P2", "2024-07-10 10:00:01", client="N1", holders={"S2": 10_000})
    with frozen(datetime(2024, 7, 10, 3, 0, tzinfo=UTC)):
        run(db)
    assert chains(db, book, "N1") == [("makeup", THREE), ("duplicate", THREE)]
    assert [row[4] for row in held(db, book, "N1")] == [{"S1": 10_000}, {"S2": 10_000}]


def test_business_of_public_clients(db: Database, book: Book) -> None:
    """R-34 to R-36: C1 is public, C2 has a developer, C3 did the business before."""
    with frozen(NOW), db.writing() as connection:
        newcomer(connection, book, "D1")
        add_event(connection, book, "D1", ON)
        add_record(connection, book, "P0", "2024-06-20 10:00", client="D1")
        connection.execute(update(client).where(client.c.client_no.in_(["C1", "C3"]))
                           .values(document_hash="doc-" + client.c.client_no))  # fmt: skip
        for number, when in (("C1", ON), ("D1", "2024-07-05 09:30"), ("C3", "2020-01-06 09:30"), ("C3", ON)):
            add_event(connection, book, number, when, kind="margin")
        for place, number in enumerate(("C1", "D1", "C3")):
            add_record(connection, book, f"M{place}", "2024-06-25 10:00", client=number, type="margin_development")
        add_event(connection, book, "C1", "2024-07-04 10:00", kind="repo", event="first_repo")
        add_record(connection, book, "R1", "2024-07-04 10:00", client="C1", type="repo_development")
    with frozen(NOW):
        run(db)
    assert held(db, book, "C1") == [
        ("margin_development", "confirmed", OPENED, None, {"S1": 10_000}),
        ("repo_development", "pending", date(2024, 7, 4), None, {"S1": 10_000}),
    ]
    assert verdict(db, book, "D1")[2] == ["event.margin_opening", "R-35.developed"]
    assert verdict(db, book, "C3")[2] == ["event.margin_opening", "R-35.not_new"]
    assert [row[0] for row in held(db, book, "D1")] == ["new_development"]


def test_a_late_event_opens_a_conflict_and_takes_nothing_back(db: Database, book: Book) -> None:
    with frozen(NOW):
        with db.writing() as connection:
            newcomer(connection, book, "N1")
            add_event(connection, book, "N1", ON)
            add_record(connection, book, "P1", "2024-06-20 10:00", client="N1")
        run(db)
        with db.writing() as connection:
            add_event(connection, book, "N1", "2024-06-10 09:30", kind="cash")
        run(db)
        run(db)
    assert held(db, book, "N1") == [("new_development", "confirmed", OPENED, None, {"S1": 10_000})]
    with db.reading() as connection:
        items = connection.execute(select(conflict_item.c.kind, conflict_item.c.details)).all()
        rows = connection.execute(select(account_match.c.outcome).order_by(account_match.c.event_id))
        outcomes = rows.scalars().all()
    assert outcomes == ["relationship", "conflict"]
    assert [(row.kind, json.loads(row.details)["code"]) for row in items] == [("late_event", "R-02.late_event")]


@pytest.mark.parametrize("with_record", [True, False])
def test_a_relationship_taken_over_covers_its_event(db: Database, book: Book, with_record: bool) -> None:
    """The opening of July is covered; the margin account opened twice is covered the second time only."""
    with frozen(NOW):
        with db.writing() as connection:
            newcomer(connection, book, "N1")
            add_event(connection, book, "N1", ON)
            add_event(connection, book, "N1", "2024-07-04 09:30", kind="margin")
            add_event(connection, book, "N1", "2024-07-08 09:30", kind="margin")
            if with_record:
                add_record(connection, book, "P1", "2024-06-20 10:00", client="N1", holders={"S2": 10_000})
            for number, kind, since in (('X"1', "new_development", 5), ("X2", "margin_development", 9)):
                key = connection.execute(relationship.insert().values(
                    relationship_no=number, client_id=book.clients["N1"], type=kind, state="confirmed",
                    valid_from=date(2024, 7, since), how_confirmed="import", confirmed_at=NOW, version=1)
                    .returning(relationship.c.relationship_id)).scalar_one()  # fmt: skip
                connection.execute(relationship_share.insert().values(
                    relationship_id=key, staff_id=book.staff["S1"], share_bp=10_000))  # fmt: skip
        run(db)
    with db.reading() as connection:
        verdicts = connection.execute(
            select(account_match.c.outcome, account_match.c.relationship_id, account_match.c.trace)
            .order_by(account_match.c.event_id)
        ).all()  # fmt: skip
    assert [(row.outcome, row.relationship_id) for row in verdicts] == [
        ("relationship", 1), ("none", None), ("relationship", 2)
    ]  # fmt: skip
    assert json.loads(verdicts[0].trace) == [
        {"holds": True, "code": "R-02.taken_over", "params": {"relationship_no": 'X"1'}}
    ]  # fmt: skip
    assert len(held(db, book, "N1")) == 2


def test_a_year_without_a_calendar_waits(db: Database, book: Book) -> None:
    with frozen(NOW), db.writing() as connection:
        newcomer(connection, book, "N1", opened_on=date(2050, 7, 1))
        newcomer(connection, book, "N2")
        add_event(connection, book, "N1", "2050-07-01 09:30")
        add_event(connection, book, "N2", ON)
        add_record(connection, book, "P1", "2050-07-03 10:00", client="N1")
        add_record(connection, book, "P2", "2024-07-05 10:00", client="N2")
    with frozen(NOW):
        summary = run(db)
    assert (summary.outcomes, summary.waiting, summary.missing_years) == ({"chain": 1}, 1, (2050,))
    with db.reading() as connection:
        assert connection.execute(select(func.count()).select_from(account_match)).scalar() == 1


def test_only_headquarters_runs_the_matching(db: Database, book: Book) -> None:
    with frozen(NOW), pytest.raises(NotAllowed):
        match_events(db, actor=signed_in(db, book, "b01"))
