"""The Results page: the verdict first, both groups, rows behind numbers, reach, states without data."""

from __future__ import annotations

import csv
import io
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import insert, select, update

from data_access.actor import user_from_row
from data_access.database import Database
from data_access.tables import app_user, campaign, campaign_member, contact_log, reactivation_task
from domain.months import add_months
from metrics.export.results import EXPORTERS
from tests.pages.conftest import as_default
from tests.support.apptest import Open, Screen, opener
from tests.support.drawn_rows import at

DRAWN_ON = date(2025, 5, 5)
OFFICES = {8: 4, 9: 6, 11: 4, 13: 6, 14: 4}
ARMS = {8: "task", 13: "task", 14: "task", 9: "holdout", 11: "holdout"}
STATUSES = {8: "silent", 9: "silent", 11: "archived", 13: "lost", 14: "lost"}


def draw(firm: Database, number: int = 1, *, drawn_on: date = DRAWN_ON, arms: dict[int, str] = ARMS) -> None:
    """Draw a campaign; both tasks of the firm belong to the first: 8 was reached, 14 is back and recognised."""
    with firm.writing() as connection:
        connection.execute(insert(campaign).values(
            campaign_id=number, campaign_no=f"K{number}", name=f"Campaign {number}", purpose="reactivation",
            source="pool", rule="{}", reach="[]", unit_id=1, as_of_month=202504, generation_id=1, rule_version=1,
            predecessor="allowed", holdout_bp=3_000, worthwhile_bp=500, outcome_days=90, draw_key=bytes(32),
            drawn_at=at(drawn_on), drawn_on=drawn_on, window_to_on=add_months(drawn_on, 3), said="holdout.drawn",
            said_params="{}", state="running", created_by=1, created_at=at(drawn_on)))  # fmt: skip
        connection.execute(insert(campaign_member), [
            {"campaign_id": number, "client_id": client, "arm": arm, "stratum": "all", "reason": "holdout.held_back",
             "reason_params": "{}", "office_id": OFFICES[client], "pool_status": STATUSES[client], "effort": 20,
             "value_fen": 0, "released_at": None if number == 1 else at(drawn_on)}
            for client, arm in arms.items()])  # fmt: skip
        if number == 1:
            task = reactivation_task.c
            connection.execute(update(reactivation_task).where(task.task_id.in_([1, 2])).values(campaign_id=1))


@pytest.fixture(scope="module")
def look_drawn(published_firm: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Open]:
    """Open a page of a firm with one campaign, which nobody changes."""
    path = tmp_path_factory.mktemp("drawn-firm") / "firm.sqlite3"
    shutil.copyfile(published_firm, path)
    with as_default(path) as (db, patch):
        draw(db)
        yield opener(db, patch)


def pick(screen: Screen, key: str, row: int, column: str) -> Screen:
    """Choose one number of a table."""
    screen.at.session_state[key] = {"selection": {"rows": [], "columns": [], "cells": [(row, column)]}}
    return screen.run()


def numbers(screen: Screen) -> list[str]:
    """Client numbers of the rows that were opened."""
    tables = [entry.value for entry in screen.at.dataframe if "client" in entry.value.columns]
    return [address.split("client=")[1] for address in tables[-1]["client"]] if tables else []


@pytest.mark.parametrize(("user", "counts"), [
    ("hq", [3, 1, 2, 0]), ("branch_head", [2, 1, 1, 0]), ("team_lead", [2, 1, 1, 0]),
    ("other_office_head", [1, 0, 1, 0]), ("analyst", [3, 1, 2, 0]),
])  # fmt: skip
def test_both_groups_inside_the_readers_scope(look_drawn: Open, user: str, counts: list[int]):
    screen = look_drawn("results", user)
    assert screen.heading == "Results"
    groups = screen.table("group", "clients", "returned")
    assert groups[["clients", "returned"]].to_numpy().ravel().tolist() == counts
    assert "day 56 is shown" in screen.everything()
    # the way of a number: its rows
    rows = pick(screen, "results_groups", 0, "clients")
    assert len(numbers(rows)) == counts[0]
    names = rows.table("client", "name")["name"]
    assert any("*" in name for name in names) is (user in ("analyst", "auditor"))


