"""Assigned relationships on their way: entered, approved by the named person, split, replaced, ended (R-38 to R-40)."""

from __future__ import annotations

from contextlib import suppress
from datetime import date
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from data_access.actor import NotAllowed, OperatorActor
from data_access.commands.acting import Refused
from data_access.commands.assigned import Entered, end_relationship, enter_relationship, replace_relationship
from data_access.commands.important import mark_important, unmark_important
from data_access.database import Database
from data_access.reads.assigned import read_assigned
from data_access.tables import (
    client_status,
    important_client,
    post_holder,
    relationship,
    relationship_revision,
    relationship_share,
    staff,
)
from tests.support.book_rows import NOW, TODAY, Book, add_clients, add_staff, add_user, signed_in
from tests.support.register_book import act, reader

JULY, AUGUST = date(2024, 7, 15), date(2024, 8, 1)


@pytest.fixture
def stock(db: Database, book: Book) -> Book:
    """C1, C2 of O011, C9 of B02; user approver approves and ender ends assigned relationships of B01."""
    with db.writing() as connection:
        add_clients(connection, book, ["C1", "C2"], status="normal")
        add_clients(connection, book, ["C9"], office="O021", status="normal")
        for name in ("reviewer", "approver", "ender"):
            add_user(connection, book, name, role="branch_reviewer", unit="B01")
        for post, user in (("stock_approval", "approver"), ("stock_release", "ender")):
            connection.execute(insert(post_holder).values(
                post=post, unit_id=book.units["B01"], type="", user_id=book.users[user], valid_from=date(2024, 1, 1),
                named_by=book.users["b01"], named_at=NOW))  # fmt: skip
    return book


def enter(db: Database, book: Book, *holders: tuple[str, int], user: str = "reviewer", client_no: str = "C1",
          kind: str = "maintenance", valid_from: date = JULY, request_id: str = "e") -> Entered:  # fmt: skip
    return enter_relationship(db, actor=signed_in(db, book, user), client_no=client_no, type=kind,
                              valid_from=valid_from, holders=holders or [("S1", 10_000)], reason="business need",
                              request_id=request_id)  # fmt: skip


def end(db: Database, book: Book, number: str, version: int, *, user: str = "ender", end_on: date = AUGUST,
        request_id: str = "x") -> Entered:  # fmt: skip
    return end_relationship(db, actor=signed_in(db, book, user), relationship_no=number, version=version,
                            end_on=end_on, reason="moves away", request_id=request_id)  # fmt: skip


def book_of(db: Database, client_no: str = "C1") -> list[tuple[Any, ...]]:
    with db.reading() as connection:
        page = read_assigned(connection, reader_of(db), client_no, TODAY)
    assert page is not None
    return sorted((row["relationship_no"], row["state"], [(one.staff_no, one.share_bp) for one in row["holders"]],
                   row["valid_from"], row["valid_to"]) for row in page.relationships)  # fmt: skip


def reader_of(db: Database) -> Any:
    from data_access.actor import acting_user

    with db.reading() as connection:
        return acting_user(connection, OperatorActor("test"))


A_WHOLE, A_B = [("S1", 10_000)], [("S1", 6_000), ("S2", 4_000)]


def test_it_counts_once_the_named_person_has_approved(db: Database, stock: Book) -> None:
    entered = enter(db, stock)
    assert book_of(db) == [(entered.relationship_no, "pending", A_WHOLE, JULY, None)]
    with pytest.raises(Refused):
        act(db, stock, "reviewer", "approved")
    act(db, stock, "approver", "approved")
    assert book_of(db) == [(entered.relationship_no, "confirmed", A_WHOLE, JULY, None)]
    with db.reading() as connection:
        row = connection.execute(select(relationship)).one()
    assert (row.created_by, row.created_at, row.how_confirmed, row.confirmed_at) == (
        stock.users["reviewer"], NOW, "approved", NOW)  # fmt: skip


@pytest.mark.parametrize(("decider", "state"), [
    pytest.param("approver", "confirmed", id="R-38-1"), pytest.param("b01", "confirmed", id="R-38-2"),
    pytest.param(None, "pending", id="R-38-3"), pytest.param("ender", "pending", id="R-38-3-named-for-something-else"),
])  # fmt: skip
def test_the_named_person_or_the_head_approves(db: Database, stock: Book, decider: str | None, state: str) -> None:
    enter(db, stock)
    if decider is not None:
        with suppress(Refused):
            act(db, stock, decider, "approved")
    assert [row[1] for row in book_of(db)] == [state]


def test_who_entered_it_does_not_approve_it(db: Database, stock: Book) -> None:
    enter(db, stock, user="b01")
    with pytest.raises(Refused) as refused:
        act(db, stock, "b01", "approved")
    assert refused.value.reason.code == "approval.own_registration"


