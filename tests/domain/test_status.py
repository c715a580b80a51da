"""R-20 and R-24 as printed in the catalogue.

Not testable on monthly facts, and why:
- R-24 "interest credit, dividend, fee booking only": the monthly file counts trades only; bookings do not appear.
- R-24 "50,000 in and out within month 5": in-month balances are not in the file; only the month-end verdict is tested.
- R-20 "only Shenzhen securities moved out": there is no Shenzhen event; that no other event loses a client is
  tested.
- R-20 "never had an account": a client row needs an opening date, prospects are kept elsewhere.
"""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from domain.months import month_add, month_range
from domain.policies import FIRST_RULE_SET as RULES
from domain.status import (
    ClientFacts,
    LifeEvent,
    MonthFacts,
    OpeningState,
    Spell,
    archived_spells,
    decide_status,
    explain_status,
    lost_spells,
    lost_ways,
)
from domain.words import Status

OPENED = date(2020, 5, 4)


def event(kind: str, on: date, account: int = 1, hour: int = 1) -> LifeEvent:
    return LifeEvent(on, datetime(on.year, on.month, on.day, hour, tzinfo=UTC), account, kind)


def d(text: str) -> date:
    return date.fromisoformat(text)


@pytest.mark.parametrize(
    ("rule", "case", "opening", "events", "expected"),
    [
        ("R-20", "account closed", {}, [event("closed", d("2024-01-05"))], [("2024-01-05", None)]),
        ("R-20", "designation withdrawn, account open", {},
         [event("opened", OPENED), event("designation_withdrawn", d("2024-01-05"))], [("2024-01-05", None)]),
        ("R-20", "only transferred out", {}, [event("transferred_out", d("2024-01-05"))], []),
        ("R-20", "withdrawn and made again", {},
         [event("designation_withdrawn", d("2024-01-05")), event("designation_made", d("2024-01-20"))],
         [("2024-01-05", "2024-01-20")]),
        ("R-20", "one of two accounts closed", {},
         [event("opened", OPENED, 1), event("opened", OPENED, 2), event("closed", d("2024-01-05"), 2)], []),
        ("R-20", "both accounts closed, from the later", {},
         [event("closed", d("2024-01-05"), 1), event("closed", d("2024-02-05"), 2)], [("2024-02-05", None)]),
        ("R-20", "withdrawn, then closed: one spell from the earlier", {},
         [event("designation_withdrawn", d("2024-01-05")), event("closed", d("2024-01-09"))], [("2024-01-05", None)]),
        ("R-20", "closed and opened again", {},
         [event("closed", d("2024-01-05")), event("opened", d("2024-03-01"))], [("2024-01-05", "2024-03-01")]),
        ("R-20", "closed and opened again within a day", {},
         [event("closed", d("2024-01-05"), hour=1), event("opened", d("2024-01-05"), hour=2)], []),
        ("R-20", "opening state closed", {"closed_on": d("2024-01-05")}, [], [("2024-01-05", None)]),
        ("R-20", "opening state closed, opened later", {"closed_on": d("2024-01-05")},
         [event("opened", d("2024-03-01"))], [("2024-01-05", "2024-03-01")]),
        ("R-20", "opening state is out of force once an event of the kind exists", {"closed_on": d("2024-01-05")},
         [event("closed", d("2024-02-05"))], [("2024-02-05", None)]),
        ("R-20", "opening state withdrawn, made again", {"designation_withdrawn_on": d("2024-01-05")},
         [event("designation_made", d("2024-01-20"))], [("2024-01-05", "2024-01-20")]),
    ],
)  # fmt: skip
def test_lost(rule, case, opening, events, expected):
    found = lost_spells(OpeningState(OPENED, **opening), events)
    assert [(str(one.from_on), one.to_on and str(one.to_on)) for one in found] == expected


@pytest.mark.parametrize(
    ("rule", "case", "opening", "events", "expected"),
    [
        ("R-23", "archived", {}, [event("archived", d("2024-01-05"))], [Spell(d("2024-01-05"), None)]),
        ("R-23", "activated", {"archived_on": d("2023-02-01")}, [event("activated", d("2024-01-05"))],
         [Spell(d("2023-02-01"), d("2024-01-05"))]),
        ("R-23", "account opened again", {}, [event("archived", d("2024-01-05")), event("opened", d("2024-02-01"), 2)],
         [Spell(d("2024-01-05"), d("2024-02-01"))]),
        ("R-23", "transfer only", {}, [event("archived", d("2024-01-05")), event("transferred_in", d("2024-02-01"))],
         [Spell(d("2024-01-05"), None)]),
    ],
)  # fmt: skip
def test_archived(rule, case, opening, events, expected):
    assert archived_spells(OpeningState(OPENED, **opening), events) == expected


AS_OF = 202412
TWELVE = month_range(202401, 202412)


def quiet(**changed) -> dict[int, MonthFacts]:
    months = {month: MonthFacts(99_999, 0) for month in TWELVE}
    return months | {int(key[1:]): value for key, value in changed.items()}


