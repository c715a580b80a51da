"""Eight ways in which hand-outs are known to fail, each played through the product's own commands."""

from __future__ import annotations

import threading
from collections import Counter
from contextvars import ContextVar
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import insert, select, update

from data_access import clock
from data_access.clock import business_date, frozen
from data_access.commands.hand_outs import HandOutResult, commit_hand_out
from data_access.commands.task_steps import reassign_tasks
from data_access.commands.tasks import assign_tasks
from data_access.database import Database
from data_access.scope import FIRM
from data_access.tables import client, client_status, reactivation_task, staff, staff_absence
from domain.distribution import Predecessor
from metrics.desk import Preview, preview_campaign
from tests.support.book_rows import MONTH, NOW, TODAY, Book, add_clients, add_staff, set_ceiling, signed_in, write_book
from tests.support.campaign_book import chosen, make, numbers_of, open_tasks

DAY = timedelta(days=1)
HOLIDAY = datetime(2024, 10, 1, 2, 0, tzinfo=UTC)
FOUR = ("S1", "S2", "S4", "S5")


@pytest.fixture
def firm(sqlite_db: Database) -> Book:
    """Four people of O011."""
    book = write_book(sqlite_db)
    with sqlite_db.writing() as connection:
        for number in FOUR[2:]:
            add_staff(connection, book, number)
    return book


def campaign_of(db: Database, book: Book, count: int, *, letter: str = "P", **more: str) -> str:
    """Add silent clients of O011 and make a campaign of them without a hold-out."""
    numbers = numbers_of(count, letter=letter)
    with db.writing() as connection:
        add_clients(connection, book, numbers, phone_hash="x")
    return make(db, book, chosen(numbers), holdout_bp=0, request_id=f"made-{letter}", **more).campaign_no


def preview(db: Database, campaign_no: str) -> Preview:
    with db.reading() as connection:
        found = preview_campaign(connection, FIRM, campaign_no, on=business_date())
    assert found is not None
    return found


def commit(db: Database, book: Book, campaign_no: str, placed: dict[str, str]) -> HandOutResult:
    return commit_hand_out(db, actor=signed_in(db, book, "o011"), campaign_no=campaign_no, placed=placed, measures={},
                           digest="", request_id=f"h-{campaign_no}-{len(placed)}")  # fmt: skip


def hand_out(db: Database, book: Book, campaign_no: str) -> Preview:
    """Commit a campaign's proposal as it stands."""
    shown = preview(db, campaign_no)
    assert commit(db, book, campaign_no, dict(shown.distribution.placed)).refused == {}
    return shown


def test_1_work_for_people_who_left_or_have_no_licence(sqlite_db: Database, firm: Book) -> None:
    campaign_no = campaign_of(sqlite_db, firm, 12)
    with sqlite_db.writing() as connection:
        connection.execute(update(staff).where(staff.c.staff_no == "S1").values(left_on=TODAY - DAY))
        add_staff(connection, firm, "BARE", licence=None)
        add_staff(connection, firm, "OVER", licence=(date(2020, 1, 1), TODAY))
    shown = preview(sqlite_db, campaign_no)
    assert set(shown.distribution.placed.values()) == {"S2", "S4", "S5"}
    forced = dict(shown.distribution.placed) | {"P00001": "S1", "P00002": "BARE", "P00003": "OVER"}
    refused = commit(sqlite_db, firm, campaign_no, forced).refused
    assert {number: reason.code for number, reason in refused.items()} == {
        "P00001": "R-26.left", "P00002": "R-26.no_licence", "P00003": "R-26.licence_expired"}  # fmt: skip
    assert open_tasks(sqlite_db) == {}


def test_2_a_holiday_leaves_nobody_without_work(sqlite_db: Database, firm: Book) -> None:
    with frozen(HOLIDAY):
        campaign_no = campaign_of(sqlite_db, firm, 40)
        with sqlite_db.writing() as connection:
            connection.execute(insert(staff_absence), [
                {"staff_id": firm.staff[number], "from_on": date(2024, 10, 1), "to_on": date(2024, 10, last)}
                for number, last in (("S1", 7), ("S2", 7), ("S4", 7), ("S5", 8))])  # fmt: skip
        shown = hand_out(sqlite_db, firm, campaign_no)
    # the first working day is the eighth, on which one of the four is still away
    assert shown.limits.duty_on == date(2024, 10, 8)
    given = Counter(open_tasks(sqlite_db).values())
    assert (set(given), sorted(given.values())) == ({"S1", "S2", "S4"}, [13, 13, 14])


def test_3_old_records_are_handed_out_like_recent_ones(sqlite_db: Database, firm: Book) -> None:
    with sqlite_db.writing() as connection:
        for place in range(8):
            add_staff(connection, firm, f"X{place}")
    campaign_no = campaign_of(sqlite_db, firm, 1_050)
    with sqlite_db.writing() as connection:
        connection.execute(update(client_status).values(months_quiet=12 + client_status.c.client_id % 120))
        connection.execute(update(client).values(opened_on=date(1999, 1, 4)))
    shown = hand_out(sqlite_db, firm, campaign_no)
    assert shown.distribution.unassigned == ()
    assert sorted(open_tasks(sqlite_db)) == numbers_of(1_050)


