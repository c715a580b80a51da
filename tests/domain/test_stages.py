"""R-73 as printed in the catalogue, the edges of its lines, and that every client is in one stage only."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.policies import FIRST_RULE_SET as RULES
from domain.stages import (
    ORDER,
    StageFacts,
    building_from,
    decide_stage,
    explain_stage,
    fall_line,
    fell_by,
    rise_line,
    rose_by,
)
from domain.words import Stage, Status

AS_OF = 202412
OLD = date(2022, 12, 15)
STEADY = StageFacts(Status.NORMAL, OLD, 1_000_000, 1_000_000, 500_000, 500_000, 12, AS_OF)


@pytest.mark.parametrize(("rule", "case", "changed", "expected"), [
    ("R-73", "account two months old with falling assets",
     {"opened_on": date(2024, 10, 31), "end_assets_fen": 500_000}, Stage.BUILDING),
    ("R-73", "two years old, assets -30 %", {"end_assets_fen": 700_000}, Stage.DECLINING),
    ("R-73", "-29.9 %, trading flat", {"end_assets_fen": 701_000}, Stage.MATURE),
    ("R-73", "closed account", {"status": Status.LOST}, Stage.LOST),
    ("R-73", "closed and new: lost comes first", {"status": Status.LOST, "opened_on": date(2024, 12, 1)}, Stage.LOST),
    ("R-73", "no trade for three months", {"last_trade_month": 202409}, Stage.DECLINING),
    ("R-73", "a trade in the third month back", {"last_trade_month": 202410}, Stage.MATURE),
    ("R-73", "never a trade", {"last_trade_month": None}, Stage.DECLINING),
    ("R-73", "no trade, but a month is not known", {"last_trade_month": 202409, "months_known": 2}, Stage.MATURE),
    ("R-73", "assets +30 %", {"end_assets_fen": 1_300_000}, Stage.GROWING),
    ("R-73", "assets a fen less", {"end_assets_fen": 1_299_999}, Stage.MATURE),
    ("R-73", "trading +30 %", {"turnover_recent_fen": 650_000}, Stage.GROWING),
    ("R-73", "assets fallen, trading risen: declining comes first",
     {"end_assets_fen": 700_000, "turnover_recent_fen": 900_000}, Stage.DECLINING),
    ("R-73", "archived", {"status": Status.ARCHIVED, "end_assets_fen": 2_000_000}, Stage.DECLINING),
    ("R-73", "silent but stable otherwise", {"status": Status.SILENT}, Stage.MATURE),
    ("R-73", "assets not known", {"end_assets_fen": None}, Stage.MATURE),
    ("R-73", "nothing to compare with", {"assets_then_fen": 0, "turnover_then_fen": 0}, Stage.MATURE),
])  # fmt: skip
def test_the_stage(rule, case, changed, expected):
    facts = replace(STEADY, **changed)
    assert decide_stage(facts, AS_OF, RULES) == expected
    assert explain_stage(facts, AS_OF, RULES).stage == expected


@pytest.mark.parametrize(("month", "months", "expected"), [
    # opened on 30 September, an account is three months old on 30 December and older on the 31st
    (202412, 3, date(2024, 10, 1)), (202412, 1, date(2024, 12, 1)), (202407, 3, date(2024, 5, 1)),
    # 30 and 31 August are both three months old on 30 November: the day is clamped to the month's end
    (202411, 3, date(2024, 8, 30)), (202502, 3, date(2024, 11, 28)),
])  # fmt: skip
def test_an_account_is_new_from_this_opening_day_on(month, months, expected):
    assert building_from(month, replace(RULES, stage_building_months=months)) == expected


amounts = st.one_of(st.none(), st.integers(-10, 3_000_000))


@given(then=amounts, now=amounts, share=st.integers(1, 10_000))
def test_lines_are_the_first_amounts_that_count(then, now, share):
    fall, rise = fall_line(then, share), rise_line(then, share)
    if then is None or then <= 0 or now is None:
        assert not fell_by(now, then, share)
        assert not rose_by(now, then, share)
        return
    assert fell_by(now, then, share) == (now <= fall)
    assert rose_by(now, then, share) == (now >= rise)


@given(st.builds(
    StageFacts, status=st.sampled_from(Status), opened_on=st.dates(date(2024, 6, 1), date(2024, 12, 31)),
    end_assets_fen=amounts, assets_then_fen=amounts, turnover_recent_fen=st.integers(0, 100),
    turnover_then_fen=st.integers(0, 100), months_known=st.integers(0, 4),
    last_trade_month=st.sampled_from((None, 202408, 202410, 202412)),
))  # fmt: skip
def test_one_stage_whose_conditions_hold_and_no_stage_before_it(facts):
    trace = explain_stage(facts, AS_OF, RULES)
    assert trace.stage == decide_stage(facts, AS_OF, RULES)
    assert {test.candidate for test in trace.tests} >= {stage.value for stage in ORDER if stage != Stage.MATURE}
    assert any(test.met for test in trace.tests if test.candidate == trace.stage)
    before = {stage.value for stage in ORDER[: ORDER.index(trace.stage)]}
    assert not any(test.met for test in trace.tests if test.candidate in before)
    # why not: every stage after it misses its place in the order
    for stage in ORDER[ORDER.index(trace.stage) + 1 :]:
        assert ("R-73.order", False) in {(test.code, test.met) for test in trace.tests if test.candidate == stage}
