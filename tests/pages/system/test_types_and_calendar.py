"""Relationship types and the working calendar on the Rules page: what everyone reads, what headquarters changes."""

from __future__ import annotations

from contextvars import ContextVar
from datetime import UTC, date, datetime

import pytest

from data_access import clock
from data_access.database import Database
from data_access.reads.type_rules import read_type_rules
from data_access.reads.working_days import read_working_day_kind
from tests.support.apptest import Open

EVERYBODY = ["hq", "branch_head", "branch_reviewer", "office_head", "staff", "analyst", "auditor", "user_admin"]


@pytest.mark.parametrize("user", EVERYBODY)
@pytest.mark.parametrize("view", ["types", "calendar"])
def test_everybody_reads_and_headquarters_changes(look: Open, user: str, view: str) -> None:
    screen = look("rules", user, query={"view": view})
    assert screen.heading == "Rules"
    if view == "types":
        assert len(screen.table("number", "type")) == 10
        screen.select_rows("types", 0)
    buttons = {button.label for button in screen.at.button}
    assert bool(buttons & {"Publish", "Publish the change"}) == (user == "hq")


def test_the_ten_types_in_chinese(look: Open) -> None:
    table = look("rules", "hq", language="zh", query={"view": "types"}).table("number", "type")
    assert table["type"].tolist()[:3] == ["新增开发关系", "二次开发关系", "核心服务关系"]
    assert table["validity_months"].tolist()[:3] == ["1 个月", "1 个月", "–"]
    assert table["makeup_working_days"].tolist()[0] == "业务发生后 7 个工作日"


def test_a_type_is_read_whole(look: Open) -> None:
    screen = look("rules", "auditor", query={"view": "types"}).select_rows("types", 0)
    fields = screen.table("Field", "Value").set_index("Field")["Value"]
    assert fields["Who may hold it"] == "Investment adviser, Account manager, Other frontline"
    assert fields["Approvals · Make-up"] == "Account opening review → Outlet review → Final approval"


def test_headquarters_changes_a_type_from_tomorrow(firm: Database, open_screen: Open) -> None:
    screen = open_screen("rules", "hq", query={"view": "types"}).select_rows("types", 0)
    next(one for one in screen.at.number_input if one.key == "type_new_development_validity_months").set_value(2)
    screen.run()
    assert screen.table("Now", "After the change").to_dict("records") == [
        {"Field": "Life of a pre-registration", "Now": "1 month", "After the change": "2 months"}
    ]
    screen.press("Publish the change")
    assert screen.says("error") == ["Say why the type changes, in 1 to 200 characters."]
    screen.choose("type_reason", "two months").press("Publish the change")
    assert screen.says("success") == ["Published; it holds from 2025-07-03 on."]
    with firm.reading() as connection:
        assert read_type_rules(connection, date(2025, 7, 2))["new_development"].validity_months == 1
        assert read_type_rules(connection, date(2025, 7, 3))["new_development"].validity_months == 2


def test_headquarters_adds_a_type(firm: Database, open_screen: Open) -> None:
    screen = open_screen("rules", "hq", query={"view": "types"}).select_rows("types", 0)
    screen.choose("copy_code", "night_desk").choose("copy_reason", "a new desk").press("Publish the type")
    assert screen.says("error") == ["Give the type a name in Chinese and one in English, 1 to 30 characters each."]
    screen.choose("copy_name_zh", "夜间柜台关系").choose("copy_name_en", "Night desk").press("Publish the type")
    assert screen.says("success") == ["Published; it holds from 2025-07-03 on."]
    assert screen.says("info") == ["Night desk changes on 2025-07-03."]
    chinese = open_screen("rules", "hq", language="zh", query={"view": "types"})
    assert chinese.says("info") == ["“夜间柜台关系”将于 2025-07-03 变更。"]
    with firm.reading() as connection:
        assert read_type_rules(connection, date(2025, 7, 3))["night_desk"].number == 11


def test_a_year_is_shown_as_it_counts(look: Open) -> None:
    screen = look("rules", "staff", query={"view": "calendar", "year": "2023"})
    table = screen.table("Month", "Counted").set_index("Month")
    assert table.loc["2023-04", ["Trading days", "Official working days", "Counted"]].tolist() == [19, 20, 19]
    assert table.loc["Whole year", "Counted"] == 242
    assert screen.says("warning") == []


def test_the_other_days_are_chosen_by_headquarters(firm: Database, open_screen: Open) -> None:
    screen = open_screen("rules", "hq", query={"view": "calendar"})
    screen.choose("working_day_kind", "official").press("Publish")
    with firm.reading() as connection:
        assert read_working_day_kind(connection) == "official"


@pytest.mark.parametrize(("moment", "words"), [
    (datetime(2026, 11, 1, 2, tzinfo=UTC), []),
    (datetime(2026, 11, 2, 2, tzinfo=UTC), [("The calendar ends on 2026-12-31: 59 days are left, fewer than 60. "
                                            "Load the days of the next year.")]),
    (datetime(2035, 1, 2, 2, tzinfo=UTC), [("There is no calendar for 2035: make-ups cannot be counted until it is "
                                           "loaded.")]),
])  # fmt: skip
def test_a_calendar_that_ends_soon_is_announced(
    firm: Database, open_screen: Open, monkeypatch: pytest.MonkeyPatch, moment: datetime, words: list[str]
) -> None:
    monkeypatch.setattr(clock, "_fixed", ContextVar("later", default=moment))
    assert open_screen("rules", "branch_head").says("warning") == words
