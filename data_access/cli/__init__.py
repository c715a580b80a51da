"""``python -m data_access``: schema, demo firm, imports, refresh, users, backup. Each area registers its commands."""

from __future__ import annotations

import importlib
import sys

import typer
from sqlalchemy.exc import SQLAlchemyError

from data_access.database import DatabaseUnavailable, failure_sentence

AREAS = ("schema", "demo", "imports", "matching", "refresh", "users", "maintenance", "nightly", "register", "calendar")

app = typer.Typer(
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    help="Run the dashboard's data side: every failure exits non-zero with one sentence.",
)


def main() -> None:
    """Run the command line; an expected failure is one sentence on stderr and exit code 1."""
    for area in AREAS:  # a late import keeps `--help` of one area independent of the others
        importlib.import_module(f"data_access.cli.{area}").register(app)
    try:
        app()
        return
    except DatabaseUnavailable as error:
        sentence = str(error)
    except SQLAlchemyError as error:
        sentence = failure_sentence(error)
    typer.echo(f"Error: {sentence}", err=True)
    sys.exit(1)
