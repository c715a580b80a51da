"""``python -m metrics``: formats, filters, reach, one sentence and exit code 1 on a wrong question."""

from __future__ import annotations

import json

import pytest
import typer.testing

from metrics import cli
from metrics.errors import QuestionError
from tests.support.firm import small_firm


@pytest.fixture
def firm(default_db):
    return small_firm(default_db, refreshed=True)


def run(*words):
    result = typer.testing.CliRunner().invoke(cli.app, list(words))
    return result.output, result


def test_csv_json_and_table(firm):
    assert run("query", "clients", "active_ratio", "--by", "tier", "--format", "csv")[0].splitlines() == [
        "tier,clients,active_ratio,active_ratio_numerator,active_ratio_denominator",
        "A,1,1.000000,1,1", "B,1,1.000000,1,1", "C,10,0.600000,6,10"]  # fmt: skip
    assert json.loads(run("query", "assets", "--by", "office", "--where", "office=O012", "--format", "json")[0]) == [
        {"office": "O012", "assets": 300500.0}]  # fmt: skip
    assert run("query", "clients", "--as-of", "2025-05-31")[0].split() == ["clients", "11"]
    assert run("rows", "pool_lost", "--where", "office=O021", "--format", "csv")[0].splitlines()[1].startswith(
        "00000013,1,O021,lost,,")  # fmt: skip
    assert json.loads(run("query", "income_share_top5", "--where", "status=lost", "--format", "json")[0]) == [
        {"income_share_top5": None, "income_share_top5_numerator": 0.0, "income_share_top5_denominator": 0.0}
    ]


def test_json_amounts_keep_two_decimals_and_ratios_six(firm):
    asked = ("query", "assets", "active_ratio", "--by", "office", "--where", "office=O012", "--format", "json")
    assert run(*asked)[0] == (
        '[\n {\n  "office": "O012",\n  "assets": 300500.00,\n  "active_ratio": 0.666667,\n'
        '  "active_ratio_numerator": 2,\n  "active_ratio_denominator": 3\n }\n]\n'
    )
    assert run("rows", "tasks_open", "--where", "staff=S0001", "--format", "json")[0] == "[]\n"


def test_where_repeats_and_a_users_reach_narrows(firm):
    assert run("query", "clients", "--where", "tier=A", "--where", "tier=B", "--where", "branch=B01")[0].split() == [
        "clients", "2"]  # fmt: skip
    assert run("query", "clients", "--as", "team_lead")[0].split() == ["clients", "6"]
    assert run("query", "clients", "--as", "other_staff")[0].split() == ["clients", "2"]


def test_list_and_why(firm):
    keys = {row["key"] for row in json.loads(run("list", "--format", "json")[0])}
    assert {"clients", "attributed_assets", "relationship_type"} <= keys
    assert run("why", "00000012", "--format", "csv")[0].splitlines()[1].startswith("status,lost,R-20,R-20.since,True")


@pytest.mark.parametrize(("words", "sentence"), [
    (("query", "customers"), "Unknown metric 'customers'; allowed are"),
    (("query", "clients", "--where", "tier"), "Not a filter: 'tier'; write DIM=VALUE."),
    (("query", "clients", "--as", "nobody"), "There is no active user 'nobody'."),
])  # fmt: skip
def test_a_failure_is_one_sentence_and_exit_code_1(firm, words, sentence, capsys, monkeypatch):
    assert isinstance(run(*words)[1].exception, QuestionError)
    with pytest.raises(SystemExit) as stopped:
        cli.main(lambda: cli.app(list(words), standalone_mode=False))
    assert stopped.value.code == 1
    error = capsys.readouterr().err
    assert error.startswith(f"Error: {sentence}")
    assert error.count("\n") == 1
