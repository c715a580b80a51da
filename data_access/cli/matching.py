"""``match``: give every account event without a verdict its relationship, approval or reason."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Annotated

import typer

from data_access.actor import OperatorActor
from data_access.database import database
from data_access.register.canonical import canonical_register
from data_access.register.match_run import MatchSummary, match_events


def register(app: typer.Typer) -> None:
    """Add the matching command."""
    app.command("match")(_match)
    app.command("canonical-register")(_canonical)


def _match() -> None:
    """Match account events with pre-registrations; what is decided already stays, so it can run again at any time."""
    report_match(match_events(database(), actor=OperatorActor()))


def _canonical(file: Annotated[Path, typer.Argument(help="File to write")]) -> None:
    """Write the register by business keys alone, to compare two databases byte for byte."""
    with database().reading() as connection:
        body = canonical_register(connection)
    file.write_text(body, encoding="utf-8")
    digest = hashlib.sha256(body.encode()).hexdigest()
    typer.echo(f"{body.count(chr(10)):,} line(s) written to {file}, SHA-256 {digest}.")


def report_match(summary: MatchSummary) -> None:
    """Write what a matching did."""
    parts = ", ".join(f"{outcome} {count:,}" for outcome, count in summary.outcomes.items())
    typer.echo(f"Matched {summary.decided:,} event(s){': ' + parts if parts else ''}.")
    if summary.waiting:
        years = ", ".join(str(year) for year in summary.missing_years)
        typer.echo(f"{summary.waiting:,} event(s) wait for the calendar of {years}; import it and match again.")
