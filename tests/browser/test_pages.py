"""Every page in a real browser: fits the window, shows no error, talks to nobody else; links survive the sign-in."""

from __future__ import annotations

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect
from sqlalchemy import select

from data_access.tables import client, org_unit
from metrics.language import translator
from pages._ui.navigation import SCREENS
from tests.browser.chromium import DESKTOP, PHONE, open_context, settle, sign_in
from tests.browser.screens import faults_of
from tests.support.firm import PASSWORD
from tests.support.server import Server

pytestmark = pytest.mark.browser
FAILED = "Something went wrong on this page. Load it again; if it stays, tell your administrator the id {id}."


def a_client(server: Server, office: str = "O031") -> str:
    """The number of a client of an office."""
    with server.db.reading() as connection:
        return str(
            connection.execute(
                select(client.c.client_no)
                .join(org_unit, org_unit.c.unit_id == client.c.office_id)
                .where(org_unit.c.unit_code == office)
                .order_by(client.c.client_id)
            )
            .scalars()
            .first()
        )


def requests_to_others(page: Page, server: Server) -> list[str]:
    """A list that fills with every request to another host."""
    seen: list[str] = []
    page.on(
        "request",
        lambda request: (
            seen.append(request.url)
            if request.url.startswith(("http", "ws")) and urlsplit(request.url).netloc != server.host
            else None
        ),
    )
    return seen


@pytest.mark.parametrize(
    ("viewport", "language", "dark"),
    [
        pytest.param(DESKTOP, "zh", False, id="desktop-zh-light", marks=pytest.mark.soak),
        pytest.param(DESKTOP, "en", True, id="desktop-en-dark"),
        pytest.param(PHONE, "zh", True, id="phone-zh-dark"),
        pytest.param(PHONE, "en", False, id="phone-en-light", marks=pytest.mark.soak),
    ],
)
def test_every_page_fits_and_stays_at_home(
    served: Server, chrome: Browser, viewport: dict[str, int], language: str, dark: bool
) -> None:
    context = open_context(chrome, language=language, dark=dark, viewport=viewport)
    page = context.new_page()
    outside, errors = requests_to_others(page, served), []
    page.on("pageerror", lambda error: errors.append(str(error)))
    sign_in(page, f"{served.url}/overview", "hq", PASSWORD)
    failed = translator({"en": "en", "zh": "zh_CN"}[language])(FAILED).split("{id}")[0]
    faults = {}
    for screen in SCREENS:
        query = f"?client={a_client(served)}" if screen.address == "client" else ""
        page.goto(f"{served.url}/{screen.address}{query}")
        settle(page)
        expect(page.get_by_test_id("stHeading").first).to_be_visible()
        faults[screen.address] = faults_of(page) + page.get_by_text(failed).all_inner_texts()
    canvas = page.evaluate("getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor")
    context.close()
    assert {address: found for address, found in faults.items() if found} == {}
    assert (outside, errors) == ([], [])
    assert (sum(int(part) for part in canvas.strip("rgba()").split(",")[:3]) < 200) is dark


@pytest.mark.parametrize(
    ("address", "query", "value"),
    [("tiers", "by=office&tier=B", "tier=B"), ("client", "client={number}", "client={number}")],
)
def test_a_link_survives_the_sign_in(served: Server, chrome: Browser, address: str, query: str, value: str) -> None:
    number = a_client(served)
    context = open_context(chrome)
    page = context.new_page()
    page.goto(f"{served.url}/{address}?{query.format(number=number)}")
    settle(page)
    assert page.get_by_test_id("stHeading").all_inner_texts() == ["Client relationships", "Sign in"]
    assert page.get_by_test_id("stSidebar").count() == 0
    assert number not in page.locator("body").inner_text()
    sign_in(page, page.url, "office_head", PASSWORD)
    title = next(screen.title for screen in SCREENS if screen.address == address)
    expect(page.get_by_role("heading", name=title, exact=True)).to_be_visible()
    assert (urlsplit(page.url).path, value.format(number=number) in urlsplit(page.url).query) == (f"/{address}", True)
    if address == "client":
        expect(page.get_by_text(number).first).to_be_visible()
    context.close()


def test_a_client_of_another_office_is_not_found(served: Server, chrome: Browser) -> None:
    number = a_client(served, "O011")
    context = open_context(chrome)
    page = context.new_page()
    sign_in(page, f"{served.url}/client?client={number}", "office_head", PASSWORD)
    expect(page.get_by_text("Not found.")).to_be_visible()
    context.close()


def test_signing_out_leaves_nothing_behind(served: Server, chrome: Browser) -> None:
    context = open_context(chrome)
    page = context.new_page()
    sign_in(page, f"{served.url}/tiers", "office_head", PASSWORD)
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible(timeout=20_000)
    assert "dashboard_session" not in {cookie["name"] for cookie in context.cookies()}
    page.goto(f"{served.url}/tiers")
    settle(page)
    assert page.get_by_test_id("stHeading").all_inner_texts() == ["Client relationships", "Sign in"]
    context.close()


def test_an_export_is_a_download(served: Server, chrome: Browser) -> None:
    context = open_context(chrome)
    page = context.new_page()
    sign_in(page, f"{served.url}/pool?status=lost", "office_head", PASSWORD)
    page.get_by_role("button", name="Export the whole list").click()
    with page.expect_download(timeout=30_000) as download:
        page.get_by_text("CSV", exact=True).click()
    assert download.value.suggested_filename.startswith("pool_")
    context.close()
