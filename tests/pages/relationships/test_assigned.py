"""Assigned relationships on the small firm: what each role sees and may do, and the three acts."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import insert, select

from data_access.clock import now
from data_access.database import Database
from data_access.tables import important_client, post_holder, relationship, relationship_share
from tests.support.apptest import Open, Screen

CLIENT = {"client": "00000004"}  # key_service of S0001 25 % and S0003 75 %
TODAY = date(2025, 7, 2)
ACTS = {"hq": ["Enter"], "branch_head": ["Enter", "Split or replace", "End"], "branch_reviewer": ["Enter"],
        "office_head": None, "staff": None, "analyst": [], "auditor": []}  # fmt: skip


def acts_of(screen: Screen) -> list[str]:
    return screen.options("filter_act") if any(entry.key == "filter_act" for entry in screen.at.get("button_group")) \
        else []  # fmt: skip


@pytest.mark.parametrize("language", ["en", "zh"])
def test_it_opens_in_both_languages(look: Open, language: str) -> None:
    screen = look("assigned", "branch_head", language=language, query=CLIENT)
    assert screen.heading == {"en": "Assigned relationships", "zh": "分配类关系"}[language]


@pytest.mark.parametrize("user", list(ACTS))
def test_each_role_may_do_its_own(look: Open, user: str) -> None:
    screen = look("assigned", user, query=CLIENT)
    if ACTS[user] is None:  # the client is of O012
        assert screen.says("warning") == ["Not found."]
        return
    assert acts_of(screen) == ACTS[user]
    table = screen.table("Relationship type", "Approval")
    assert table["Relationship type"].tolist() == ["Key service", "Maintenance"]
    assert table["Holders"][0] == "陈思远 S0001 25% · 王强 S0003 75%"


def test_the_mask_covers_the_name(look: Open) -> None:
    assert "张*" in look("assigned", "auditor", query=CLIENT).at.header[0].value.replace("\\", "")


def test_entering_waits_for_an_approval(firm: Database, open_screen: Open) -> None:
    screen = open_screen("assigned", "branch_reviewer", query={"client": "00000008"})
    screen.at.selectbox(key="assigned_type").set_value("maintenance")
    screen.run()
    screen.at.number_input(key="assigned_count_maintenance_").set_value(2)
    screen.run()
    for place, person in enumerate(("S0001", "S0002")):
        screen.at.selectbox(key=f"assigned_holder_maintenance__{place}").set_value(person)
    screen.at.number_input(key="assigned_share_maintenance__2_0").set_value(60.0)
    screen.run()
    assert screen.says("error") == ["The shares add up to 110.00%; at most 100%."]
    screen.press("Enter for approval")
    assert screen.says("error")[-1] == "The shares add up to 110 %, more than the whole."
    screen.at.number_input(key="assigned_share_maintenance__2_1").set_value(40.0)
    screen.run()
    screen.press("Enter for approval")
    assert screen.says("success") == ["REL-00000011 waits for approval A00000001."]
    with firm.reading() as connection:
        row = connection.execute(select(relationship).where(relationship.c.relationship_no == "REL-00000011")).one()
        shares = {one.staff_id: one.share_bp for one in connection.execute(
            select(relationship_share).where(relationship_share.c.relationship_id == row.relationship_id))}  # fmt: skip
    assert (row.type, row.state, row.valid_from, shares) == ("maintenance", "pending", TODAY, {1: 6_000, 2: 4_000})
    assert screen.table("Relationship type", "Approval").iloc[0]["State"] == "Pending approval"


def test_key_service_asks_for_an_important_client(firm: Database, open_screen: Open) -> None:
    screen = open_screen("assigned", "branch_head", query={"client": "00000008"})
    screen.at.selectbox(key="assigned_type").set_value("key_service")
    screen.run()
    assert screen.says("info")[1:] == ["This type needs an important client: tier A, or marked."]
    screen.at.text_input(key="mark_reason").set_value("listed company's owner")
    screen.run()
    screen.press("Mark as important")
    assert screen.says("success") == ["Client 00000008 is marked."]
    assert screen.says("info")[1:] == []
    with firm.reading() as connection:
        assert connection.execute(select(important_client.c.client_id)).scalars().all() == [8]
    screen.press("Take the mark back")
    assert screen.says("success") == ["The mark of client 00000008 has ended."]


def test_the_head_splits_and_the_named_person_ends(firm: Database, open_screen: Open) -> None:
    screen = open_screen("assigned", "branch_head", query={"client": "00000001", "act": "replace"})
    screen.at.text_input(key="assigned_reason").set_value("three people serve")
    screen.run()
    screen.press("Replace")
    assert screen.says("success") == ["REL-00000011 waits for approval A00000001."]
    table = screen.table("Relationship type", "Approval")
    assert table[["State", "To"]].to_numpy().tolist()[:2] == [["Pending approval", None], ["Confirmed", TODAY]]
    with firm.writing() as connection:
        connection.execute(insert(post_holder).values(
            post="stock_release", unit_id=2, type="", user_id=3, valid_from=date(2025, 1, 1), named_by=2,
            named_at=now()))  # fmt: skip
    screen = open_screen("assigned", "branch_reviewer", query={**CLIENT, "act": "end"})
    screen.at.text_input(key="assigned_reason").set_value("left the city")
    screen.run()
    screen.press("End the relationship")
    assert screen.says("success") == ["R00000009 has its end."]


def test_foreign_and_hostile_addresses_find_nothing(look: Open) -> None:
    for user, number in (("office_head", "00000006"), ("hq", "' OR 1=1"), ("hq", "99999999")):
        assert look("assigned", user, query={"client": number}).says("warning") == ["Not found."]
