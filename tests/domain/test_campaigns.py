from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.campaigns import (
    MEMBER_LIMIT,
    CampaignState,
    Purpose,
    Source,
    decide_cancel,
    decide_candidate,
    decide_close,
    decide_create,
    decide_hand_out_from,
    decide_members,
    decide_rename,
    expected_effort,
    outcome_on,
    statuses_of,
    window_to,
)
from domain.distribution import HandOutClient, decide_client
from domain.policies import RuleSet
from domain.tasks import OpenTask, PoolClient
from domain.words import POOL, Status

ON = date(2024, 7, 10)
GOOD = {"name": "Autumn", "purpose": "reactivation", "source": "pool", "holdout_bp": 1_000, "worthwhile_bp": 500,
        "outcome_days": 90}  # fmt: skip


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({}, "task.allowed"), ({"name": "x" * 80}, "task.allowed"), ({"holdout_bp": 0}, "task.allowed"),
        ({"holdout_bp": 3_000}, "task.allowed"), ({"outcome_days": 30}, "task.allowed"),
        ({"name": "  "}, "campaign.name_missing"), ({"name": "x" * 81}, "campaign.name_long"),
        ({"purpose": "win"}, "word.unknown"), ({"source": "mail"}, "word.unknown"),
        ({"name": "a\x00b"}, "campaign.hidden_character"), ({"name": "a\u202eb"}, "campaign.hidden_character"),
        ({"script": "fees\nhours"}, "task.allowed"), ({"script": "a\x00"}, "campaign.hidden_character"),
        ({"script": "x" * 4_001}, "campaign.script_long"), ({"worthwhile_bp": 0}, "campaign.worthwhile"),
        ({"worthwhile_bp": 5_001}, "campaign.worthwhile"), ({"outcome_days": 29}, "campaign.outcome_days"),
        ({"outcome_days": 366}, "campaign.outcome_days"), ({"holdout_bp": 3_001}, "holdout.share"),
        ({"holdout_bp": -1}, "holdout.share"),
    ],
)  # fmt: skip
def test_a_campaign_has_words_and_numbers_within_bounds(change, code):
    assert decide_create(**{**GOOD, **change}).reason.code == code


@pytest.mark.parametrize(
    ("count", "code"),
    [(0, "campaign.list_empty"), (1, "task.allowed"), (MEMBER_LIMIT, "task.allowed"), (10_001, "campaign.list_long")],
)
def test_a_list_has_one_to_ten_thousand_clients(count, code):
    assert decide_members(count).reason.code == code


@pytest.mark.parametrize(
    ("state", "hand_outs", "cancel", "close", "rename"),
    [
        ("running", 0, "task.allowed", "task.allowed", "task.allowed"),
        ("running", 1, "campaign.handed_out", "task.allowed", "task.allowed"),
        ("closed", 0, "campaign.state", "campaign.state", "task.allowed"),
        ("cancelled", 0, "campaign.state", "campaign.state", "campaign.state"),
    ],
)
def test_steps_of_a_campaign(state, hand_outs, cancel, close, rename):
    assert decide_cancel("CMP-1", state, hand_outs).reason.code == cancel
    assert decide_close("CMP-1", state).reason.code == close
    assert decide_rename("CMP-1", state, "Winter").reason.code == rename


@pytest.mark.parametrize(
    ("state", "on", "code"),
    [
        ("running", date(2024, 10, 10), "task.allowed"), ("running", date(2024, 10, 11), "campaign.window_over"),
        ("closed", ON, "campaign.state"), ("cancelled", ON, "campaign.state"),
    ],
)  # fmt: skip
def test_a_running_campaign_is_handed_out_to_the_last_day_of_its_window(state, on, code):
    assert decide_hand_out_from("CMP-1", state, date(2024, 10, 10), on).reason.code == code


def test_the_window_is_the_life_of_a_task_and_the_outcome_counts_days():
    assert window_to(date(2024, 11, 30), RuleSet(task_life_months=3)) == date(2025, 2, 28)
    assert window_to(date(2024, 11, 30), RuleSet(task_life_months=3), 90) == date(2025, 2, 28)
    assert window_to(date(2024, 11, 30), RuleSet(task_life_months=3), 91) == date(2025, 3, 1)
    assert outcome_on(date(2024, 7, 10), 90) == date(2024, 10, 8)


def test_purposes_part_the_statuses():
    assert statuses_of("reactivation") == POOL
    assert statuses_of("retention") == ("normal", "undetermined")
    assert {len(word.label) > 0 for kind in (Purpose, Source, CampaignState) for word in kind} == {True}


@pytest.mark.parametrize(
    ("facts", "minutes"),
    [
        ({"status": "lost"}, 40), ({"status": "archived"}, 30), ({"status": "silent"}, 20), ({"status": "normal"}, 15),
        ({"status": None}, 15), ({"status": "silent", "tier": "A"}, 40), ({"status": "silent", "tier": "B"}, 30),
        ({"status": "silent", "tier": "C"}, 20), ({"status": "silent", "kind": "individual"}, 20),
        ({"status": "silent", "kind": "institution"}, 50), ({"status": "silent", "months_quiet": 23}, 20),
        ({"status": "silent", "months_quiet": 24}, 30), ({"status": "silent", "reachable": False}, 35),
        ({"status": "lost", "tier": "A", "kind": "product", "months_quiet": 60, "reachable": False}, 115),
    ],
)  # fmt: skip
def test_the_work_a_client_is_expected_to_take(facts, minutes):
    assert expected_effort(**facts) == minutes


def test_a_client_of_another_campaign_is_told_which_holds_it():
    assert decide_candidate(None, None, None)
    decision = decide_candidate("CMP-1", "Autumn", date(2024, 10, 10))
    assert (decision.reason.code, dict(decision.reason.params)) == (
        "campaign.held", {"campaign": "CMP-1", "name": "Autumn", "until": "2024-10-10"})  # fmt: skip


@given(
    opted_out=st.booleans(), complaint=st.sampled_from([None, "K1"]), task=st.booleans(),
    until=st.none() | st.dates(date(2024, 7, 1), date(2024, 7, 20)), status=st.sampled_from(list(Status)),
    purpose=st.sampled_from(list(Purpose)), returned=st.booleans(),
)  # fmt: skip
def test_nobody_who_refuses_or_complains_or_is_held_is_ever_drawn(
    opted_out, complaint, task, until, status, purpose, returned
):
    open_task = OpenTask("T1", "S1", "Wang", ON) if task else None
    client = HandOutClient(
        PoolClient("C1", status, 1, opted_out, ON if returned else None, None, open_task, statuses_of(purpose)),
        office_id=11, complaint_no=complaint, held_by_campaign="CMP-1" if until else None, held_until_on=until,
    )  # fmt: skip
    decision = decide_client(client, ON)
    held = until is not None and until >= ON
    speaks_against = {
        "R-26.open_task": task, "R-26.returned": returned, "R-26.opt_out": opted_out,
        "R-26.not_in_pool": status not in statuses_of(purpose) and purpose == Purpose.REACTIVATION,
        "R-26.not_wanted": status not in statuses_of(purpose) and purpose == Purpose.RETENTION,
        "hand_out.complaint": complaint is not None, "hand_out.held_out": held,
    }  # fmt: skip
    assert decision.allowed is not any(speaks_against.values())
    assert decision.allowed or speaks_against[decision.reason.code]
