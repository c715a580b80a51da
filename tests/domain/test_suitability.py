from __future__ import annotations

from datetime import date

import pytest

from domain.decision import Reason
from domain.policies import FIRST_RULE_SET
from domain.suitability import ProductLevel, decide_product, decide_products
from domain.words import RiskLevel

ON = date(2024, 7, 10)
FRESH = date(2024, 1, 2)
ALLOWED = {"C1-min": "R1", "C1": "R1", "C2": "R1 R2", "C3": "R1 R2 R3", "C4": "R1 R2 R3 R4", "C5": "R1 R2 R3 R4 R5"}


@pytest.mark.parametrize("level", list(RiskLevel))
@pytest.mark.parametrize("product", list(ProductLevel))
def test_every_cell_of_levels_and_products(level: str, product: str) -> None:
    fresh = decide_product(product, level, FRESH, ON, FIRST_RULE_SET)
    assert bool(fresh) == (product in ALLOWED[level].split())
    assert not decide_product(product, level, date(2022, 7, 9), ON, FIRST_RULE_SET)


@pytest.mark.parametrize(("assessed_on", "on", "code"), [
    (date(2022, 7, 10), ON, "suitability.up_to"),  # the last day is inside
    (date(2022, 7, 9), ON, "suitability.expired"),
    (date(2024, 2, 29), date(2026, 2, 28), "suitability.up_to"),
    (date(2024, 2, 29), date(2026, 3, 1), "suitability.expired"),
    (ON, ON, "suitability.up_to"),
    (date(2024, 7, 11), ON, "suitability.future"),
    (None, ON, "suitability.unknown"),
])  # fmt: skip
def test_the_days_of_an_assessment(assessed_on: date | None, on: date, code: str) -> None:
    assert decide_products("C3", assessed_on, on, FIRST_RULE_SET).reason.code == code


@pytest.mark.parametrize("level", [None, "", "C0", "C6", "c3", "R2"])
def test_what_is_no_level_opens_nothing(level: str | None) -> None:
    assert decide_products(level, FRESH, ON, FIRST_RULE_SET).reason == Reason("suitability.unknown")


def test_the_lowest_investors_get_no_exception() -> None:
    found = decide_products("C1-min", FRESH, ON, FIRST_RULE_SET)
    assert (found.allowed, found.reason) == (True, Reason("suitability.minimum", {"product": "R1"}))
    assert decide_product("R9", "C5", FRESH, ON, FIRST_RULE_SET).reason.code == "suitability.too_high"
