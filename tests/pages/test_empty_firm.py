"""A firm without data: every page says so in one sentence and leads to where files come in."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from sqlalchemy import update

from data_access.database import Database
from data_access.tables import app_user
from data_access.user_accounts import create_user
from pages._ui.navigation import SCREENS
from tests.pages.conftest import as_default
from tests.support.apptest import Open, opener

# an exit is closed whether or not figures are published
FIGURES = [screen.address for screen in SCREENS if screen.section != "System" and screen.address != "exit"]


@pytest.fixture
def open_empty(sqlite_db: Database) -> Iterator[Open]:
    """Open pages of a migrated database that holds nothing but two accounts."""
    with sqlite_db.writing() as connection:
        create_user(connection, username="hq", display_name="Head", role="hq", unit_id=None, staff_id=None)
        connection.execute(update(app_user).values(must_change_password=False))
    path = sqlite_db.path
    assert path is not None
    sqlite_db.dispose()
    with as_default(path) as (db, patch):
        yield opener(db, patch)


@pytest.mark.parametrize("address", FIGURES)
def test_a_page_without_figures_says_so_and_leads_to_the_data_page(open_empty: Open, address: str):
    screen = open_empty(address, "hq")
    assert screen.says("info") == ["No figures have been published yet."]
    assert [entry.proto.page for entry in screen.at.get("page_link")] == ["data"]


def test_an_import_can_begin_in_an_empty_firm(open_empty: Open):
    screen = open_empty("data", "hq")
    assert screen.says("info") == ["No figures have been published yet.", "No file has been imported yet."]
    assert [tab.label for tab in screen.at.tabs] == ["Freshness", "Import a file", "Imports", "Refresh"]
