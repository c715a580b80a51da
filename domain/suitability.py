"""Which products may be talked about with an ordinary investor (P53): the client's risk level against the product's.

A professional investor is matched by other rules and is not recorded here.
"""

from __future__ import annotations

from datetime import date

from domain.decision import Decision, Reason, allow, refuse
from domain.months import add_months
from domain.policies import RuleSet
from domain.words import RiskLevel, Word


class ProductLevel(Word):
    """Risk levels of products."""

    R1 = "R1", "R1"
    R2 = "R2", "R2"
    R3 = "R3", "R3"
    R4 = "R4", "R4"
    R5 = "R5", "R5"


_HIGHEST = {
    # the lowest of all investors gets no exception: nothing above R1 even at the own wish
    RiskLevel.C1_MIN: ProductLevel.R1,
    RiskLevel.C1: ProductLevel.R1,
    RiskLevel.C2: ProductLevel.R2,
    RiskLevel.C3: ProductLevel.R3,
    RiskLevel.C4: ProductLevel.R4,
    RiskLevel.C5: ProductLevel.R5,
}


def assessed_until(assessed_on: date, rules: RuleSet) -> date:
    """Return the last day of an assessment."""
    return add_months(assessed_on, rules.risk_valid_months)


def decide_products(risk_level: str | None, assessed_on: date | None, on: date, rules: RuleSet) -> Decision:
    """Decide whether products may be recommended on a day, and up to which level.

    Without a level and a date, after the last day of the assessment and before its first day: none at all. The
    allowing reason carries the highest level as ``product``.
    """
    if risk_level not in set(RiskLevel) or assessed_on is None:
        return refuse("suitability.unknown")
    if assessed_on > on:
        return refuse("suitability.future", assessed_on=assessed_on.isoformat())
    last = assessed_until(assessed_on, rules)
    if on > last:
        return refuse("suitability.expired", assessed_on=assessed_on.isoformat(), valid_to=last.isoformat())
    highest = _HIGHEST[RiskLevel(risk_level)]
    code = "suitability.minimum" if risk_level == RiskLevel.C1_MIN else "suitability.up_to"
    return allow(code, product=highest.value)


def decide_product(product: str, risk_level: str | None, assessed_on: date | None, on: date,
                   rules: RuleSet) -> Decision:  # fmt: skip
    """Decide whether one product level may be recommended on a day; an unknown level may not."""
    products = decide_products(risk_level, assessed_on, on, rules)
    if not products:
        return products
    levels = [level.value for level in ProductLevel]
    if product not in levels or levels.index(product) > levels.index(str(products.reason.params["product"])):
        return Decision(allowed=False, reason=Reason("suitability.too_high", {
            "product": product, "risk_level": risk_level}))  # fmt: skip
    return products