def test_the_verdict_comes_first_in_both_languages(look_drawn: Open):
    screen = look_drawn("results", "hq")
    assert screen.says("info")[0].startswith("**Cannot tell yet\\: about")
    assert "抽取后第 90 天比较；数据截至第 56 天" in look_drawn("results", "hq", language="zh").everything()
    # a past month: nothing that came later
    past = look_drawn("results", "hq", query={"as_of": "2025-05"})
    assert past.table("group", "returned")["returned"].tolist() == [0, 0]
    assert "day 26 is shown" in past.everything()
    earlier = look_drawn("results", "hq", query={"as_of": "2025-04"})
    assert "No campaign was drawn by this day within your scope." in earlier.says("info")
    same = look_drawn("results", "hq", query={"day": "30"})
    assert "Day 30 after the draw is shown." in same.everything()


def test_the_way_of_the_tasks_and_the_people(look_drawn: Open):
    screen = look_drawn("results", "hq", query={"view": "way"})
    steps = screen.table("step", "count", "of")
    counts = [[2, 2], [2, 2], [2, 2], [1, 2], [1, 2], [1, 1], [0, 0], [0, 0]]
    assert steps[["count", "of"]].to_numpy().tolist() == counts
    assert screen.cards["Median days"] == "30"
    assert numbers(pick(screen, "results_steps", 4, "count")) == ["00000014"]
    people = look_drawn("results", "office_head", query={"view": "people"})
    assert people.table("staff", "handed_out").to_numpy()[:, :2].tolist() == [["李娜 · S0002", 2]]
    assert numbers(pick(people, "results_people", 0, "recognised")) == ["00000014"]
    offices = look_drawn("results", "hq", query={"view": "people"}).table("office_name", "task_count", "held_count")
    # the sum stands first
    assert offices[["task_count", "held_count"]].to_numpy().tolist() == [[3, 2], [2, 1], [1, 1]]


def test_flags_open_their_rows(firm: Database, open_screen: Open):
    draw(firm)
    assert "No quality flag" in open_screen("results", "hq", query={"view": "quality"}).everything()
    with firm.writing() as connection:
        connection.execute(
            insert(contact_log).values(
                client_id=11, staff_id=2, at=at(date(2025, 5, 20)), channel="phone", result="reached", request_id="held"
            )
        )
    screen = open_screen("results", "hq", query={"view": "quality"})
    assert "S0002 contacted a client of the hold-out group on 2025-05-20." in screen.everything()
    assert numbers(screen.select_rows("results_flags", 0)) == ["00000011"]
    groups = open_screen("results", "hq")
    assert "1 of 2 held-back clients (50.0%) were contacted all the same" in groups.everything()


def test_states_without_anything_to_compare(firm: Database, open_screen: Open):
    screen = open_screen("results", "hq")
    assert "No campaign was drawn by this day within your scope." in screen.says("info")
    draw(firm, 1, arms={8: "task", 13: "task"})
    assert "Nobody was held back" in open_screen("results", "hq").says("info")[0]
    draw(firm, 2, drawn_on=date(2025, 7, 1), arms={9: "task", 11: "holdout"})
    fresh = open_screen("results", "hq", query={"campaign": "K2"})
    assert "no month since the draw is known" in fresh.says("info")[0]
    assert "Drawn: 1 to be contacted, 1 held back." in fresh.everything()
    both = open_screen("results", "hq", query={"campaign": ["K1", "K2"]})
    assert "Left out, without a month since the draw: Campaign 2." in both.everything()
    assert open_screen("results", "hq", query={"campaign": "nobody", "day": "x", "view": "y"}).heading == "Results"


def test_files_hold_what_the_page_shows(firm: Database):
    draw(firm)
    clients = exported(firm, "results_clients")
    assert [(row["Client number"], row["Group"], row["Came back"]) for row in clients] == [
        ("00000008", "To be contacted", "no"), ("00000009", "Held back", "no"), ("00000011", "Held back", "no"),
        ("00000013", "To be contacted", "no"), ("00000014", "To be contacted", "yes")]  # fmt: skip
    assert [row["How many"] for row in exported(firm, "results_funnel")][:6] == ["2", "2", "2", "1", "1", "1"]
    assert [(row["Handed out in"], row["Handed out"]) for row in exported(firm, "results_cohorts")][:1] == [
        ("2025-05", "2")]  # fmt: skip
    assert [row["Task"] for row in exported(firm, "results_tasks")] == ["T00000001", "T00000002"]


def exported(firm: Database, kind: str) -> list[dict[str, str]]:
    with firm.reading() as connection:
        user = user_from_row(connection, connection.execute(select(app_user).where(app_user.c.username == "hq")).one())
    params: dict[str, Any] = {"campaign": ["K1"], "format": "csv"}
    content = b"".join(EXPORTERS[kind](firm, user, params).chunks).decode("utf-8-sig")
    return list(csv.DictReader(io.StringIO(content)))
