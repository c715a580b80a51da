from __future__ import annotations

import string
from dataclasses import replace
from datetime import date, timedelta

import pytest

from domain.decision import Reason
from domain.policies import FIRST_RULE_SET, RuleSet
from domain.reasons import TEMPLATES, reason_text
from domain.tasks import (
    STEPS,
    OpenTask,
    PoolClient,
    TaskAct,
    TaskHolder,
    decide_contact,
    decide_due,
    decide_expire,
    decide_extend,
    decide_holder,
    decide_list,
    decide_pool_client,
    decide_reassign,
    decide_return,
    decide_step,
    decide_withdraw,
    default_due_on,
    extended_due_on,
)
from domain.words import OPEN_TASK_STATES, TaskState

DAY = date(2024, 7, 10)
QUIET = PoolClient(client_no="C1", status="silent", branch_id=1)
ADVISER = TaskHolder(staff_no="S1", category="account_manager", branch_id=1, has_licence=True)
HELD = OpenTask("T1", "S2", "Li", date(2024, 6, 1))


@pytest.mark.parametrize(("client", "holder", "code"), [
    (QUIET, ADVISER, None),
    (replace(QUIET, status="lost"), replace(ADVISER, category="adviser"), None),
    (replace(QUIET, status="archived"), replace(ADVISER, category="other_frontline"), None),
    (replace(QUIET, open_task=HELD), ADVISER, "R-26.open_task"),
    (QUIET, replace(ADVISER, category="agent"), "R-26.not_frontline"),
    (QUIET, replace(ADVISER, category="back_office"), "R-26.not_frontline"),
    (replace(QUIET, status="normal"), ADVISER, "R-26.not_in_pool"),
    (replace(QUIET, status="undetermined"), ADVISER, "R-26.not_in_pool"),
    (replace(QUIET, status=None), ADVISER, "R-26.no_status"),
    (replace(QUIET, marketing_opt_out=True), ADVISER, "R-26.opt_out"),
    (replace(QUIET, status="lost", returned_on=DAY), ADVISER, "R-26.returned"),
    (replace(QUIET, moved_in="2024-07"), ADVISER, "R-26.moved"),
    (QUIET, replace(ADVISER, has_licence=False), "R-26.no_licence"),
    (QUIET, replace(ADVISER, licence_to=date(2024, 7, 11)), None),
    (QUIET, replace(ADVISER, licence_to=DAY), "R-26.licence_expired"),
    (QUIET, replace(ADVISER, left_on=DAY), None),
    (QUIET, replace(ADVISER, left_on=date(2024, 7, 9)), "R-26.left"),
    (QUIET, replace(ADVISER, joined_on=DAY), None),
    (QUIET, replace(ADVISER, joined_on=date(2024, 7, 11)), "R-26.not_joined"),
    (QUIET, replace(ADVISER, absent_to=DAY), "R-26.absent"),
    (QUIET, replace(ADVISER, absent_to=date(2024, 7, 9)), None),
])  # fmt: skip
def test_r26(client: PoolClient, holder: TaskHolder, code: str | None) -> None:
    # ``domain.distribution`` asks the same two of every hand-out
    decision = decide_pool_client(client) and decide_holder(holder, DAY)
    assert (decision.allowed, decision.reason.code) == (code is None, code or "task.allowed")


def test_steps_lead_only_from_open_states() -> None:
    assert {before for before, _ in STEPS} == {None, *OPEN_TASK_STATES}
    for state in TaskState:
        for act in TaskAct:
            assert bool(decide_step("T1", state, act)) == ((state, act) in STEPS)
    closed = decide_step("T1", "expired", TaskAct.WITHDRAWN)
    assert closed.reason == Reason("task.state", {"task_no": "T1", "state": "expired"})


