"""A demo firm behind a real server, and one Chromium for all tests of the folder."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, expect
from sqlalchemy import select, update

from data_access.actor import OperatorActor
from data_access.demo import build_demo
from data_access.refresh import refresh
from data_access.tables import app_user, campaign_member, client, org_unit, reactivation_task
from tests.browser.chromium import chromium
from tests.support import server as servers
from tests.support.databases import fresh_sqlite
from tests.support.firm import PASSWORD, cheap_hash
from tests.support.server import Server


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    """The app with a demo firm of 5,000 clients that anybody may call; every account has the same password.

    No campaign holds a client of the office whose head hands out by hand.
    """
    folder = tmp_path_factory.mktemp("served")
    db = fresh_sqlite(folder, tmp_path_factory.mktemp("served-template"))
    build_demo(db, clients=5000, months=14)
    refresh(db, actor=OperatorActor("test"))
    with db.writing() as connection:
        connection.execute(update(app_user).values(password_hash=cheap_hash(PASSWORD), must_change_password=False))
        connection.execute(update(client).values(marketing_opt_out=False))
        home = select(org_unit.c.unit_id).where(org_unit.c.unit_code == "O031").scalar_subquery()
        connection.execute(update(campaign_member).where(campaign_member.c.office_id == home)
                           .values(released_at=datetime.now(UTC)))  # fmt: skip
        task = reactivation_task.c
        connection.execute(update(reactivation_task).where(
            task.office_id == home, task.campaign_id.is_not(None), task.state.in_(("open", "preregistered"))
        ).values(state="expired", result_reason="life_over"))  # fmt: skip
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
