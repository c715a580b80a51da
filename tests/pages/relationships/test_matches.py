"""The events of the register page: what became of each, by reach, and the trace of one."""

from __future__ import annotations

import json
from typing import Any

import pytest
from sqlalchemy import select, update

from data_access.actor import OperatorActor
from data_access.database import Database
from data_access.register.match_run import match_events
from data_access.tables import account_match, app_user, audit_event, client, org_unit
from pages._ui import exports
from tests.pages.test_exports import fetch, rows_of
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


@pytest.mark.parametrize("user", ["hq", "office_head", "analyst"])
@pytest.mark.parametrize("query", [{}, {"outcome": "natural"}, {"client": "00000014"}])
def test_the_file_holds_the_list_on_the_page(
    matched: Open, press_export: Any, firm: Database, user: str, query: dict[str, str]
) -> None:
    screen = matched(user, **query)
    rows = press_export(screen)
    assert sorted(int(row["Client number"]) for row in rows) == clients(screen)
    assert ("欧**" in {row["Name"] for row in rows}) is (user == "analyst" and query.get("client") is None)
    with firm.reading() as connection:
        details = connection.execute(
            select(audit_event.c.details).where(audit_event.c.action == "export")
            .order_by(audit_event.c.sequence.desc()).limit(1)
        ).scalar_one()  # fmt: skip
    assert f'"row_count": {len(rows)}' in str(details)


def test_the_file_says_what_was_missing_and_runs_no_formula(matched: Open, press_export: Any, firm: Database) -> None:
    with firm.writing() as connection:
        connection.execute(update(client).where(client.c.client_no == "00000001").values(name="=1+1"))
        connection.execute(update(account_match).where(account_match.c.client_id == 1).values(trace=json.dumps([
            {"holds": True, "code": "R-30.natural", "params": {}},
            {"holds": False, "code": "R-31.held", "params": {"relationship_no": "R1", "type": "maintenance"}},
        ])))  # fmt: skip
    row = press_export(matched("hq", client="00000001"))[0]
    assert {name: row[name] for name in ("Name", "What happened", "What became of it", "Relationship")} == {
        "Name": "'=1+1",
        "What happened": "Account opened",
        "What became of it": "Natural",
        "Relationship": "",
    }
    assert row["What was missing"] == "R1 of the type Maintenance holds already; this type has one holder."


def test_the_reach_is_read_again_when_the_file_is_fetched(
    matched: Open, firm: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []
    monkeypatch.setattr(exports, "go_to", sent.append)
    screen = matched("branch_head")
    screen.at.menu_button(key="export").click("csv")
    screen.run()
    with firm.writing() as connection:
        other = select(org_unit.c.unit_id).where(org_unit.c.unit_code == "B02").scalar_subquery()
        connection.execute(update(app_user).where(app_user.c.username == "branch_head").values(unit_id=other))
    status, _headers, pieces = fetch(sent.pop(), screen.token)
    assert (status, rows_of(pieces)) == (200, [])


def test_in_chinese(firm: Database, open_screen: Open) -> None:
    match_events(firm, actor=OperatorActor("test"))
    screen = open_screen("register", "hq", language="zh", query={"view": "events", "client": "00000001"})
    assert screen.table("发生了什么", "判定时间")["发生了什么"].tolist() == ["开户"]
