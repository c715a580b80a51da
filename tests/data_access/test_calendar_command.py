"""``calendar``: how far the calendar reaches, exit 1 below 60 days, and the choice of the days that count."""

from __future__ import annotations

from datetime import UTC, datetime

import typer
from typer.testing import CliRunner

from data_access.cli import calendar, maintenance
from data_access.clock import frozen
from data_access.database import Database


def run(*words: str) -> tuple[int, str]:
    app = typer.Typer()
    calendar.register(app)
    maintenance.register(app)
    result = CliRunner().invoke(app, ["calendar", *words])
    return result.exit_code, result.output


def test_the_calendar_says_how_far_it_reaches(default_db: Database) -> None:
    with frozen(datetime(2026, 11, 1, 2, tzinfo=UTC)):
        code, text = run()
        assert (code, text.splitlines()) == (0, ["Working days are: trading days of the exchange.",
                                                 "The calendar reaches 2026-12-31: 60 days are left."])  # fmt: skip
    with frozen(datetime(2026, 11, 2, 2, tzinfo=UTC)):
        code, text = run("--count", "official")
        assert (code, text.splitlines()[0]) == (1, "Working days are: official working days.")
        assert text.splitlines()[2].startswith("Fewer than 60 days are left")
        assert run("--count", "official") == (1, "Error: The calendar counts these days already.\n")
    with frozen(datetime(2035, 1, 2, 2, tzinfo=UTC)):
        assert "There is no calendar for 2035" in run()[1]
