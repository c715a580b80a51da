"""The task list: the next calls with one press, filters by campaign and person, due dates moved out."""

from __future__ import annotations

from datetime import date

from sqlalchemy import select

from data_access.database import Database
from data_access.tables import reactivation_task
from tests.pages.work.test_call import TASK, add_campaign, add_task
from tests.support.apptest import Open


def test_the_next_calls_lead_to_the_screen_to_call_from(open_screen: Open, firm: Database) -> None:
    add_task(firm, 3, 11, due_on=date(2025, 7, 5))
    screen = open_screen("tasks", "staff")
    calls = [button.label for button in screen.at.button if (button.key or "").startswith("call_next_")]
    assert calls == ["Call next: 高峰 · due 2025-07-05", "林静 · due 2025-07-15"]
    screen.press("Call next: 高峰 · due 2025-07-05")
    assert (screen.heading, screen.says("header")) == ("Call", ["高峰"])
    assert not [button for button in open_screen("tasks", "hq").at.button if "Call next" in button.label]


def test_columns_filters_and_the_team(open_screen: Open, firm: Database) -> None:
    add_campaign(firm)
    add_task(firm, 3, 11, campaign_id=1, value_fen=123_450, grade="B")
    screen = open_screen("tasks", "office_head")
    rows = screen.table("task", "value")
    assert list(rows["task"]) == [TASK, "T00000003"]
    assert list(rows.columns[:5]) == ["call", "name", "due", "late", "staff"]
    assert rows.iloc[1][["value", "grade", "campaign"]].tolist() == [1234.5, "B", "Spring calls"]
    assert str(rows["call"].iloc[1]).endswith("&task=T00000003")
    screen.choose("filter_campaign", "C00000001")
    assert (list(screen.table("task", "value")["task"]), screen.address["campaign"]) == (["T00000003"], "C00000001")
    foreign = open_screen("tasks", "office_head", query={"campaign": "C9", "with": "S0005"})
    assert list(foreign.table("task", "value")["task"]) == [TASK, "T00000003"]
    own = open_screen("tasks", "staff").table("task", "value")
    assert not {"staff", "office"} & set(own.columns)


def test_a_due_date_is_moved_out_once(open_screen: Open, firm: Database) -> None:
    def due() -> tuple[object, ...]:
        with firm.reading() as connection:
            return tuple(connection.execute(
                select(reactivation_task.c.due_on, reactivation_task.c.extended_count)
                .where(reactivation_task.c.task_no == TASK)).one())  # fmt: skip

    screen = open_screen("tasks", "office_head").select_rows("task_rows_1", 0)
    screen.press("Extend 1 tasks")
    assert (screen.says("success"), due()) == (["1 tasks were changed."], (date(2025, 8, 15), 1))
    screen.select_rows("task_rows_1", 0).press("Extend 1 tasks")
    assert (len(screen.says("warning")), due()) == (1, (date(2025, 8, 15), 1))
    assert "extend_go" in {button.key for button in screen.at.button}
    assert "extend_go" not in {button.key for button in open_screen("tasks", "staff").at.button}
