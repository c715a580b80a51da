"""A firm with clients but no monthly facts: every page opens; what is unknown is a dash, not a fault and not 0."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import delete

from data_access import clock
from data_access.actor import OperatorActor
from data_access.refresh import refresh
from data_access.tables import client_month
from pages._ui.navigation import SCREENS
from tests.pages.conftest import NOW, as_default
from tests.support.apptest import Open, opener
from tests.support.databases import fresh_sqlite
from tests.support.firm import small_firm


@pytest.fixture(scope="module")
def look(tmp_path_factory: pytest.TempPathFactory, template_folder: Path) -> Iterator[Open]:
    """Open pages of the small firm whose monthly rows were never loaded; one month is published all the same."""
    db = fresh_sqlite(tmp_path_factory.mktemp("no-months"), template_folder)
    small_firm(db)
    with db.writing() as connection:
        connection.execute(delete(client_month))
    with clock.frozen(NOW):
        assert refresh(db, actor=OperatorActor("tests")).months_built == [202506]
    path = db.path
    assert path is not None
    db.dispose()
    with as_default(path) as (pages_db, patch):
        yield opener(pages_db, patch)


@pytest.mark.parametrize(("user", "address"), [
    (user, screen.address) for user in ("hq", "office_head", "staff") for screen in SCREENS if user in screen.roles
])  # fmt: skip
def test_every_page_opens(look: Open, user: str, address: str):
    assert look(address, user).heading


def test_what_is_unknown_is_a_dash(look: Open):
    cards = look("overview", "hq").cards
    assert (cards["Clients"], cards["Client assets"], cards["Net income"]) == ("12", "–", "–")
    table = look("tiers", "hq").table("Tier", "Clients", "Client assets")
    assert table[["Tier", "Clients", "Client assets", "Client assets %"]].values.tolist() == [
        ["A", "0", "¥0.00", "–"], ["B", "0", "¥0.00", "–"], ["C", "12", "–", "–"]]  # fmt: skip
