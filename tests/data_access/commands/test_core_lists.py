"""A list of core clients on its way: drawn up, sent, reviewed line by line, built; forced ends outside the window."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from sqlalchemy import insert, select, update

from data_access.actor import NotAllowed
from data_access.clock import frozen
from data_access.commands.acting import Refused
from data_access.commands.approvals import decide_step_of_chain
from data_access.commands.core_lines import add_core_lines, remove_core_lines, review_core_lines
from data_access.commands.core_lists import open_core_list, submit_core_list, withdraw_core_draft
from data_access.commands.core_releases import end_forced
from data_access.database import Database
from data_access.reads.core_lists import read_core_clients, read_core_lines, read_core_lists, read_core_loads
from data_access.register.core_drafts import ListStand
from data_access.scope import FIRM
from data_access.tables import (
    approval_chain,
    client_spell,
    relationship,
    relationship_share,
    staff,
    staff_qualification,
)
from domain.core_lists import CoreLine
from tests.support.book_rows import NOW, TODAY, Book, add_clients, add_staff, add_user, signed_in
from tests.support.register_book import act, qualify, reader

OLD = date(2020, 1, 6)


@pytest.fixture
def core(db: Database, book: Book) -> Book:
    """S1, S2 qualified advisers of B01, S9 of B02; C1 … C4 natural in B01, C5 young, C9 in B02."""
    with db.writing() as connection:
        for number in ("S1", "S2", "S9"):
            qualify(connection, book, number)
        add_clients(connection, book, ["C1", "C2", "C3", "C4"], status="normal", origin="natural")
        add_clients(connection, book, ["C5"], status="normal", origin="natural", opened_on=date(2023, 7, 11))
        add_clients(connection, book, ["C9"], office="O021", status="normal", origin="natural")
        add_user(connection, book, "reviewer", role="branch_reviewer", unit="B01")
        add_user(connection, book, "hq2", role="hq", unit="HQ")
    return book


def drafted(db: Database, book: Book, *lines: tuple[str, str], user: str = "reviewer") -> ListStand:
    stand = open_core_list(db, actor=signed_in(db, book, user), request_id="open")
    return add_core_lines(db, actor=signed_in(db, book, user), list_no=stand.list_no, version=stand.version,
                          lines=[CoreLine("add", *line) for line in lines], request_id="add")  # fmt: skip


def sent(db: Database, book: Book, stand: ListStand, request_id: str = "send", user: str = "reviewer") -> ListStand:
    return submit_core_list(db, actor=signed_in(db, book, user), list_no=stand.list_no, version=stand.version,
                            request_id=request_id)  # fmt: skip


def lines_of(db: Database, book: Book, user: str = "hq") -> list[tuple[str, str, str, str | None]]:
    with db.reading() as connection:
        who = reader(connection, book, user)
        head = read_core_lists(connection, who)[0]
        return [(line.client_no, line.staff_no, line.verdict, line.reason.code if line.reason else None)
                for line in read_core_lines(connection, who, head, TODAY)]  # fmt: skip


def held(db: Database) -> list[tuple[str, str, date]]:
    with db.reading() as connection:
        return sorted((row["client_no"], row["staff_no"], row["valid_from"])
                      for row in read_core_clients(connection, FIRM, date(2025, 1, 31)))  # fmt: skip


def test_branch_head_sends_and_headquarters_builds_what_stands(db: Database, core: Book) -> None:
    stand = drafted(db, core, ("C1", "S1"), ("C2", "S1"), ("C3", "S2"), ("C5", "S2"))
    assert lines_of(db, core) == [("C1", "S1", "", None), ("C2", "S1", "", None), ("C3", "S2", "", None),
                                  ("C5", "S2", "rejected", "R-30.too_young")]  # fmt: skip
    stand = sent(db, core, stand)
    assert stand.state == "submitted"
    act(db, core, "b01", "approved")
    with db.reading() as connection:
        head = read_core_lists(connection, reader(connection, core, "hq"))[0]
    reviewed = review_core_lines(db, actor=signed_in(db, core, "hq"), list_no=stand.list_no, version=head.version,
                                 positions=[3], reason="unknown adviser", request_id="review")  # fmt: skip
    assert reviewed.version == head.version + 1
    act(db, core, "hq", "approved")
    assert held(db) == [("C1", "S1", TODAY), ("C2", "S1", TODAY)]
    assert lines_of(db, core) == [("C1", "S1", "done", None), ("C2", "S1", "done", None),
                                  ("C3", "S2", "rejected", "R-32.reviewed"),
                                  ("C5", "S2", "rejected", "R-30.too_young")]  # fmt: skip
    with db.reading() as connection:
        head = read_core_lists(connection, reader(connection, core, "b01"))[0]
        loads = {row["staff_no"]: (row["clients"], row["limit"], row["qualified"])
                 for row in read_core_loads(connection, FIRM, TODAY)}  # fmt: skip
    assert (head.state, head.asked, head.rejected, head.done) == ("approved", 4, 2, 2)
    assert loads == {"S1": (2, 100, True), "S2": (0, 100, True), "S3": (0, 100, False), "S9": (0, 100, True)}


@pytest.mark.parametrize(("deciders", "built"), [
    pytest.param(["b01", "hq"], [("C1", "S1", TODAY)], id="R-32-1"),
    pytest.param(["b01", "b01"], [], id="R-32-2-the-branch-company-does-not-build-it"),
    pytest.param(["b01"], [], id="R-32-2-sent-and-not-reviewed"),
    pytest.param(["hq"], [], id="R-32-3-headquarters-without-the-branch-head"),
])  # fmt: skip
def test_the_branch_head_sends_and_headquarters_reviews(
    db: Database, core: Book, deciders: list[str], built: list[tuple[str, str, date]]
) -> None:
    sent(db, core, drafted(db, core, ("C1", "S1"), ("C5", "S1")))  # R-32-4: C5 is too young and falls alone
    for decider in deciders:
        with suppress(Refused):
            act(db, core, decider, "approved")
    assert held(db) == built


@pytest.mark.parametrize("user", ["hq", "o011", "s1", "analyst", "auditor"])
def test_headquarters_and_offices_send_no_list(db: Database, core: Book, user: str) -> None:
    with pytest.raises(NotAllowed):
        open_core_list(db, actor=signed_in(db, core, user), request_id="open")


def test_nothing_counts_before_headquarters(db: Database, core: Book) -> None:
    sent(db, core, drafted(db, core, ("C1", "S1")))
    assert held(db) == []
    act(db, core, "b01", "approved")
    assert held(db) == []


def test_one_list_per_window_and_branch_company(db: Database, core: Book) -> None:
    sent(db, core, drafted(db, core, ("C1", "S1")))
    second = open_core_list(db, actor=signed_in(db, core, "reviewer"), request_id="second")
    with db.reading() as connection:
        heads = read_core_lists(connection, reader(connection, core, "reviewer"))
    assert [(head.list_no, head.month) for head in heads] == [("CORE-000002", 202501), ("CORE-000001", 202407)]
    with pytest.raises(Refused, match="CORE-000001"):
        add = add_core_lines(db, actor=signed_in(db, core, "reviewer"), list_no=second.list_no, version=1,
                             lines=[CoreLine("add", "C2", "S1")], request_id="a2")  # fmt: skip
        sent(db, core, add, "s2")
    with pytest.raises(Refused, match="CORE-000002"):
        open_core_list(db, actor=signed_in(db, core, "b01"), request_id="third")


def test_a_rejected_list_frees_the_window(db: Database, core: Book) -> None:
    sent(db, core, drafted(db, core, ("C1", "S1")))
    act(db, core, "b01", "rejected", reason="wrong clients")
    again = open_core_list(db, actor=signed_in(db, core, "reviewer"), request_id="second")
    assert again == ListStand("CORE-000002", 1, "draft")


def test_only_the_first_list_ever_comes_outside_the_window(db: Database, core: Book) -> None:
    with frozen(datetime(2024, 9, 2, 2, tzinfo=UTC)):
        first = sent(db, core, drafted(db, core, ("C1", "S1")))
        assert first.state == "submitted"
        second = open_core_list(db, actor=signed_in(db, core, "reviewer"), request_id="second")
        second = add_core_lines(db, actor=signed_in(db, core, "reviewer"), list_no=second.list_no, version=1,
                                lines=[CoreLine("add", "C2", "S1")], request_id="a2")  # fmt: skip
        with pytest.raises(Refused) as refused:
            sent(db, core, second, "s2")
    assert refused.value.reason.code == "R-33.sent"  # of the same month
    with frozen(datetime(2024, 10, 8, 2, tzinfo=UTC)), pytest.raises(Refused) as closed:
        sent(db, core, second, "s3")
    assert (closed.value.reason.code, closed.value.reason.params["next_on"]) == ("R-33.closed", "2025-01-01")
    with frozen(datetime(2025, 1, 31, 2, tzinfo=UTC)):
        assert sent(db, core, second, "s4").state == "submitted"


def test_existing_core_clients_are_history(db: Database, core: Book) -> None:
    with db.writing() as connection:
        give(connection, core, "C4", "S1")
    stand = drafted(db, core, ("C1", "S1"))
    with frozen(datetime(2024, 9, 2, 2, tzinfo=UTC)), pytest.raises(Refused) as refused:
        sent(db, core, stand)
    assert refused.value.reason.code == "R-33.closed"


def give(connection: object, book: Book, client_no: str, staff_no: str, since: date = date(2024, 1, 15)) -> None:
    key = 1_000 + book.clients[client_no]
    connection.execute(insert(relationship).values(  # type: ignore[attr-defined]
        relationship_id=key, relationship_no=f"R{key}", client_id=book.clients[client_no], type="core_service",
        state="confirmed", valid_from=since, how_confirmed="import", confirmed_at=NOW))  # fmt: skip
    connection.execute(insert(relationship_share).values(  # type: ignore[attr-defined]
        relationship_id=key, staff_id=book.staff[staff_no], share_bp=10_000))  # fmt: skip


def test_a_swap_in_one_list_moves_the_client_on_the_day_of_the_list(db: Database, core: Book) -> None:
    with db.writing() as connection:
        give(connection, core, "C4", "S1")
    stand = drafted(db, core, ("C4", "S2"))
    assert lines_of(db, core) == [("C4", "S2", "rejected", "R-31.core_held")]
    stand = add_core_lines(db, actor=signed_in(db, core, "b01"), list_no=stand.list_no, version=stand.version,
                           lines=[CoreLine("release", "C4", "S1")], request_id="rel")  # fmt: skip
    sent(db, core, stand)
    with frozen(datetime(2024, 8, 5, 2, tzinfo=UTC)):  # headquarters takes its time, the day of the list counts
        act(db, core, "b01", "approved")
        act(db, core, "hq", "approved")
    assert held(db) == [("C4", "S2", TODAY)]
    with db.reading() as connection:
        old = connection.execute(select(relationship).where(relationship.c.relationship_no == "R1004")).one()
    assert (old.valid_to, old.release_reason) == (TODAY, "CORE-000001")


def test_facts_that_changed_since_the_list_was_sent_count(db: Database, core: Book) -> None:
    sent(db, core, drafted(db, core, ("C1", "S1"), ("C2", "S2")))
    act(db, core, "b01", "approved")
    with db.writing() as connection:
        connection.execute(update(staff).where(staff.c.staff_no == "S2").values(left_on=date(2024, 7, 9)))
    act(db, core, "hq", "approved")
    assert held(db) == [("C1", "S1", TODAY)]
    assert lines_of(db, core)[1] == ("C2", "S2", "rejected", "R-03.left")


def test_a_returned_list_is_mended_and_sent_again_by_its_sender(db: Database, core: Book) -> None:
    stand = sent(db, core, drafted(db, core, ("C1", "S1"), ("C2", "S1")))
    with pytest.raises(Refused):
        remove_core_lines(db, actor=signed_in(db, core, "reviewer"), list_no=stand.list_no, version=stand.version,
                          positions=[2], request_id="r0")  # fmt: skip
    act(db, core, "b01", "returned", reason="C2 is not ours")
    stand = remove_core_lines(db, actor=signed_in(db, core, "b01"), list_no=stand.list_no, version=stand.version,
                              positions=[2], request_id="r1")  # fmt: skip
    with pytest.raises(Refused) as other:
        sent(db, core, stand, "s1", user="b01")
    assert other.value.reason.code == "approval.not_submitter"
    sent(db, core, stand, "s2")
    act(db, core, "b01", "approved")
    act(db, core, "hq", "approved")
    assert held(db) == [("C1", "S1", TODAY)]


def test_lines_reviewed_meanwhile_stop_the_approval(db: Database, core: Book) -> None:
    stand = sent(db, core, drafted(db, core, ("C1", "S1"), ("C2", "S1")))
    act(db, core, "b01", "approved")
    with db.reading() as connection:
        seen = connection.execute(select(approval_chain)).one()
    review_core_lines(db, actor=signed_in(db, core, "hq2"), list_no=stand.list_no, version=stand.version,
                      positions=[1], reason="no", request_id="rv")  # fmt: skip
    with pytest.raises(Refused) as refused:
        decide_step_of_chain(db, actor=signed_in(db, core, "hq"), chain_no=seen.chain_no, level=2,
                             seen_version=seen.version, seen_hash=seen.content_hash, decision="approved",
                             request_id="late")  # fmt: skip
    assert refused.value.reason.code == "approval.changed"
    lifted = review_core_lines(db, actor=signed_in(db, core, "hq2"), list_no=stand.list_no, version=stand.version + 1,
                               positions=[1], reason="", request_id="rv2")  # fmt: skip
    assert lifted.version == stand.version + 2
    assert [line[2] for line in lines_of(db, core)] == ["", ""]


def test_headquarters_reviews_only_what_waits_for_it(db: Database, core: Book) -> None:
    stand = sent(db, core, drafted(db, core, ("C1", "S1")))
    with pytest.raises(Refused) as early:
        review_core_lines(db, actor=signed_in(db, core, "hq"), list_no=stand.list_no, version=stand.version,
                          positions=[1], reason="no", request_id="rv")  # fmt: skip
    assert early.value.reason.code == "core.state"
    with pytest.raises(NotAllowed):
        review_core_lines(db, actor=signed_in(db, core, "b01"), list_no=stand.list_no, version=stand.version,
                          positions=[1], reason="no", request_id="rv1")  # fmt: skip


def test_an_office_adds_its_own_clients_alone(db: Database, core: Book) -> None:
    stand = open_core_list(db, actor=signed_in(db, core, "reviewer"), request_id="open")
    done = add_core_lines(
        db, actor=signed_in(db, core, "o012"), list_no=stand.list_no, version=1, request_id="add",
        lines=[CoreLine("add", "C1", "S1"), CoreLine("add", "C9", "S1")])  # fmt: skip
    assert [(number, reason.code) for number, reason in done.refused] == [
        ("C1", "client.not_found"), ("C9", "client.not_found")]  # fmt: skip
    done = add_core_lines(
        db, actor=signed_in(db, core, "o011"), list_no=stand.list_no, version=2, request_id="add2",
        lines=[CoreLine("add", "C1", "S1"), CoreLine("add", "C2", "S77")])  # fmt: skip
    assert [(number, reason.code) for number, reason in done.refused] == [("C2", "R-26.staff_not_found")]
    assert lines_of(db, core, "o011") == [("C1", "S1", "", None)]
    assert lines_of(db, core, "o012") == []
    gone = remove_core_lines(db, actor=signed_in(db, core, "o012"), list_no=stand.list_no, version=3, positions=[1],
                             request_id="rm")  # fmt: skip
    assert gone.version == 4
    assert lines_of(db, core) == [("C1", "S1", "", None)]


def test_another_branch_company_does_not_see_the_list(db: Database, core: Book) -> None:
    stand = drafted(db, core, ("C1", "S1"))
    with db.writing() as connection:
        add_user(connection, core, "b02", role="branch_head", unit="B02")
    with db.reading() as connection:
        assert read_core_lists(connection, reader(connection, core, "b02")) == []
    with pytest.raises(Refused) as refused:
        withdraw_core_draft(db, actor=signed_in(db, core, "b02"), list_no=stand.list_no, version=stand.version,
                            request_id="w")  # fmt: skip
    assert refused.value.reason.code == "core.not_found"


def test_a_draft_is_given_up_as_it_was_seen(db: Database, core: Book) -> None:
    stand = drafted(db, core, ("C1", "S1"))
    with pytest.raises(Refused) as changed:
        withdraw_core_draft(db, actor=signed_in(db, core, "b01"), list_no=stand.list_no, version=1, request_id="w")
    assert changed.value.reason.code == "core.changed"
    done = withdraw_core_draft(db, actor=signed_in(db, core, "b01"), list_no=stand.list_no, version=2, request_id="w2")
    assert done == replace(done, state="withdrawn", version=3)


def test_the_same_form_counts_once(db: Database, core: Book) -> None:
    stand = drafted(db, core, ("C1", "S1"), ("C9", "S1"))
    again = add_core_lines(db, actor=signed_in(db, core, "reviewer"), list_no=stand.list_no, version=1,
                           lines=[CoreLine("add", "C1", "S1")], request_id="add")  # fmt: skip
    assert again == stand
    assert len(lines_of(db, core)) == 1


def test_a_list_without_a_standing_line_is_not_sent(db: Database, core: Book) -> None:
    stand = drafted(db, core, ("C5", "S1"))
    with pytest.raises(Refused) as refused:
        sent(db, core, stand)
    assert refused.value.reason.code == "core.empty"


def test_leavers_lost_papers_and_lost_clients_force_an_end(db: Database, core: Book) -> None:
    with db.writing() as connection:
        for number, staff_no in (("C1", "S1"), ("C2", "S2"), ("C3", "S9"), ("C4", "S9")):
            give(connection, core, number, staff_no)
        connection.execute(update(staff).where(staff.c.staff_no == "S1").values(left_on=date(2024, 3, 5)))
        connection.execute(update(staff_qualification).where(
            staff_qualification.c.staff_id == core.staff["S2"], staff_qualification.c.kind == "advisory")
            .values(valid_to=date(2024, 4, 1)))  # fmt: skip
        connection.execute(insert(client_spell).values(client_id=core.clients["C3"], kind="lost",
                                                       from_on=date(2024, 5, 6)))  # fmt: skip
    with pytest.raises(NotAllowed):
        end_forced(db, actor=signed_in(db, core, "b01"), relationship_nos=["R1001"], request_id="f0")
    done = end_forced(db, actor=signed_in(db, core, "hq"), relationship_nos=["R1001", "R1002", "R1003", "R1004"],
                      request_id="f1")  # fmt: skip
    assert done.ended == ["R1001", "R1002", "R1003"]
    assert [(number, reason.code) for number, reason in done.refused] == [("R1004", "R-33.not_forced")]
    again = end_forced(db, actor=signed_in(db, core, "hq"), relationship_nos=["R1001"], request_id="f1")
    assert again == done
    with db.reading() as connection:
        ends = [tuple(row) for row in connection.execute(
            select(relationship.c.relationship_no, relationship.c.valid_to, relationship.c.release_reason)
            .order_by(relationship.c.relationship_no))]  # fmt: skip
    assert ends == [("R1001", date(2024, 3, 6), "left"), ("R1002", date(2024, 4, 1), "qualification"),
                    ("R1003", date(2024, 5, 6), "client_left"), ("R1004", None, None)]  # fmt: skip


def test_the_hundredth_client_is_the_last(db: Database, core: Book) -> None:
    numbers = [f"N{number:03d}" for number in range(101)]
    with db.writing() as connection:
        add_clients(connection, core, numbers, status="normal", origin="natural")
    stand = drafted(db, core, *((number, "S1") for number in numbers))
    sent(db, core, stand)
    act(db, core, "b01", "approved")
    act(db, core, "hq", "approved")
    assert len(held(db)) == 100
    assert lines_of(db, core)[-1] == ("N100", "S1", "rejected", "R-30.full")


def test_a_new_adviser_needs_papers_and_the_branch_company(db: Database, core: Book) -> None:
    with db.writing() as connection:
        add_staff(connection, core, "S7", category="account_manager")
        qualify(connection, core, "S7")
    drafted(db, core, ("C1", "S7"), ("C2", "S3"), ("C3", "S9"))
    assert [line[3] for line in lines_of(db, core)] == ["R-01.category", "R-03.qualification", "R-30.adviser_branch"]


def test_two_presses_at_one_moment_open_one_list(db: Database, core: Book) -> None:
    actors = [signed_in(db, core, "reviewer"), signed_in(db, core, "b01")]

    def press(place: int) -> str:
        with frozen(NOW):
            try:
                return open_core_list(db, actor=actors[place], request_id=f"press{place}").list_no
            except Refused as refused:
                return refused.reason.code

    with ThreadPoolExecutor(2) as pool:
        answers = sorted(pool.map(press, range(2)))
    assert answers[0].startswith("CORE-")
    assert answers[1] == "R-33.sent"
