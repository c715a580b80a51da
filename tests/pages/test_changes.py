"""What a click changes: the figures, the address, the book. One small story per page."""

from __future__ import annotations

import pytest
from sqlalchemy import select

from data_access.database import Database
from data_access.tables import app_user, audit_event, contact_log, month_state, reactivation_task
from metrics.catalogue import METRICS
from tests.support.apptest import Open

CLIENTS, INCOME, ASSETS = (METRICS[key].label for key in ("clients", "net_income", "assets"))


def test_overview_follows_the_month_and_the_place(look: Open) -> None:
    screen = look("overview", "hq")
    assert (screen.cards[CLIENTS], screen.cards[INCOME], screen.address) == ("12", "¥2.20K", {})
    screen.choose("as_of_choice", 202505)
    assert (screen.cards[CLIENTS], screen.cards[INCOME]) == ("11", "¥2.17K")
    assert screen.address == {"as_of": "2025-05"}
    assert any("You are looking at 2025-05" in text for text in screen.says("markdown"))
    screen.choose("unit_choice", "B02")
    assert (screen.cards[CLIENTS], screen.address) == ("3", {"as_of": "2025-05", "unit": "B02"})
    screen.choose("as_of_choice", 202506)
    screen.choose("unit_choice", "HQ")
    assert (screen.cards[CLIENTS], screen.address) == ("12", {})


def test_the_place_in_an_address_is_the_place_on_the_page(look: Open) -> None:
    screen = look("overview", "hq", query={"unit": "O021", "as_of": "2025-06"})
    assert (screen.cards[CLIENTS], screen.cards[ASSETS], screen.value("unit_choice")) == ("3", "¥2.06M", "O021")


def test_tiers_by_another_dimension_and_of_another_tier(look: Open) -> None:
    screen = look("tiers", "hq")
    assert list(screen.table("Group", "A clients")["Group"]) == ["华东分公司", "南方分公司"]
    screen.choose("filter_by", "office")
    split = screen.table("Group", "A clients").set_index("Group")
    assert (list(split["C clients"]), screen.address) == (["4", "3", "3"], {"by": "office"})
    screen.choose("filter_tier", "B")
    assert (screen.clients, screen.address) == (["00000002"], {"by": "office", "tier": "B"})


def test_pool_filters_and_their_reset(look: Open) -> None:
    screen = look("pool", "hq")
    assert screen.clients == ["00000008", "00000009"]
    screen.choose("filter_task", "without")
    assert (screen.clients, screen.address) == (["00000009"], {"task": "without"})
    screen.choose("filter_kind", ["institution"])
    assert screen.says("info") == ["No row matches these filters."]
    screen.press("Reset filters")
    assert (screen.clients, screen.address) == (["00000008", "00000009"], {})
    screen.choose("filter_status", "lost")
    assert (screen.clients, screen.address) == (["00000012", "00000013"], {"status": "lost"})


def test_an_empty_pool_list_is_good_news(look: Open) -> None:
    screen = look("pool", "office_head", query={"status": "lost"})
    assert screen.says("success") == ["No lost client inside this scope."]


def test_list_by_movement_and_status(look: Open) -> None:
    screen = look("list", "hq", query={"moved": "new"})
    assert screen.clients == ["00000007"]
    screen.choose("filter_moved", "returned")
    assert (screen.clients, screen.address) == (["00000014"], {"moved": "returned"})
    screen.choose("filter_moved", None)
    screen.choose("filter_status", ["lost", "undetermined"])
    assert (set(screen.clients), screen.address) == (
        {"00000010", "00000012", "00000013"},
        {"status": ["lost", "undetermined"]},
    )


@pytest.mark.parametrize("text", ["00000014", "宋杰", "19900000014"])
def test_a_client_is_found_by_number_name_and_phone(look: Open, text: str) -> None:
    screen = look("client", "staff")
    assert screen.cards == {}
    screen.choose("client_search", text)
    assert (screen.says("header"), screen.address) == (["宋杰"], {"client": "00000014"})


