"""Pictures of every page: ``python -m tests.browser.screens FOLDER --address URL --user NAME --password …``.

Each page is taken in Chinese and English, light and dark, at 1366 and 390 pixels. Faults that a script can see
are printed: a horizontal scroll bar, an exception box, console errors, requests that leave the machine.
"""

from __future__ import annotations

import argparse
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Page

from pages._ui.navigation import SCREENS
from tests.browser.chromium import DESKTOP, PHONE, chromium, open_context, settle, sign_in


def faults_of(page: Page) -> list[str]:
    """Return what is visibly wrong with the page that is open."""
    found = []
    if page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth + 1"):
        found.append("scrolls sideways")
    if page.locator("[data-testid=stException]").count():
        found.append("shows an exception")
    return found


def take(
    folder: Path,
    address: str,
    username: str,
    password: str,
    *,
    addresses: list[str],
    modes: list[str],
    languages: list[str],
    sizes: list[str],
    query: str = "",
) -> None:
    """Write one PNG per page, language, mode and size, and print the faults seen."""
    folder.mkdir(parents=True, exist_ok=True)
    home = urlsplit(address).netloc
    with chromium() as browser:
        for language in languages:
            for mode in modes:
                for size in sizes:
                    context = open_context(
                        browser,
                        language=language,
                        dark=mode == "dark",
                        viewport=DESKTOP if size == "desktop" else PHONE,
                    )
                    page = context.new_page()
                    outside: list[str] = []
                    page.on(
                        "request",
                        lambda request, seen=outside: (
                            seen.append(request.url)
                            if request.url.startswith(("http", "ws")) and urlsplit(request.url).netloc != home
                            else None
                        ),
                    )
                    sign_in(page, address, username, password)
                    for name in addresses:
                        page.goto(f"{address}/{name}{query}")
                        settle(page)
                        page.wait_for_timeout(700)
                        target = folder / f"{name}-{language}-{mode}-{size}.png"
                        height = page.evaluate("document.querySelector('[data-testid=stMain]')?.scrollHeight || 800")
                        page.set_viewport_size(
                            {**(DESKTOP if size == "desktop" else PHONE), "height": min(max(int(height), 768), 4000)}
                        )
                        page.wait_for_timeout(400)
                        page.screenshot(path=str(target))
                        page.set_viewport_size(DESKTOP if size == "desktop" else PHONE)
                        for fault in faults_of(page):
                            print(f"{target.name}: {fault}")
                    for url in outside:
                        print(f"{language}-{mode}-{size}: request leaves the firm: {url}")
                    context.close()


def main() -> None:
    """Read the command line and take the pictures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--address", default="http://localhost:8501")
    parser.add_argument("--user", required=True)
    parser.add_argument("--password", required=True)
    parser.add_argument("--pages", default=",".join(screen.address for screen in SCREENS))
    parser.add_argument("--modes", default="light,dark")
    parser.add_argument("--languages", default="zh,en")
    parser.add_argument("--sizes", default="desktop,phone")
    parser.add_argument("--query", default="")
    given = parser.parse_args()
    take(given.folder, given.address, given.user, given.password, addresses=given.pages.split(","),
         modes=given.modes.split(","), languages=given.languages.split(","), sizes=given.sizes.split(","),
         query=given.query)  # fmt: skip


if __name__ == "__main__":
    main()
