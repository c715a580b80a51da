"""Drawn clients with what they did since, on both engines."""

from __future__ import annotations

from datetime import date

from data_access.database import Database
from data_access.reads.campaign_tasks import read_campaign_tasks, read_held_back_contacts
from data_access.reads.outcomes import read_drawn, read_drawn_campaigns
from data_access.scope import FIRM, NOTHING, Scope
from domain.outcomes import outcome_of
from domain.policies import FIRST_RULE_SET as RULES
from tests.support.drawn_rows import DRAWN_ON, add_campaign, drawn_book

END = date(2024, 6, 30)
DAY_90 = date(2024, 6, 8)


def test_drawn_clients_with_their_conduct(db: Database):
    book = drawn_book(db)
    with db.writing() as connection:
        add_campaign(connection, book, "K2", {"C09": "task"}, drawn_on=date(2024, 7, 1))
        add_campaign(connection, book, "K3", {"C09": "task"}, state="cancelled")
    with db.reading() as connection:
        drawn = read_drawn(connection, FIRM, ["K1", "K3", "none"], as_of=END)
        told = {one.client_no: outcome_of(one.conduct, drawn_on=DRAWN_ON, until_on=DAY_90, rules=RULES)
                for one in drawn}  # fmt: skip
        held = [one.client_no for one in drawn if one.arm == "holdout"]
        by_number = {one.client_no: one for one in drawn}
        known = read_drawn_campaigns(connection, FIRM, as_of=END)
        later = read_drawn_campaigns(connection, FIRM, as_of=date(2024, 7, 1))
        nobody = read_drawn(connection, NOTHING, ["K1"], as_of=END)
        branch = Scope(office_ids=frozenset({book.units["O021"]}), masks_names=True)
        two = read_drawn(connection, branch, ["K1"], as_of=END)
        early = read_drawn(connection, FIRM, ["K1"], as_of=date(2024, 4, 1))
    assert [(number, one.returned, str(one.on) if one.on else None, one.net_inflow_fen, one.reason.code)
            for number, one in told.items()] == [
        ("C01", True, "2024-04-30", 100_000, "R-25.activated"), ("C02", False, None, 0, "outcome.inflow"),
        ("C03", False, None, 150_000, "outcome.trade"), ("C04", False, None, 0, "outcome.inflow"),
        ("C05", None, None, None, "outcome.gap"), ("C06", False, None, 0, "outcome.inflow"),
        ("C07", True, "2024-05-31", 100_000, "R-25.activated"), ("C10", True, "2024-05-02", None, "R-21.returned"),
        ("C11", True, "2024-03-10", None, "R-23.activated"), ("C12", False, None, None, "R-21.too_soon"),
    ]  # fmt: skip
    assert held == ["C06", "C07", "C11", "C12"]
    assert [(one.staff_no, one.task_no, one.contacts) for one in (by_number[number] for number in (
        "C01", "C02", "C05", "C06", "C12"))] == [
        ("S1", "T1", (date(2024, 3, 15),)), ("S1", "T3", (date(2024, 3, 20),)), (None, None, ()),
        (None, None, (date(2024, 4, 2),)), ("S9", None, ())]  # fmt: skip
    assert [(one.campaign_no, one.known_days) for one in known] == [("K1", 112)]
    assert [(one.campaign_no, one.known_days) for one in later] == [("K2", None), ("K1", 112)]
    assert nobody == []
    assert [(one.client_no, one.client_name, one.office_code) for one in two] == [
        ("C10", "C****", "O021"), ("C11", "C****", "O021"), ("C12", "C****", "O021")]  # fmt: skip
    # as of 1 April: March is the newest month, a task handed out on 2 April and its contact are not there yet
    assert [(one.conduct.last_month, max(one.conduct.months), one.task_no) for one in early if one.client_no in (
        "C01", "C02")] == [(202403, 202403, "T1"), (202403, 202403, "T3")]  # fmt: skip
    assert [(one.client_no, one.contacts, one.task_no, len(one.conduct.events)) for one in early if one.client_no in (
        "C06", "C10", "C11")] == [("C06", (), None, 0), ("C10", (), None, 0), ("C11", (), None, 1)]  # fmt: skip


def test_tasks_as_far_as_they_came(db: Database):
    book = drawn_book(db)
    with db.reading() as connection:
        tasks = {one.task_no: one for one in read_campaign_tasks(connection, FIRM, ["K1"], as_of=date(2024, 7, 10))}
        early = {one.task_no: one for one in read_campaign_tasks(connection, FIRM, ["K1"], as_of=date(2024, 4, 1))}
        own = read_campaign_tasks(connection, Scope(office_ids=frozenset({book.units["O021"]})), ["K1"], as_of=END)
        held = read_held_back_contacts(connection, FIRM, ["K1"], as_of=END)
        before = read_held_back_contacts(connection, FIRM, ["K1"], as_of=date(2024, 4, 1))
    assert {number: (one.client_no, one.staff_no, one.state) for number, one in tasks.items()} == {
        "T1": ("C01", "S1", "recognised"), "T3": ("C02", "S1", "expired"), "T4": ("C03", "S2", "open"),
        "T5": ("C04", "S2", "open"), "T6": ("C08", "S1", "open"), "T7": ("C10", "S9", "open")}  # fmt: skip
    first = tasks["T1"]
    assert (first.handed_on, first.preregistered_on, first.recognised_on) == (
        date(2024, 3, 12), date(2024, 3, 25), date(2024, 4, 30))  # fmt: skip
    assert [(one.staff_no, one.on, one.result) for one in first.contacts] == [("S1", date(2024, 3, 15), "interested")]
    assert [one.result for one in tasks["T3"].contacts] == ["not_reached"]
    assert sorted(first.months) == [202403, 202404, 202405, 202406]
    assert first.recognitions == [date(2024, 5, 20)]
    assert {number: one.state for number, one in early.items()} == {
        "T1": "preregistered", "T3": "open", "T4": "open", "T5": "open", "T6": "open"}  # fmt: skip
    assert [one.task_no for one in own] == ["T7"]
    assert held == [("C06", "S2", date(2024, 4, 2))]
    assert before == []
