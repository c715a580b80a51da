"""Quality flags, each line at its edge."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.quality_flags import (
    ContactFacts,
    FlagLimits,
    HeldBack,
    ReturnFacts,
    WorkedTask,
    cherry_picking,
    contact_batches,
    held_back_contacts,
    trivial_returns,
    wake_cycles,
)
from domain.reasons import TEMPLATES, reason_text

LIMITS = FlagLimits()
SMALL = ReturnFacts("C1", "S1", date(2026, 3, 1), 100_000, 200_000, moved_after=False)
NINE = datetime(2026, 3, 1, 9, 0, tzinfo=UTC)


@pytest.mark.parametrize(("facts", "flagged"), [
    ({}, True), ({"inflow_fen": 119_999}, True), ({"inflow_fen": 120_000}, False), ({"inflow_fen": 99_999}, False),
    ({"turnover_fen": 200_001}, False), ({"moved_after": True}, False), ({"moved_after": None}, False),
])  # fmt: skip
def test_returns_just_over_the_line(facts: dict[str, object], flagged: bool):
    flags = trivial_returns([replace(SMALL, **facts)], LIMITS)
    assert bool(flags) is flagged
    if flagged:
        assert reason_text(flags[0].reason).startswith("Returned just over the line: 1,")


@pytest.mark.parametrize(("days", "count"), [
    ([date(2023, 3, 1)], None), ([date(2023, 3, 1), date(2026, 2, 28)], 2),
    ([date(2023, 3, 1), date(2026, 3, 1)], None),
    ([date(2020, 1, 1), date(2023, 3, 1), date(2024, 3, 1), date(2025, 3, 1)], 3),
])  # fmt: skip
def test_won_back_again_and_again(days: list[date], count: int | None):
    flags = wake_cycles([("C1", day) for day in reversed(days)], LIMITS)
    assert [flag.reason.params["count"] for flag in flags] == ([] if count is None else [count])


def logged(*seconds: float, staff_no: str = "S1") -> list[ContactFacts]:
    return [ContactFacts(f"C{number}", staff_no, NINE + timedelta(seconds=one)) for number, one in enumerate(seconds)]


@pytest.mark.parametrize(("seconds", "counts"), [
    ((0, 10, 20, 30, 59), [5]), ((0, 10, 20, 30, 60), []), ((0, 10, 20, 30), []),
    ((-30, 40, 50, 60, 70, 80), [5]), ((0, 1, 2, 3, 4, 5, 100, 101, 102, 103, 104), [6, 5]),
])  # fmt: skip
def test_contacts_logged_in_batches(seconds: tuple[float, ...], counts: list[int]):
    flags = contact_batches(reversed(logged(*seconds)), LIMITS)
    assert [flag.reason.params["count"] for flag in flags] == counts


def test_batches_are_counted_by_person():
    both = [*logged(0, 1, 2), *logged(0, 1, 2, staff_no="S2")]
    assert contact_batches(both, LIMITS) == []
    assert [flag.staff_no for flag in contact_batches(both, replace(LIMITS, batch_count=3))] == ["S1", "S2"]


@pytest.mark.parametrize(("day", "flagged"), [
    (date(2026, 2, 28), False), (date(2026, 3, 1), True), (date(2026, 5, 31), True), (date(2026, 6, 1), False),
])  # fmt: skip
def test_held_back_clients_contacted(day: date, flagged: bool):
    held = [HeldBack("C1", date(2026, 3, 1), date(2026, 5, 31))]
    flags = held_back_contacts([("C1", "S1", day), ("C2", "S1", day)], held)
    assert [(flag.client_no, flag.staff_no) for flag in flags] == ([("C1", "S1")] if flagged else [])


def worked(top: int, low: int, half: int = 10, staff_no: str = "S1") -> list[WorkedTask]:
    values = [*range(2 * half, half, -1), *range(half, 0, -1)]
    tried = [number < top for number in range(half)] + [number < low for number in range(half)]
    return [WorkedTask(f"C{value:02d}", staff_no, value, one) for value, one in zip(values, tried, strict=True)]


@pytest.mark.parametrize(("tasks", "flagged"), [
    (worked(10, 6), True), (worked(10, 7), False), (worked(4, 0), True), (worked(0, 10), False),
    (worked(9, 0, half=9), False), (worked(11, 0, half=11), True),
])  # fmt: skip
def test_only_the_valuable_tasks_worked(tasks: list[WorkedTask], flagged: bool):
    flags = cherry_picking(reversed(tasks), LIMITS)
    assert [flag.staff_no for flag in flags] == (["S1"] if flagged else [])


def test_the_middle_task_belongs_to_neither_half():
    middle = WorkedTask("CM", "S1", 10, attempted=True)
    tasks = [task._replace(value_fen=task.value_fen * 10) for task in worked(10, 6)]
    flag = cherry_picking([*tasks, middle._replace(value_fen=105)], LIMITS)[0]
    assert flag.reason.params == {"staff_no": "S1", "top_bp": 10_000, "low_bp": 6_000}


@given(st.lists(st.floats(0, 600), max_size=40))
def test_no_contact_is_in_two_batches(seconds: list[float]):
    flags = contact_batches(logged(*seconds), replace(LIMITS, batch_count=2))
    assert sum(int(flag.reason.params["count"]) for flag in flags) <= len(seconds)
    assert all(flag.reason.code in TEMPLATES for flag in flags)
