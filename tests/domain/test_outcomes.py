"""Outcomes of drawn clients: conduct alone, at the edges of the days, the months and the amounts."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from domain.outcomes import ConductFacts, MonthConduct, ReturnEvent, months_counted, outcome_of
from domain.policies import FIRST_RULE_SET as RULES
from domain.reactivation import Transfer
from domain.reasons import TEMPLATES, reason_text
from domain.status import Spell

DRAWN = date(2026, 3, 10)
UNTIL = date(2026, 6, 8)
QUIET = MonthConduct(0, 0, 0, 500)
SILENT = ConductFacts("silent", months=dict.fromkeys((202603, 202604, 202605), QUIET), last_month=202606)
LOST = ConductFacts("lost", lost=(Spell(date(2025, 12, 10), None),), last_month=202606)
ARCHIVED = ConductFacts("archived", archived=(Spell(date(2024, 1, 1), None),), last_month=202606)


def said(facts: ConductFacts, *, drawn_on: date = DRAWN, until_on: date = UNTIL) -> tuple[bool | None, str | None, str]:
    outcome = outcome_of(facts, drawn_on=drawn_on, until_on=until_on, rules=RULES)
    assert outcome.reason.code in TEMPLATES
    assert "–" not in reason_text(outcome.reason)
    return outcome.returned, outcome.on.isoformat() if outcome.on else None, outcome.reason.code


def with_months(**conduct: MonthConduct) -> ConductFacts:
    return replace(SILENT, months={**SILENT.months, **{int(month[1:]): one for month, one in conduct.items()}})


@pytest.mark.parametrize(("drawn_on", "until_on", "months"), [
    (DRAWN, UNTIL, [202603, 202604, 202605]),
    (DRAWN, date(2026, 3, 30), []), (DRAWN, date(2026, 3, 31), [202603]),
    (date(2026, 3, 1), date(2026, 5, 30), [202603, 202604]),
    (date(2026, 3, 31), date(2026, 5, 31), [202603, 202604, 202605]), (DRAWN, DRAWN, []),
])  # fmt: skip
def test_the_draws_month_counts_whole_and_the_last_only_when_it_is_over(drawn_on, until_on, months):
    assert list(months_counted(drawn_on, until_on)) == months


@pytest.mark.parametrize(("months", "expected"), [
    ({"m202604": MonthConduct(100_000, 0, 1, 1)}, (True, "2026-04-30", "R-25.activated")),
    ({"m202604": MonthConduct(99_999, 0, 3, 1)}, (False, None, "outcome.inflow")),
    ({"m202604": MonthConduct(100_000, 0, 0, 1)}, (False, None, "outcome.trade")),
    ({"m202603": MonthConduct(60_000, 0, 0, 1), "m202604": MonthConduct(40_000, 0, 0, 1),
      "m202605": MonthConduct(0, 0, 1, 1)}, (True, "2026-05-31", "R-25.activated")),
    ({"m202603": MonthConduct(100_000, 0, 1, 1)}, (True, "2026-03-31", "R-25.activated")),
    # before the draw's month and in the month that the last day cuts
    ({"m202602": MonthConduct(100_000, 0, 1, 1)}, (False, None, "outcome.inflow")),
    ({"m202606": MonthConduct(100_000, 0, 1, 1)}, (False, None, "outcome.inflow")),
    # a gap is unknown, unless the rest proves the return
    ({"m202604": MonthConduct(None, 0, 0, 1)}, (None, None, "outcome.gap")),
    ({"m202604": MonthConduct(0, 0, None, 1)}, (None, None, "outcome.gap")),
    ({"m202604": MonthConduct(), "m202605": MonthConduct(100_000, 0, 1, 1)}, (True, "2026-05-31", "R-25.activated")),
])  # fmt: skip
def test_silent_clients_come_back_by_money_and_a_trade(months: dict[str, MonthConduct], expected):
    assert said(with_months(**months)) == expected


@pytest.mark.parametrize(("event", "spell_from", "expected"), [
    (("opened", date(2026, 3, 11)), date(2025, 12, 10), (True, "2026-03-11", "R-21.returned")),
    (("designation_made", date(2026, 6, 8)), date(2025, 12, 10), (True, "2026-06-08", "R-21.returned")),
    (("opened", date(2026, 6, 9)), date(2025, 12, 10), (False, None, "outcome.no_return")),
    # the day of the draw counts, the day before does not
    (("opened", DRAWN), date(2025, 12, 9), (True, "2026-03-10", "R-21.returned")),
    (("opened", date(2026, 3, 9)), date(2025, 12, 8), (False, None, "outcome.no_return")),
    # three months to the day are not over
    (("opened", DRAWN), date(2025, 12, 10), (False, None, "R-21.too_soon")),
    (("activated", date(2026, 4, 1)), date(2025, 12, 10), (False, None, "R-21.event")),
])  # fmt: skip
def test_lost_clients_come_back_after_three_months(event: tuple[str, date], spell_from: date, expected):
    facts = replace(LOST, lost=(Spell(spell_from, None),), events=(ReturnEvent(*event),))
    assert said(facts) == expected


def test_a_return_that_came_too_soon_is_not_made_good_by_a_later_account():
    too_soon, later = date(2026, 3, 10), date(2026, 5, 1)
    facts = replace(LOST, lost=(Spell(date(2026, 1, 5), too_soon),),
                    events=(ReturnEvent("opened", later), ReturnEvent("opened", too_soon)))  # fmt: skip
    assert said(facts) == (False, None, "R-21.too_soon")


def test_a_personal_move_to_another_city_needs_no_three_months():
    move = Transfer("personal", "B1", "B2", "Shanghai", "Beijing")
    facts = replace(LOST, lost=(Spell(date(2026, 3, 1), None),), events=(ReturnEvent("opened", DRAWN, move),))
    assert said(facts) == (True, "2026-03-10", "R-22.transfer")


@pytest.mark.parametrize(("kind", "expected"), [
    ("activated", (True, "2026-04-01", "R-23.activated")), ("opened", (True, "2026-04-01", "R-23.activated")),
    ("designation_made", (False, None, "outcome.no_return")),
])  # fmt: skip
def test_archived_clients_come_back_by_activation_or_opening(kind: str, expected):
    assert said(replace(ARCHIVED, events=(ReturnEvent(kind, date(2026, 4, 1)),))) == expected


@pytest.mark.parametrize(("last_month", "until_on", "known"), [
    (202606, date(2026, 6, 30), True), (202606, date(2026, 7, 1), False), (202605, UNTIL, False), (None, UNTIL, False),
    (202606, date(2026, 3, 9), False),
])  # fmt: skip
@pytest.mark.parametrize("facts", [SILENT, LOST, ARCHIVED, replace(SILENT, status="normal")])
def test_nothing_is_known_before_all_months_are_out(facts: ConductFacts, last_month: int | None, until_on: date,
                                                    known: bool):  # fmt: skip
    back = {month: MonthConduct(100_000, 0, 1, 10**6) for month in (202603, 202604, 202605, 202606)}
    facts = replace(facts, last_month=last_month, months=back, assets_fen=10**6, events=(ReturnEvent("opened", DRAWN),),
                    status_by_month={202605: "normal", 202606: "normal"}, lost=(Spell(date(2025, 1, 1), None),)
                    if facts.lost else ())  # fmt: skip
    outcome = outcome_of(facts, drawn_on=DRAWN, until_on=until_on, rules=RULES)
    assert (outcome.returned is True) is known
    assert (outcome.reason.code != "outcome.not_published") is known


KEPT = ConductFacts("normal", months={202605: MonthConduct(0, 0, 0, 70_001)}, assets_fen=100_000,
                    status_by_month={202605: "normal"}, last_month=202606)  # fmt: skip


@pytest.mark.parametrize(("change", "expected"), [
    ({}, (True, None, "outcome.kept")),
    ({"months": {202605: MonthConduct(0, 0, 0, 70_000)}}, (False, None, "outcome.assets_fell")),
    ({"status_by_month": {202605: "silent"}}, (False, None, "outcome.silent")),
    ({"lost": (Spell(UNTIL, None),)}, (False, None, "outcome.lost")),
    ({"lost": (Spell(date(2026, 6, 9), None),)}, (True, None, "outcome.kept")),
    ({"lost": (Spell(date(2026, 4, 1), date(2026, 6, 8)),)}, (True, None, "outcome.kept")),
    ({"archived": (Spell(date(2026, 4, 1), None),)}, (False, None, "outcome.archived")),
    ({"assets_fen": None}, (None, None, "outcome.gap")), ({"status_by_month": {}}, (None, None, "outcome.gap")),
    ({"months": {}}, (None, None, "outcome.gap")),
])  # fmt: skip
def test_clients_to_be_kept(change: dict[str, object], expected):
    assert said(replace(KEPT, **change)) == expected


@pytest.mark.parametrize(("facts", "net"), [
    (with_months(m202603=MonthConduct(500, 200, 0, 0), m202605=MonthConduct(0, 50, 0, 0)), 250),
    (with_months(m202604=MonthConduct(None, 0, 0, 0)), None),
    # away all month without a row: nothing moved; the month of the return without a row is unknown
    (LOST, 0), (replace(LOST, lost=(Spell(date(2025, 12, 10), date(2026, 5, 4)),)), None),
    (replace(LOST, lost=(Spell(date(2026, 3, 2), None),)), None),
])  # fmt: skip
def test_net_inflow_of_the_months_counted(facts: ConductFacts, net: int | None):
    assert outcome_of(facts, drawn_on=DRAWN, until_on=UNTIL, rules=RULES).net_inflow_fen == net
