"""``python -m metrics results``: whether campaigns worked, with the same figures as the page."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

import pandas as pd
import typer

from data_access.scope import Scope
from metrics.errors import QuestionError
from metrics.language import SOURCE, translator
from metrics.results import TABLES, read_results, results_table
from metrics.results.words import days_sentence, headline

SHORT = ("groups", "comparison", "change", "funnel", "cohorts")
"""Tables that are printed where none is named."""


def register(app: typer.Typer, write: Callable[[pd.DataFrame, Any], None], form: type[Any],
             reach_of: Callable[[str | None], Scope]) -> None:  # fmt: skip
    """Add the command; ``write`` prints a frame in a ``form``, ``reach_of`` is a user's reach."""

    @app.command("results")
    def results_command(
        campaign_nos: Annotated[list[str], typer.Argument(metavar="CAMPAIGN_NO...")],
        as_of: Annotated[str | None, typer.Option(help="YYYY-MM-DD: months, events, tasks up to that day.")] = None,
        days: Annotated[int | None, typer.Option(help="The day after the draw to compare on.")] = None,
        table: Annotated[str | None, typer.Option(help=f"One table alone: {', '.join(TABLES)}.")] = None,
        as_user: Annotated[str | None, typer.Option("--as", metavar="USER", help="Narrow to a user's reach.")] = None,
        language: Annotated[str, typer.Option(help="Language of the sentences: en or zh_CN.")] = SOURCE,
        shape: Annotated[str, typer.Option("--format", help="table, csv or json.")] = "table",
    ) -> None:  # fmt: skip
        """Show whether campaigns worked: both groups as drawn, the difference, the way of the tasks."""
        if shape not in [one.value for one in form]:
            raise QuestionError(f"Unknown format {shape!r}; allowed are {', '.join(one.value for one in form)}.")
        found = read_results(*campaign_nos, as_of=as_of, days=days, scope=reach_of(as_user))
        if table is not None or shape != "table":
            write(results_table(found, table or "groups"), form(shape))
            return
        translate = translator(language)
        typer.echo(f"{headline(found, translate).text} {days_sentence(found, translate)}")
        for name in SHORT:
            typer.echo(f"\n{name}")
            write(results_table(found, name), form(shape))
