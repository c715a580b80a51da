"""The pages of analysis in a real browser: every view of Tiers and Lifecycle, Explore down to a client, new rules."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Browser, Page, expect

from data_access.actor import SessionActor
from data_access.commands.views import save_view
from metrics.language import translator
from pages._ui.navigation import SCREENS
from tests.browser.chromium import open_context, settle, sign_in
from tests.browser.screens import faults_of
from tests.support.apptest import token_of
from tests.support.firm import PASSWORD
from tests.support.server import Server

pytestmark = pytest.mark.browser
LANGUAGES = {"en": "en", "zh": "zh_CN"}
HEADER, ROW = 33, 31  # pixels of the grid at the product's font size
VIEWS = {
    "tiers": ["Distribution", "Migration", "Segments", "Value measures", "Watch list", "Prospects"],
    "lifecycle": ["Stages", "Moves", "Flow and churn", "Reasons", "Near silent", "Survival", "Warnings"],
}
FAILED = "Something went wrong on this page. Load it again; if it stays, tell your administrator the id {id}."
Say = Callable[..., str]


@pytest.fixture(params=["en", "zh"])
def reader(request: pytest.FixtureRequest, served: Server, chrome: Browser) -> Iterator[tuple[Page, Say]]:
    """A signed-in reader of headquarters and how the product speaks to them."""
    context = open_context(chrome, language=request.param)
    page = context.new_page()
    errors: list[str] = []
    page.on("pageerror", lambda error: errors.append(str(error)))
    sign_in(page, f"{served.url}/overview", "hq", PASSWORD)
    say = translator(LANGUAGES[request.param])
    yield page, lambda text, **values: say(text).format(**values) if values else say(text)
    context.close()
    assert errors == []


def healthy(page: Page, say: Say) -> None:
    assert faults_of(page) + page.get_by_text(say(FAILED).split("{id}")[0]).all_inner_texts() == []


def click_first_row(page: Page, across: float) -> None:
    """Click into the first row of the first grid, once nothing moves any more: the grid is one canvas."""
    grid = page.get_by_test_id("stDataFrame").first
    before = None
    for _attempt in range(20):
        grid.scroll_into_view_if_needed()
        box = grid.bounding_box()
        if box is not None and box == before:
            x, y = box["x"] + box["width"] * across, box["y"] + HEADER + ROW / 2
            page.mouse.move(x - 3, y)
            page.mouse.move(x, y)
            page.wait_for_timeout(500)  # a link takes a click only where the mouse rests on it
            page.mouse.click(x, y, delay=80)
            return
        before = box
        page.wait_for_timeout(500)
    raise AssertionError("the grid does not come to rest")


def press(page: Page, words: str) -> None:
    page.get_by_role("button", name=words, exact=True).last.click()
    settle(page)


@pytest.mark.parametrize("address", list(VIEWS))
def test_every_view_opens_at_its_button(served: Server, reader: tuple[Page, Say], address: str) -> None:
    page, say = reader
    page.goto(f"{served.url}/{address}")
    settle(page)
    title = next(screen.title for screen in SCREENS if screen.address == address)
    expect(page.get_by_role("heading", name=say(title), exact=True)).to_be_visible()
    for place, words in enumerate(VIEWS[address]):
        button = page.get_by_role("radio", name=say(words), exact=True)
        button.click()
        settle(page)
        expect(button).to_be_checked()
        assert ("view" in parse_qs(urlsplit(page.url).query)) is bool(place)
        healthy(page, say)
        shown = page.get_by_test_id("stDataFrame").count() + page.get_by_test_id("stPlotlyChart").count()
        assert shown + page.get_by_test_id("stAlert").count() > 0, words


def test_explore_from_a_choice_to_a_client(served: Server, reader: tuple[Page, Say]) -> None:
    page, say = reader
    page.goto(f"{served.url}/explore")
    settle(page)
    page.get_by_role("combobox", name=say("Across")).click()
    page.get_by_role("option", name=say("Client kind"), exact=True).click()
    settle(page)
    assert parse_qs(urlsplit(page.url).query)["across"] == ["client_kind"]
    expect(page.get_by_test_id("stPlotlyChart").first).to_be_visible()
    for _attempt in range(2):  # a table whose columns have just changed may take the first click as its focus
        click_first_row(page, 0.4)
        settle(page)
        if page.get_by_test_id("stDataFrame").count() == 2:
            break
    expect(page.get_by_test_id("stDataFrame")).to_have_count(2)
    healthy(page, say)
    page.get_by_role("link", name=say("These clients as a list")).click()
    expect(page.get_by_role("heading", name=say("Client list"), exact=True)).to_be_visible()
    settle(page)
    expect(page.get_by_text(say("Show all clients"))).to_be_visible()
    with page.context.expect_page(timeout=60_000) as opened:
        click_first_row(page, 0.075)
    client = opened.value
    settle(client)
    number = parse_qs(urlsplit(client.url).query)["client"][0]
    expect(client.get_by_text(number).first).to_be_visible()
    healthy(client, say)


def test_rules_from_a_draft_to_a_published_version(served: Server, reader: tuple[Page, Say]) -> None:
    page, say = reader
    page.goto(f"{served.url}/rules?view=draft")
    settle(page)
    press(page, say("Begin a draft"))
    expect(page.get_by_text(say("Nothing is changed yet."))).to_be_visible()
    months = page.get_by_role("spinbutton", name=f"{say('Months on watch')} · R-53")
    months.fill(str(int(months.input_value()) + 2))
    press(page, say("Save the draft"))
    expect(page.get_by_text(say("Nothing is changed yet."))).to_have_count(0)
    press(page, say("What would change"))
    heading = say("What would change in {month}", month="").strip()
    expect(page.get_by_role("heading", name=heading)).to_be_visible(timeout=120_000)
    settle(page)
    healthy(page, say)
    press(page, say("Publish"))
    page.get_by_text(say("I have read the changes")).click()
    settle(page)
    page.get_by_role("button", name=re.compile(say("Publish version {version}").replace("{version}", r"\d+"))).click()
    expect(page.get_by_role("button", name=say("Run a refresh"))).to_be_visible(timeout=30_000)
    healthy(page, say)


def test_a_profile_survives_the_sign_in_and_follows(served: Server, chrome: Browser) -> None:
    actor = SessionActor(token_of(served.db, "hq"))
    key = save_view(served.db, actor=actor, kind="profile", name="Two offices",
                    body={"unit": ["O011", "O021"], "kind": ["individual"]})  # fmt: skip
    context = open_context(chrome)
    page = context.new_page()
    sign_in(page, f"{served.url}/tiers?profile={key}", "hq", PASSWORD)
    assert parse_qs(urlsplit(page.url).query)["profile"] == [str(key)]
    for title in ("Tiers", "Pool", "Explore"):
        if title != "Tiers":
            page.get_by_test_id("stSidebarNav").get_by_text("Lost · archived · silent" if title == "Pool" else title,
                                                            exact=True).click()  # fmt: skip
            settle(page)
        expect(page.get_by_text("Two offices · 2 places · Individual").first).to_be_visible(timeout=30_000)
        assert parse_qs(urlsplit(page.url).query)["profile"] == [str(key)]
        assert faults_of(page) == []
    page.get_by_role("button", name="Scope profile").click()
    settle(page)
    press(page, "No profile")
    expect(page.get_by_text("Two offices · 2 places · Individual")).to_have_count(0)
    assert "profile" not in parse_qs(urlsplit(page.url).query)
    context.close()
