"""Lists of approvals: the queue holds what its reader can decide today, the rest follows the reach; the evidence."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import delete, insert

from data_access.actor import acting_user
from data_access.clock import frozen
from data_access.commands.documents import store_document
from data_access.commands.posts import name_post_holder, record_delegation
from data_access.database import Database
from data_access.reads import approvals
from data_access.reads.approval_detail import ChainDetail, read_chain
from data_access.reads.approvals import (
    ChainFilter,
    ChainRow,
    count_chains,
    count_waiting,
    read_chains,
)
from data_access.reads.posts import read_delegations, read_deputies, read_post_places, read_posts
from data_access.tables import approval_candidate, preregistration, preregistration_share
from tests.domain.test_rules_approvals import PDF
from tests.support.approval_book import open_for, press, write_approval_book
from tests.support.book_rows import NOW, TODAY, Book, signed_in


@pytest.fixture(autouse=True)
def _clock():
    with frozen(NOW):
        yield


@pytest.fixture
def book(db: Database) -> Book:
    return write_approval_book(db)


EVERY = ChainFilter()


def chains(db: Database, book: Book, by: str, asked: ChainFilter = EVERY) -> list[ChainRow]:
    actor = signed_in(db, book, by)
    with db.reading() as connection:
        user = acting_user(connection, actor)
        rows = read_chains(connection, user, asked)
        if asked.view == "mine":
            assert count_waiting(connection, user) == len(rows)
        assert count_chains(connection, user, asked) == len(rows)
        return rows


def queue(db: Database, book: Book, by: str) -> list[str]:
    return [row.chain_no for row in chains(db, book, by, ChainFilter("mine"))]


def detail(db: Database, book: Book, by: str, chain_no: str) -> ChainDetail | None:
    actor = signed_in(db, book, by)
    with db.reading() as connection:
        return read_chain(connection, acting_user(connection, actor), chain_no)


def test_the_queue_follows_the_levels(db: Database, book: Book) -> None:
    chain_no = open_for(db, book)
    assert [queue(db, book, name) for name in ("opening", "outlet", "b01", "hq")] == [[chain_no], [], [], []]
    press(db, book, "opening", chain_no)
    assert [queue(db, book, name) for name in ("opening", "outlet", "b01", "hq")] == [[], [chain_no], [], []]
    (row,) = chains(db, book, "outlet", ChainFilter("mine"))
    assert (row.kind, row.type, row.state, row.level, row.last_level, row.posts, row.client_no, row.branch_name) == (
        "makeup", "new_development", "running", 2, 3, ("outlet_review",), "C1", "Unit B01")  # fmt: skip


def test_a_delegate_has_it_in_the_queue_on_the_days_only(db: Database, book: Book) -> None:
    chain_no = open_for(db, book)
    record_delegation(db, actor=signed_in(db, book, "opening"), post="opening_review", unit_code="B01",
                      to_username="deputy", valid_from=date(2024, 7, 11), valid_to=date(2024, 7, 11),
                      request_id="d")  # fmt: skip
    seen = []
    for days in range(3):
        with frozen(NOW + timedelta(days=days)):
            seen.append(queue(db, book, "deputy"))
    assert seen == [[], [chain_no], []]
    assert queue(db, book, "opening") == [chain_no]


def test_waiting_time_counts_from_the_level(db: Database, book: Book) -> None:
    chain_no = open_for(db, book)
    with frozen(NOW + timedelta(days=5)):
        press(db, book, "opening", chain_no)
    with frozen(NOW + timedelta(days=9)):
        (row,) = chains(db, book, "outlet")
        assert (row.waiting_days, row.waiting_since) == (4, NOW + timedelta(days=5))
        press(db, book, "outlet", chain_no, "rejected")
        (row,) = chains(db, book, "outlet", ChainFilter("closed"))
    assert (row.state, row.posts, row.waiting_days) == ("rejected", (), 9)


@pytest.mark.parametrize(("by", "count"), [
    ("hq", 2), ("auditor", 2), ("b01", 2), ("o011", 2), ("s1", 1), ("s2", 1), ("o012", 0), ("b02", 0), ("o021", 0),
    ("admin", 0),
])  # fmt: skip
def test_the_reach(db: Database, book: Book, by: str, count: int) -> None:
    open_for(db, book)
    open_for(db, book, client="C2", holders={"S2": 10_000})
    assert len(chains(db, book, by)) == count


def test_filters(db: Database, book: Book) -> None:
    first, second = open_for(db, book), open_for(db, book, client="C2", kind="duplicate")
    press(db, book, "opening", first, "rejected")
    assert [row.chain_no for row in chains(db, book, "hq")] == [second]
    assert [row.chain_no for row in chains(db, book, "hq", ChainFilter("closed"))] == [first]
    assert chains(db, book, "hq", ChainFilter("closed", ("duplicate",))) == []
    assert [row.chain_no for row in chains(db, book, "hq", ChainFilter(kinds=("duplicate",)))] == [second]


@pytest.mark.parametrize("view", ["open", "closed"])
def test_pages_follow_each_other(db: Database, book: Book, view: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(approvals, "PAGE_ROWS", 1)
    numbers = [open_for(db, book), open_for(db, book, client="C2"), open_for(db, book, client="C3")]
    if view == "closed":
        for chain_no in numbers:
            press(db, book, "opening", chain_no, "rejected")
        numbers.reverse()
    user, seen, after = signed_in(db, book, "hq"), [], None
    with db.reading() as connection:
        for _ in range(3):
            (row,) = read_chains(connection, acting_user(connection, user), ChainFilter(view), after=after)
            after = (row.closed_at or row.waiting_since, row.chain_id)
            seen.append(row.chain_no)
    assert seen == numbers


def test_records_and_rivals_stand_side_by_side(db: Database, book: Book) -> None:
    with db.writing() as connection:
        for key, number, by in ((1, "P1", "s1"), (2, "P2", "s2")):
            connection.execute(insert(preregistration).values(
                prereg_id=key, prereg_no=number, type="new_development", client_name="Client", document_hash="x",
                registered_at=NOW, expires_on=date(2024, 8, 10), state="active",
                registered_by=book.users[by]))  # fmt: skip
            connection.execute(insert(preregistration_share).values(prereg_id=key, staff_id=book.staff[by.upper()],
                                                                    share_bp=10_000))  # fmt: skip
    chain_no = open_for(db, book, kind="duplicate", rivals=("P2",), record="P1")
    found = detail(db, book, "b01", chain_no)
    assert found is not None
    assert [(one.prereg_no, one.holders, one.is_rival) for one in found.records] == [
        ("P1", (("S1", "Name S1", 10_000),), False), ("P2", (("S2", "Name S2", 10_000),), True)]  # fmt: skip
    assert found.names == {"S1": "Name S1"}


def test_names_are_masked_for_the_auditor(db: Database, book: Book) -> None:
    open_for(db, book)
    assert chains(db, book, "auditor")[0].client_name != chains(db, book, "hq")[0].client_name == "Client C1"


def test_one_approval_with_its_evidence(db: Database, book: Book) -> None:
    chain_no = open_for(db, book, holders={"S1": 6000, "S2": 4000})
    store_document(db, actor=signed_in(db, book, "s1"), number=chain_no, purpose="statement", file_name="a.pdf",
                   content=PDF, request_id="doc")  # fmt: skip
    found = detail(db, book, "opening", chain_no)
    assert found is not None
    assert (found.may_decide, found.why_not, found.is_own, found.version) == (True, None, False, 2)
    assert found.content == {
        "client_no": "C1", "rivals": [], "type": "new_development", "valid_from": "2024-07-08",
        "holders": [{"staff_no": "S1", "share_bp": 6000}, {"staff_no": "S2", "share_bp": 4000}]}  # fmt: skip
    assert [(step.level, step.post, step.people) for step in found.steps] == [
        (1, "opening_review", ("User opening",)), (2, "outlet_review", ("User outlet",)),
        (3, "final_approval", ("User b01",))]  # fmt: skip
    assert [(file.kind, file.file_name, file.stored_by, file.checked_by) for file in found.documents] == [
        ("statement", "a.pdf", "User s1", None)]  # fmt: skip
    own = detail(db, book, "s2", chain_no)
    assert own is not None
    assert (own.may_decide, own.is_own) == (False, True)
    assert detail(db, book, "o012", chain_no) is None
    assert detail(db, book, "hq", "A00000099") is None


def test_why_a_person_of_the_post_may_not_decide(db: Database, book: Book) -> None:
    found = detail(db, book, "opening", open_for(db, book, created_by="opening"))
    assert found is not None
    assert found.why_not is not None
    assert (found.may_decide, found.why_not.code) == (False, "approval.own_registration")


def test_a_step_without_candidates_shows_nobody(db: Database, book: Book) -> None:
    chain_no = open_for(db, book)
    with db.writing() as connection:
        connection.execute(delete(approval_candidate))
    found = detail(db, book, "hq", chain_no)
    assert found is not None
    assert [step.people for step in found.steps] == [(), (), ()]


def test_posts_and_delegations_of_the_reach(db: Database, book: Book) -> None:
    name_post_holder(db, actor=signed_in(db, book, "b01"), post="opening_review", unit_code="B01", username="deputy",
                     valid_from=TODAY, request_id="n")  # fmt: skip
    record_delegation(db, actor=signed_in(db, book, "b01"), post="final_approval", unit_code="B01",
                      to_username="special", valid_from=TODAY, valid_to=TODAY, request_id="d")  # fmt: skip
    actors = {name: signed_in(db, book, name) for name in ("b01", "b02", "special", "hq")}
    with db.reading() as connection:
        users = {name: acting_user(connection, actor) for name, actor in actors.items()}
        posts = [(row.post, row.username) for row in read_posts(connection, users["b01"], TODAY)]
        assert posts == [("opening_review", "deputy"), ("outlet_review", "outlet"), ("special_review", "special"),
                         ("stock_approval", "stock"), ("stock_release", "stock")]  # fmt: skip
        assert len(read_posts(connection, users["b01"], TODAY, past=True)) == 6
        assert [row.username for row in read_posts(connection, users["b02"], TODAY)] == ["opening2"]
        (handed,) = read_delegations(connection, users["special"], TODAY)
        assert (handed.from_name, handed.to_name, handed.is_mine) == ("User b01", "User special", False)
        assert read_delegations(connection, users["b02"], TODAY) == []
        assert {one.username for one in read_deputies(connection, users["b02"])} == {"b02", "opening2", "o021"}
        assert [code for code, _ in read_post_places(connection, users["b01"])] == ["B01", "O011", "O012"]
        assert len(read_post_places(connection, users["hq"])) == 5


def test_a_place_confirms_across_the_reach(db: Database, book: Book) -> None:
    chain_no = open_for(db, book, kind="cross_branch", confirming=("B01", "B02"))
    assert queue(db, book, "b02") == queue(db, book, "b01") == [chain_no]
    with db.writing() as connection:
        connection.execute(delete(approval_candidate))
        connection.execute(insert(approval_candidate).values(chain_id=1, position=2, user_id=book.users["deputy"]))
    assert queue(db, book, "deputy") == []
