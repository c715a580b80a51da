"""When an exit can be closed, on which day relationships end, and who is proposed for the tasks."""

from __future__ import annotations

from datetime import date

import pytest

from domain.staff_exit import Colleague, decide_exit, first_day_without, last_whole_month, propose_successors

TODAY = date(2024, 7, 10)


@pytest.mark.parametrize(
    ("exit_on", "more", "code"),
    [
        (date(2024, 7, 9), {}, "exit.allowed"),
        (TODAY, {}, "exit.future"),
        (date(2024, 7, 11), {}, "exit.future"),
        (date(2018, 1, 2), {}, "exit.allowed"),
        (date(2018, 1, 1), {}, "exit.before_joining"),
        (date(2018, 1, 1), {"joined_on": None}, "exit.allowed"),
        (date(2024, 7, 9), {"closed_on": date(2024, 7, 8)}, "exit.closed"),
        (date(2024, 7, 9), {"is_self": True}, "exit.own"),
        (date(2024, 7, 9), {"reason": "  "}, "R-05.reason_missing"),
        (date(2024, 7, 9), {"reason": "x" * 501}, "R-05.reason_long"),
    ],
)
def test_when_an_exit_can_be_closed(exit_on: date, more: dict[str, object], code: str) -> None:
    facts = {"joined_on": date(2018, 1, 2), "closed_on": None, "is_self": False, "reason": "leaves the firm", **more}
    assert decide_exit(staff_no="S1", exit_on=exit_on, today=TODAY, **facts).reason.code == code  # type: ignore[arg-type]


def test_relationships_hold_through_the_last_day() -> None:
    assert first_day_without(date(2024, 6, 30), date(2020, 1, 1)) == date(2024, 7, 1)
    assert first_day_without(date(2024, 6, 30), date(2024, 6, 30)) == date(2024, 7, 1)
    assert first_day_without(date(2024, 6, 30), date(2024, 8, 1)) == date(2024, 8, 1)


@pytest.mark.parametrize(
    ("exit_on", "month"),
    [(date(2024, 6, 30), 202406), (date(2024, 6, 29), 202405), (date(2024, 1, 1), 202312), (date(2024, 2, 29), 202402)],
)
def test_a_month_that_is_left_halfway_is_not_the_leavers(exit_on: date, month: int) -> None:
    assert last_whole_month(exit_on) == month


def test_tasks_are_spread_over_those_with_the_fewest() -> None:
    people = [Colleague("S2", frozenset({1}), 3), Colleague("S1", frozenset({1, 2}), 2),
              Colleague("S3", frozenset(), 0)]  # fmt: skip
    tasks = [("T1", 1), ("T2", 1), ("T3", 1), ("T4", 2), ("T5", 9)]
    assert propose_successors(tasks, people) == {"T1": "S1", "T2": "S1", "T3": "S2", "T4": "S1", "T5": None}
    assert propose_successors([], people) == {}
