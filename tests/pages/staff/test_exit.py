"""The Staff exit page: what names the leaver, proposed successors, one act, and the closed exit with its results."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import insert, select, update

from data_access.clock import now
from data_access.database import Database
from data_access.tables import (
    post_holder,
    reactivation_task,
    relationship,
    relationship_share,
    staff,
    staff_exit,
    staff_qualification,
)
from tests.support.apptest import Open, Screen
from tests.support.firm import PASSWORD


@pytest.mark.parametrize(("language", "heading"), [("en", "Staff exit"), ("zh", "员工离职")])
@pytest.mark.parametrize("user", ["hq", "branch_head"])
def test_the_page_opens_without_a_person(look: Open, user: str, language: str, heading: str) -> None:
    screen = look("exit", user, language=language)
    assert screen.heading == heading
    assert screen.value("exit_person") is None
    people = " ".join(screen.options("exit_person"))
    assert ("S0005" in people) == (user == "hq")
    assert "S0002" in people


@pytest.mark.parametrize("user", ["office_head", "staff", "analyst", "auditor", "user_admin"])
def test_other_roles_have_no_such_page(look: Open, user: str) -> None:
    assert "exit" not in look("definitions", user).menu


def test_what_names_a_person(look: Open) -> None:
    screen = look("exit", "branch_head", query={"staff": "S0002"})
    assert screen.cards["Relationship held"] == "3"
    assert screen.cards["Reactivation task"] == "1"
    assert screen.cards["User account"] == "1"
    table = screen.table("client", "Afterwards")
    goes_on = "Goes on with the other holders"
    assert list(zip(table["Share"], table["Afterwards"], strict=True)) == [
        (40.0, goes_on), (33.33, goes_on), (100.0, "Ended")]  # fmt: skip
    results = screen.table("Month", "Net income (yuan)")
    assert results["Month"].tolist()[:2] == ["2025-06", "2025-05"]
    assert results["Net income (yuan)"].tolist()[0] == 496.66


@pytest.mark.parametrize("asked", ["S0005", "nobody", "' OR 1=1--"])
def test_a_person_of_another_branch_company_is_not_found(look: Open, asked: str) -> None:
    screen = look("exit", "branch_head", query={"staff": asked})
    assert screen.says("warning") == ["Not found."]
    assert screen.cards == {}


def close(screen: Screen, *, password: str = PASSWORD, reason: str = "leaves the firm") -> Screen:
    screen.at.text_input(key="exit_reason").set_value(reason)
    screen.at.text_input(key="exit_password").set_value(password)
    screen.at.button(key="exit_close").click()
    return screen.run()


def test_the_exit_is_closed_with_the_proposed_successor(open_screen: Open, firm: Database) -> None:
    with firm.writing() as connection:
        connection.execute(update(staff).where(staff.c.staff_no == "S0002").values(left_on=date(2025, 6, 30)))
    screen = open_screen("exit", "branch_head", query={"staff": "S0002"})
    assert close(screen, password="not mine").says("error") == ["The password is not right, so nothing was signed."]
    assert close(screen, reason=" ").says("error") == ["Give a reason."]
    close(screen)
    (told,) = screen.says("success")
    assert told == ("The exit on 2025-06-30 was closed by branch head at 2025-07-02 10:00. "
                    "Nothing open names S0002 any more.")  # fmt: skip
    table = screen.table("What", "Count")
    assert dict(zip(table["What"] + " · " + table["What became of it"], table["Count"], strict=True)) == {
        "Relationship held · Ended": 1, "Relationship held · Goes on with the other holders": 2,
        "Reactivation task · Handed on": 1, "User account · Ended": 1}  # fmt: skip
    results = screen.table("Month", "Difference (yuan)")
    assert set(results["Difference (yuan)"]) == {0.0}
    with firm.reading() as connection:
        task = connection.execute(select(reactivation_task.c.staff_id).where(reactivation_task.c.task_id == 1)).scalar()
        assert task == 1
        assert connection.execute(select(staff_exit.c.exit_on)).scalar_one() == date(2025, 6, 30)


def test_without_a_colleague_the_task_goes_back_to_the_pool(open_screen: Open, firm: Database) -> None:
    with firm.writing() as connection:
        connection.execute(staff_qualification.delete().where(staff_qualification.c.staff_id.in_([1, 3])))
    screen = close(open_screen("exit", "branch_head", query={"staff": "S0002"}))
    table = screen.table("What", "Count")
    assert "Back to the pool" in table["What became of it"].tolist()


def test_what_changed_stops_the_act(open_screen: Open, firm: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    screen = open_screen("exit", "hq", query={"staff": "S0002"})
    from pages._ui.exits import closing

    original = closing.close_exit

    def late(*arguments: object, **named: object) -> object:
        with firm.writing() as connection:
            connection.execute(update(relationship).values(version=relationship.c.version + 1))
        return original(*arguments, **named)

    monkeypatch.setattr(closing, "close_exit", late)
    assert close(screen).says("error") == [
        "What names the staff member has changed meanwhile; look again and decide anew."]  # fmt: skip


def test_who_has_left_and_is_still_named_stands_on_the_first_view(open_screen: Open, firm: Database) -> None:
    assert open_screen("exit", "hq").says("success") == ["Nobody who has left is named by anything open."]
    with firm.writing() as connection:
        connection.execute(update(staff).where(staff.c.staff_no == "S0002").values(left_on=date(2025, 6, 30)))
    table = open_screen("exit", "hq").table("person", "Relationships")
    told = table[["person", "Relationships", "Tasks", "Accounts"]].to_numpy().tolist()
    assert told == [["/exit?staff=S0002", 3, 1, 1]]


def test_a_holder_is_proposed_where_nobody_else_holds(open_screen: Open, firm: Database) -> None:
    with firm.writing() as connection:  # client 1 is the leaver's alone
        connection.execute(relationship_share.delete().where(relationship_share.c.relationship_id == 1,
                                                             relationship_share.c.staff_id == 1))  # fmt: skip
    screen = close(open_screen("exit", "branch_head", query={"staff": "S0002"}))
    table = screen.table("What", "Count")
    assert "Successor under approval" in table["What became of it"].tolist()
    with firm.reading() as connection:
        pending = connection.execute(
            select(relationship_share.c.staff_id).join(relationship)
            .where(relationship.c.state == "pending", relationship.c.client_id == 1)
        ).scalars().all()  # fmt: skip
    assert pending == [1]


def test_posts_are_shown_with_the_way_to_successors(open_screen: Open, firm: Database) -> None:
    with firm.writing() as connection:
        connection.execute(insert(post_holder).values(post="stock_approval", type="", unit_id=2, user_id=5,
                                                      valid_from=date(2024, 1, 1), named_at=now()))  # fmt: skip
    screen = open_screen("exit", "hq", language="zh", query={"staff": "S0002"})
    assert screen.cards["指定岗位"] == "1"
    assert "请在办结离职前为这些岗位指定接任人。" in screen.says("caption")