def test_4_a_batch_is_shared_out(sqlite_db: Database, firm: Book) -> None:
    hand_out(sqlite_db, firm, campaign_of(sqlite_db, firm, 40))
    assert Counter(open_tasks(sqlite_db).values()) == dict.fromkeys(FOUR, 10)


def test_5_a_hand_on_does_not_break_the_turn(sqlite_db: Database, firm: Book) -> None:
    hand_out(sqlite_db, firm, campaign_of(sqlite_db, firm, 40))
    with sqlite_db.reading() as connection:
        held = select(reactivation_task.c.task_no).where(reactivation_task.c.staff_id == firm.staff["S1"])
        versions = dict.fromkeys(connection.execute(held.limit(5)).scalars(), 1)
    moved = reassign_tasks(sqlite_db, actor=signed_in(sqlite_db, firm, "o011"), versions=versions, staff_no="S2",
                           request_id="on")  # fmt: skip
    assert len(moved.done) == 5
    assert Counter(open_tasks(sqlite_db).values()) == {"S1": 5, "S2": 15, "S4": 10, "S5": 10}
    hand_out(sqlite_db, firm, campaign_of(sqlite_db, firm, 40, letter="Q"))
    assert Counter(open_tasks(sqlite_db).values()) == dict.fromkeys(FOUR, 20)


def test_6_capacity_is_checked_under_the_lock_that_writes(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    # threads of their own do not see a clock held in this one
    monkeypatch.setattr(clock, "_fixed", ContextVar("held_in_every_thread", default=NOW))
    book = write_book(db)
    plans = {campaign_of(db, book, 6, letter=letter): dict.fromkeys(numbers_of(6, letter=letter), "S1")
             for letter in "PQ"}  # fmt: skip
    with db.writing() as connection:
        set_ceiling(connection, book, "S1", 10)
    together, answers = threading.Barrier(2), {}

    def lead(campaign_no: str) -> None:
        together.wait()
        answers[campaign_no] = commit(db, book, campaign_no, plans[campaign_no])

    threads = [threading.Thread(target=lead, args=(campaign_no,)) for campaign_no in plans]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    loser, winner = sorted(answers.values(), key=lambda one: len(one.created))
    assert (len(winner.created), len(loser.created), len(open_tasks(db))) == (6, 0, 6)
    assert [reason.params for reason in loser.refused.values()] == [
        {"staff_no": "S1", "open_count": 10, "limit": 10}] * 2  # fmt: skip


@pytest.mark.parametrize("predecessor", [Predecessor.PREFERRED, Predecessor.FREE])
def test_7_previous_holders_neither_run_dry_nor_get_the_poor_ones(
    sqlite_db: Database, firm: Book, predecessor: Predecessor
) -> None:
    campaign_no = campaign_of(sqlite_db, firm, 80, predecessor=predecessor)
    with sqlite_db.writing() as connection:
        # S1 had thirty clients before, all of them worth little; the others are worth up to fifty times as much
        connection.execute(update(client_status).values(
            last_trade_month=MONTH, value_fen=1_000_000 + 50_000 * (client_status.c.client_id % 37)))  # fmt: skip
        few = [firm.clients[number] for number in numbers_of(30)]
        connection.execute(update(client_status).where(client_status.c.client_id.in_(few)).values(value_fen=50_000))
        connection.execute(insert(reactivation_task), [
            {"task_id": 900 + key, "task_no": f"OLD{key}", "client_id": key, "staff_id": firm.staff["S1"],
             "office_id": firm.units["O011"], "state": "expired", "pool_status": "silent", "priority": "normal",
             "due_on": date(2023, 3, 1), "assigned_by": 1, "assigned_at": NOW - 600 * DAY, "request_id": "old",
             "closed_at": NOW - 400 * DAY, "closed_on": date(2023, 6, 6)} for key in few])  # fmt: skip
    shown = hand_out(sqlite_db, firm, campaign_no)
    assert len(shown.distribution.placed) == 80
    for load in shown.distribution.loads:
        if load.staff_no in FOUR:
            assert 0.9 <= (load.effort_ratio or 0) <= 1.1
            assert 0.9 <= (load.value_ratio or 0) <= 1.1


def test_8_the_commit_does_what_the_preview_showed(sqlite_db: Database, firm: Book) -> None:
    campaign_no = campaign_of(sqlite_db, firm, 30)
    shown = preview(sqlite_db, campaign_no)
    placed = dict(shown.distribution.placed)
    taken = assign_tasks(sqlite_db, actor=signed_in(sqlite_db, firm, "b01"), client_nos=["P00007"], staff_no="S5",
                         request_id="faster")  # fmt: skip
    refused = commit(sqlite_db, firm, campaign_no, placed).refused
    assert {number: (reason.code, reason.params["staff_name"]) for number, reason in refused.items()} == {
        "P00007": ("R-26.open_task", "Name S5")}  # fmt: skip
    assert open_tasks(sqlite_db) == {"P00007": "S5"}
    anew = hand_out(sqlite_db, firm, campaign_no)
    assert open_tasks(sqlite_db) == {**anew.distribution.placed, "P00007": "S5"}
    assert (len(taken.created), len(anew.clients)) == (1, 30)