@pytest.mark.parametrize("text", ["00000002", "刘洋", "19900000002"])
def test_a_search_finds_nobody_outside_the_reach(look: Open, text: str) -> None:
    screen = look("client", "staff").choose("client_search", text)
    assert (screen.cards, screen.address) == ({}, {})
    assert "Nobody inside this scope fits." in " ".join(screen.says("caption"))


def test_performance_by_period_and_by_another_figure(look: Open) -> None:
    screen = look("performance", "hq")
    screen.choose("filter_period", "quarter")
    table = screen.table("rank", "staff_no").set_index("staff_no")
    # S0001: 600 + 500 in April and May, 1,125 in June; S0005: 200 in each month
    assert (table.loc["S0001", "staff_net_income"], table.loc["S0005", "staff_net_income"]) == (3325.0, 600.0)
    screen.choose("filter_by", "staff_assets")
    assert list(screen.table("rank", "staff_no")["staff_no"][:2]) == ["S0001", "S0005"]
    assert screen.address == {"period": "quarter", "by": "staff_assets"}
    screen.choose("filter_category", ["agent"])
    assert list(screen.table("rank", "staff_no")["staff_no"]) == ["S0004"]


def test_the_clients_behind_a_person(look: Open) -> None:
    screen = look("performance", "hq").select_rows("ranking", 0)
    behind = screen.table("client", "share")
    assert [link.rsplit("client=", 1)[1] for link in behind["client"]] == ["00000001", "00000002", "00000004"]
    assert list(behind["share"]) == [0.6, 1.0, 0.25]
    assert (list(behind["net_income"]), behind["assets"].sum()) == ([600.0, 500.0, 25.0], 1_125_000.0)


def test_definitions_search(look: Open) -> None:
    screen = look("definitions", "staff")
    screen.at.text_input[0].set_value("staff_net_inc")
    screen.run()
    assert list(screen.table("Figure", "Key")["Key"]) == ["staff_net_income"]


def test_the_hand_out_dialog_knows_clients_people_and_the_day(open_screen: Open) -> None:
    """What the dialog commits is a run of its own fragment: the browser test presses that button."""
    screen = open_screen("pool", "other_office_head")
    assert screen.clients == ["00000009"]
    screen.select_rows("pool_silent_0", 0)
    screen.press("Hand out the selected (1)")
    assert "郭磊 00000009" in screen.says("text")
    people = next(box for box in screen.at.selectbox if box.label == "Staff member")
    due = next(box for box in screen.at.date_input if box.label == "Due")
    assert list(people.options) == ["孙丽 · 深圳深南大道营业部 · 0 open tasks"]
    assert due.value.isoformat() == "2025-10-02"  # three months on


def test_logging_a_contact(open_screen: Open, firm: Database) -> None:
    screen = open_screen("client", "staff", query={"client": "00000008"})
    assert len(screen.table("Channel", "Result")) == 1
    screen.at.text_area[0].set_value("calls back on Monday")
    screen.press("Log the contact")
    assert (screen.says("error"), screen.at.text_area[0].value) == (
        ["Choose what the contact led to."], "calls back on Monday")  # fmt: skip
    next(box for box in screen.at.button_group if box.label == "Result").set_value("reached")
    screen.press("Log the contact")
    assert screen.says("success") == ["The contact was logged."]
    assert list(screen.table("Channel", "Result")["Note"].fillna("")) == ["calls back on Monday", ""]
    screen.run()
    with firm.reading() as connection:
        rows = connection.execute(
            select(contact_log.c.client_id, contact_log.c.staff_id, contact_log.c.note).order_by(
                contact_log.c.contact_id
            )
        ).all()
    assert [tuple(row) for row in rows] == [(8, 2, None), (8, 2, "calls back on Monday")]


