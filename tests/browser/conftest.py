"""A demo firm behind a real server, and one Chromium for all tests of the folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import update

from data_access.actor import OperatorActor
from data_access.demo import build_demo
from data_access.refresh import refresh
from data_access.tables import app_user, client
from tests.browser.chromium import chromium
from tests.support import server as servers
from tests.support.databases import fresh_sqlite
from tests.support.firm import PASSWORD, cheap_hash
from tests.support.server import Server


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The app with a demo firm of 4,000 clients that anybody may call; every account has the same password."""
    folder = tmp_path_factory.mktemp("served")
    db = fresh_sqlite(folder, tmp_path_factory.mktemp("served-template"))
    build_demo(db, clients=4000, months=14)
    refresh(db, actor=OperatorActor("test"))
    with db.writing() as connection:
        connection.execute(update(app_user).values(password_hash=cheap_hash(PASSWORD), must_change_password=False))
        connection.execute(update(client).values(marketing_opt_out=False))
    running = servers.start(db, folder)
    yield running
    running.stop()
    db.dispose()


@pytest.fixture(scope="session")
def chrome() -> Iterator[Browser]:
    """Chromium, started once; what is expected of a page may take as long as on a busy machine."""
    expect.set_options(timeout=30_000)
    with chromium() as started:
        yield started
