"""What is said to take a client off does so when it is done: on random clients, for every label."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from domain.exits import (
    Exit,
    Way,
    find_stage_exits,
    find_status_exits,
    find_tier_exits,
    find_warning_exits,
    find_watch_exits,
)
from domain.history import read_stage_facts, trailing_value
from domain.months import month_add, month_range
from domain.policies import FIRST_RULE_SET, RuleSet
from domain.stages import decide_stage, explain_stage
from domain.status import LifeEvent, MonthFacts, OpeningState, decide_status, explain_status
from domain.tiers import CutOffs, tier_of
from domain.warnings import decide_warning, explain_warning, points, service_facts
from domain.watch import decide_watch, decide_watch_over, explain_watch
from domain.words import POOL, Stage, Status, Tier
from tests.support.raw_clients import RawClient, choices, done, months_to

FIRST, MONTH = 202301, 202412
MONTHS = month_range(FIRST, MONTH)
CUTS = CutOffs(100, 5, 20, 60_000, 12_000)
RULES = st.builds(
    RuleSet, silent_months=st.sampled_from((6, 12)), tier_window_months=st.sampled_from((3, 12)),
    watch_months=st.integers(0, 3), stage_building_months=st.sampled_from((1, 3)),
    stage_compare_months=st.sampled_from((1, 3, 4)), warning_limit=st.integers(1, 3),
    stage_change_bp=st.sampled_from((1, 3_000, 10_000)), warning_fall_bp=st.sampled_from((1, 3_000, 10_000)),
    warning_complaint_months=st.sampled_from((1, 6)), warning_contact_months=st.sampled_from((1, 6)),
)  # fmt: skip
KINDS = ("opened", "closed", "designation_withdrawn", "designation_made", "archived", "activated")
# what months carry: quiet for long, or rising, falling and not known
QUIET_ROWS = ((0, 50_000, 99_999, 99_999), (0,) * 30 + (None, 1), (None, 0, 0), (None, 0), (None, -5, 0, 900))
BUSY_ROWS = ((None, 0, 99_999, 100_000, 900_000, 1_300_000), (0, 0, 1, 5, None), (None, 0, 1, 70_000, 100_000),
             (None, 0, 40_000, 1_000_000), (None, -5, 0, 900, 5_000, 30_000))  # fmt: skip
STEADY_ROWS = ((900_000, 1_000_000), (0, 1, 2), (90_000, 100_000, 120_000), (0, 300_000), (1_000, 5_000, 9_000))


@st.composite
def raw_clients(draw: st.DrawFn) -> RawClient:
    """A client with assets, trading and income that rise, fall, stand still or are not known."""
    rng = Random(draw(st.integers(0, 2**32)))
    opened = rng.choice((date(2021, 5, 4), date(2021, 5, 4), date(2021, 5, 4), date(2024, 8, 30), date(2024, 10, 2)))
    values = rng.choice((QUIET_ROWS, BUSY_ROWS, BUSY_ROWS, STEADY_ROWS, STEADY_ROWS))
    gaps = rng.choice((0, 0, 0.03))
    rows = {month: MonthFacts(*(rng.choice(one) for one in values)) for month in MONTHS
            if month >= opened.year * 100 + opened.month and rng.random() >= gaps}  # fmt: skip
    stops = rng.randrange(1, 6)
    if rng.random() < 0.4:
        rows |= {month: replace(rows[month], trades_count=0) for month in MONTHS[-stops:] if month in rows}

    def day() -> date:
        return max(opened, date(2022, 6, 1)) + timedelta(days=rng.randrange(90 if opened.year == 2024 else 940))

    def maybe() -> date | None:
        return day() if rng.random() < 0.08 else None

    opening = OpeningState(opened, maybe(), maybe(), maybe())
    events = []
    for _ in range(rng.choice((0, 0, 0, 1, 2, 3))):
        on = day()
        at = datetime(on.year, on.month, on.day, rng.choice((1, 5)), tzinfo=UTC)
        events.append(LifeEvent(on, at, rng.choice((1, 2)), rng.choice(KINDS)))
    months = (None, None, 202401, 202407, 202410, 202412)
    return RawClient(opening, events, rows, FIRST, rng.choice(months), rng.choice(months), rng.random() < 0.8)


def served(raw, tier, month, rules):
    return service_facts(tier, month, rules, complaint_month=raw.complaint_month, contact_month=raw.contact_month,
                         has_any_contact=raw.has_any_contact)  # fmt: skip


def held_at(raw, month, rules):
    """Tier and watch over all months, every month by the same lines."""
    facts = raw.facts(month)
    own = months_to(max(FIRST, raw.opening.opened_on.year * 100 + raw.opening.opened_on.month), month)
    return decide_watch_over(
        (tier_of(trailing_value(facts, one, rules.tier_window_months), CUTS,
                 is_lost=decide_status(facts, one, rules) == Status.LOST), rules) for one in own
    )  # fmt: skip


LONG = settings(max_examples=150, deadline=None)


@LONG
@given(raw_clients(), RULES)
def test_the_status_ends_and_the_client_leaves_the_pool(raw, rules):
    facts = raw.facts(MONTH)
    status = decide_status(facts, MONTH, rules)
    assert explain_status(facts, MONTH, rules).status == status
    exits = find_status_exits(facts, MONTH, rules)
    assert bool(exits) == (status != Status.NORMAL)
    for one in exits:
        for ways in choices(one):
            after = decide_status(done(raw, MONTH, one, ways).facts(one.month), one.month, rules)
            assert after != status
            if one.month > MONTH:
                assert after not in POOL


@LONG
@given(raw_clients(), RULES)
def test_the_stage_ends(raw, rules):
    facts = read_stage_facts(raw.facts(MONTH), MONTH, rules)
    stage = decide_stage(facts, MONTH, rules)
    assert explain_stage(facts, MONTH, rules).stage == stage
    exits = find_stage_exits(raw.facts(MONTH), MONTH, rules)
    assert bool(exits) == (stage != Stage.MATURE)
    for one in exits:
        for ways in choices(one):
            after = read_stage_facts(done(raw, MONTH, one, ways).facts(one.month), one.month, rules)
            assert decide_stage(after, one.month, rules) != stage


@LONG
@given(raw_clients(), RULES)
def test_the_client_leaves_the_warning_list(raw, rules):
    tier = held_at(raw, MONTH, rules).tier
    facts = read_stage_facts(raw.facts(MONTH), MONTH, rules)
    reasons = decide_warning(facts, served(raw, tier, MONTH, rules), MONTH, rules)
    trace = explain_warning(facts, served(raw, tier, MONTH, rules), MONTH, rules)
    warned = reasons is not None and points(reasons) >= rules.warning_limit
    assert (trace.reasons, trace.is_warned) == (reasons, warned)
    exits = find_warning_exits(raw.facts(MONTH), served(raw, tier, MONTH, rules), MONTH, rules)
    assert bool(exits) == warned
    for one in exits:
        for ways in choices(one):
            after = done(raw, MONTH, one, ways)
            left = decide_warning(read_stage_facts(after.facts(one.month), one.month, rules),
                                  served(after, tier, one.month, rules), one.month, rules)  # fmt: skip
            assert left is None or points(left) < rules.warning_limit


@LONG
@given(raw_clients(), RULES)
def test_the_tier_moves_and_the_watch_ends(raw, rules):
    held = held_at(raw, MONTH, rules)
    facts = raw.facts(MONTH)
    value = trailing_value(facts, MONTH, rules.tier_window_months)
    watch = explain_watch(held, value, CUTS, MONTH, rules)
    assert (watch.falls_in is not None) == (held.watch_count > 0)
    for one in find_watch_exits(facts, held, CUTS, MONTH, rules):
        for ways in choices(one):
            after = held_at(done(raw, MONTH, one, ways, rules.tier_window_months), one.month, rules)
            assert (after.tier, after.watch_count) == (held.tier, 0)
    exits = find_tier_exits(facts, held, CUTS, MONTH, rules)
    assert bool(exits) == (held.tier is not None)
    for one in exits:
        for ways in choices(one):
            after = held_at(done(raw, MONTH, one, ways, rules.tier_window_months), one.month, rules)
            assert after.tier is not None
            up = ways[0].code == "income_reach"
            assert (after.tier < held.tier) if up else (after.tier > held.tier)


QUIET = {month: MonthFacts(50_000, 0, 0, 0, 0) for month in MONTHS}
LIFE = (Way("assets_reach", 202501, 202501, 100_000), Way("trade", 202501, 202501))


@pytest.mark.parametrize(("case", "opening", "events", "months", "expected"), [
    ("silent", {}, [], QUIET, (Exit(202501, LIFE, 1),)),
    ("a gap", {}, [], QUIET | {202406: MonthFacts(None, 0)},
     (Exit(202501, LIFE, 1), Exit(202412, (Way("complete_months", 202406, 202406),), 1))),
    ("archived", {"archived_on": date(2024, 2, 1)}, [], QUIET,
     (Exit(202501, (Way("activate", 202501, 202501), Way("reopen_account", 202501, 202501)), 1),)),
    ("closed", {"closed_on": date(2024, 2, 1)}, [], QUIET,
     (Exit(202501, (Way("reopen_account", 202501, 202501),), 1),)),
    ("withdrawn while archived", {"designation_withdrawn_on": date(2024, 2, 1), "archived_on": date(2024, 3, 1)}, [],
     QUIET, (Exit(202501, (Way("make_designation", 202501, 202501), Way("activate", 202501, 202501)), 2),)),
    ("busy", {}, [], QUIET | {MONTH: MonthFacts(50_000, 3)}, ()),
])  # fmt: skip
def test_ways_out_of_the_pool(case, opening, events, months, expected):
    raw = RawClient(OpeningState(date(2020, 5, 4), **opening), events, months, FIRST)
    assert find_status_exits(raw.facts(MONTH), MONTH, FIRST_RULE_SET) == expected


def test_ways_out_of_a_stage():
    def exits(opened, **changed):
        rows = {month: MonthFacts(1_000_000, 2, 500_000, 0, 0) for month in MONTHS}
        rows |= {int(key[1:]): value for key, value in changed.items()}
        return find_stage_exits(RawClient(OpeningState(opened), [], rows, FIRST).facts(MONTH), MONTH, FIRST_RULE_SET)

    old = date(2020, 5, 4)
    assert exits(old) == ()
    assert exits(date(2024, 10, 31)) == (Exit(202502, (Way("account_older", 202502, 202502),), 1),)
    # fallen to 700,000 of 1,000,000: a fen more than the line in January, compared with October
    fell = MonthFacts(700_000, 2, 500_000, 0, 0)
    assert exits(old, m202412=fell) == (Exit(202501, (Way("assets_reach", 202501, 202501, 700_001),), 1),)
    rose = MonthFacts(1_300_000, 2, 500_000, 0, 0)
    assert exits(old, m202412=rose) == (Exit(202501, (Way("assets_below", 202501, 202501, 1_300_000),), 1),)


def test_a_warned_client_needs_one_of_two_points_less():
    rows = {month: MonthFacts(1_000_000, 2, 500_000, 0, 0) for month in MONTHS}
    rows |= {month: MonthFacts(500_000, 0, 0, 0, 0) for month in (202410, 202411, 202412)}
    raw = RawClient(OpeningState(date(2020, 5, 4)), [], rows, FIRST, complaint_month=202411)
    service = served(raw, Tier.B, MONTH, FIRST_RULE_SET)
    # December: assets, no trade, complaint. January compares with October's 500,000: the fall has passed by itself;
    # turnover of August and September was 1,000,000
    assert find_warning_exits(raw.facts(MONTH), service, MONTH, FIRST_RULE_SET) == (
        Exit(202501, (Way("trade_and_turnover", 202501, 202501, 500_001),), 1),
    )
    strict = RuleSet(warning_limit=1)
    assert find_warning_exits(raw.facts(MONTH), service, MONTH, strict)[0].month == 202502


def test_a_watched_client_falls_after_the_months_allowed():
    rules = RuleSet(watch_months=2)
    tiers = [Tier.A, Tier.B, Tier.C, Tier.C, Tier.B, Tier.B]
    held = decide_watch_over([])
    seen = []
    for tier in tiers:
        held = decide_watch(tier, held, rules)
        seen.append((held.tier, held.watch_count))
    assert seen == [(Tier.A, 0), (Tier.A, 1), (Tier.A, 2), (Tier.C, 0), (Tier.B, 0), (Tier.B, 0)]
    on_watch = decide_watch_over([(Tier.A, rules), (Tier.C, rules)])
    assert explain_watch(on_watch, 500, CUTS, 202412, rules).falls_in == month_add(202412, 2)
    assert decide_watch_over([(Tier.A, rules), (None, rules), (Tier.C, rules)]).tier == Tier.C
