"""``python -m metrics train-warning``: fit, test out of time, store, and print the back-test."""

from __future__ import annotations

import os
import sys
import time
from typing import Annotated

import pandas as pd
import typer

from data_access.actor import OperatorActor
from data_access.database import database
from domain.months import month_text, parse_month
from metrics.errors import QuestionError
from metrics.warning.words import REFUSALS, back_test_table, window_sentence


def register(app: typer.Typer) -> None:
    """Add the command."""

    @app.command("train-warning")
    def train_warning_command(
        horizon: Annotated[int, typer.Option(help="Months ahead in which a loss counts, 1 to 12.")] = 3,
        as_of: Annotated[str | None, typer.Option(help="YYYY-MM: the last month that may be known.")] = None,
    ) -> None:
        """Train the churn model on the published history and print its back-test out of time."""
        # before the library loads: one thread, so that the same rows give the same model everywhere
        os.environ.setdefault("OMP_NUM_THREADS", "1")
        from metrics.warning.training import train_warning

        try:
            last = parse_month(as_of) if as_of else None
        except ValueError:
            raise QuestionError(f"Not a month: {as_of!r}; write YYYY-MM.") from None
        begun = time.monotonic()
        done = train_warning(database(), actor=OperatorActor(), horizon=horizon, as_of=last, progress=_show)
        model = done.model
        typer.echo(window_sentence(model))
        table = back_test_table(model)
        if len(table):
            typer.echo(_text(table))
            rated = model.back_test["rated"]
            typer.echo(f"Rated clients alone ({rated['rows']:,} rows, {rated['losses']:,} lost): area under the curve "
                       f"{_number(rated['model_auc'])}, rule points {_number(rated['points_auc'])}.")  # fmt: skip
        if model.back_test["is_demo"]:
            typer.echo("A demo firm: the back-test measures its generator; the optimum knows each client's hidden mood "
                       "and the market to come.")  # fmt: skip
        shown = "shown." if model.is_shown else f"not shown. {REFUSALS[done.test.refusal or '']}"
        typer.echo(f"Model {done.model_id}, scores of {month_text(model.scored_month)}: {shown} "
                   f"{time.monotonic() - begun:.1f} s.")  # fmt: skip


def _text(table: pd.DataFrame) -> str:
    plain = pd.DataFrame({
        "candidate": [f"{name} *" if chosen else name for name, chosen in zip(table["name"], table["is_chosen"],
                                                                                strict=True)],
        "AUC": [_number(value) for value in table["auc"]],
        "lift of the top tenth": [_number(value, 2) for value in table["top_lift"]],
        "Brier": [_number(value, 6) for value in table["brier"]],
    })  # fmt: skip
    return plain.to_string(index=False) + "\n* chosen: the larger AUC, then the smaller Brier score"


def _number(value: float | None, places: int = 4) -> str:
    return "–" if value is None or value != value else f"{value:.{places}f}"  # noqa: PLR0124 -- NaN of a frame


def _show(what: str, done: int, total: int) -> None:
    if sys.stderr.isatty():
        typer.echo(f"\r{what}: {done:,} of {total:,}        ", nl=False, err=True)
