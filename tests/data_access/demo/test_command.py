"""``python -m data_access demo``: fills, publishes, prints one account per role; refuses in one sentence."""

from __future__ import annotations

import pytest
import typer
from sqlalchemy import func, select
from typer.testing import CliRunner

from data_access.cli import demo
from data_access.database import Database
from data_access.tables import client, client_status
from domain.words import Role, codes


@pytest.fixture
def command() -> typer.Typer:
    app = typer.Typer()
    demo.register(app)
    return app


SMALL = ["--clients", "200", "--months", "3", "--until", "2025-10"]


def test_it_fills_publishes_and_prints_the_accounts(default_db: Database, command: typer.Typer) -> None:
    result = CliRunner().invoke(command, SMALL)
    assert result.exit_code == 0, result.output
    assert "200 clients, 3 months" in result.output
    printed = [line.split()[0] for line in result.output.splitlines() if line.startswith("  ")]
    assert printed == [*codes(Role), "branch_admin", "outlet_reviewer"]
    with default_db.reading() as connection:
        assert connection.execute(select(func.count()).select_from(client)).scalar() == 200
        assert connection.execute(select(func.count()).where(client_status.c.month == 202510)).scalar() == 200

    again = CliRunner().invoke(command, SMALL)
    assert again.exit_code == 1
    assert "--replace" in again.output


@pytest.mark.parametrize(("wrong", "words"), [
    (["--until", "2025-13"], "not a month"), (["--until", "2199-01"], "no calendar is published"),
])  # fmt: skip
def test_what_cannot_be_built_is_one_sentence(
    default_db: Database, command: typer.Typer, wrong: list[str], words: str
) -> None:
    result = CliRunner().invoke(command, ["--months", "2", "--clients", "10", *wrong])
    assert result.exit_code == 1
    assert words in result.output
    assert "Traceback" not in result.output
