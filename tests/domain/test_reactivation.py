"""R-21, R-22, R-23 and R-25 as printed in the catalogue; R-26 is tested with the tasks.

Monthly facts cannot show the order of inflow and trade within a month: R-25 is decided on dated events, which
these tests give directly.
"""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from domain.policies import FIRST_RULE_SET as RULES
from domain.reactivation import (
    Inflow,
    Transfer,
    decide_archived_activation,
    decide_lost_return,
    decide_silent_activation,
    decide_transfer_exception,
)

MOVE = Transfer("personal", "B01", "B02", "Shanghai", "Beijing")


@pytest.mark.parametrize(
    ("rule", "lost_on", "event_on", "transfer", "allowed", "code"),
    [
        ("R-21", "2024-01-15", "2024-04-15", None, False, "R-21.too_soon"),
        ("R-21", "2024-01-15", "2024-04-16", None, True, "R-21.returned"),
        ("R-21", "2023-11-30", "2024-02-29", None, False, "R-21.too_soon"),
        ("R-21", "2023-11-30", "2024-03-01", None, True, "R-21.returned"),
        ("R-21", "2024-01-31", "2024-04-30", None, False, "R-21.too_soon"),
        ("R-21", "2024-01-31", "2024-05-01", None, True, "R-21.returned"),
        ("R-22", "2024-01-15", "2024-02-01", MOVE, True, "R-22.transfer"),
        ("R-22", "2024-01-15", "2024-01-16", MOVE, True, "R-22.transfer"),
        ("R-22", "2024-01-15", "2024-02-01", Transfer("personal", "B01", "B01", "Shanghai", "Suzhou"), False,
         "R-21.too_soon"),
    ],
)  # fmt: skip
def test_return_of_a_lost_client(rule, lost_on, event_on, transfer, allowed, code):
    decision = decide_lost_return(
        lost_on=date.fromisoformat(lost_on),
        event="opened",
        event_on=date.fromisoformat(event_on),
        rules=RULES,
        transfer=transfer,
    )
    assert (decision.allowed, decision.reason.code) == (allowed, code)


@pytest.mark.parametrize(
    ("event", "allowed"),
    [("opened", True), ("designation_made", True), ("activated", False), ("transferred_in", False)],
)
def test_which_events_are_a_return(event, allowed):
    decision = decide_lost_return(lost_on=date(2024, 1, 1), event=event, event_on=date(2024, 9, 1), rules=RULES)
    assert decision.allowed is allowed


@pytest.mark.parametrize(
    ("rule", "transfer", "code"),
    [
        ("R-22", MOVE, "R-22.transfer"),
        ("R-22", Transfer("personal", "B01", "B01", "Shanghai", "Beijing"), "R-22.same_branch"),
        ("R-22", Transfer("personal", "B01", "B02", "Shanghai", "Shanghai"), "R-22.same_city"),
        ("R-22", Transfer("personal", "B01", "B02", None, "Shanghai"), "R-22.same_city"),
        ("R-22", Transfer("staff_moved", "B01", "B02", "Shanghai", "Beijing"), "R-22.reason"),
    ],
)
def test_transfer_exception(rule, transfer, code):
    assert decide_transfer_exception(transfer).reason.code == code


@pytest.mark.parametrize(
    ("rule", "is_archived", "event", "code"),
    [
        ("R-23", True, "activated", "R-23.activated"),
        ("R-23", True, "opened", "R-23.activated"),
        ("R-23", True, "transferred_in", "R-23.event"),
        ("R-23", False, "activated", "R-23.not_archived"),
    ],
)
def test_activation_of_an_archived_client(rule, is_archived, event, code):
    assert decide_archived_activation(is_archived=is_archived, event=event).reason.code == code


SINCE = datetime(2024, 3, 10, 1, tzinfo=UTC)


def at(day: int, month: int = 3) -> datetime:
    return datetime(2024, month, day, 6, tzinfo=UTC)


@pytest.mark.parametrize(
    ("rule", "inflows", "trades", "code"),
    [
        ("R-25", [(12, 100_000)], [13], "R-25.activated"),
        ("R-25", [(12, 99_999)], [13, 14, 15], "R-25.inflow"),
        ("R-25", [(12, 500_000)], [], "R-25.trade"),
        ("R-25", [(12, 60_000), (13, 40_000)], [14], "R-25.activated"),
        ("R-25 securities transferred in", [(12, 2_000_000)], [13], "R-25.activated"),
        ("R-25 inflow before the pre-registration", [(9, 100_000)], [13], "R-25.inflow"),
        ("R-25 price gain only", [], [13], "R-25.inflow"),
        ("R-25 trade before the pre-registration", [(12, 100_000)], [9], "R-25.trade"),
    ],
)
def test_activation_of_a_silent_client(rule, inflows, trades, code):
    decision = decide_silent_activation(
        since=SINCE,
        inflows=[Inflow(at(day), fen) for day, fen in inflows],
        trades_at=[at(day) for day in trades],
        rules=RULES,
    )
    assert decision.reason.code == code


def test_activation_is_complete_at_the_later_of_the_two():
    decision = decide_silent_activation(since=SINCE, inflows=[Inflow(at(20), 100_000)], trades_at=[at(12)], rules=RULES)
    assert decision.reason.params["completed_at"] == at(20).isoformat()
