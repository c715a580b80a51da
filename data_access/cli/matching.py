"""``match``: give every account event without a verdict its relationship, approval or reason."""

from __future__ import annotations

import typer

from data_access.actor import OperatorActor
from data_access.database import database
from data_access.register.match_run import MatchSummary, match_events


def register(app: typer.Typer) -> None:
    """Add the matching command."""
    app.command("match")(_match)


def _match() -> None:
    """Match account events with pre-registrations; what is decided already stays, so it can run again at any time."""
    report_match(match_events(database(), actor=OperatorActor()))


def report_match(summary: MatchSummary) -> None:
    """Write what a matching did."""
    parts = ", ".join(f"{outcome} {count:,}" for outcome, count in summary.outcomes.items())
    typer.echo(f"Matched {summary.decided:,} event(s){': ' + parts if parts else ''}.")
    if summary.waiting:
        years = ", ".join(str(year) for year in summary.missing_years)
        typer.echo(f"{summary.waiting:,} event(s) wait for the calendar of {years}; import it and match again.")
