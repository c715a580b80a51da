"""From a pre-registration to the result: matched in time with a split; a late one through three people; refusals."""

from __future__ import annotations

import csv
import random
import time
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select, update
from stdnum.cn import ric

from data_access.actor import OperatorActor
from data_access.demo import build_demo
from data_access.imports import import_file
from data_access.refresh import refresh
from data_access.register.match_run import match_events
from data_access.tables import app_user, approval_chain, client, org_unit, relationship, staff
from metrics import rows
from metrics.language import translator
from tests.browser.chromium import open_context, settle, sign_in
from tests.support import server as servers
from tests.support.databases import fresh_sqlite
from tests.support.firm import PASSWORD, cheap_hash
from tests.support.server import Server

pytestmark = pytest.mark.browser
OPERATOR = OperatorActor("test")
HERE = ZoneInfo("Asia/Shanghai")
APPROVERS = ("branch_reviewer", "outlet_reviewer", "branch_head")


@pytest.fixture(scope="module")
def firm(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """A small demo firm of its own, since the test publishes a month that holds a few clients only."""
    folder = tmp_path_factory.mktemp("register")
    db = fresh_sqlite(folder, tmp_path_factory.mktemp("register-template"))
    build_demo(db, clients=1500, months=6)
    refresh(db, actor=OPERATOR)
    with db.writing() as connection:
        connection.execute(update(app_user).values(password_hash=cheap_hash(PASSWORD), must_change_password=False))
    running = servers.start(db, folder)
    yield running
    running.stop()
    db.dispose()


def document(seed: int) -> str:
    """A resident identity card with a right check character that no client of the firm bears."""
    day = datetime(1980, 1, 1, tzinfo=HERE) + timedelta(days=seed % 7000)
    body = f"310101{day:%Y%m%d}{random.Random(seed).randrange(1000):03d}"
    return body + ric.calc_check_digit(body + "0")


def bring(server: Server, folder: Path, kind: str, row: dict[str, str]) -> None:
    """Import one row, as the nightly folder does."""
    path = folder / f"{kind}-{time.monotonic_ns()}.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, row)
        writer.writeheader()
        writer.writerow(row)
    import_file(server.db, actor=OPERATOR, kind=kind, path=path)
    if kind == "account_event":
        match_events(server.db, actor=OPERATOR)


def open_account(server: Server, folder: Path, number: str, name: str, card: str, at: datetime) -> None:
    """The client and its opening arrive from the core system."""
    office, _own, _other = people(server)
    bring(server, folder, "client", {"client_no": number, "name": name, "kind": "individual", "office_code": office,
                                     "opened_on": f"{at:%Y-%m-%d}", "document_kind": "id_card",
                                     "document_no": card})  # fmt: skip
    event = {"client_no": number, "account_no": number, "account_kind": "cash", "event": "opened"}
    bring(server, folder, "account_event", event | {"at": at.isoformat(), "office_code": office})


def people(server: Server) -> tuple[str, str, str]:
    """The office of the person behind the account ``staff``, that person's number, and a colleague's."""
    with server.db.reading() as connection:
        own = connection.execute(
            select(staff).join(app_user, app_user.c.staff_id == staff.c.staff_id).where(app_user.c.username == "staff")
        ).one()
        units = {row.unit_id: row for row in connection.execute(select(org_unit))}
        place = units[own.unit_id]
        while place.kind != "office":
            place = units[place.parent_id]
        near = [row.unit_id for row in units.values() if row.path.startswith(place.path)]
        other = connection.execute(
            select(staff.c.staff_no).where(staff.c.unit_id.in_(near), staff.c.category == own.category,
                                           staff.c.staff_id != own.staff_id, staff.c.left_on.is_(None))
            .order_by(staff.c.staff_no)
        ).scalars().first()  # fmt: skip
    assert other is not None
    return place.unit_code, own.staff_no, other


def standing(server: Server, number: str) -> list[tuple[str, str, str]]:
    """Type, state and first day of a client's relationships."""
    with server.db.reading() as connection:
        found = connection.execute(
            select(relationship.c.type, relationship.c.state, relationship.c.valid_from)
            .join(client, client.c.client_id == relationship.c.client_id)
            .where(client.c.client_no == number)
        )
        return [(row.type, row.state, row.valid_from.isoformat()) for row in found]


def fill(page: Page, label: str, value: str) -> None:
    """Type into a field of the dialog and leave it."""
    field = page.get_by_role("dialog").get_by_label(label, exact=True)
    field.fill(value)
    field.press("Tab")
    settle(page)


def register(page: Page, say: object, name: str, card: str, *, colleague: str | None = None) -> None:
    """Fill the form of a pre-registration and send it."""
    assert callable(say)
    page.get_by_role("button", name=say("Register a client")).click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_be_visible()
    fill(page, say("Client's name"), name)
    fill(page, say("Document number"), card)
    fill(page, say("Contact"), "13800138000")
    if colleague is not None:
        fill(page, say("Your share (%)"), "60")
        dialog.get_by_role("combobox", name=say("Developed together with")).click()
        page.get_by_role("option", name=say("1 colleague")).click()
        settle(page)
        box = dialog.get_by_role("combobox", name=say("Colleague"), exact=True)
        box.fill(colleague)
        box.press("Enter")
        settle(page)
        fill(page, say("Share (%)"), "40")
    dialog.get_by_role("button", name=say("Register the client")).click()
    settle(page)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_from_registration_to_result(firm: Server, chrome: Browser, tmp_path: Path, language: str) -> None:
    say = translator({"en": "en", "zh": "zh_CN"}[language])
    seed = {"en": 11, "zh": 42}[language]
    _office, own, other = people(firm)
    in_time, late = f"9{seed}001", f"9{seed}002"
    names = {in_time: f"时先{seed}", late: f"时后{seed}"}
    context = open_context(chrome, language=language)
    page = context.new_page()
    sign_in(page, f"{firm.url}/preregistrations", "staff", PASSWORD)

    # a wrong check digit is named in the form and nothing is registered
    wrong = document(seed)[:-1] + ("1" if document(seed)[-1] != "1" else "2")
    register(page, say, names[in_time], wrong)
    expect(page.get_by_role("dialog")).to_be_visible()
    expect(page.get_by_role("dialog").get_by_test_id("stAlert").first).to_be_visible()
    page.keyboard.press("Escape")
    settle(page)

    # in time, with a split: the opening that follows is matched without anybody
    register(page, say, names[in_time], document(seed), colleague=other)
    expect(page.get_by_test_id("stAlertContentSuccess").first).to_be_visible()
    time.sleep(1.1)
    opened_at = datetime.now(HERE).replace(microsecond=0)
    open_account(firm, tmp_path, in_time, names[in_time], document(seed), opened_at)
    assert standing(firm, in_time) == [("new_development", "confirmed", f"{opened_at:%Y-%m-%d}")]

    # late: the opening first, then the registration, so that three people decide
    opened_at = datetime.now(HERE).replace(microsecond=0) - timedelta(seconds=2)
    open_account(firm, tmp_path, late, names[late], document(seed + 1), opened_at)
    assert standing(firm, late) == []
    register(page, say, names[late], document(seed + 1))
    deadline = time.monotonic() + 20
    while not standing(firm, late) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert standing(firm, late) == [("new_development", "pending", f"{opened_at:%Y-%m-%d}")]

    # who comes after a match is refused with the reason
    register(page, say, names[in_time], document(seed))
    expect(page.get_by_role("dialog").get_by_test_id("stAlert").first).to_be_visible()
    context.close()

    for place, approver in enumerate(APPROVERS, start=1):
        context = open_context(chrome, language=language)
        page = context.new_page()
        sign_in(page, f"{firm.url}/approvals?approval={chain_of(firm, late)}", approver, PASSWORD)
        page.get_by_test_id("stFormSubmitButton").get_by_role("button", name=say("Approve"), exact=True).click()
        settle(page)
        context.close()
        state = "confirmed" if place == len(APPROVERS) else "pending"
        assert standing(firm, late) == [("new_development", state, f"{opened_at:%Y-%m-%d}")], approver

    # the month's figures count from the day of the event, by share
    for number in (in_time, late):
        bring(firm, tmp_path, "client_month", {"client_no": number, "month": f"{opened_at:%Y-%m}",
                                               "end_assets": "50000.00", "inflow": "50000.00", "trades": "3",
                                               "commission": "100.00", "net_income": "100.00"})  # fmt: skip
    refresh(firm.db, actor=OPERATOR)
    credited = rows("attributed_net_income", by=["staff"], as_of=f"{opened_at:%Y-%m}",
                    where={"relationship_type": ["new_development"], "staff": [own, other]}, db=firm.db)  # fmt: skip
    mine = credited[credited["client_no"].isin([in_time, late])]
    shares = {(row.client_no, row.staff_no): str(row.attributed_net_income) for row in mine.itertuples()}
    assert shares == {(in_time, own): "60.00", (in_time, other): "40.00", (late, own): "100.00"}

    context = open_context(chrome, language=language)
    page = context.new_page()
    sign_in(page, f"{firm.url}/client?client={in_time}", "staff", PASSWORD)
    expect(page.get_by_text(names[in_time]).first).to_be_visible()
    page.goto(f"{firm.url}/register?view=events")
    settle(page)
    expect(page.get_by_role("heading", name=say("Relationship register"))).to_be_visible()
    context.close()


def chain_of(server: Server, number: str) -> str:
    """Number of the approval that a client's pending relationship waits for."""
    with server.db.reading() as connection:
        return str(connection.execute(
            select(approval_chain.c.chain_no).join(client, client.c.client_id == approval_chain.c.client_id)
            .where(client.c.client_no == number)
        ).scalar_one())  # fmt: skip
