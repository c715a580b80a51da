"""The table of moves, the order of the levels, four eyes, pinned content: approvals without a database."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from domain.approvals import (
    MOVES,
    REASON_LENGTH,
    Approver,
    ChainAct,
    ChainFacts,
    Press,
    StepFacts,
    act_of,
    closes_level,
    decide_move,
    decide_step,
)
from domain.register_words import ChainState

STEPS = (StepFacts(1, 1, "opening_review", "approved", 11, 11), StepFacts(2, 2, "outlet_review"),
         StepFacts(3, 3, "final_approval"))  # fmt: skip
CHAIN = ChainFacts("A1", "running", 2, 2, "hash", STEPS)
PERSON = Approver(12, 12)
PRESS = Press(2, 2, "hash", "approved")


def test_a_person_of_the_post_decides_the_level_that_is_due() -> None:
    decision = decide_step(CHAIN, STEPS[1], PERSON, PRESS)
    assert (decision.allowed, decision.reason.code) == (True, "approval.allowed")


@pytest.mark.parametrize(("chain", "step", "person", "press", "code"), [
    pytest.param(replace(CHAIN, state="approved"), STEPS[1], PERSON, PRESS, "approval.closed", id="after-the-end"),
    pytest.param(replace(CHAIN, state="returned"), STEPS[1], PERSON, PRESS, "approval.closed", id="while-returned"),
    pytest.param(replace(CHAIN, content_hash="new"), STEPS[1], PERSON, PRESS, "approval.content_changed", id="edited"),
    pytest.param(CHAIN, STEPS[2], PERSON, replace(PRESS, level=3), "approval.order", id="R-14-3-before-2"),
    pytest.param(CHAIN, STEPS[0], PERSON, replace(PRESS, level=1), "approval.decided", id="level-1-again"),
    pytest.param(replace(CHAIN, version=3), STEPS[1], PERSON, PRESS, "approval.changed", id="old-screen"),
    pytest.param(CHAIN, None, PERSON, PRESS, "approval.decided", id="step-taken"),
    pytest.param(CHAIN, STEPS[1], replace(PERSON, was_named=False), PRESS, "approval.not_yours", id="other-post"),
    pytest.param(CHAIN, STEPS[1], replace(PERSON, holds_post=False), PRESS, "approval.post_ended", id="moved-away"),
    pytest.param(CHAIN, STEPS[1], replace(PERSON, registered=True), PRESS, "approval.own_registration", id="own"),
    pytest.param(CHAIN, STEPS[1], replace(PERSON, would_hold=True), PRESS, "approval.own_relationship", id="R-14-own"),
    pytest.param(CHAIN, STEPS[1], Approver(11, 11), PRESS, "approval.two_steps", id="two-steps"),
    pytest.param(CHAIN, STEPS[1], Approver(12, 11), PRESS, "approval.two_steps", id="delegate-of-an-earlier-step"),
    pytest.param(CHAIN, STEPS[1], PERSON, replace(PRESS, decision="rejected", reason=" "), "approval.reason_missing",
                 id="rejection-without-reason"),
    pytest.param(CHAIN, STEPS[1], PERSON, replace(PRESS, decision="returned"), "approval.reason_missing",
                 id="return-without-reason"),
    pytest.param(CHAIN, STEPS[1], PERSON, replace(PRESS, reason="x" * (REASON_LENGTH + 1)), "approval.reason_long",
                 id="long-reason"),
])  # fmt: skip
def test_everything_else_is_refused(chain: ChainFacts, step: StepFacts | None, person: Approver, press: Press,
                                    code: str) -> None:  # fmt: skip
    decision = decide_step(chain, step, person, press)
    assert (decision.allowed, decision.reason.code) == (False, code)


def test_a_delegate_stands_for_the_decision_of_the_post() -> None:
    earlier = (replace(STEPS[0], decided_by=15, decided_for=11), *STEPS[1:])
    assert not decide_step(replace(CHAIN, steps=earlier), STEPS[1], Approver(11, 11), PRESS)
    assert not decide_step(replace(CHAIN, steps=earlier), STEPS[1], Approver(15, 15), PRESS)


@pytest.mark.parametrize(("state", "act"), list(product(ChainState, ChainAct)))
def test_only_the_moves_of_the_table_exist(state: ChainState, act: ChainAct) -> None:
    from_running = {ChainAct.APPROVE, ChainAct.APPROVE_LAST, ChainAct.REJECT, ChainAct.RETURN, ChainAct.WITHDRAW}
    allowed = {ChainState.RUNNING: from_running, ChainState.RETURNED: {ChainAct.RESUBMIT, ChainAct.WITHDRAW}}
    assert decide_move("A1", state, act).allowed == (act in allowed.get(state, set()))


def test_a_level_is_complete_when_no_step_beside_it_is_open() -> None:
    steps = (StepFacts(1, 1, "branch_confirmation"), StepFacts(2, 1, "branch_confirmation"),
             StepFacts(3, 2, "headquarters"))  # fmt: skip
    chain = ChainFacts("A1", "running", 1, 1, "hash", steps)
    assert not closes_level(chain, steps[0])
    beside = replace(chain, steps=(replace(steps[0], decision="approved"), *steps[1:]))
    assert closes_level(beside, steps[1])
    assert (chain.last_level, closes_level(chain, steps[2])) == (2, True)


@pytest.mark.parametrize(("decision", "closes", "act"), [
    ("approved", True, ChainAct.APPROVE_LAST), ("approved", False, ChainAct.APPROVE),
    ("rejected", True, ChainAct.REJECT),
    ("returned", False, ChainAct.RETURN),
])  # fmt: skip
def test_what_a_decision_does(decision: str, closes: bool, act: ChainAct) -> None:
    assert act_of(decision, closes_last_level=closes) is act


def test_a_closed_chain_never_moves_again() -> None:
    closed = {ChainState.APPROVED, ChainState.REJECTED, ChainState.WITHDRAWN}
    assert {state for state, _ in MOVES} & closed == set()