@pytest.mark.parametrize(
    ("rule", "case", "opened_on", "months", "expected"),
    [
        ("R-24", "twelve month-ends of 0-999.99, no trade", OPENED, quiet(), Status.SILENT),
        ("R-24", "one month-end of exactly 1000.00", OPENED, quiet(m202403=MonthFacts(100_000, 0)), Status.NORMAL),
        ("R-24", "eleven months, account eleven months old", date(2024, 1, 15), quiet(), Status.NORMAL),
        ("R-24", "one trade in month 3", OPENED, quiet(m202403=MonthFacts(0, 1)), Status.NORMAL),
        ("R-24", "debt is below the line", OPENED, quiet(m202403=MonthFacts(-500, 0)), Status.SILENT),
        ("R-24", "one snapshot missing", OPENED, {key: one for key, one in quiet().items() if key != 202406},
         Status.UNDETERMINED),
        ("R-24", "blank trades", OPENED, quiet(m202406=MonthFacts(0, None)), Status.UNDETERMINED),
        ("R-24", "blank assets beside a trade", OPENED, quiet(m202406=MonthFacts(None, 1)), Status.NORMAL),
        ("R-24", "no row at all", OPENED, {}, Status.UNDETERMINED),
        ("R-24", "open twelve months to the day", date(2023, 12, 31), quiet(), Status.SILENT),
        ("R-24", "open a day less", date(2024, 1, 1), quiet(), Status.NORMAL),
    ],
)  # fmt: skip
def test_silent(rule, case, opened_on, months, expected):
    assert decide_status(ClientFacts(opened_on, [], [], months), AS_OF, RULES) == expected


@pytest.mark.parametrize(
    ("returned_on", "expected"),
    [(date(2024, 1, 31), Status.SILENT), (date(2024, 2, 1), Status.NORMAL)],
)
def test_a_return_restarts_the_silent_count(returned_on, expected):
    facts = ClientFacts(OPENED, [Spell(date(2023, 1, 1), returned_on)], [], quiet())
    assert decide_status(facts, AS_OF, RULES) == expected


@pytest.mark.parametrize(
    ("lost_on", "archived_on", "expected"),
    [
        (date(2024, 12, 31), date(2023, 1, 1), Status.LOST),
        (date(2025, 1, 1), date(2023, 1, 1), Status.ARCHIVED),
        (date(2025, 1, 1), date(2025, 1, 1), Status.SILENT),
    ],
)
def test_precedence_lost_archived_silent(lost_on, archived_on, expected):
    facts = ClientFacts(OPENED, [Spell(lost_on, None)], [Spell(archived_on, None)], quiet())
    assert decide_status(facts, AS_OF, RULES) == expected


def test_explanation_names_rule_value_threshold_and_way_out():
    trace = explain_status(ClientFacts(OPENED, [], [], quiet(m202406=MonthFacts(250, 0))), AS_OF, RULES)
    assert (trace.status, trace.rule) == (Status.SILENT, "R-24")
    assert [(one.code, one.candidate) for one in trace.why_not] == [("R-20.since", "lost"), ("R-23.since", "archived")]
    june = [(one.code, one.met, one.actual, one.threshold) for one in trace.tests if one.month == 202406]
    assert june == [("R-24.assets", True, 250, 100_000), ("R-24.trades", True, 0, 0)]
    opened = trace.tests[0]
    assert (opened.code, opened.actual, opened.threshold, opened.on) == ("R-24.open_months", 55, 12, OPENED)


def test_explanation_of_a_lost_client_gives_the_first_day():
    trace = explain_status(ClientFacts(OPENED, [Spell(date(2024, 3, 1), None)], [], {}), AS_OF, RULES)
    assert (trace.status, trace.rule, trace.tests[0].on) == (Status.LOST, "R-20", date(2024, 3, 1))
    # not archived and not silent for want of these; the twelve months are gaps
    assert [one.code for one in trace.why_not if one.candidate == "archived"] == ["R-23.since"]
    assert {one.code for one in trace.why_not if one.candidate == "silent"} == {"R-24.assets", "R-24.trades"}


def test_a_lost_client_that_is_quiet_too_is_not_silent_because_of_the_order():
    facts = ClientFacts(OPENED, [Spell(date(2024, 3, 1), None)], [Spell(date(2024, 2, 1), None)], quiet())
    trace = explain_status(facts, AS_OF, RULES)
    assert [(one.code, one.met, one.candidate) for one in trace.why_not] == [
        ("R-24.order", False, "archived"), ("R-24.order", False, "silent")]  # fmt: skip


@pytest.mark.parametrize(("events", "expected"), [
    ([event("closed", d("2024-01-05"))], ("reopen_account",)),
    ([event("designation_withdrawn", d("2024-01-05"))], ("make_designation",)),
    ([event("designation_withdrawn", d("2024-01-05")), event("closed", d("2024-01-09"))],
     ("reopen_account", "make_designation")),
    ([event("closed", d("2025-01-05"))], ()),
])  # fmt: skip
def test_what_undoes_a_loss_is_what_made_it(events, expected):
    assert lost_ways(OpeningState(OPENED), events, date(2024, 12, 31)) == expected


def test_explanation_of_a_gap_asks_for_the_missing_month():
    months = {key: one for key, one in quiet().items() if key != month_add(AS_OF, -2)}
    trace = explain_status(ClientFacts(OPENED, [], [], months), AS_OF, RULES)
    assert trace.status == Status.UNDETERMINED
    assert [one.month for one in trace.tests if one.actual is None] == [202410, 202410]
