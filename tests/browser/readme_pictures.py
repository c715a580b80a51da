"""The pictures of the README, taken anew: ``python -m tests.browser.readme_pictures``.

A demo firm in a temporary folder, light and in English, at 1366 pixels; the files go to ``docs/pictures``.
"""

from __future__ import annotations

import tempfile
from pathlib import Path

from playwright.sync_api import Page
from sqlalchemy import select, update

from data_access.actor import OperatorActor
from data_access.database import Database
from data_access.demo import build_demo
from data_access.refresh import refresh
from data_access.settings import ROOT
from data_access.tables import app_user, client, client_status
from tests.browser.chromium import DESKTOP, chromium, open_context, settle, sign_in
from tests.support import server
from tests.support.databases import fresh_sqlite
from tests.support.firm import PASSWORD, cheap_hash

FOLDER = ROOT / "docs" / "pictures"
HEIGHT = 900
PICTURES = {
    "overview": ("hq", "overview"),
    "tiers": ("hq", "tiers"),
    "lifecycle": ("hq", "lifecycle?view=flow"),
    "performance": ("hq", "performance"),
    "explore": ("hq", "explore?measure=net_income&by=month&across=tier"),
    "rules": ("hq", "rules"),
    "hand_out": ("branch_head", "hand_out?campaign=CMP-000011"),
    "results": ("hq", "results?campaign=CMP-000002"),
    "pool": ("office_head", "pool"),
    "tasks": ("office_head", "tasks"),
    "client": ("office_head", "client?client={number}"),
}
"""Name of the file -> whose page, and its address."""


def silent_client(db: Database) -> str:
    """Return the number of a client, silent for not too long, of the office whose head looks at it."""
    with db.reading() as connection:
        home = select(app_user.c.unit_id).where(app_user.c.username == "office_head").scalar_subquery()
        return str(connection.execute(
            select(client.c.client_no).join(client_status, client_status.c.client_id == client.c.client_id)
            .where(client.c.office_id == home, client_status.c.status == "silent", client.c.kind == "individual",
                   client_status.c.months_quiet.between(13, 20))
            .order_by(client_status.c.build_id.desc(), client.c.client_no)
        ).scalars().first())  # fmt: skip


def take(page: Page, address: str, name: str) -> None:
    """Write the upper part of a page."""
    page.goto(address)
    settle(page)
    page.wait_for_timeout(1500)
    page.screenshot(path=str(FOLDER / f"{name}.png"))


def main() -> None:
    """Build the firm, serve it and take every picture."""
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        (folder / "template").mkdir()
        db = fresh_sqlite(folder, folder / "template")
        build_demo(db, clients=20_000)
        refresh(db, actor=OperatorActor())
        with db.writing() as connection:
            connection.execute(update(app_user).values(password_hash=cheap_hash(PASSWORD), must_change_password=False))
        number, served = silent_client(db), server.start(db, folder)
        try:
            with chromium() as browser:
                for user in dict.fromkeys(user for user, _address in PICTURES.values()):
                    context = open_context(browser, viewport={**DESKTOP, "height": HEIGHT})
                    page = context.new_page()
                    sign_in(page, f"{served.url}/overview", user, PASSWORD)
                    for name, (who, address) in PICTURES.items():
                        if who == user:
                            take(page, f"{served.url}/{address.format(number=number)}", name)
                    context.close()
        finally:
            served.stop()
            db.dispose()


if __name__ == "__main__":
    main()
