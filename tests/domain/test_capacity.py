"""What keeps a person from more work, sums of a team, and what a capacity and a check may say."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from domain.capacity import (
    Away,
    CapacityProblem,
    CheckResult,
    Load,
    decide_capacity,
    decide_check,
    find_problems,
    find_room,
    holds,
    is_ending,
    load_bp,
    sum_loads,
)

ON = date(2024, 7, 10)
FREE = Load("adviser", 100, 10, open_tasks=4, effort=80, value_fen=500, ends={"licence": None})


@pytest.mark.parametrize(
    ("values", "problems", "room"),
    [
        ({}, [], 6),
        ({"left_on": ON}, [], 6),
        ({"left_on": ON - timedelta(days=1)}, ["left"], 0),
        ({"ends": {}}, ["no_licence"], 0),
        ({"ends": {"licence": ON}}, ["no_licence", "expiring"], 0),
        ({"ends": {"licence": ON + timedelta(days=1)}}, ["expiring"], 6),
        ({"ends": {"licence": None, "advisory": ON + timedelta(days=90)}}, ["expiring"], 6),
        ({"ends": {"licence": None, "advisory": ON + timedelta(days=91)}}, [], 6),
        ({"category": "agent"}, ["not_frontline"], 0),
        ({"capacity": 0}, ["takes_nothing"], 0),
        ({"away": (Away(ON, ON),)}, ["absent"], 0),
        ({"away": (Away(ON - timedelta(days=3), ON - timedelta(days=1)),)}, [], 6),
        ({"away": (Away(ON + timedelta(days=60), ON + timedelta(days=61)),)}, ["absent_soon"], 6),
        ({"away": (Away(ON + timedelta(days=61), ON + timedelta(days=62)),)}, [], 6),
        ({"open_tasks": 9}, [], 1),
        ({"open_tasks": 10}, ["full"], 0),
        ({"open_tasks": 12, "overdue": 1}, ["full", "overdue"], 0),
        ({"core_clients": 99, "core_limit": 100}, [], 6),
        ({"core_clients": 100, "core_limit": 100}, ["core_full"], 6),
    ],
)  # fmt: skip
def test_problems_and_room_at_their_edges(values: dict[str, Any], problems: list[str], room: int) -> None:
    load = replace(FREE, **values)
    assert list(find_problems(load, ON)) == problems
    assert find_room(load, ON) == room


def test_a_share_of_the_ceiling() -> None:
    assert (load_bp(FREE), load_bp(replace(FREE, ceiling=0)), load_bp(replace(FREE, open_tasks=12))) == (
        4_000, 10_000, 12_000)  # fmt: skip
    assert (holds(FREE, "licence", ON), holds(FREE, "futures", ON), is_ending(None, ON)) == (True, False, False)


def test_a_team_adds_up() -> None:
    away = replace(FREE, away=(Away(ON, ON),), overdue=2)
    idle = replace(FREE, capacity=0, open_tasks=1)
    total = sum_loads([FREE, away, idle, replace(FREE, open_tasks=10, core_clients=3)], ON)
    assert (total.people, total.able, total.absent, total.open_tasks, total.room) == (4, 1, 1, 19, 6)
    assert (total.ceiling, total.load_bp) == (30, 6_333)  # the one who takes nothing adds no room
    assert (total.overdue, total.effort, total.value_fen, total.core_clients, total.ending) == (2, 320, 2_000, 3, 0)
    assert sum_loads([idle], ON).load_bp is None


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({}, "capacity.allowed"),
        ({"capacity": 0, "ceiling": 0}, "capacity.allowed"),
        ({"capacity": 200, "ceiling": 1_000}, "capacity.allowed"),
        ({"capacity": 201}, "capacity.share"),
        ({"capacity": -1}, "capacity.share"),
        ({"ceiling": 1_001}, "capacity.ceiling"),
        ({"reason": ""}, "capacity.reason"),
        ({"reason": "x" * 201}, "capacity.reason"),
        ({"valid_from": ON - timedelta(days=1)}, "capacity.past"),
        ({"valid_from": date(2025, 7, 10)}, "capacity.allowed"),
        ({"valid_from": date(2025, 7, 11)}, "capacity.far"),
        ({"left_on": ON}, "capacity.allowed"),
        ({"left_on": ON - timedelta(days=1)}, "capacity.left"),
    ],
)  # fmt: skip
def test_what_a_capacity_may_be(values: dict[str, Any], code: str) -> None:
    asked: dict[str, Any] = {"staff_no": "S1", "capacity": 50, "ceiling": None, "reason": "part time",
                             "valid_from": ON, "today": ON, "left_on": None}  # fmt: skip
    decision = decide_capacity(**{**asked, **values})
    assert (decision.reason.code, bool(decision)) == (code, code == "capacity.allowed")


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({}, "check.allowed"),
        ({"is_own": True}, "check.own"),
        ({"checked_by": "Li"}, "check.done"),
        ({"result": CheckResult.DIFFERS}, "check.note_missing"),
        ({"result": CheckResult.DIFFERS, "note": "never called"}, "check.allowed"),
        ({"note": "x" * 501}, "contact.note_long"),
    ],
)  # fmt: skip
def test_who_may_check_a_contact_k_86(values: dict[str, Any], code: str) -> None:
    asked: dict[str, Any] = {"is_own": False, "checked_by": None, "result": CheckResult.CONFIRMED, "note": ""}
    assert decide_check(**{**asked, **values}).reason.code == code


def test_those_who_block_come_first() -> None:
    load = replace(FREE, category="agent", open_tasks=10, overdue=1, ends={})
    assert find_problems(load, ON)[0] == CapacityProblem.NO_LICENCE
