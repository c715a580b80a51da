"""The command line of the refresh, and how fresh a published month is."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
import typer
from sqlalchemy import insert
from typer.testing import CliRunner

from data_access.actor import OperatorActor
from data_access.cli.refresh import register
from data_access.clock import frozen
from data_access.database import Database
from data_access.reads.freshness import read_freshness
from data_access.refresh import refresh
from data_access.tables import month_state
from tests.support.books import add_client, firm, month_row, write_batch, write_book
from tests.support.published import current


@pytest.fixture
def app() -> typer.Typer:
    command_line = typer.Typer()
    register(command_line)
    return command_line


def _book():
    book = firm()
    add_client(book, 1, date(2023, 1, 1), office_id=3)
    add_client(book, 2, date(2023, 1, 1), office_id=7)
    book.client_month = [month_row(1, month, end_assets_fen=1, trades_count=0) for month in (202401, 202402)]
    return book


def test_refresh_from_the_command_line(app: typer.Typer, default_db: Database) -> None:
    with default_db.writing() as connection:
        write_book(connection, _book())
    first = CliRunner().invoke(app, ["--as-of", "2024-01"])
    assert (first.exit_code, first.stdout) == (0, "Published generation 1: 1 month(s) built, 2024-01 to 2024-01.\n")
    second = CliRunner().invoke(app, [])
    assert second.stdout == "Published generation 2: 1 month(s) built, 2024-02 to 2024-02.\n"
    assert CliRunner().invoke(app, []).stdout == "Nothing new: generation 2 stays current.\n"


@pytest.mark.parametrize(("options", "sentence"), [
    (["--engine", "spark"], "Error: This build has no Spark engine yet; run the refresh with --engine database.\n"),
    (["--as-of", "2024-13"], "Error: not a month YYYY-MM: '2024-13'\n"),
])  # fmt: skip
def test_a_refusal_is_one_sentence(app: typer.Typer, options, sentence) -> None:
    result = CliRunner().invoke(app, options)
    assert (result.exit_code, result.stderr) == (1, sentence)


def test_freshness_names_state_load_and_missing_offices(db: Database) -> None:
    with db.writing() as connection:
        write_book(connection, _book())
        write_batch(connection, "client_month", [202401, 202402])
        connection.execute(
            insert(month_state).values(month=202401, state="final", marked_at=datetime(2024, 2, 3, tzinfo=UTC))
        )
    refresh(db, actor=OperatorActor("tests"))
    with db.reading() as connection, frozen(datetime(2024, 4, 9, 15, tzinfo=UTC)):
        january = read_freshness(connection, current(connection), 202401)
        february = read_freshness(connection, current(connection), 202402)
    assert (january.state, february.state, february.is_late) == ("final", "provisional", False)
    assert february.offices_missing == [("O021", "O021")]
    assert february.loaded_at == datetime(2024, 1, 1, tzinfo=UTC)
    with db.reading() as connection, frozen(datetime(2024, 4, 9, 16, tzinfo=UTC)):
        assert read_freshness(connection, current(connection), 202402).is_late is True


def test_a_month_before_every_fact_is_refused_and_changes_nothing(app: typer.Typer, default_db: Database) -> None:
    with default_db.writing() as connection:
        write_book(connection, _book())
    CliRunner().invoke(app, [])
    result = CliRunner().invoke(app, ["--as-of", "2020-01"])
    assert (result.exit_code, result.stderr.splitlines()[-1]) == (
        1,
        "Error: No month up to 2020-01 has facts; the first one is 2024-01.",
    )
    assert CliRunner().invoke(app, []).stdout == "Nothing new: generation 1 stays current.\n"
