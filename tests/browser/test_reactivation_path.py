"""From a dormant list to the proof: campaign, preview, commit, call, pre-registration, months, recognised, result."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import exists, func, insert, select, update

from data_access.actor import OperatorActor
from data_access.clock import now
from data_access.commands.campaigns import end_windows
from data_access.commands.task_nights import expire_tasks
from data_access.demo import build_demo
from data_access.imports import import_file
from data_access.keys import decrypt
from data_access.refresh import refresh
from data_access.register.match_run import match_events
from data_access.tables import (
    app_user,
    campaign,
    campaign_member,
    client,
    client_spell,
    contact_log,
    reactivation_task,
    staff,
)
from domain.months import month_add, month_range, month_start
from metrics.language import translator
from tests.browser.chromium import DESKTOP, PHONE, open_context, settle, sign_in
from tests.support import server as servers
from tests.support.databases import fresh_sqlite
from tests.support.firm import PASSWORD, cheap_hash
from tests.support.moved_clock import MovedClock, moved_clock
from tests.support.server import Server

pytestmark = pytest.mark.browser
OPERATOR = OperatorActor("test")
UNTIL = 202509
SIZES = {"desktop": DESKTOP, "phone": PHONE}


@dataclass
class Firm:
    """A small demo firm behind a server; ``last``: its newest month, three more with every path."""

    server: Server
    clock: MovedClock
    folder: Path
    last: int = UNTIL
    played: int = field(default=0)


@pytest.fixture(scope="module")
def firm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firm]:
    """A firm of its own, since months are published and the clock is moved."""
    folder = tmp_path_factory.mktemp("reactivation")
    with moved_clock(folder) as clock:
        clock.move_to(datetime(2025, 10, 10, 2, tzinfo=UTC))
        db = fresh_sqlite(folder, tmp_path_factory.mktemp("reactivation-template"))
        build_demo(db, clients=1500, months=14, until=UNTIL)
        refresh(db, actor=OPERATOR)
        with db.writing() as connection:
            connection.execute(update(app_user).values(password_hash=cheap_hash(PASSWORD), must_change_password=False))
        running = servers.start(db, folder, clock.environment)
        yield Firm(running, clock, folder)
        running.stop()
        db.dispose()


def bring(firm: Firm, kind: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Import rows, as the nightly folder does."""
    path = firm.folder / f"{kind}.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    import_file(firm.server.db, actor=OPERATOR, kind=kind, path=path)


def read(firm: Firm, statement: Any) -> Any:
    """Return the first row of a statement."""
    with firm.server.db.reading() as connection:
        return connection.execute(statement).first()


def make_campaign(firm: Firm, page: Page, say: Any, name: str) -> str:
    """Go from the list of lost clients to a drawn campaign with the largest hold-out, and return its number."""
    sign_in(page, f"{firm.server.url}/pool?status=lost&task=without", "hq", PASSWORD)
    page.get_by_role("button", name=say("Campaign of this list")).first.click()
    settle(page)
    expect(page.get_by_role("heading", name=say("New campaign"))).to_be_visible()
    share = page.locator(".st-key-campaign_share input[type=range]")
    share.press("End")
    settle(page)
    expect(share).to_have_value("30")
    field = page.locator(".st-key-campaign_name input")
    field.fill(name)
    field.press("Tab")
    settle(page)
    page.locator(".st-key-campaign_create button").click()
    page.wait_for_url(re.compile("campaign=CMP-"))
    settle(page)
    found = re.search(r"campaign=(CMP-\d+)", page.url)
    assert found is not None
    return found[1]


def commit_preview(firm: Firm, page: Page, campaign_no: str) -> None:
    """Hand out what is shown; a second press, if the page takes it, has no second effect."""
    button = page.locator(".st-key-desk_commit button")
    expect(button).to_be_enabled()
    shown = [int(number) for number in re.findall(r"\d+", button.inner_text().replace(",", ""))]
    button.dblclick()
    page.wait_for_url(re.compile("view=done"))
    settle(page)
    made = read(firm, select(func.count()).select_from(reactivation_task.join(campaign)).where(
        campaign.c.campaign_no == campaign_no))[0]  # fmt: skip
    # clients and people, in the order of the language
    assert made == max(shown)


def holder_of(firm: Firm, campaign_no: str, username: str) -> Any:
    """Return a task of the campaign whose client can be won back at once (R-21), after giving its holder an account.

    Which clients are held back is drawn; one lost for less than three months comes back too soon.
    """
    long_lost = exists().where(client_spell.c.client_id == client.c.client_id, client_spell.c.to_on.is_(None),
                               client_spell.c.kind == "lost",
                               client_spell.c.from_on < month_start(month_add(firm.last, -5)))  # fmt: skip
    row = read(firm, select(reactivation_task, client, staff.c.staff_no).join(
        campaign, campaign.c.campaign_id == reactivation_task.c.campaign_id)
        .join(client, client.c.client_id == reactivation_task.c.client_id)
        .join(staff, staff.c.staff_id == reactivation_task.c.staff_id)
        .where(campaign.c.campaign_no == campaign_no, client.c.kind == "individual", long_lost)
        .order_by(reactivation_task.c.task_id))  # fmt: skip
    with firm.server.db.writing() as connection:
        connection.execute(insert(app_user).values(
            username=username, display_name=username, role="staff", staff_id=row.staff_id, access_version=1,
            password_hash=cheap_hash(PASSWORD), must_change_password=False, created_at=now()))  # fmt: skip
    return row


