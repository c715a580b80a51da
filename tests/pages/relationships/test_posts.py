"""Posts and delegations on the screen: naming a person, recording a delegation, ending both."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import insert, select

from data_access.database import Database
from data_access.tables import app_user, delegation, post_holder
from pages._ui.navigation import SCREENS
from tests.pages.conftest import NOW
from tests.support.apptest import Open


@pytest.fixture
def reviewer_named(firm: Database) -> None:
    with firm.writing() as connection:
        user = connection.execute(select(app_user.c.user_id).where(app_user.c.username == "branch_reviewer")).scalar()
        connection.execute(insert(post_holder).values(post="opening_review", unit_id=2, type="", user_id=user,
                                                      valid_from=date(2025, 1, 1), named_at=NOW))  # fmt: skip


def test_a_head_names_a_person(firm: Database, open_screen: Open) -> None:
    screen = open_screen("posts", "branch_head")
    assert screen.heading == "Posts"
    assert "Nobody is named" in screen.says("info")[0]
    screen.at.selectbox(key="post_place").set_value("B01")
    screen.at.selectbox(key="post_post").set_value("outlet_review")
    screen.at.selectbox(key="post_person").set_value("branch_reviewer")
    screen.press("Name")
    row = screen.table("Post", "Person").iloc[0].to_dict()
    assert (row["Place"], row["Post"], row["Relationship type"], row["Person"], row["From"]) == (
        "华东分公司", "Outlet review", "all types", "branch reviewer", date(2025, 7, 2))  # fmt: skip
    with firm.reading() as connection:
        assert connection.execute(select(post_holder.c.post, post_holder.c.unit_id)).all() == [("outlet_review", 2)]


@pytest.mark.usefixtures("reviewer_named")
def test_a_post_ends_without_a_successor(open_screen: Open) -> None:
    screen = open_screen("posts", "branch_head").select_rows("posts_False", 0)
    screen.press("End today, without a successor")
    assert screen.says("success") == ["The post has ended; name somebody, or its approvals wait."]
    assert not screen.has_table("Post", "Person")


@pytest.mark.usefixtures("reviewer_named")
def test_a_reviewer_records_and_ends_the_own_delegation(firm: Database, open_screen: Open) -> None:
    screen = open_screen("posts", "branch_reviewer", query={"view": "delegations"})
    assert screen.says("success") == ["Nobody decides in another person's place."]
    screen.at.selectbox(key="delegation_place").set_value("B01")
    screen.at.selectbox(key="delegation_post").set_value("opening_review")
    screen.at.selectbox(key="delegation_to").set_value("office_head")
    screen.press("Record")
    row = screen.table("Holder", "Decides in their place").iloc[0].to_dict()
    assert (row["Holder"], row["Decides in their place"], row["Last day"], row["State"]) == (
        "branch reviewer", "office head", date(2025, 7, 2), "recorded")  # fmt: skip
    screen.select_rows("delegations_False", 0)
    screen.press("End now")
    with firm.reading() as connection:
        assert connection.execute(select(delegation.c.ended_at)).scalar_one() == NOW


@pytest.mark.usefixtures("reviewer_named")
@pytest.mark.parametrize(("user", "rows"), [("hq", 1), ("branch_head", 1), ("auditor", 1), ("other_office_head", 0)])
def test_the_reach(open_screen: Open, user: str, rows: int) -> None:
    screen = open_screen("posts", user)
    assert int(screen.has_table("Post", "Person")) == rows


def test_only_heads_and_headquarters_are_offered_to_name(open_screen: Open) -> None:
    assert "Name" in [button.label for button in open_screen("posts", "hq").at.button]
    assert "Name" not in [button.label for button in open_screen("posts", "office_head").at.button]


def test_the_screen_is_not_for_staff() -> None:
    offered = next(screen.roles for screen in SCREENS if screen.address == "posts")
    assert {role.value for role in offered} == {"hq", "branch_head", "branch_reviewer", "office_head", "auditor"}
