"""The command line stops what runs away and never prints more than its rows, each with one sentence."""

from __future__ import annotations

import pytest
from typer.testing import CliRunner

from metrics import cli
from metrics.errors import QuestionError
from tests.support.firm import small_firm


@pytest.fixture
def firm(default_db):
    small_firm(default_db, refreshed=True)


def test_a_runaway_question_ends_with_a_sentence(firm, monkeypatch, capsys):
    monkeypatch.setattr(cli, "DEADLINE_S", 0.0)
    with pytest.raises(SystemExit) as ended:
        cli.main(lambda: cli.app(["query", "clients"], standalone_mode=False))
    assert ended.value.code == 1
    assert capsys.readouterr().err == (
        "Error: The question took longer than 0 seconds and was stopped; narrow it.\n")  # fmt: skip


def test_rows_are_cut_with_a_sentence(firm, monkeypatch):
    monkeypatch.setattr(cli, "MOST_ROWS", 5)
    found = CliRunner().invoke(cli.app, ["rows", "clients", "--format", "csv"])
    assert len(found.stdout.splitlines()) == 1 + 5
    assert found.stderr == "Only the first 5 rows are shown; narrow the question with --where.\n"


def test_an_answer_of_too_many_rows_is_refused(firm, monkeypatch):
    monkeypatch.setattr(cli, "MOST_ROWS", 2)
    found = CliRunner().invoke(cli.app, ["query", "clients", "--by", "office"])
    assert isinstance(found.exception, QuestionError)
    assert "more than 2 rows" in str(found.exception)


def test_rows_take_one_metric(firm):
    found = CliRunner().invoke(cli.app, ["rows", "clients,assets"])
    assert str(found.exception) == "rows takes one metric at a time."
