"""The main job from end to end: a team lead filters the pool, hands 20 clients out, the staff member sees them."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import func, select

from data_access.tables import app_user, reactivation_task, staff
from metrics.language import translator
from tests.browser.chromium import open_context, settle, sign_in
from tests.support.firm import PASSWORD
from tests.support.server import Server

pytestmark = pytest.mark.browser
HEADER, ROW = 33, 31  # pixels of the grid at the product's font size
COUNT = 20


def open_tasks(server: Server) -> int:
    """Open tasks of the person behind the account ``staff``."""
    with server.db.reading() as connection:
        return int(
            connection.execute(
                select(func.count())
                .select_from(reactivation_task)
                .join(app_user, app_user.c.staff_id == reactivation_task.c.staff_id)
                .where(app_user.c.username == "staff", reactivation_task.c.state == "open")
            ).scalar_one()
        )


def name_of_staff(server: Server) -> str:
    with server.db.reading() as connection:
        return str(
            connection.execute(
                select(staff.c.name)
                .join(app_user, app_user.c.staff_id == staff.c.staff_id)
                .where(app_user.c.username == "staff")
            ).scalar_one()
        )


def choose(page: Page, label: str, option: str) -> None:
    """Choose in a selection by the words a reader sees."""
    page.get_by_role("combobox", name=label).click()
    page.get_by_role("option", name=option).first.click()
    settle(page)


def tick_first_rows(page: Page, count: int) -> None:
    """Tick the first row, scroll, and tick the last with Shift held: the grid is one canvas."""
    grid = page.get_by_test_id("stDataFrame").first
    grid.scroll_into_view_if_needed()
    box = grid.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 15, box["y"] + HEADER + ROW / 2)
    settle(page)
    page.mouse.move(box["x"] + 200, box["y"] + 200)
    page.mouse.wheel(0, 10 * ROW)
    page.wait_for_timeout(400)
    page.keyboard.down("Shift")
    page.mouse.click(box["x"] + 15, box["y"] + HEADER + (count - 1 - 10) * ROW + ROW / 2)
    page.keyboard.up("Shift")
    settle(page)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_twenty_clients_reach_the_staff_member(served: Server, chrome: Browser, language: str) -> None:
    say = translator({"en": "en", "zh": "zh_CN"}[language])
    before = open_tasks(served)
    context = open_context(chrome, language=language)
    page = context.new_page()
    sign_in(page, f"{served.url}/pool", "office_head", PASSWORD)
    expect(page.get_by_role("heading", name=say("Lost · archived · silent"))).to_be_visible()
    choose(page, say("Open task"), say("Without a task"))
    assert "task=without" in page.url
    tick_first_rows(page, COUNT)
    page.get_by_role("button", name=say("Hand out the selected ({count})").format(count=COUNT)).click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text(say(" and {count} more").format(count=COUNT - 5))
    dialog.get_by_role("combobox", name=say("Staff member")).fill(name_of_staff(served))
    page.get_by_role("option", name=name_of_staff(served)).first.click()
    dialog.get_by_test_id("stFormSubmitButton").get_by_role("button").click()
    expect(dialog).to_contain_text(say("{count} clients were handed out.").format(count=COUNT), timeout=20_000)
    dialog.get_by_role("button", name=say("Close")).last.click()
    settle(page)
    context.close()
    assert open_tasks(served) == before + COUNT

    context = open_context(chrome, language=language)
    page = context.new_page()
    sign_in(page, f"{served.url}/tasks", "staff", PASSWORD)
    expect(page.get_by_role("heading", name=say("Tasks"), exact=True)).to_be_visible()
    card = page.get_by_test_id("stMetric").filter(has_text=say("Open")).first
    expect(card.get_by_test_id("stMetricValue")).to_have_text(str(before + COUNT))
    expect(page.get_by_text(f"1–{before + COUNT}").first).to_be_visible()
    context.close()
