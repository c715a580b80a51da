"""R-04 and R-05: the examples of the rule book, one row each."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from domain.permissions import (
    STEPS,
    Application,
    Entry,
    Officer,
    Rights,
    decide_apply,
    decide_approve,
    decide_execute,
    decide_take_back,
    find_gap,
)
from domain.register_words import GrantState, RegisterAction
from domain.words import Role

AT = datetime(2024, 7, 10, 2, 0, tzinfo=UTC)
SHANGHAI, BEIJING = 10, 20  # branch companies
APPLICANT, HEAD, ADMIN, DELEGATE, OTHER_HEAD, CHIEF = 1, 2, 3, 4, 5, 6
PEOPLE = {
    HEAD: Officer(HEAD, Role.BRANCH_HEAD, SHANGHAI), ADMIN: Officer(ADMIN, Role.USER_ADMIN, SHANGHAI),
    DELEGATE: Officer(DELEGATE, Role.BRANCH_REVIEWER, SHANGHAI),
    OTHER_HEAD: Officer(OTHER_HEAD, Role.BRANCH_HEAD, BEIJING), CHIEF: Officer(CHIEF, Role.HQ, None),
}  # fmt: skip


def application(**values: object) -> Application:
    facts = {"user_id": APPLICANT, "action": "grant", "role": "office_head", "branch_id": SHANGHAI, "state": "applied",
             "applied_by": APPLICANT, "signed_at": AT}  # fmt: skip
    return Application(**{**facts, **values})  # type: ignore[arg-type]


def approved(**values: object) -> Application:
    return application(**{"state": "approved", "approved_by": HEAD, "approved_at": AT, **values})


@pytest.mark.parametrize(
    ("officer", "of", "code"),
    [
        pytest.param(PEOPLE[HEAD], {}, "R-04.approved", id="R-04-1-head-approves"),
        pytest.param(PEOPLE[ADMIN], {}, "R-04.head_approves", id="R-04-2-administrator-approves"),
        pytest.param(PEOPLE[ADMIN], {"user_id": ADMIN, "applied_by": ADMIN}, "R-04.own",
                     id="R-04-2-administrator-approves-himself"),
        pytest.param(PEOPLE[OTHER_HEAD], {}, "R-04.other_branch", id="R-04-3-head-of-another-branch"),
        pytest.param(PEOPLE[DELEGATE], {}, "R-04.head_approves", id="R-04-5-delegate"),
        pytest.param(PEOPLE[CHIEF], {}, "R-04.head_approves", id="R-04-6-headquarters-for-a-branch"),
        pytest.param(PEOPLE[HEAD], {"branch_id": None, "role": "user_admin"}, "R-04.headquarters_approves",
                     id="R-04-7-headquarters-assigns-administrators"),
        pytest.param(PEOPLE[CHIEF], {"branch_id": None, "role": "auditor"}, "R-04.approved", id="R-04-9-firm"),
        pytest.param(PEOPLE[HEAD], {"user_id": HEAD, "applied_by": HEAD}, "R-04.own", id="R-04-10-own"),
        pytest.param(PEOPLE[HEAD], {"applied_by": HEAD, "action": "withdraw"}, "R-04.own", id="R-04-10-applied-for"),
        pytest.param(PEOPLE[HEAD], {"state": "approved"}, "R-04.state", id="R-04-11-twice"),
        pytest.param(Officer(None, Role.HQ, None), {"branch_id": None}, "R-04.own", id="R-04-12-operator"),
    ],
)  # fmt: skip
def test_who_approves(officer: Officer, of: dict[str, object], code: str) -> None:
    assert decide_approve(application(**of), officer).reason.code == code


@pytest.mark.parametrize(
    ("officer", "of", "moment", "code"),
    [
        pytest.param(PEOPLE[ADMIN], {}, AT, "R-04.executed", id="R-04-1-administrator-executes"),
        pytest.param(PEOPLE[HEAD], {}, AT, "R-04.admin_executes", id="R-04-1-head-executes"),
        pytest.param(Officer(9, Role.USER_ADMIN, BEIJING), {}, AT, "R-04.other_branch", id="R-04-3-other-admin"),
        pytest.param(Officer(9, Role.USER_ADMIN, None), {}, AT, "R-04.other_branch", id="R-04-3-firm-administrator"),
        pytest.param(PEOPLE[ADMIN], {"state": "applied"}, AT, "R-04.not_approved", id="R-04-4-before-approval"),
        pytest.param(PEOPLE[ADMIN], {}, AT - timedelta(seconds=1), "R-04.before_approval", id="R-04-4-clock"),
        pytest.param(PEOPLE[ADMIN], {"user_id": ADMIN, "applied_by": ADMIN}, AT, "R-04.own", id="R-04-10-own"),
        pytest.param(PEOPLE[ADMIN], {"approved_by": ADMIN}, AT, "R-04.own", id="R-04-10-approver"),
        pytest.param(PEOPLE[ADMIN], {"signed_at": None}, AT, "R-04.unsigned", id="R-05-3-unsigned"),
        pytest.param(PEOPLE[ADMIN], {"state": "executed"}, AT, "R-04.not_approved", id="R-04-11-twice"),
    ],
)  # fmt: skip
def test_who_executes(officer: Officer, of: dict[str, object], moment: datetime, code: str) -> None:
    assert decide_execute(approved(**of), officer, moment).reason.code == code


HOLDS = Rights("office_head", 7)


@pytest.mark.parametrize(
    ("present", "entries", "gap"),
    [
        pytest.param(HOLDS, [Entry("apply", True), Entry("approve", True), Entry("execute", True, "office_head", 7)],
                     None, id="R-05-1-complete-and-signed"),
        pytest.param(Rights("office_head", 7, True), [Entry("execute", True, "office_head", 7)], "not_withdrawn",
                     id="R-05-2-withdrawn-without-entry"),
        pytest.param(HOLDS, [Entry("execute", False, "office_head", 7)], "unsigned", id="R-05-3-unsigned"),
        pytest.param(HOLDS, [], "not_registered", id="R-05-4-no-entry"),
        pytest.param(HOLDS, [Entry("apply", True, "office_head", 7), Entry("approve", True, "office_head", 7)],
                     "not_registered", id="R-05-4-not-executed"),
        pytest.param(HOLDS, [Entry("execute", True, "staff", 7)], "not_registered", id="R-05-5-other-role"),
        pytest.param(HOLDS, [Entry("execute", True, "office_head", 8)], "not_registered", id="R-05-5-other-place"),
        pytest.param(HOLDS, [Entry("execute", True, "staff", 8), Entry("change", True, "office_head", 7)], None,
                     id="R-05-6-changed"),
        pytest.param(HOLDS, [Entry("execute", True, "office_head", 7), Entry("withdraw", True, "office_head", 7)],
                     "not_registered", id="R-05-6-enabled-without-entry"),
        pytest.param(Rights("office_head", 7, True), [Entry("withdraw", True)], None, id="R-05-7-withdrawn"),
        pytest.param(Rights("office_head", 7, True), [Entry("withdraw", False)], "unsigned", id="R-05-7-unsigned"),
    ],
)  # fmt: skip
def test_what_the_register_lacks(present: Rights, entries: list[Entry], gap: str | None) -> None:
    assert find_gap(present, tuple(entries)) == gap


def test_the_place_of_a_person_does_not_matter() -> None:
    entries = (Entry("execute", True, "staff", 7),)
    assert find_gap(Rights("staff", None), entries, place_counts=False) is None
    assert find_gap(Rights("staff", None), entries) == "not_registered"


@pytest.mark.parametrize(
    ("action", "asked", "present", "more", "code"),
    [
        ("grant", HOLDS, HOLDS, {}, "R-05.allowed"),
        ("change", HOLDS, HOLDS, {}, "R-05.nothing_changes"),
        ("change", Rights("analyst", 7), HOLDS, {}, "R-05.allowed"),
        ("change", Rights("office_head", 8), HOLDS, {}, "R-05.allowed"),
        ("change", Rights("analyst", 7), HOLDS, {"for_self": False, "may_withdraw_others": True}, "R-05.own_only"),
        ("withdraw", HOLDS, HOLDS, {"for_self": False, "may_withdraw_others": True}, "R-05.allowed"),
        ("withdraw", HOLDS, HOLDS, {"for_self": False}, "R-05.own_only"),
        ("withdraw", HOLDS, Rights("office_head", 7, True), {"for_self": False, "may_withdraw_others": True},
         "R-05.withdrawn_already"),
        ("grant", HOLDS, HOLDS, {"has_open": True}, "R-05.open_application"),
        ("grant", HOLDS, HOLDS, {"reason": " \t"}, "R-05.reason_missing"),
        ("grant", HOLDS, HOLDS, {"reason": "x" * 500}, "R-05.allowed"),
        ("grant", HOLDS, HOLDS, {"reason": "x" * 501}, "R-05.reason_long"),
    ],
)  # fmt: skip
def test_what_can_be_asked_for(action: str, asked: Rights, present: Rights, more: dict[str, object], code: str) -> None:
    facts = {"for_self": True, "may_withdraw_others": False, "has_open": False, "reason": "new post", **more}
    assert decide_apply(action, asked, present, **facts).reason.code == code  # type: ignore[arg-type]


@pytest.mark.parametrize("state", GrantState)
def test_only_the_applicant_takes_back_and_only_while_open(state: GrantState) -> None:
    own = decide_take_back(application(state=state.value), Officer(APPLICANT, Role.STAFF, SHANGHAI))
    assert bool(own) is (state in (GrantState.APPLIED, GrantState.APPROVED))
    assert not decide_take_back(application(state=state.value), PEOPLE[HEAD])


def test_what_the_table_of_steps_lists() -> None:
    assert {(before and before.value, act.value): after.value for (before, act), after in STEPS.items()} == {
        (None, "apply"): "applied", ("applied", "approve"): "approved", ("applied", "refuse"): "refused",
        ("applied", "take_back"): "withdrawn", ("approved", "take_back"): "withdrawn",
        ("approved", "execute"): "executed",
    }  # fmt: skip
    assert {act for _, act in STEPS} < set(RegisterAction)
