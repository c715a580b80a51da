"""The events of the register page: what became of each, by reach, and the trace of one."""

from __future__ import annotations

import pytest

from data_access.actor import OperatorActor
from data_access.database import Database
from data_access.register.match_run import match_events
from tests.support.apptest import Open, Screen

# the openings of 14 clients and the return of 14; 03, 07 and the return have relationships that were taken over
FIRM = [*range(1, 15), 14]
SEEN = {"hq": FIRM, "analyst": FIRM, "branch_head": [1, 2, 3, 4, 7, 8, 10, 11, 12, 14, 14],
        "office_head": [1, 2, 7, 8, 11, 14, 14], "other_office_head": [5, 6, 9, 13]}  # fmt: skip


@pytest.fixture
def matched(firm: Database, open_screen: Open) -> Open:
    """Open the view with every event of the firm matched."""
    match_events(firm, actor=OperatorActor("test"))
    return lambda user, **query: open_screen("register", user, query={"view": "events", **query})


def clients(screen: Screen) -> list[int]:
    return sorted(int(number) for number in screen.table("Client number", "What happened")["Client number"])


def test_events_inside_the_reach(matched: Open) -> None:
    assert {user: clients(matched(user)) for user in SEEN} == {user: sorted(seen) for user, seen in SEEN.items()}
    names = set(matched("analyst").table("Client number", "Name")["Name"])
    assert "欧阳文" not in names
    assert "欧**" in names


def test_events_by_what_became_of_them(matched: Open) -> None:
    screen = matched("hq", outcome="relationship")
    assert clients(screen) == [3, 7, 14]
    assert screen.options("filter_outcome") == ["Relationship 3", "Natural 12"]
    assert clients(matched("hq", client="00000014")) == [14, 14]
    assert matched("office_head", client="00000005").says("success") == ["No event has been matched here yet."]


def test_the_trace_of_one_event(matched: Open) -> None:
    screen = matched("hq", client="00000014").select_rows("matches_0", 0)
    table = screen.table("Held", "What was asked", "Rule")
    assert table.to_numpy().tolist() == [
        ["✓", "R00000007 was taken over for this event and stays as it is.", "R-02"]
    ]  # fmt: skip
    assert "00000014 · Activation · Relationship" in screen.blocks


def test_in_chinese(firm: Database, open_screen: Open) -> None:
    match_events(firm, actor=OperatorActor("test"))
    screen = open_screen("register", "hq", language="zh", query={"view": "events", "client": "00000001"})
    assert screen.table("发生了什么", "判定时间")["发生了什么"].tolist() == ["开户"]