def test_a_rejected_one_never_counts(db: Database, stock: Book) -> None:
    enter(db, stock)
    act(db, stock, "approver", "rejected", reason="no need")
    assert [row[1] for row in book_of(db)] == ["rejected"]
    assert enter(db, stock, request_id="e2").relationship_no == "REL-00000002"


@pytest.mark.parametrize("user", ["o011", "s1", "analyst", "auditor"])
def test_others_enter_nothing(db: Database, stock: Book, user: str) -> None:
    with pytest.raises(NotAllowed):
        enter(db, stock, user=user)


def test_clients_and_holders_outside_the_reach_are_not_found(db: Database, stock: Book) -> None:
    for client_no, staff_no, code in (("C9", "S1", "client.not_found"), ("C1", "S9", "R-38.holder_outside"),
                                      ("C1", "S77", "R-38.holder_outside")):  # fmt: skip
        with pytest.raises(Refused) as refused:
            enter(db, stock, (staff_no, 10_000), client_no=client_no)
        assert refused.value.reason.code == code


def test_an_agent_holds_none(db: Database, stock: Book) -> None:
    with db.writing() as connection:
        add_staff(connection, stock, "G1", category="agent", agency_contract_no="K1")
    with pytest.raises(Refused) as refused:
        enter(db, stock, ("G1", 10_000))
    assert refused.value.reason.code == "R-01.category"


def test_two_forms_for_one_client_leave_one_that_waits(db: Database, stock: Book) -> None:
    entered = enter(db, stock)
    assert enter(db, stock) == entered  # the same form
    with pytest.raises(Refused) as refused:
        enter(db, stock, ("S2", 10_000), request_id="other")
    assert refused.value.reason.code == "R-38.pending"


def test_a_split_keeps_the_old_holder_and_waits_for_approval(db: Database, stock: Book) -> None:
    first = enter(db, stock)
    act(db, stock, "approver", "approved")
    split = replace_relationship(
        db, actor=signed_in(db, stock, "ender"), relationship_no=str(first.relationship_no), version=2,
        holders=[("S2", 4_000), ("S1", 6_000)], change_on=AUGUST, reason="two people", request_id="split")  # fmt: skip
    assert split.ended_no == first.relationship_no
    assert book_of(db) == [(first.relationship_no, "confirmed", A_WHOLE, JULY, AUGUST),
                           (split.relationship_no, "pending", A_B, AUGUST, None)]  # fmt: skip
    act(db, stock, "approver", "approved")
    assert book_of(db)[1] == (split.relationship_no, "confirmed", A_B, AUGUST, None)
    with db.reading() as connection:
        assert len(connection.execute(select(relationship_revision)).all()) == 1


def test_a_whole_one_beside_an_active_one_is_refused_and_half_beside_half_is_not(db: Database, stock: Book) -> None:
    enter(db, stock, ("S1", 5_000))
    act(db, stock, "approver", "approved")
    with pytest.raises(Refused) as refused:
        enter(db, stock, ("S2", 10_000), request_id="e2")
    assert (refused.value.reason.code, refused.value.reason.params["share_bp"]) == ("R-15.client_sum", 15_000)
    enter(db, stock, ("S2", 5_000), request_id="e3")
    act(db, stock, "approver", "approved")
    assert [row[1:3] for row in book_of(db)] == [("confirmed", [("S1", 5_000)]),
                                                 ("confirmed", [("S2", 5_000)])]  # fmt: skip


def test_the_next_holder_starts_on_the_first_day_without_the_old_one(db: Database, stock: Book) -> None:
    first = enter(db, stock)
    act(db, stock, "approver", "approved")
    end(db, stock, str(first.relationship_no), 2)
    second = enter(db, stock, ("S2", 10_000), valid_from=AUGUST, request_id="e2")
    act(db, stock, "approver", "approved")
    assert [(row[0], row[3], row[4]) for row in book_of(db)] == [
        (first.relationship_no, JULY, AUGUST), (second.relationship_no, AUGUST, None)]  # fmt: skip


@pytest.mark.parametrize(("user", "code"), [("reviewer", "R-39.releaser"), ("o011", "R-39.releaser"),
                                            ("hq", "R-39.releaser")])  # fmt: skip
def test_only_the_named_releaser_or_the_head_ends_it(db: Database, stock: Book, user: str, code: str) -> None:
    first = enter(db, stock)
    act(db, stock, "approver", "approved")
    with pytest.raises(Refused) as refused:
        end(db, stock, str(first.relationship_no), 2, user=user)
    assert refused.value.reason.code == code
    end(db, stock, str(first.relationship_no), 2, user="b01")
    assert book_of(db)[0][4] == AUGUST


