"""``refresh``: publish status rows, cubes and staff results of every month."""

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from data_access.actor import OperatorActor
from data_access.cli.nightly import end_what_is_over
from data_access.database import database
from data_access.refresh import RefreshRunning, refresh
from data_access.refresh.prepare import prepare_columns
from domain.months import month_text, parse_month


class Engine(StrEnum):
    """Where the statements of the refresh run."""

    DATABASE = "database"
    SPARK = "spark"


def register(app: typer.Typer) -> None:
    """Add the refresh command."""

    @app.command("refresh")
    def refresh_command(
        *,
        as_of: Annotated[str | None, typer.Option("--as-of", help="last month to publish, YYYY-MM")] = None,
        full: Annotated[bool, typer.Option("--full", help="build every month again")] = False,
        engine: Annotated[Engine, typer.Option(help="where the statements run")] = Engine.DATABASE,
    ) -> None:
        """Build the months whose facts are new or changed and publish them in one step."""
        if engine == Engine.SPARK:
            _fail("This build has no Spark engine yet; run the refresh with --engine database.")
        try:
            month = None if as_of is None else parse_month(as_of)
            result = refresh(database(), as_of=month, full=full, actor=OperatorActor(), progress=_show)
        except (ValueError, RefreshRunning) as error:
            _fail(str(error))
        for sentence, count in end_what_is_over(database()):
            if count:
                typer.echo(sentence)
        prepare_columns(database(), progress=_show)
        if result.months_built:
            first, last = result.months_built[0], result.months_built[-1]
            typer.echo(
                f"Published generation {result.generation_id}: {len(result.months_built)} month(s) built, "
                f"{month_text(first)} to {month_text(last)}."
            )
        elif result.generation_id is None:
            typer.echo("Nothing to publish: no month has been imported yet.")
        else:
            typer.echo(f"Nothing new: generation {result.generation_id} stays current.")


def _show(step: str, done: int, total: int) -> None:
    typer.echo(f"[{done}/{total}] {step}", err=True)


def _fail(message: str) -> None:
    typer.echo(f"Error: {message}", err=True)
    raise typer.Exit(1)