def test_revealing_a_phone_leaves_one_row_in_the_trail(open_screen: Open, firm: Database) -> None:
    screen = open_screen("client", "staff", query={"client": "00000001"})
    next(box for box in screen.at.selectbox if box.label == "Purpose").set_value("call_client")
    screen.run()
    assert "19900000001" not in screen.everything()
    screen.press("Reveal")
    assert "19900000001" in screen.says("code")
    screen.run()
    assert "19900000001" not in screen.everything()
    assert trail(firm, "client.reveal") == [("client", "00000001")]


def test_a_task_is_withdrawn(open_screen: Open, firm: Database) -> None:
    screen = open_screen("tasks", "office_head").select_rows("task_rows_1", 0)
    assert screen.blocks == ["Task T00000001"]
    screen.at.text_input(key="withdraw_reason").set_value("handed out by mistake")
    screen.press("Withdraw 1 tasks")
    assert (screen.cards["Open"], screen.cards["Withdrawn"], open_tasks(firm)) == ("0", "1", {})


def test_counts_are_new_after_a_task_is_withdrawn(open_screen: Open) -> None:
    asked = {"status": "silent", "task": "without"}
    assert not open_screen("pool", "office_head", query=asked).has_table("client", "name")
    screen = open_screen("tasks", "office_head").select_rows("task_rows_1", 0)
    screen.at.text_input(key="withdraw_reason").set_value("handed out by mistake")
    screen.press("Withdraw 1 tasks")
    assert open_screen("pool", "office_head", query=asked).clients == ["00000008"]


def test_marking_a_month_final(open_screen: Open, firm: Database) -> None:
    before = open_screen("overview", "hq")
    assert any("Data 2025-06 · Provisional" in text for text in before.says("markdown"))
    screen = open_screen("data", "hq").press("Mark the month")
    assert screen.table("Month", "State")["State"].iloc[0] == "Final"
    with firm.reading() as connection:
        state = connection.execute(select(month_state.c.state).where(month_state.c.month == 202506)).scalar_one()
    assert state == "final"
    assert any("Data 2025-06 · Final" in text for text in before.run().says("markdown"))


def test_a_new_account_shows_its_password_once(open_screen: Open, firm: Database) -> None:
    screen = open_screen("users", "hq")
    next(box for box in screen.at.text_input if box.label == "User name").set_value("new_colleague")
    next(box for box in screen.at.text_input if box.label == "Name").set_value("郑新")
    screen.at.selectbox(key="add_role").set_value("analyst")
    screen.at.selectbox(key="add_unit").set_value("B01")
    screen.press("Add")
    password = screen.says("code")[0]
    assert screen.says("success") == ["One-time password of new_colleague, shown this once:"]
    assert len(password) > 11
    screen.run()
    assert (screen.says("success"), password in screen.everything()) == ([], False)
    with firm.reading() as connection:
        row = connection.execute(select(app_user).where(app_user.c.username == "new_colleague")).one()
    assert (row.role, row.display_name, row.must_change_password, password in row.password_hash) == (
        "analyst",
        "郑新",
        True,
        False,
    )


def test_a_language_is_kept_for_the_next_sign_in(open_screen: Open) -> None:
    screen = open_screen("definitions", "staff")
    screen.choose("language_choice", "zh_CN")
    assert screen.heading == "口径"
    assert open_screen("definitions", "staff").heading == "口径"


def open_tasks(db: Database) -> dict[int, int]:
    """Client id -> staff id of open tasks."""
    with db.reading() as connection:
        rows = connection.execute(
            select(reactivation_task.c.client_id, reactivation_task.c.staff_id).where(
                reactivation_task.c.state == "open"
            )
        ).all()
    return {row.client_id: row.staff_id for row in rows}


def trail(db: Database, action: str) -> list[tuple[str, str]]:
    with db.reading() as connection:
        return [
            tuple(row)
            for row in connection.execute(
                select(audit_event.c.object_kind, audit_event.c.object_key).where(audit_event.c.action == action)
            )
        ]
