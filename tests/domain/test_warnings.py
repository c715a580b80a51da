"""R-74 as printed in the catalogue: points with their reasons, who is rated, and the edges of every line."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from domain.policies import FIRST_RULE_SET as RULES
from domain.stages import StageFacts
from domain.warnings import (
    ServiceFacts,
    WarningReason,
    decide_warning,
    explain_warning,
    points,
    service_facts,
)
from domain.words import Status, Tier

AS_OF = 202412
OLD = date(2022, 12, 15)
STEADY = StageFacts(Status.NORMAL, OLD, 1_000_000, 1_000_000, 500_000, 500_000, 12, AS_OF, 0, 1_000_000)
SEEN = ServiceFacts(Tier.A, has_complaint=False, has_contact=True)
R = WarningReason
NONE = R(0)


@pytest.mark.parametrize(("rule", "case", "changed", "service", "expected"), [
    ("R-74", "assets -50 % and no trade in three months: two points",
     {"end_assets_fen": 500_000, "last_trade_month": 202409}, {}, R.ASSETS_FELL | R.NO_TRADE),
    ("R-74", "already churned", {"status": Status.LOST, "end_assets_fen": 0}, {}, None),
    ("R-74", "account one month old", {"opened_on": date(2024, 11, 30), "end_assets_fen": 0}, {}, None),
    ("R-74", "archived and silent are past a warning", {"status": Status.ARCHIVED}, {}, None),
    ("R-74", "silent", {"status": Status.SILENT}, {}, None),
    ("R-74", "undetermined is rated", {"status": Status.UNDETERMINED}, {}, NONE),
    ("R-74", "nothing", {}, {}, NONE),
    ("R-74", "assets -30 %", {"end_assets_fen": 700_000}, {}, R.ASSETS_FELL),
    ("R-74", "assets a fen above", {"end_assets_fen": 700_001}, {}, NONE),
    ("R-74", "trading -50 %", {"turnover_recent_fen": 250_000}, {}, R.TRADING_FELL),
    ("R-74", "trading a fen above", {"turnover_recent_fen": 250_001}, {}, NONE),
    ("R-74", "no trade is one point, not two", {"turnover_recent_fen": 0, "last_trade_month": 202409}, {}, R.NO_TRADE),
    ("R-74", "30 % paid out", {"outflow_fen": 300_000}, {}, R.OUTFLOW),
    ("R-74", "a fen less", {"outflow_fen": 299_999}, {}, NONE),
    ("R-74", "paid out is not known", {"outflow_fen": None}, {}, NONE),
    ("R-74", "paid out of nothing", {"outflow_fen": 300_000, "assets_before_fen": 0}, {}, NONE),
    ("R-74", "a complaint", {}, {"has_complaint": True}, R.COMPLAINT),
    ("R-74", "tier A without contact", {}, {"has_contact": False}, R.NO_CONTACT),
    ("R-74", "tier B without contact", {}, {"has_contact": False, "tier": Tier.B}, NONE),
    ("R-74", "nothing is known of contacts", {}, {"has_contact": None}, NONE),
    ("R-74", "everything at once", {"end_assets_fen": 1, "last_trade_month": None, "outflow_fen": 1_000_000},
     {"has_complaint": True, "has_contact": False},
     R.ASSETS_FELL | R.NO_TRADE | R.OUTFLOW | R.COMPLAINT | R.NO_CONTACT),
])  # fmt: skip
def test_points_and_their_reasons(rule, case, changed, service, expected):
    facts, served = replace(STEADY, **changed), replace(SEEN, **service)
    assert decide_warning(facts, served, AS_OF, RULES) == expected
    trace = explain_warning(facts, served, AS_OF, RULES)
    assert (trace.reasons, trace.points) == (expected, None if expected is None else points(expected))
    assert trace.is_warned == (expected is not None and points(expected) >= 2)
    if expected is not None:
        said = {test.code.removeprefix("R-74.").upper() for test in trace.tests if test.met} - {"POINTS"}
        assert said == {reason.name for reason in R if reason in expected}


@pytest.mark.parametrize(("limit", "warned"), [(1, True), (2, True), (3, False)])
def test_the_list_begins_at_the_limit(limit, warned):
    facts = replace(STEADY, end_assets_fen=500_000, last_trade_month=202409)
    trace = explain_warning(facts, SEEN, AS_OF, replace(RULES, warning_limit=limit))
    assert trace.is_warned is warned
    assert (trace.tests[0].code, trace.tests[0].met, trace.tests[0].actual, trace.tests[0].threshold) == (
        "R-74.points", warned, 2, limit)  # fmt: skip


def test_who_is_not_rated_hears_which_condition_is_missing():
    new = explain_warning(replace(STEADY, opened_on=date(2024, 11, 30)), SEEN, AS_OF, RULES)
    assert [(test.code, test.met) for test in new.tests] == [("R-74.not_in_pool", True), ("R-74.old_enough", False)]
    lost = explain_warning(replace(STEADY, status=Status.LOST), SEEN, AS_OF, RULES)
    assert [(test.code, test.met) for test in lost.tests] == [("R-74.not_in_pool", False), ("R-74.old_enough", True)]


@pytest.mark.parametrize(("complaint", "contact", "some", "expected"), [
    (None, None, False, (False, None)), (None, None, True, (False, False)),
    (202410, 202407, True, (True, True)), (202409, 202406, True, (False, False)), (202412, 202412, True, (True, True)),
])  # fmt: skip
def test_complaints_count_three_months_and_contacts_six(complaint, contact, some, expected):
    found = service_facts(Tier.A, AS_OF, RULES, complaint_month=complaint, contact_month=contact, has_any_contact=some)
    assert (found.has_complaint, found.has_contact) == expected
