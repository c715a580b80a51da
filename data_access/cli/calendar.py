"""``calendar``: how far the working calendar reaches, and which days count."""

from __future__ import annotations

from typing import Annotated

import typer

from data_access.actor import OperatorActor
from data_access.clock import business_date
from data_access.commands.acting import Refused
from data_access.commands.calendar import choose_working_days
from data_access.database import database
from data_access.reads.working_days import LOW_DAYS, read_calendar_horizon, read_working_day_kind
from domain.calendar import WorkingDayKind


def register(app: typer.Typer) -> None:
    """Add the calendar command."""

    @app.command()
    def calendar(
        count: Annotated[WorkingDayKind | None, typer.Option(help="which days count as working days")] = None,
    ) -> None:
        """Say how far the working calendar reaches (exit 1 below 60 days), or choose which days count."""
        if count is not None:
            try:
                choose_working_days(database(), actor=OperatorActor(), kind=count.value)
            except Refused as refused:
                typer.echo(f"Error: {refused}", err=True)
                raise typer.Exit(1) from None
        today = business_date()
        with database().reading() as connection:
            kind, horizon = read_working_day_kind(connection), read_calendar_horizon(connection, today)
        typer.echo(f"Working days are: {kind.label.lower()}.")
        if horizon.last_day is None:
            typer.echo(f"There is no calendar for {today.year}; load one with the file kind 'calendar'.")
        else:
            typer.echo(f"The calendar reaches {horizon.last_day}: {horizon.days_left} days are left.")
        if horizon.is_low:
            typer.echo(f"Fewer than {LOW_DAYS} days are left; load the next year with the file kind 'calendar'.")
            raise typer.Exit(1)
