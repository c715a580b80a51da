"""The results of a hand-made campaign, each figure worked out from the book's table."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import Connection, event

from data_access.database import Database
from data_access.reads import campaign_tasks, drawn
from data_access.reads.outcomes import read_drawn_campaigns
from data_access.scope import FIRM, Scope
from domain.holdout import Arm
from metrics.results import CampaignResults, comparison_of, results_of, seed_of, with_work
from metrics.uplift import Verdict
from tests.support.book_rows import Book
from tests.support.databases import fresh_sqlite
from tests.support.drawn_rows import add_campaign, drawn_book

TODAY = date(2024, 7, 10)


@pytest.fixture(scope="module")
def kept(tmp_path_factory: pytest.TempPathFactory, template_folder: Path) -> Iterator[tuple[Database, Book]]:
    db = fresh_sqlite(tmp_path_factory.mktemp("results"), template_folder)
    book = drawn_book(db)
    with db.writing() as connection:
        # nobody held back, and one drawn after the newest month
        add_campaign(connection, book, "K2", {"C09": "task"}, drawn_on=date(2024, 4, 10))
        add_campaign(connection, book, "K3", {"C09": "task", "C08": "holdout"}, drawn_on=date(2024, 7, 3))
    yield db, book
    db.dispose()


@pytest.fixture(scope="module")
def connection(kept: tuple[Database, Book]) -> Iterator[Connection]:
    with kept[0].reading() as opened:
        yield opened


@pytest.fixture(scope="module")
def whole(connection: Connection) -> CampaignResults:
    return results_of(connection, FIRM, ["K1"], as_of=TODAY)


def test_both_groups_on_the_day_planned(whole: CampaignResults):
    uplift = whole.uplift
    assert uplift is not None
    assert (whole.days_planned, whole.days, whole.is_mature, whole.known_to_on) == (90, 90, True, date(2024, 6, 30))
    assert (uplift.task_count, uplift.task_returned, uplift.held_count, uplift.held_returned) == (5, 2, 4, 2)
    assert (uplift.contaminated, uplift.attempted, uplift.verdict) == (1, 2, Verdict.CANNOT_TELL)
    assert (whole.unknown_task, whole.unknown_held) == (1, 0)
    assert uplift.inflow is not None
    assert (uplift.inflow.difference_fen, uplift.inflow.task_count, uplift.inflow.held_count) == (12_500, 4, 2)
    assert [one.client_no for one in whole.clients if one.returned] == ["C01", "C07", "C10", "C11"]


def test_the_way_of_the_tasks(whole: CampaignResults):
    assert [(step.count, step.of) for step in whole.funnel.steps] == [
        (6, 6), (2, 6), (1, 6), (1, 6), (1, 6), (0, 1), (0, 1), (0, 0)]  # fmt: skip
    assert (whole.funnel.median_days, whole.funnel.expired_unregistered) == (49.0, 1)
    assert (whole.funnel.returned_30_fen, whole.funnel.returned_30_of, whole.funnel.returned_90_of) == (40_000, 1, 0)
    assert [(one.month, one.handed_out, one.recognised) for one in whole.cohorts[""]] == [
        (202403, 5, (0, 1, 1, 1, None, None)), (202404, 1, (0, 0, 0, None, None, None))]  # fmt: skip
    assert {kind: sum(one.handed_out for one in rows) for kind, rows in whole.cohorts.items()} == {
        "": 6, "lost": 1, "silent": 5}  # fmt: skip


def test_people_and_offices_add_up_to_the_whole(whole: CampaignResults, connection: Connection,
                                                kept: tuple[Database, Book]):  # fmt: skip
    assert [(one.staff_no, one.funnel.steps[0].count, one.funnel.steps[4].count) for one in whole.people] == [
        ("S1", 3, 1), ("S2", 2, 0), ("S9", 1, 0)]  # fmt: skip
    assert [(one.office_code, one.task_count, one.task_returned, one.held_count, one.held_returned,
             one.funnel.steps[0].count) for one in whole.offices] == [
        ("O011", 4, 1, 2, 1, 5), ("O021", 1, 1, 2, 1, 1)]  # fmt: skip
    units = kept[1].units
    # a team lead: clients of the whole office, results of the own team only
    lead = Scope(office_ids=frozenset({units["O011"]}), unit_ids=frozenset({units["T0111"]}))
    seen = results_of(connection, lead, ["K1"], as_of=TODAY)
    assert [(one.staff_no, one.funnel.steps[0].count) for one in seen.people] == [(None, 5)]
    assert [one.office_code for one in seen.offices] == ["O011"]
    assert {one.office_code for one in seen.clients} == {"O011"}


def test_flags(whole: CampaignResults, connection: Connection):
    assert [(flag.kind.value, flag.client_no, flag.staff_no) for flag in whole.flags] == [
        ("trivial", "C01", "S1"), ("held_back", "C06", "S2")]  # fmt: skip
    early = results_of(connection, FIRM, ["K1"], as_of=date(2024, 4, 1))
    assert early.flags == ()


def test_a_day_of_the_past_knows_nothing_that_came_later(connection: Connection):
    early = results_of(connection, FIRM, ["K1"], as_of=date(2024, 5, 31))
    assert early.uplift is not None
    assert (early.days, early.is_mature) == (82, False)
    assert [one.client_no for one in early.clients if one.returned] == ["C01", "C07", "C10", "C11"]
    april = results_of(connection, FIRM, ["K1"], as_of=date(2024, 4, 30))
    assert april.days == 51
    assert [one.client_no for one in april.clients if one.returned] == ["C01", "C11"]
    assert [(one.arm, one.months, one.clients, one.before_fen, one.after_fen) for one in april.change] == [
        ("task", 2, 4, 0.0, 31_250.0), ("holdout", 2, 2, 0.0, 0.0)]  # fmt: skip
    assert [(one.traded_before, one.traded_after) for one in april.change] == [(0, 1), (0, 0)]
    before = results_of(connection, FIRM, ["K1"], as_of=date(2024, 3, 20))
    assert (before.days, before.uplift, before.clients, before.waiting) == (None, None, (), ("K1",))
    assert before.funnel.steps[0].count == 5
    assert results_of(connection, FIRM, ["K1"], as_of=date(2024, 3, 9)).campaigns == ()


def test_the_day_compared_on_can_be_an_earlier_one(connection: Connection):
    assert results_of(connection, FIRM, ["K1"], as_of=TODAY, days=51).days == 51
    with pytest.raises(ValueError, match="day 1"):
        results_of(connection, FIRM, ["K1"], as_of=TODAY, days=0)


def test_campaigns_put_together(connection: Connection, whole: CampaignResults):
    every = results_of(connection, FIRM, ["K3", "K2", "K1"], as_of=TODAY)
    assert ([one.campaign_no for one in every.campaigns], every.waiting, every.unheld) == (
        ["K3", "K2", "K1"], ("K3",), ("K2",))  # fmt: skip
    assert every.clients == whole.clients
    assert every.days == 90
    alone = results_of(connection, FIRM, ["K2"], as_of=TODAY)
    assert alone.uplift is not None
    assert (alone.uplift.verdict, alone.change) == (Verdict.NO_HOLDOUT, ())
    assert results_of(connection, FIRM, [], as_of=TODAY).campaigns == ()


def test_the_comparison_stands_alone_and_the_work_is_added(kept: tuple[Database, Book], whole: CampaignResults):
    asked: list[str] = []
    with kept[0].reading() as connection:
        event.listen(connection, "before_cursor_execute", lambda *said: asked.append(said[2]))
        alone = comparison_of(connection, FIRM, ["K1"], as_of=TODAY)
        comparing = len(asked)
        both = with_work(connection, FIRM, alone)
    assert not any("task_event" in said or "account_match" in said for said in asked[:comparing])
    assert any("task_event" in said for said in asked[comparing:])
    assert both == whole
    assert [one.client_no for one in both.held_back] == [one.client_no for one in both.clients
                                                         if one.arm == Arm.HOLDOUT]  # fmt: skip


@pytest.mark.parametrize("offices", [("O011", "O021"), ("O021",), ()])
def test_many_clients_are_read_as_few_are(connection: Connection, kept: tuple[Database, Book], offices: tuple[str, ...],
                                          monkeypatch: pytest.MonkeyPatch):  # fmt: skip
    """Beyond some hundreds the database selects the clients: of the firm, of a reach with all of them, of a part."""
    scope = Scope(office_ids=frozenset(kept[1].units[one] for one in offices)) if offices else FIRM
    few = results_of(connection, scope, ["K1", "K2"], as_of=TODAY)
    monkeypatch.setattr(drawn, "FEW", 0)
    monkeypatch.setattr(campaign_tasks, "FEW", 0)
    asked: list[str] = []
    event.listen(connection, "before_cursor_execute", lambda *said: asked.append(said[2]))
    many = results_of(connection, scope, ["K1", "K2"], as_of=TODAY)
    assert many == few
    assert len(few.clients) == (3 if offices == ("O021",) else 10)
    flows = next(said for said in asked if "client_status.inflow_fen" in said)
    assert ("client.office_id" in flows) == (offices == ("O021",))


def test_campaigns_that_were_read_are_not_read_again(connection: Connection, whole: CampaignResults):
    seen = read_drawn_campaigns(connection, FIRM, as_of=TODAY)
    asked: list[str] = []
    event.listen(connection, "before_cursor_execute", lambda *said: asked.append(said[2]))
    again = comparison_of(connection, FIRM, ["K1"], as_of=TODAY, campaigns=seen)
    assert again == comparison_of(connection, FIRM, ["K1"], as_of=TODAY)
    assert len([said for said in asked if "FROM campaign" in said and "window_to_on" in said]) == 1
    assert again.clients == whole.clients


def test_the_interval_is_the_same_at_every_visit(connection: Connection, whole: CampaignResults):
    again = results_of(connection, FIRM, ["K1"], as_of=TODAY)
    assert again.uplift is not None
    assert whole.uplift is not None
    assert again.uplift.inflow == whole.uplift.inflow
    assert seed_of(["K1", "K2"]) == seed_of(["K2", "K1"]) != seed_of(["K1"])
    assert replace(again, uplift=None) == replace(whole, uplift=None)
