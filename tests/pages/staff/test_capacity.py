"""Capacity on the small firm: who sees whom, what a lead sets, neighbours, contact work and spot checks."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import select, update

from data_access.database import Database
from data_access.tables import contact_check, contact_log, office_neighbour, staff_absence, staff_capacity
from tests.support.apptest import Open, Screen

VIEWS = ["people", "places", "away", "contacts", "neighbours"]
# frontline people inside each reach, the fullest first: S0002 holds the firm's only open task
SEEN = {
    "hq": ["S0002", "S0001", "S0003", "S0005"], "branch_head": ["S0002", "S0001", "S0003"],
    "branch_reviewer": ["S0002", "S0001", "S0003"], "office_head": ["S0002", "S0001"], "staff": ["S0002"],
    "analyst": ["S0002", "S0001", "S0003", "S0005"], "auditor": ["S0002", "S0001", "S0003", "S0005"],
}  # fmt: skip


def people(screen: Screen) -> list[str]:
    return list(screen.table("load", "staff_no")["staff_no"])


@pytest.mark.parametrize("user", SEEN)
def test_everybody_sees_the_people_of_their_reach(look: Open, user: str) -> None:
    screen = look("capacity", user)
    assert (screen.heading, people(screen)) == ("Capacity", SEEN[user])
    assert ("Neighbouring offices" in screen.options("filter_view")) == (user in ("hq", "branch_head"))
    screen.select_rows("capacity_people", 0)
    assert ("Set" in [entry.label for entry in screen.at.button]) == (user in ("hq", "branch_head", "office_head"))


@pytest.mark.parametrize(("user", "checks"), [("staff", False), ("analyst", False), ("branch_reviewer", True)])
def test_who_is_asked_to_check(look: Open, user: str, checks: bool) -> None:
    assert ("Spot check" in look("capacity", user, query={"view": "contacts"}).blocks) == checks


@pytest.mark.parametrize("view", VIEWS)
def test_every_view_opens_in_chinese(look: Open, view: str) -> None:
    screen = look("capacity", "branch_head", language="zh", query={"view": view})
    assert (screen.heading, screen.value("filter_view")) == ("负荷", view)


def test_the_loads_of_the_firm(look: Open) -> None:
    screen = look("capacity", "hq")
    assert screen.cards == {"Can take work": "4 / 4", "Load": "0 %", "Free places": "399", "Overdue tasks": "0",
                            "Away today": "0", "Licences ending": "0"}  # fmt: skip
    first = screen.table("load", "staff_no").iloc[0]
    assert (first["load"], first["tasks"], first["room"], first["capacity"]) == (1.0, "1 / 100", 99, 100)
    places = look("capacity", "hq", query={"view": "places"}).table("place", "able")
    assert places[["tasks", "able", "core"]].to_numpy().tolist()[0] == ["1 / 200", "2 / 2", 1]
    by_team = look("capacity", "office_head", query={"view": "places"}).table("place", "able")
    assert by_team["tasks"].tolist() == ["1 / 200"]


def test_filters_keep_an_office_and_say_when_nothing_is_left(look: Open) -> None:
    assert people(look("capacity", "hq", query={"office": "O021"})) == ["S0005"]
    assert people(look("capacity", "hq", query={"office": "nowhere"})) == SEEN["hq"]
    nobody = look("capacity", "staff", query={"problem": "left", "office": "O021", "team": "x"})
    assert people(nobody) == ["S0002"]


def test_a_lead_sets_how_much_a_person_takes(open_screen: Open, firm: Database) -> None:
    with firm.writing() as connection:
        connection.execute(staff_absence.insert().values(staff_id=1, from_on=date(2025, 7, 1), to_on=date(2025, 7, 4),
                                                         reason="training"))  # fmt: skip
    screen = open_screen("capacity", "office_head", query={"problem": "absent"})
    assert people(screen) == ["S0001"]
    screen.select_rows("capacity_people", 0)
    assert any("Away 2025-07-01 to 2025-07-04: training" in text for text in screen.says("markdown"))
    screen.press("Set")
    assert screen.says("error") == ["Say why, in 1 to 200 characters."]
    screen.at.number_input(key="capacity_S0001_share").set_value(40)
    screen.at.number_input(key="capacity_S0001_ceiling").set_value(20)
    screen.at.text_input(key="capacity_S0001_why").set_value("half a post")
    screen.press("Set")
    assert "40 % of a full post from 2025-07-02" in screen.says("success")[0]
    with firm.reading() as connection:
        row = connection.execute(select(staff_capacity)).one()
    assert (row.staff_id, row.valid_from, row.capacity, row.ceiling, row.reason) == (
        1, date(2025, 7, 2), 40, 20, "half a post")  # fmt: skip
    away = open_screen("capacity", "office_head", query={"view": "away"})
    assert "Absences of the next 60 days" in away.blocks
    assert len(away.at.get("plotly_chart")) == 1


def test_a_branch_head_names_neighbours(open_screen: Open, firm: Database) -> None:
    screen = open_screen("capacity", "branch_head", query={"view": "neighbours"})
    assert any("No office has a neighbour" in text for text in screen.says("caption"))
    screen.at.multiselect(key="neighbours_of_O011").set_value(["O012"])
    screen.press("Set")
    assert "1 neighbours begun, 0 ended" in screen.says("success")[0]
    with firm.reading() as connection:
        assert len(connection.execute(select(office_neighbour)).all()) == 1
    assert open_screen("capacity", "office_head", query={"view": "neighbours"}).value("filter_view") == "people"


def test_a_contact_is_checked_by_somebody_else(open_screen: Open, firm: Database) -> None:
    with firm.writing() as connection:
        connection.execute(update(contact_log).values(channel="visit", note="tea"))
    before = open_screen("capacity", "office_head", query={"view": "contacts"})
    assert before.cards["Visits"] == "1"
    assert before.cards["Contacts checked"] == "0.0%"
    assert before.table("visits", "staff_no")["staff_no"].tolist()[0] == "S0002"
    before.select_rows("check_sample", 0)
    before.press("Keep the check")
    assert before.says("error") == ["Choose a result."]
    before.at.radio[0].set_value("confirmed")
    before.press("Keep the check")
    with firm.reading() as connection:
        assert connection.execute(select(contact_check.c.result)).scalars().all() == ["confirmed"]
    after = open_screen("capacity", "office_head", query={"view": "contacts"})
    assert after.cards["Contacts checked"] == "100.0%"
    assert "Every contact of the period has been checked." in after.says("success")
    assert "tea" not in open_screen("capacity", "analyst", query={"view": "contacts"}).everything()


@pytest.mark.parametrize("query", [{"view": "nonsense"}, {"view": "contacts", "period": "century"},
                                   {"view": "neighbours", "office": "'; --"}])  # fmt: skip
def test_hostile_addresses_change_nothing(look: Open, query: dict[str, str]) -> None:
    assert look("capacity", "staff", query=query).heading == "Capacity"