@pytest.mark.parametrize(("decision", "code"), [
    (decide_withdraw("T1", "open", "moved"), "task.allowed"),
    (decide_withdraw("T1", "open", " "), "task.reason_missing"),
    (decide_withdraw("T1", "recognised", ""), "task.state"),
    (decide_reassign("T1", "preregistered", "S2", "S1"), "task.allowed"),
    (decide_reassign("T1", "open", "S1", "S1"), "task.same_staff"),
    (decide_reassign("T1", "withdrawn", "S2", "S1"), "task.state"),
    (decide_expire("T1", "open", date(2024, 7, 9), DAY), "task.allowed"),
    (decide_expire("T1", "open", DAY, DAY), "task.not_due"),
    (decide_expire("T1", "expired", date(2024, 7, 9), DAY), "task.state"),
    (decide_due(DAY, DAY), "task.allowed"),
    (decide_due(date(2024, 7, 9), DAY), "task.due_past"),
    (decide_list(0), "list.empty"),
    (decide_list(5_000), "task.allowed"),
    (decide_list(5_001), "list.too_long"),
    (decide_list(10_000, 10_000), "task.allowed"),
    (decide_list(10_001, 10_000), "list.too_long"),
    (decide_contact(on=DAY, today=DAY, next_step_on=DAY, note="x" * 2_000), "task.allowed"),
    (decide_contact(on=date(2024, 7, 11), today=DAY, next_step_on=None, note=""), "contact.future"),
    (decide_contact(on=DAY, today=DAY, next_step_on=date(2024, 7, 9), note=""), "contact.next_step_past"),
    (decide_contact(on=DAY, today=DAY, next_step_on=None, note="x" * 2_001), "contact.note_long"),
])  # fmt: skip
def test_other_decisions(decision: object, code: str) -> None:
    assert decision.reason.code == code  # type: ignore[attr-defined]


@pytest.mark.parametrize(("state", "due_on", "count", "code"), [
    ("open", DAY, 0, "task.allowed"), ("preregistered", DAY, 0, "task.allowed"),
    ("open", DAY - timedelta(days=1), 0, "task.over"), ("open", DAY, 1, "task.extended_most"),
    ("expired", DAY, 0, "task.state"), ("recognised", DAY, 0, "task.state"),
])  # fmt: skip
def test_a_due_date_moves_out_once(state: str, due_on: date, count: int, code: str) -> None:
    assert decide_extend("T1", state, due_on, count, DAY, FIRST_RULE_SET).reason.code == code
    twice = replace(FIRST_RULE_SET, task_extend_most=2)
    assert decide_extend("T1", "open", DAY, 1, DAY, twice).allowed
    assert extended_due_on(date(2024, 1, 31), FIRST_RULE_SET) == date(2024, 2, 29)


@pytest.mark.parametrize(("tier", "days"), [("A", 30), ("B", 45), ("C", 60), (None, 60)])
def test_untouched_tasks_go_back_by_tier(tier: str | None, days: int) -> None:
    def code(after: int, state: str = "open", *, attempted: bool = False, rules: RuleSet = FIRST_RULE_SET) -> str:
        return decide_return("T1", state, tier=tier, handed_on=DAY, attempted=attempted, rules=rules,
                             on=DAY + timedelta(days=after)).reason.code  # fmt: skip

    assert [code(days), code(days + 1)] == ["task.return_later", "task.allowed"]
    assert code(days + 1, attempted=True) == "task.touched"
    assert code(days + 1, "preregistered") == "task.state"
    never = replace(FIRST_RULE_SET, task_return_days_a=0, task_return_days_b=0, task_return_days_c=0)
    assert code(1_000, rules=never) == "task.never_returns"


@pytest.mark.parametrize(("on", "due"), [
    (date(2024, 7, 10), date(2024, 10, 10)), (date(2023, 11, 30), date(2024, 2, 29)),
])  # fmt: skip
def test_a_task_lives_three_calendar_months(on: date, due: date) -> None:
    assert default_due_on(on, FIRST_RULE_SET) == due


def test_reasons_are_sentences() -> None:
    held = decide_pool_client(replace(QUIET, open_task=HELD)).reason
    assert reason_text(held) == "Li (S2) has held task T1 for this client since 2024-06-01."
    agent = decide_holder(replace(ADVISER, category="agent"), DAY).reason
    assert reason_text(agent) == "Pool clients go to frontline staff; S1 is: Securities agent."
    chinese = {"Securities agent": "证券经纪人", TEMPLATES["R-26.not_frontline"]: "{staff_no}:{category}"}
    assert reason_text(agent, lambda text: chinese[text]) == "S1:证券经纪人"
    assert reason_text(Reason("task.state", {"task_no": None})) == "Task – is –; this step is not possible from there."
    assert reason_text(Reason("X-99.unknown")) == "X-99.unknown"


def test_every_template_is_well_formed() -> None:
    for template in TEMPLATES.values():
        assert template.endswith(".")
        assert all(
            name and name.isidentifier() for _, name, _, _ in string.Formatter().parse(template) if name is not None
        )
