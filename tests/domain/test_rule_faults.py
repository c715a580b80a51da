"""Every rule a published rule set keeps, broken one at a time."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import date
from typing import Any

import pytest

from domain.decision import Reason
from domain.policies import FIRST_RULE_SET, RuleSet
from domain.reasons import TEMPLATES, reason_text
from domain.rule_faults import RANGES, changed_fields, find_faults

EARLIEST = date(2000, 1, 1)


def faults(**values: Any) -> list[Reason]:
    return find_faults(replace(FIRST_RULE_SET, **values), earliest=EARLIEST)


def test_the_first_rule_set_has_no_fault() -> None:
    assert faults() == []


@pytest.mark.parametrize(
    ("values", "code", "field"),
    [
        ({"tier_a_bp": 0}, "rules.range", "tier_a_bp"),
        ({"tier_a_bp": 2_001}, "rules.tiers_order", "tier_a_bp"),
        ({"tier_b_bp": 10_000}, "rules.range", "tier_b_bp"),
        ({"tier_a_floor_fen": -1}, "rules.range", "tier_a_floor_fen"),
        ({"tier_b_floor_fen": 5}, "rules.floors_order", "tier_a_floor_fen"),
        ({"silent_assets_fen": -1}, "rules.range", "silent_assets_fen"),
        ({"watch_months": -1}, "rules.range", "watch_months"),
        ({"silent_months": 121}, "rules.range", "silent_months"),
        ({"active_months": 0}, "rules.range", "active_months"),
        ({"near_silent_from": 12, "near_silent_to": 11}, "rules.near_order", "near_silent_from"),
        ({"near_silent_to": 12}, "rules.near_silent", "near_silent_to"),
        ({"tier_peer": "office"}, "rules.peer", "tier_peer"),
        ({"required_individual": ("phone", "blood_group")}, "rules.field_unknown", "required_individual"),
        ({"required_institution": ()}, "rules.fields_none", "required_institution"),
        ({"required_institution": ("phone", "phone")}, "rules.field_twice", "required_institution"),
        ({"source": " "}, "rules.source", "source"),
        ({"warning_limit": 6}, "rules.range", "warning_limit"),
        ({"stage_change_bp": 10_001}, "rules.range", "stage_change_bp"),
        ({"valid_from": date(1999, 12, 31)}, "rules.too_early", "valid_from"),
        ({"valid_from": date(2100, 1, 1)}, "rules.too_late", "valid_from"),
        ({"silent_months": True}, "rules.range", "silent_months"),
        ({"task_ceiling": 0}, "rules.range", "task_ceiling"),
        ({"task_cool_off_days": -1}, "rules.range", "task_cool_off_days"),
        ({"task_return_days_c": 91}, "rules.return_after_life", "task_return_days_c"),
        ({"task_return_days_a": 31, "task_life_months": 1}, "rules.return_after_life", "task_return_days_a"),
        ({"task_extend_most": 0}, "rules.extend_pair", "task_extend_months"),
        ({"undo_minutes": 1_441}, "rules.range", "undo_minutes"),
        ({"holdout_bp": 3_001}, "rules.range", "holdout_bp"),
        ({"worthwhile_bp": 0}, "rules.range", "worthwhile_bp"),
        ({"outcome_days": 29}, "rules.range", "outcome_days"),
        ({"outcome_days": 91}, "rules.outcome_after_life", "outcome_days"),
    ],
)  # fmt: skip
def test_a_broken_rule_is_named_with_its_field(values: dict[str, Any], code: str, field: str) -> None:
    found = faults(**values)
    assert (code, field) in [(one.code, one.params["field"]) for one in found]
    assert all(one.code in TEMPLATES and "{" not in reason_text(one) for one in found)


@pytest.mark.parametrize(
    "values",
    [
        {"tier_a_bp": 2_000},
        {"tier_b_bp": 9_999},
        {"watch_months": 0},
        {"valid_from": EARLIEST},
        {"tier_a_floor_fen": 9, "tier_b_floor_fen": 9},
        {"task_cool_off_days": 0, "task_return_days_a": 0, "undo_minutes": 0, "holdout_bp": 0},
        {"task_return_days_c": 90, "holdout_bp": 3_000, "undo_minutes": 1_440},
        {"task_extend_most": 0, "task_extend_months": 0},
        {"outcome_days": 120, "task_life_months": 4},
    ],
)
def test_the_edges_are_allowed(values: dict[str, Any]) -> None:
    assert faults(**values) == []


def test_every_number_has_a_range() -> None:
    numbers = {one.name for one in fields(RuleSet) if isinstance(getattr(FIRST_RULE_SET, one.name), int)}
    assert numbers - {"version"} == set(RANGES)


def test_changed_fields_leave_out_the_version() -> None:
    after = replace(FIRST_RULE_SET, version=2, watch_months=3, tier_peer="client_kind")
    assert changed_fields(FIRST_RULE_SET, after) == ["tier_peer", "watch_months"]
