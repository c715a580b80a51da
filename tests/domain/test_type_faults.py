"""R-08: what a relationship type must keep before it is published."""

from __future__ import annotations

from dataclasses import replace

import pytest

from domain.reasons import TEMPLATES
from domain.relationship_types import FIRST_TYPE_RULES, TypeRule
from domain.type_faults import changed_type_fields, find_type_faults

NEW = FIRST_TYPE_RULES[0]
AGENT = FIRST_TYPE_RULES[6]


@pytest.mark.parametrize("rule", FIRST_TYPE_RULES, ids=lambda rule: rule.type)
def test_the_ten_types_have_no_fault_and_survive_storage(rule: TypeRule) -> None:
    assert find_type_faults(rule, FIRST_TYPE_RULES) == []
    assert TypeRule.from_body(rule.as_body()) == rule


@pytest.mark.parametrize(("rule", "code", "field"), [
    (replace(NEW, type="New"), "type.code", "type"),
    (replace(NEW, type="x' OR 1=1"), "type.code", "type"),
    (replace(NEW, number=2), "type.number", "number"),
    (replace(NEW, number=0), "type.number", "number"),
    (replace(NEW, group="other"), "word.unknown", "group"),
    (replace(NEW, event="closing"), "word.unknown", "event"),
    (replace(NEW, holders=()), "type.holders", "holders"),
    (replace(NEW, holders=("clerk",)), "word.unknown", "holders"),
    (replace(NEW, qualifications=("futures",)), "type.qualifications", "qualifications"),
    (replace(NEW, validity_months=0), "type.validity", "validity_months"),
    (replace(NEW, validity_months=13), "type.validity", "validity_months"),
    (replace(NEW, makeup_working_days=0), "type.makeup", "makeup_working_days"),
    (replace(NEW, makeup_working_days=31), "type.makeup", "makeup_working_days"),
    (replace(NEW, change_months=(0,)), "type.months", "change_months"),
    (replace(NEW, max_per_holder=0), "type.limits", "max_per_holder"),
    (replace(NEW, documents=("photo",)), "word.unknown", "documents"),
    (replace(NEW, chains={**NEW.chains, "makeup": ()}), "type.levels", "chains"),
    (replace(NEW, chains={**NEW.chains, "makeup": (("nobody",),)}), "type.levels", "chains"),
    (replace(NEW, chains={**NEW.chains, "other": (("headquarters",),)}), "word.unknown", "chains"),
    (replace(AGENT, chains={"makeup": AGENT.chains["makeup"]}), "type.chains", "chains"),
    (replace(NEW, chains={}), "type.chains", "chains"),
])  # fmt: skip
def test_faults(rule: TypeRule, code: str, field: str) -> None:
    found = find_type_faults(rule, FIRST_TYPE_RULES)
    assert (found[0].code, found[0].params["field"]) == (code, field)
    assert code in TEMPLATES


def test_what_differs_is_named() -> None:
    changed = replace(NEW, validity_months=2, holders=("adviser",))
    assert changed_type_fields(NEW, changed) == ["holders", "validity_months"]
