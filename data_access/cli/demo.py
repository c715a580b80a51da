"""``demo``: fill a database with a believable firm."""

from __future__ import annotations

import sys
import time
from typing import Annotated

import typer

from data_access.actor import OperatorActor
from data_access.database import database
from data_access.schema import upgrade
from domain.months import parse_month


def register(app: typer.Typer) -> None:
    """Add the demo command."""

    @app.command()
    def demo(
        clients: Annotated[int, typer.Option(min=1, help="How many clients.")] = 20_000,
        months: Annotated[int, typer.Option(min=1, help="How many months.")] = 36,
        seed: Annotated[int, typer.Option(min=0, help="The same seed gives the same firm.")] = 1,
        until: Annotated[str | None, typer.Option(help="Last month, YYYY-MM (default: last month).")] = None,
        replace: Annotated[bool, typer.Option("--replace", help="Throw the present data away first.")] = False,  # noqa: FBT002 -- a flag
    ) -> None:
        """Fill an empty database with a demo firm, refresh the figures and print one user per role."""
        # late: building a firm loads numpy and calendars that other commands do not need
        from data_access.demo import DemoRefused, build_demo
        from data_access.refresh import refresh
        from data_access.refresh.prepare import prepare_columns

        begun = time.monotonic()
        db = database()
        upgrade(db)
        try:
            last = parse_month(until) if until else None
            summary = build_demo(
                db, clients=clients, months=months, seed=seed, until=last, replace=replace, progress=_show
            )
        except (DemoRefused, ValueError) as error:
            typer.echo(f"Error: {error}", err=True)
            raise typer.Exit(1) from None
        typer.echo(
            f"{summary.clients:,} clients, {len(summary.months)} months, {summary.month_rows:,} month rows, "
            f"{summary.staff} staff in {time.monotonic() - begun:.1f} s."
        )
        refresh(db, actor=OperatorActor(), progress=_show)
        prepare_columns(db, progress=_show)
        typer.echo(
            f"With figures published: {time.monotonic() - begun:.1f} s. One account per role; every password "
            "works once and must then be changed:"
        )
        for user in summary.users:
            typer.echo(f"  {user.username:16} {user.password}  {user.place}")


def _show(what: str, done: int, total: int) -> None:
    if sys.stderr.isatty():
        typer.echo(f"\r{what}: {done:,} of {total:,}        ", nl=False, err=True)