def call_and_register(firm: Firm, page: Page, say: Any, task: Any, username: str) -> None:
    """Find the task, log a contact with two presses, and pre-register the client from it."""
    sign_in(page, f"{firm.server.url}/tasks", username, PASSWORD)
    expect(page.get_by_role("heading", name=say("Tasks"), exact=True)).to_be_visible()
    page.goto(f"{firm.server.url}/call?task={task.task_no}")
    settle(page)
    expect(page.get_by_text(task.name).first).to_be_visible()
    page.get_by_test_id("stButtonGroup").get_by_text(say("Interested"), exact=True).first.click()
    settle(page)
    page.get_by_test_id("stFormSubmitButton").get_by_role("button").dblclick()
    settle(page)
    expect(page.get_by_test_id("stAlertContentSuccess").first).to_be_visible()
    assert read(firm, select(func.count()).where(contact_log.c.task_id == task.task_id))[0] == 1
    page.get_by_role("link", name=say("Pre-register the client")).first.click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    settle(page)
    for key, value in (("number", decrypt(task.document_cipher)), ("contact", "13800138000")):
        field = dialog.locator(f".st-key-prereg_in_{key} input")
        field.fill(value)
        field.press("Tab")
        settle(page)
    dialog.locator(".st-key-prereg_save button").click()
    expect(dialog).not_to_be_visible()
    settle(page)
    assert state_of(firm, task) == "preregistered"


def state_of(firm: Firm, task: Any) -> str:
    return str(read(firm, select(reactivation_task.c.state).where(reactivation_task.c.task_id == task.task_id))[0])


def months_pass(firm: Firm, campaign_no: str, task: Any) -> None:
    """Let three months pass: the called client and every fifth other opens an account again and brings money."""
    opened_at = now() + timedelta(days=4)
    months = month_range(month_add(firm.last, 1), month_add(firm.last, 3))
    with firm.server.db.reading() as connection:
        numbers = connection.execute(
            select(client.c.client_no).join(campaign_member, campaign_member.c.client_id == client.c.client_id)
            .join(campaign, campaign.c.campaign_id == campaign_member.c.campaign_id)
            .where(campaign.c.campaign_no == campaign_no, campaign_member.c.arm == "task")
            .order_by(client.c.client_no)
        ).scalars().all()  # fmt: skip
    back = sorted({task.client_no, *numbers[::5]})
    firm.clock.move_to(opened_at + timedelta(days=92))
    bring(firm, "account_event", [{"client_no": number, "account_no": f"N{number}", "account_kind": "cash",
                                   "event": "opened", "at": opened_at.isoformat()} for number in back])  # fmt: skip
    bring(firm, "client_month", [
        {"client_no": number, "month": f"{month // 100}-{month % 100:02d}", "end_assets": "30000.00",
         "inflow": "30000.00" if month == months[0] else "0.00", "outflow": "0.00", "trades": "3",
         "commission": "20.00", "fees": "5.00", "net_income": "15.00"}
        for month in months for number in back])  # fmt: skip
    match_events(firm.server.db, actor=OPERATOR)
    refresh(firm.server.db, actor=OPERATOR)
    firm.last = months[-1]


def show_result(firm: Firm, page: Page, say: Any, campaign_no: str, name: str) -> None:
    """Read the verdict, both groups and the way of the tasks."""
    sign_in(page, f"{firm.server.url}/results?campaign={campaign_no}", "hq", PASSWORD)
    expect(page.get_by_role("heading", name=say("Results"), exact=True)).to_be_visible()
    expect(page.get_by_text(name).first).to_be_visible()
    expect(page.get_by_text(say("With contact and without")).first).to_be_visible()
    expect(page.get_by_text(say("It works"), exact=False).first).to_be_visible()
    page.goto(f"{firm.server.url}/results?campaign={campaign_no}&view=way")
    settle(page)
    expect(page.get_by_text(say("Recognised")).first).to_be_visible()
    expect(page.get_by_test_id("stException")).to_have_count(0)


@pytest.mark.parametrize(("language", "size"), [
    ("en", "desktop"), ("zh", "phone"),
    pytest.param("zh", "desktop", marks=pytest.mark.soak), pytest.param("en", "phone", marks=pytest.mark.soak),
])  # fmt: skip
def test_from_a_list_to_the_result(firm: Firm, chrome: Browser, language: str, size: str) -> None:
    say = translator({"en": "en", "zh": "zh_CN"}[language])
    firm.played += 1
    name, caller = f"召回 {firm.played}", f"caller{firm.played}"

    def opened() -> Page:
        return open_context(chrome, language=language, viewport=SIZES[size]).new_page()

    page = opened()
    campaign_no = make_campaign(firm, page, say, name)
    held = read(firm, select(func.count()).select_from(campaign_member.join(campaign)).where(
        campaign.c.campaign_no == campaign_no, campaign_member.c.arm == "holdout"))[0]  # fmt: skip
    assert held >= 20
    commit_preview(firm, page, campaign_no)
    page.context.close()

    task = holder_of(firm, campaign_no, caller)
    page = opened()
    call_and_register(firm, page, say, task, caller)
    page.context.close()

    months_pass(firm, campaign_no, task)
    assert state_of(firm, task) == "recognised"
    page = opened()
    show_result(firm, page, say, campaign_no, name)
    page.context.close()

    # the night frees the groups for the next campaign
    assert campaign_no in end_windows(firm.server.db, actor=OPERATOR)
    expire_tasks(firm.server.db, actor=OPERATOR)