def test_it_ends_as_it_was_seen_and_once(db: Database, stock: Book) -> None:
    first = enter(db, stock)
    act(db, stock, "approver", "approved")
    number = str(first.relationship_no)
    with pytest.raises(Refused) as changed:
        end(db, stock, number, 1)
    assert changed.value.reason.code == "R-39.changed"
    assert end(db, stock, number, 2) == end(db, stock, number, 2) == Entered(None, None, number)
    with pytest.raises(Refused) as ended:
        end(db, stock, number, 3, request_id="x2")
    assert ended.value.reason.code == "R-39.ended"


def test_event_types_end_by_headquarters_with_a_reason_and_core_by_list_alone(db: Database, stock: Book) -> None:
    with db.writing() as connection:
        for key, kind in ((50, "new_development"), (51, "core_service")):
            connection.execute(insert(relationship).values(
                relationship_id=key, relationship_no=f"R{key}", client_id=stock.clients["C2"], type=kind,
                state="confirmed", valid_from=date(2024, 1, 2), how_confirmed="import", confirmed_at=NOW))  # fmt: skip
            connection.execute(insert(relationship_share).values(
                relationship_id=key, staff_id=stock.staff["S1"], share_bp=10_000))  # fmt: skip
    end(db, stock, "R50", 1, user="hq", end_on=TODAY)
    with pytest.raises(Refused) as refused:
        end(db, stock, "R51", 1, user="hq", end_on=TODAY, request_id="x2")
    assert refused.value.reason.code == "R-32.by_list"


def test_key_service_needs_tier_a_or_a_mark(db: Database, stock: Book) -> None:
    with pytest.raises(Refused) as refused:
        enter(db, stock, kind="key_service")
    assert refused.value.reason.code == "R-40.not_important"
    with db.writing() as connection:
        connection.execute(update(client_status).where(client_status.c.client_id == stock.clients["C2"])
                           .values(tier="A"))  # fmt: skip
    assert enter(db, stock, kind="key_service", client_no="C2", request_id="e2").relationship_no == "REL-00000001"
    mark_important(db, actor=signed_in(db, stock, "b01"), client_no="C1", reason="owner of a firm", request_id="m")
    assert enter(db, stock, kind="key_service", request_id="e3").relationship_no == "REL-00000002"
    act(db, stock, "approver", "approved")
    unmark_important(db, actor=signed_in(db, stock, "b01"), client_no="C1", request_id="u")
    assert [row[1] for row in book_of(db)] == ["confirmed"]  # what was confirmed stays


def test_a_client_bears_one_mark_and_keeps_its_history(db: Database, stock: Book) -> None:
    for number in ("m1", "m1"):
        mark_important(db, actor=signed_in(db, stock, "hq"), client_no="C1", reason=" big ", request_id=number)
    with pytest.raises(Refused) as twice:
        mark_important(db, actor=signed_in(db, stock, "hq"), client_no="C1", reason="big", request_id="m2")
    unmark_important(db, actor=signed_in(db, stock, "hq"), client_no="C1", request_id="u1")
    with pytest.raises(Refused) as none:
        unmark_important(db, actor=signed_in(db, stock, "hq"), client_no="C1", request_id="u2")
    assert (twice.value.reason.code, none.value.reason.code) == ("R-40.marked", "R-40.not_marked")
    with db.reading() as connection:
        rows = connection.execute(select(important_client)).all()
    assert [(row.valid_from, row.valid_to, row.reason) for row in rows] == [(TODAY, TODAY, "big")]
    with pytest.raises(NotAllowed):
        mark_important(db, actor=signed_in(db, stock, "reviewer"), client_no="C1", reason="big", request_id="m3")
    with pytest.raises(Refused):
        mark_important(db, actor=signed_in(db, stock, "hq"), client_no="C1", reason=" ", request_id="m4")


def test_a_leaver_receives_nothing_from_an_approval_that_comes_too_late(db: Database, stock: Book) -> None:
    enter(db, stock)
    with db.writing() as connection:
        connection.execute(update(staff).where(staff.c.staff_no == "S1").values(left_on=date(2024, 7, 9)))
    with pytest.raises(Refused) as refused:
        act(db, stock, "approver", "approved")
    assert refused.value.reason.code == "R-03.left"
    assert [row[1] for row in book_of(db)] == ["pending"]


def test_the_page_shows_what_may_be_done(db: Database, stock: Book) -> None:
    enter(db, stock)
    act(db, stock, "approver", "approved")
    with db.reading() as connection:
        seen = {user: read_assigned(connection, reader(connection, stock, user), "C1", TODAY)
                for user in ("reviewer", "ender", "s1", "auditor", "o021")}  # fmt: skip
    assert seen["o021"] is None
    assert [page.relationships[0]["may_end"] for user, page in seen.items() if page and user != "s1"] == [
        False, True, False]  # fmt: skip
    assert seen["auditor"] is not None
    assert seen["auditor"].name == "C****"
