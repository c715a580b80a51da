"""A headless Chromium from Debian, driven by Playwright, with everything that calls home switched off."""

from __future__ import annotations

import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager

from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.browser.script_runs import follow, runs_of

ARGUMENTS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
]  # fmt: skip
DESKTOP = {"width": 1366, "height": 768}
PHONE = {"width": 390, "height": 844}
MOMENT = 350  # milliseconds
DRAWN = """([visit, moment]) => {
  if (window.restingFor !== visit) { window.restingFor = visit; window.restingSince = performance.now(); }
  const app = document.querySelector("[data-testid=stApp]");
  return performance.now() - window.restingSince >= moment
    && app && app.getAttribute("data-test-script-state") === "notRunning"
    && !document.querySelector("[data-testid=stSkeleton]")
    && document.querySelector("[data-testid=stMainBlockContainer]")?.innerText.trim().length > 0;
}"""


@contextmanager
def chromium() -> Iterator[Browser]:
    """Yield a browser; raises ``RuntimeError`` when chromium is not installed."""
    path = shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        raise RuntimeError("chromium is not installed: apt-get install chromium fonts-noto-cjk")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        try:
            yield browser
        finally:
            browser.close()


def open_context(
    browser: Browser, *, language: str = "en", dark: bool = False, viewport: dict[str, int] | None = None
) -> BrowserContext:
    """Return a fresh profile in a language (``en`` or ``zh``), mode and size; its pages' script runs are followed."""
    context = browser.new_context(
        locale="zh-CN" if language == "zh" else "en-US", timezone_id="Asia/Shanghai",
        color_scheme="dark" if dark else "light", viewport=viewport or DESKTOP)  # fmt: skip
    context.on("page", follow)
    return context


def settle(page: Page) -> None:
    """Wait until the page has asked for nothing for a moment, its last script run has ended and is drawn.

    The moment is longer than the page itself waits before it sends a choice. Raises ``TimeoutError`` after 90 s.
    """
    runs, deadline = runs_of(page), time.monotonic() + 90
    asked, visit = runs.asked, str(time.monotonic_ns())
    while True:
        page.wait_for_function(DRAWN, arg=[visit, MOMENT], timeout=60_000)
        if runs.at_rest and runs.asked == asked:
            return
        if runs.asked != asked:
            asked, visit = runs.asked, str(time.monotonic_ns())
        if time.monotonic() > deadline:
            raise TimeoutError(f"{page.url}: the script run does not end")
        page.wait_for_timeout(50)


def sign_in(page: Page, address: str, username: str, password: str) -> None:
    """Fill the sign-in form at ``address`` and wait for the page behind it."""
    page.goto(address)
    settle(page)
    page.get_by_test_id("stForm").get_by_role("textbox").first.fill(username)
    page.locator("input[type=password]").first.fill(password)
    page.get_by_test_id("stFormSubmitButton").get_by_role("button").click()
    expect(page.locator("[data-testid=stSidebar]")).to_be_attached(timeout=30_000)
    settle(page)
