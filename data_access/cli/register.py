"""``register check`` and ``register export``: the work list of conflicts, and the register as a file."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Annotated

import typer

from data_access.actor import OperatorActor
from data_access.cli.faults import fault_lines
from data_access.clock import business_date
from data_access.database import database
from data_access.reads.type_rules import read_type_names
from data_access.register.conflicts import CheckSummary, find_conflicts, read_faults
from data_access.register.export import write_register
from data_access.scope import FIRM
from domain.words import RelationshipType, codes


def register(app: typer.Typer) -> None:
    """Add the commands of the register."""
    group = typer.Typer(no_args_is_help=True, help="The register of relationships: check it, write it to a file.")
    group.command("check")(_check)
    group.command("export")(_export)
    app.add_typer(group, name="register")


def _check(*, dry_run: Annotated[bool, typer.Option("--dry-run", help="Report only")] = False) -> None:
    """Check every relationship against the rules and bring the work list of conflicts up to date."""
    db = database()
    if dry_run:
        with db.reading() as connection:
            faults = tuple(read_faults(connection))
        end = f"Dry run, nothing written: {len(faults):,} fault(s)."
    else:
        summary = find_conflicts(db, OperatorActor())
        faults = summary.found
        end = check_line(summary)
    for line in fault_lines(faults):
        typer.echo(line)
    typer.echo(end)


def check_line(summary: CheckSummary) -> str:
    """Return what a check of the register found and did to the work list, as one line."""
    return (f"{len(summary.found):,} fault(s): {summary.opened:,} new on the work list, {summary.gone:,} gone, "
            f"{summary.waiting:,} waiting.")  # fmt: skip


def _export(
    file: Annotated[Path, typer.Argument(help="CSV file to write, of the form that `import relationship` reads")],
    on: Annotated[str | None, typer.Option("--on", help="Only what holds on this day, YYYY-MM-DD")] = None,
    of_type: Annotated[list[str] | None, typer.Option("--type", help="Only this type; may be repeated")] = None,
) -> None:
    """Write the confirmed relationships, one row per holder; importing the file again changes nothing."""
    with database().reading() as connection:
        known = (*codes(RelationshipType), *read_type_names(connection))
        unknown = sorted(set(of_type or ()) - set(known))
        if unknown:
            raise typer.BadParameter(f"unknown type {unknown[0]!r}; one of: {', '.join(known)}")
        rows = write_register(connection, FIRM, file, on=_day(on), types=tuple(of_type or ()))
    typer.echo(f"{rows:,} row(s) written to {file}.")


def _day(text: str | None) -> date | None:
    if text is None:
        return None
    try:
        return business_date() if text == "today" else date.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter("a day is written YYYY-MM-DD, or: today") from None
