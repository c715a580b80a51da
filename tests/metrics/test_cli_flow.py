"""``python -m metrics flow | bridge | moves``: the same figures as the functions, in every format, inside the reach."""

from __future__ import annotations

import json

import pytest
import typer.testing

from metrics import cli
from metrics.errors import QuestionError
from tests.support.firm import small_firm

BETWEEN = ("--from", "2025-05", "--to", "2025-06")


@pytest.fixture
def firm(default_db):
    return small_firm(default_db, refreshed=True)


def run(*words):
    result = typer.testing.CliRunner().invoke(cli.app, list(words))
    return result.output, result


def test_flow_bridge_and_moves(firm):
    assert run("flow", *BETWEEN, "--format", "csv")[0].splitlines() == [
        "month,opening,new,returned,lost,transferred_in,transferred_out,closing",
        "2025-06,11,1,1,1,0,0,12"]  # fmt: skip
    assert run("flow", *BETWEEN, "--unit", "B01", "--children", "--format", "csv")[0].splitlines()[1:] == [
        "B01,whole,2025-06,8,1,1,1,0,0,9", "O011,child,2025-06,4,1,1,0,0,0,6", "O012,child,2025-06,4,0,0,1,0,0,3",
    ]  # fmt: skip
    assert json.loads(run("bridge", *BETWEEN, "--unit", "O012", "--format", "json")[0]) == [
        {"opening": 320500.0, "corrections": 0.0, "net_inflow": 0.0, "market_effect": 0.0, "won": 0.0,
         "lost": -20000.0, "transferred_in": 0.0, "transferred_out": 0.0, "data_gaps": 0.0,
         "closing": 300500.0}]  # fmt: skip
    assert run("bridge", *BETWEEN, "--by-month", "--opening-known-at", "2999-01-01", "--format", "csv")[0].startswith(
        "month,opening,corrections,net_inflow,market_effect,won,lost,")  # fmt: skip
    assert run("moves", "tier", *BETWEEN, "--where", "client_kind=institution", "--format", "csv")[0].splitlines() == [
        "origin,goal,clients,assets_before,assets,value_before,value",
        "C,C,1,2000000.00,2000000.00,3600.00,3600.00"]  # fmt: skip


def test_a_users_reach_narrows(firm):
    assert run("flow", *BETWEEN, "--as", "team_lead", "--format", "csv")[0].splitlines()[1] == "2025-06,4,1,1,0,0,0,6"
    assert run("moves", "status", *BETWEEN, "--as", "other_staff", "--format", "csv")[0].splitlines()[1].startswith(
        "normal,normal,")  # fmt: skip
    refused = run("bridge", *BETWEEN, "--as", "team_lead", "--unit", "B02")[1].exception
    assert isinstance(refused, QuestionError)
    assert str(refused).startswith("Unit 'B02' was not found;")


def test_words_stand_in_the_list(firm):
    found = {(row["what"], row["key"]): row["definition"] for row in json.loads(run("list", "--format", "json")[0])}
    assert found["bridge", "market_effect"].startswith("What no other term explains")
    assert found["flow", "closing"] == "Clients at the end of the month."
