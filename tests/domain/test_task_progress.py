from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from domain.decision import Reason
from domain.match_facts import HandOut
from domain.policies import FIRST_RULE_SET
from domain.preregistration import Holding, Registered
from domain.task_progress import HandedOut, progress_of

HELD = HandOut(1, "T00000001", 7, "S7")
TASK = HandedOut(HELD, "Li Na", date(2024, 5, 2), date(2024, 8, 2), "silent")
ON = date(2024, 7, 10)


def record(day: date, expires_on: date, *, staff_id: int = 7, state: str = "active") -> Registered:
    moment = datetime(day.year, day.month, day.day, 10, tzinfo=ZoneInfo("Asia/Shanghai"))
    return Registered(1, "Y1", "redevelopment", "Li", "h", True, moment, day, expires_on,
                      (Holding(staff_id, f"S{staff_id}", 10_000),), state)  # fmt: skip


def steps(task: HandedOut, on: date = ON) -> list[tuple[str, bool, str]]:
    return [(step.rule, step.is_done, step.reason.code) for step in progress_of(task, on, FIRST_RULE_SET)][1:]


def test_a_silent_client_without_a_record() -> None:
    first = progress_of(TASK, ON, FIRST_RULE_SET)[0]
    assert first.reason == Reason("progress.handed_out", {"on": "2024-05-02", "staff_name": "Li Na",
                                                          "due_on": "2024-08-02"})  # fmt: skip
    assert steps(TASK) == [("R-27", False, "progress.no_record"), ("R-25", False, "progress.inflow_later"),
                           ("R-25", False, "progress.trade_later")]  # fmt: skip


@pytest.mark.parametrize(("months", "inflow_fen", "inflow_done", "trade"), [
    ({}, 0, False, "progress.no_trade"),
    ({202405: (500_000, 3)}, 0, False, "progress.no_trade"),  # the month of the record proves nothing
    ({202406: (99_999, 1)}, 99_999, False, "progress.traded"),
    ({202406: (60_000, 0), 202407: (40_000, None)}, 100_000, True, "progress.no_trade"),
    ({202406: (None, None), 202407: (100_000, 2)}, 100_000, True, "progress.traded"),
])  # fmt: skip
def test_what_the_months_show_of_a_silent_client(months, inflow_fen, inflow_done, trade) -> None:
    task = replace(TASK, records=(record(date(2024, 5, 20), date(2024, 7, 20)),), months=months)
    registration, inflow, traded = progress_of(task, ON, FIRST_RULE_SET)[1:]
    assert registration.reason == Reason("progress.registered", {"registered_on": "2024-05-20",
                                                                 "expires_on": "2024-07-20"})  # fmt: skip
    assert (inflow.is_done, inflow.reason.params) == (inflow_done, {"inflow_fen": inflow_fen, "threshold_fen": 100_000})
    assert (traded.is_done, traded.reason.code) == (trade == "progress.traded", trade)


def test_a_record_that_ran_out_was_withdrawn_or_is_another_persons() -> None:
    over = record(date(2024, 5, 20), date(2024, 7, 9))
    assert steps(replace(TASK, records=(over,)))[0] == ("R-27", False, "progress.run_out")
    assert steps(replace(TASK, records=(over,)), date(2024, 7, 9))[0] == ("R-27", True, "progress.registered")
    other = record(date(2024, 7, 1), date(2024, 8, 1), staff_id=8)
    taken_back = record(date(2024, 7, 1), date(2024, 8, 1), state="withdrawn")
    assert steps(replace(TASK, records=(other, taken_back)))[0] == ("R-27", False, "progress.no_record")


@pytest.mark.parametrize(("lost_on", "events", "expected"), [
    (date(2024, 3, 30), (), (False, "progress.no_return")),
    (None, (), (False, "progress.no_return_undated")),
    (date(2024, 3, 30), (("opened", date(2024, 6, 30)),), (False, "R-21.too_soon")),
    (date(2024, 3, 30), (("activated", date(2024, 6, 30)), ("designation_made", date(2024, 7, 1))),
     (True, "progress.returned")),
])  # fmt: skip
def test_a_lost_client(lost_on, events, expected) -> None:
    task = replace(TASK, pool_status="lost", lost_on=lost_on, events=events)
    assert steps(task)[1:] == [("R-21", *expected)]


def test_an_archived_client_and_one_who_is_to_stay() -> None:
    archived = replace(TASK, pool_status="archived")
    assert steps(archived)[1] == ("R-23", False, "progress.no_activation")
    done = replace(archived, events=(("activated", date(2024, 6, 3)),))
    assert steps(done)[1] == ("R-23", True, "progress.activated")
    assert steps(replace(TASK, pool_status="normal")) == [("R-28", False, "progress.not_matched")]
