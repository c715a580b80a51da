"""Rights from the signature to the execution by three people, and an exit closed by the branch head."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import func, select

from data_access.clock import business_date
from data_access.reads.leaver_items import read_inventory
from data_access.tables import access_grant, app_user, org_unit, reactivation_task, staff, staff_exit
from domain.words import Role
from metrics.language import translator
from tests.browser.chromium import open_context, settle, sign_in
from tests.browser.test_hand_out import HEADER, ROW
from tests.support.accounts import seed_user
from tests.support.firm import PASSWORD
from tests.support.server import Server

pytestmark = pytest.mark.browser
LANGUAGES = {"en": "en", "zh": "zh_CN"}


def tick_first_row(page: Page) -> None:
    box = page.get_by_test_id("stDataFrame").first.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 15, box["y"] + HEADER + ROW / 2)
    settle(page)


@pytest.mark.parametrize("language", ["en", pytest.param("zh", marks=pytest.mark.soak)])
def test_rights_pass_through_three_hands(served: Server, chrome: Browser, language: str) -> None:
    say = translator(LANGUAGES[language])
    with served.db.reading() as connection:
        branch = connection.execute(select(org_unit.c.unit_id).where(org_unit.c.unit_code == "B03")).scalar_one()
    clerk = f"clerk_{language}"
    seed_user(served.db, clerk, role=Role.BRANCH_REVIEWER, unit_id=branch, password=PASSWORD)

    def page_of(name: str) -> Page:
        page = open_context(chrome, language=language).new_page()
        sign_in(page, f"{served.url}/permissions", name, PASSWORD)
        expect(page.get_by_role("heading", name=say("Permissions"), exact=True)).to_be_visible()
        return page

    page = page_of(clerk)
    page.get_by_role("button", name=say("Apply for rights")).click()
    page.get_by_label(say("Reason")).fill("the post as it is")
    page.get_by_label(say("Your password, as a signature")).fill(PASSWORD)
    page.get_by_role("button", name=say("Sign and apply")).click()
    told = say("Application {number} is signed and entered.").split("{number}")[1].strip()
    expect(page.get_by_test_id("stAlert").filter(has_text=told)).to_be_visible(timeout=20_000)
    with served.db.reading() as connection:
        asked = select(access_grant).join(app_user, app_user.c.user_id == access_grant.c.user_id)
        row = connection.execute(asked.where(app_user.c.username == clerk)).one()
    assert (row.state, row.role, row.action) == ("applied", "branch_reviewer", "grant")
    page.context.close()

    steps = (("branch_head", "Approve", "approved", "Approved."),
             ("branch_admin", "Execute", "executed", "Executed; the account's sessions have ended."))  # fmt: skip
    for name, press, state, answer in steps:
        page = page_of(name)
        tick_first_row(page)  # the newest application stands first
        page.get_by_role("button", name=say(press), exact=True).click()
        expect(page.get_by_test_id("stAlert").filter(has_text=say(answer))).to_be_visible(timeout=20_000)
        page.context.close()
        with served.db.reading() as connection:
            assert connection.execute(asked.where(app_user.c.username == clerk)).one().state == state


@pytest.mark.parametrize("language", ["zh", pytest.param("en", marks=pytest.mark.soak)])
def test_an_exit_is_closed_on_one_screen(served: Server, chrome: Browser, language: str) -> None:
    say = translator(LANGUAGES[language])
    task, people = reactivation_task.c, staff.c
    with served.db.reading() as connection:
        leaver = connection.execute(
            select(people.staff_id, people.staff_no, people.name)
            .join(reactivation_task, task.staff_id == people.staff_id)
            .join(org_unit, org_unit.c.unit_id == people.unit_id)
            .where(org_unit.c.path.like("%/B03/%"), task.state == "open", people.left_on.is_(None),
                   people.staff_id.not_in(select(app_user.c.staff_id).where(app_user.c.staff_id.is_not(None))))
            .group_by(people.staff_id, people.staff_no, people.name).order_by(func.count().desc(), people.staff_no)
        ).first()  # fmt: skip
    assert leaver is not None
    page = open_context(chrome, language=language).new_page()
    sign_in(page, f"{served.url}/exit?staff={leaver.staff_no}", "branch_head", PASSWORD)
    expect(page.get_by_role("heading", name=say("Relationships"), exact=True)).to_be_visible()
    page.get_by_label(say("Reason")).fill("leaves the firm")
    page.get_by_label(say("Your password, as a signature")).fill(PASSWORD)
    page.get_by_role("button", name=say("Sign and close the exit of {name}").format(name=leaver.name)).click()
    expect(page.get_by_role("heading", name=say("What the exit did"))).to_be_visible(timeout=30_000)
    page.context.close()
    with served.db.reading() as connection:
        closed = connection.execute(
            select(staff_exit.c.exit_on).where(staff_exit.c.staff_id == leaver.staff_id)
        ).scalar_one()
        assert closed < business_date()
        left = read_inventory(connection, leaver.staff_id, exit_on=closed).counts
    assert set(left.values()) == {0}
