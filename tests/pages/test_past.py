"""Looking at the past: the banner, figures as known then on every part of a page, then and now with its causes."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import streamlit as st
from sqlalchemy import delete, select, update

from data_access.actor import OperatorActor
from data_access.clock import frozen
from data_access.database import Database
from data_access.reads.moments import read_publications
from data_access.refresh import refresh
from data_access.tables import client_month, client_status, generation_month
from pages._ui import exports
from tests.pages.conftest import NOW
from tests.pages.test_exports import fetch, rows_of
from tests.support.apptest import Open, Screen
from tests.support.books import write_batch

KNOWN = "2025-07-02T10:00:00"  # the first publication, in Shanghai
ASSETS = "Client assets"
OPENED = {"past_clients_monthly_active_clients_assets_net_income_new_clients_lost_clients": True}
"""The state of the overview on which the comparison has been opened."""


@pytest.fixture
def corrected(firm: Database) -> Database:
    """The firm with a late correction of May 2025, published a day later: client 4 had 150,000, not 100,000 yuan."""
    correct(firm, 202505, 15_000_000)
    return firm


def correct(db: Database, month: int, fen: int, day: int = 1) -> None:
    """Load a correction of client 4 and publish it."""
    with db.writing() as connection:
        batch = write_batch(connection, "client_month", [month])
        connection.execute(
            update(client_month).where(client_month.c.client_id == 4, client_month.c.month == month)
            .values(end_assets_fen=fen, batch_id=batch)
        )  # fmt: skip
    with frozen(NOW + timedelta(days=day)):
        refresh(db, actor=OperatorActor("tests"))
    st.cache_data.clear()


def text(screen: Screen) -> str:
    return "\n".join(screen.says("markdown"))


def asset_rows(screen: Screen) -> dict[str, Any]:
    rows = screen.table("client", "assets")
    return {
        str(link).rsplit("client=", 1)[1]: value for link, value in zip(rows["client"], rows["assets"], strict=True)
    }


def test_the_newest_month_has_no_banner(look: Open) -> None:
    screen = look("overview", "hq")
    assert "You are looking at" not in text(screen)
    assert "Back to now" not in [button.label for button in screen.at.button]


def test_a_past_month_is_named_and_left_again(look: Open) -> None:
    screen = look("overview", "hq", query={"as_of": "2025-03"})
    assert "You are looking at 2025-03; the newest month is 2025-06." in text(screen)
    screen.press("Back to now")
    assert "You are looking at" not in text(screen)
    assert "as_of" not in screen.address


def test_a_month_published_once_is_the_same_then_and_now(look: Open) -> None:
    screen = look("overview", "hq", query={"as_of": "2025-03"}, state=OPENED)
    assert any("has been published once" in line for line in screen.says("caption"))


def test_then_and_now_with_the_cause(open_screen: Open, corrected: Database) -> None:
    screen = open_screen("overview", "hq", query={"as_of": "2025-05"}, state=OPENED)
    table = screen.table("Figure", "Then", "Now").set_index("Figure")
    row = table.loc[ASSETS]
    assert row["Difference"] == row["Late or corrected data"] == "+50,000.00"
    assert row["Changed rule"] == row["Corrected relationship"] == "0.00"
    assert "Causes" not in table
    assert table.loc["Clients", "Difference"] == "0"


def test_figures_and_lists_follow_the_moment(open_screen: Open, corrected: Database) -> None:
    query = {"as_of": "2025-05", "unit": "O012"}
    now, then = (open_screen("list", "hq", query={**query, **more}) for more in ({}, {"known_at": KNOWN}))
    assert (asset_rows(now)["00000004"], asset_rows(then)["00000004"]) == (150_000.0, 100_000.0)
    assert "You are looking at 2025-05 as it was known on 2025-07-02 10:00." in text(then)
    assert then.address["known_at"] == KNOWN
    cards = [open_screen("overview", "hq", query={**query, **more}).cards[ASSETS] for more in ({}, {"known_at": KNOWN})]
    assert cards == ["¥370.5K", "¥320.5K"]
    links = then.table("client", "assets")["client"]
    assert all("known_at=2025-07-02T10" in str(link) for link in links)


def test_the_moment_is_chosen_kept_across_pages_and_left(open_screen: Open, corrected: Database) -> None:
    screen = open_screen("list", "hq", query={"as_of": "2025-05"})
    assert screen.options("known_choice")[0] == "now"
    screen.choose("known_choice", 1)
    assert screen.address["known_at"] == KNOWN
    assert asset_rows(screen)["00000004"] == 100_000.0
    screen.press("Back to now")
    assert "known_at" not in screen.address


@pytest.mark.parametrize(
    "asked", ["x", "2020-01-01", "9999-12-31", "'; DROP TABLE client", "2025-07-02T10:00:00+99:99"]
)
def test_unknown_moments_show_what_is_known_now(open_screen: Open, corrected: Database, asked: str) -> None:
    screen = open_screen("list", "hq", query={"as_of": "2025-05", "known_at": asked})
    assert asset_rows(screen)["00000004"] == 150_000.0
    assert "known_at" not in screen.address


def test_an_export_is_of_the_publication_on_the_page(
    open_screen: Open, corrected: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent: list[str] = []
    monkeypatch.setattr(exports, "go_to", sent.append)
    query = {"as_of": "2025-05", "unit": "O012"}
    found = []
    for more in ({}, {"known_at": KNOWN}):
        screen = open_screen("list", "hq", query={**query, **more})
        screen.at.menu_button(key="export").click("csv")
        screen.run()
        rows = rows_of(fetch(sent.pop(), screen.token)[2])
        found.append({row["Client number"]: row["Assets (yuan)"] for row in rows}["00000004"])
    assert found == ["150000.00", "100000.00"]


def test_clients_rows_that_are_gone_are_said_to_be_gone(open_screen: Open, corrected: Database) -> None:
    with corrected.writing() as connection:  # as after three more publications
        old = read_publications(connection)[-1].generation_id
        builds = select(generation_month.c.build_id).where(
            generation_month.c.generation_id == old, generation_month.c.month == 202505)  # fmt: skip
        connection.execute(delete(client_status).where(client_status.c.build_id.in_(builds)))
    st.cache_data.clear()
    asked = {"as_of": "2025-05", "known_at": KNOWN}
    for address in ("list", "pool", "tiers"):
        screen = open_screen(address, "hq", query=asked)
        assert any("the sums are kept, not the rows of single clients" in line for line in screen.says("info"))
        assert not screen.has_table("client", "assets")
    overview = open_screen("overview", "hq", query={**asked, "unit": "O012"})
    assert overview.cards[ASSETS] == "¥320.5K"
    assert any("the sums are kept" in line for line in overview.says("info"))
    own = open_screen("overview", "staff", query=asked)
    assert own.cards == {}
