"""The hard limits of a hand-out, each at its edge, and the plan as a whole."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.decision import Reason
from domain.distribution import (
    Absence,
    HandOutClient,
    HandOutLimits,
    HandOutPerson,
    LastTask,
    decide_client,
    decide_hand_on,
    decide_hand_out,
    decide_person,
    decide_plan,
    duty_day,
    kin_groups,
    open_room,
)
from domain.distribution_reasons import DISTRIBUTION_TEMPLATES
from domain.reasons import TEMPLATES
from domain.tasks import OpenTask, PoolClient, TaskHolder

ON = date(2026, 3, 16)
DAY = timedelta(days=1)
LIMITS = HandOutLimits(ceiling=10, neighbours={11: frozenset({12})}, cool_off_days=30)


def a_person(staff_no: str = "S1", **facts: object) -> HandOutPerson:
    holder = {"category": "adviser", "branch_id": 1, "has_licence": True}
    own = {name: facts.pop(name) for name in list(facts) if name in TaskHolder.__dataclass_fields__}
    return replace(HandOutPerson(TaskHolder(staff_no=staff_no, **{**holder, **own}), office_id=11), **facts)


def a_client(client_no: str = "C1", **facts: object) -> HandOutClient:
    pool = {"status": "silent", "branch_id": 1}
    own = {name: facts.pop(name) for name in list(facts) if name in PoolClient.__dataclass_fields__}
    return replace(HandOutClient(PoolClient(client_no=client_no, **{**pool, **own}), office_id=11), **facts)


def test_a_pool_client_goes_to_a_colleague_of_its_office():
    decision = decide_hand_out(a_client(), a_person(), ON, LIMITS)
    assert decision.allowed
    assert decision.reason.code == "R-26.allowed"


@pytest.mark.parametrize(("facts", "code"), [
    ({"left_on": ON - DAY}, "R-26.left"), ({"left_on": ON}, "R-26.allowed"),
    ({"has_licence": False}, "R-26.no_licence"),
    ({"licence_to": ON}, "R-26.licence_expired"), ({"licence_to": ON + DAY}, "R-26.allowed"),
    ({"category": "agent"}, "R-26.not_frontline"), ({"category": "back_office"}, "R-26.not_frontline"),
    ({"joined_on": ON + DAY}, "R-26.not_joined"),
    ({"absences": (Absence(ON - DAY, ON),)}, "R-26.absent"),
    ({"absences": (Absence(ON - 2 * DAY, ON - DAY), Absence(ON + DAY, ON + DAY))}, "R-26.allowed"),
    ({"absent_to": ON}, "R-26.absent"),
    ({"open_tasks": 9}, "R-26.allowed"), ({"open_tasks": 10}, "hand_out.ceiling"),
    ({"open_tasks": 10, "ceiling": 11}, "R-26.allowed"), ({"open_tasks": 0, "ceiling": 0}, "hand_out.ceiling"),
    ({"capacity": 0}, "hand_out.no_capacity"),
    ({"office_id": 12}, "R-26.allowed"), ({"office_id": 13}, "hand_out.other_office"),
    ({"office_id": None}, "hand_out.other_office"), ({"branch_id": 2}, "R-26.other_branch"),
])  # fmt: skip
def test_who_may_be_handed_a_client(facts: dict[str, object], code: str):
    decision = decide_hand_out(a_client(), a_person(**facts), ON, LIMITS)
    assert (decision.reason.code, decision.allowed) == (code, code == "R-26.allowed")


@pytest.mark.parametrize(("facts", "code"), [
    ({"marketing_opt_out": True}, "R-26.opt_out"),
    ({"complaint_no": "K7"}, "hand_out.complaint"),
    ({"held_by_campaign": "A1", "held_until_on": ON}, "hand_out.held_out"),
    ({"held_by_campaign": "A1", "held_until_on": ON - DAY}, "task.allowed"),
    ({"status": "normal"}, "R-26.not_in_pool"), ({"status": None}, "R-26.no_status"),
    ({"open_task": OpenTask("T1", "S9", "Ming", ON)}, "R-26.open_task"),
])  # fmt: skip
def test_what_holds_a_client(facts: dict[str, object], code: str):
    assert decide_client(a_client(**facts), ON).reason.code == code


def test_unknown_branches_are_not_the_same():
    unknown = decide_hand_out(a_client(branch_id=None), a_person(branch_id=None), ON, LIMITS)
    assert unknown.reason.code == "R-26.other_branch"


def test_neighbours_are_named_for_the_clients_office_and_not_the_other_way():
    client = a_client(office_id=12)
    assert decide_hand_out(client, a_person(office_id=11), ON, LIMITS).reason.code == "hand_out.other_office"


@pytest.mark.parametrize(("closed_on", "code"), [
    (ON - 30 * DAY, "hand_out.cool_off"), (ON - 31 * DAY, "R-26.allowed"),
])  # fmt: skip
def test_the_last_holder_waits_for_the_cool_off(closed_on: date, code: str):
    client = a_client(last_task=LastTask("S1", closed_on))
    assert decide_hand_out(client, a_person("S1"), ON, LIMITS).reason.code == code
    assert decide_hand_out(client, a_person("S2"), ON, LIMITS).allowed
    assert decide_hand_out(client, a_person("S1"), ON, replace(LIMITS, cool_off_days=0)).allowed


def test_previous_holders_can_be_excluded_and_kin_stay_with_one_person():
    excluded = replace(LIMITS, predecessor="excluded")
    client = a_client(previous_staff_no="S1", last_task=LastTask("S2", date(2020, 1, 1)))
    codes = [decide_hand_out(client, a_person(number), ON, excluded).reason.code for number in ("S1", "S2", "S3")]
    assert codes == ["hand_out.previous_excluded", "hand_out.previous_excluded", "R-26.allowed"]
    kin = a_client(kin_staff_no="S2")
    assert decide_hand_out(kin, a_person("S1"), ON, LIMITS).reason.code == "hand_out.kin_elsewhere"
    assert decide_hand_out(kin, a_person("S2"), ON, LIMITS).allowed


@pytest.mark.parametrize(("facts", "person", "code"), [
    ({"open_task": OpenTask("T1", "S9", "Ming", ON)}, {}, None),
    ({"status": "normal"}, {}, None), ({"returned_on": ON}, {}, None),
    ({"marketing_opt_out": True}, {}, "R-26.opt_out"), ({"complaint_no": "K7"}, {}, "hand_out.complaint"),
    ({"held_by_campaign": "A1", "held_until_on": ON}, {}, "hand_out.held_out"),
    ({"last_task": LastTask("S1", ON)}, {}, "hand_out.cool_off"), ({}, {"open_tasks": 10}, "hand_out.ceiling"),
    ({}, {"office_id": 13}, "hand_out.other_office"), ({}, {"absent_to": ON}, "R-26.absent"),
])  # fmt: skip
def test_handing_on_obeys_the_same_limits(facts: dict[str, object], person: dict[str, object], code: str | None):
    refused = decide_hand_on([a_client(**facts)], a_person(**person), ON, LIMITS)
    assert {number: decision.reason.code for number, decision in refused.items()} == ({"C1": code} if code else {})


def test_a_household_is_handed_on_whole_or_not_at_all():
    def held(number: str) -> OpenTask:
        return OpenTask(f"T{number}", "S9", "Ming", ON)

    clients = [a_client(number, household="H", open_task=held(number)) for number in ("C1", "C2")]
    clients += [a_client("C3", open_task=held("C3")), a_client("C4", open_task=held("C4"))]
    assert decide_hand_on(clients, a_person(open_tasks=6), ON, LIMITS) == {}
    refused = decide_hand_on(clients, a_person(open_tasks=7), ON, LIMITS)
    assert {number: decision.reason.code for number, decision in refused.items()} == {"C4": "hand_out.ceiling"}
    clients[1] = replace(clients[1], complaint_no="K1")
    refused = decide_hand_on(clients, a_person(), ON, LIMITS)
    assert refused["C1"].reason == Reason("hand_out.kin_elsewhere", {"staff_no": "S9"})
    assert refused["C2"].reason.code == "hand_out.complaint"
    assert set(refused) == {"C1", "C2"}


def test_kin_are_joined_through_household_and_controller_in_any_order():
    clients = [a_client("C1", household="H1"), a_client("C2", household="H1", controller="K1"),
               a_client("C3", controller="K1"), a_client("C4"), a_client("C5", household="K1")]  # fmt: skip
    assert kin_groups(clients) == [("C1", "C2", "C3"), ("C4",), ("C5",)]
    assert kin_groups(reversed(clients)) == kin_groups(clients)


def test_a_holiday_leaves_the_room_as_it_is():
    holiday = frozenset(ON + step * DAY for step in range(7))
    day = duty_day(ON, lambda one: one not in holiday)
    assert day == ON + 7 * DAY
    away = a_person(absences=(Absence(ON, ON + 6 * DAY),))
    assert not decide_person(away, ON, LIMITS)
    assert decide_person(away, day, LIMITS).allowed
    assert open_room(away, LIMITS) == 10
    # people are asked on their day of duty, holds of the client on the day itself
    on_duty = replace(LIMITS, duty_on=day)
    assert decide_hand_out(a_client(), away, ON, on_duty).allowed
    held = a_client(held_by_campaign="A1", held_until_on=ON)
    assert decide_hand_out(held, away, ON, on_duty).reason.code == "hand_out.held_out"
    with pytest.raises(ValueError, match="no working day"):
        duty_day(ON, lambda _: False)


def test_a_plan_is_checked_as_a_whole():
    clients = [a_client(f"C{number}") for number in range(1, 5)]
    clients += [a_client("C5", household="H"), a_client("C6", household="H"), a_client("C7", marketing_opt_out=True)]
    people = [a_person("S1", open_tasks=7), a_person("S2"), a_person("S3", left_on=ON - DAY)]
    placed = {"C1": "S1", "C2": "S1", "C3": "S1", "C4": "S1", "C5": "S2", "C6": "S1", "C7": "S2", "C8": "S1",
              "C9": "S1"}  # fmt: skip
    refused = decide_plan([*clients, a_client("C9")], people, {**placed, "C9": "S3"}, ON, LIMITS)
    assert {number: decision.reason.code for number, decision in refused.items()} == {
        "C4": "hand_out.ceiling", "C5": "hand_out.kin_apart", "C6": "hand_out.ceiling", "C7": "R-26.opt_out",
        "C8": "R-26.client_not_found", "C9": "R-26.left"}  # fmt: skip
    assert decide_plan(clients, people, {"C1": "S9"}, ON, LIMITS)["C1"].reason.code == "R-26.staff_not_found"
    assert decide_plan(clients, people, {"C1": "S1", "C5": "S2", "C6": "S2"}, ON, LIMITS) == {}


def test_every_reason_has_its_words():
    assert set(DISTRIBUTION_TEMPLATES) <= set(TEMPLATES)


@given(st.lists(st.tuples(st.sampled_from(["H1", "H2", "H3", None]), st.sampled_from(["K1", "K2", None])), max_size=12))
def test_kin_groups_split_the_list(rows: list[tuple[str | None, str | None]]):
    clients = [a_client(f"C{n:02d}", household=home, controller=who) for n, (home, who) in enumerate(rows)]
    groups = kin_groups(clients)
    assert sorted(number for group in groups for number in group) == [one.client.client_no for one in clients]
    group_of = {number: group for group in groups for number in group}
    for one in clients:
        for other in clients:
            if (one.household and one.household == other.household) or (
                    one.controller and one.controller == other.controller):  # fmt: skip
                assert group_of[one.client.client_no] == group_of[other.client.client_no]


@given(st.integers(0, 12), st.integers(1, 15))
def test_a_ceiling_is_never_passed(open_tasks: int, count: int):
    clients = [a_client(f"C{number:02d}") for number in range(count)]
    person = a_person(open_tasks=open_tasks)
    refused = decide_plan(clients, [person], {one.client.client_no: "S1" for one in clients}, ON, LIMITS)
    assert count - len(refused) == min(count, open_room(person, LIMITS))


@given(st.booleans(), st.sampled_from(["first", "preferred", "excluded", "free"]), st.integers(0, 9))
def test_nobody_who_refuses_marketing_is_handed_out(opted: bool, predecessor: str, open_tasks: int):
    decision = decide_hand_out(a_client(marketing_opt_out=opted), a_person(open_tasks=open_tasks), ON,
                               replace(LIMITS, predecessor=predecessor))  # fmt: skip
    assert decision.allowed is not opted
