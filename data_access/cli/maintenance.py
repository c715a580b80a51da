"""``check``, ``backup`` and ``restore``: what an operator runs every night and on a bad day."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, NoReturn

import typer

from data_access.backup import BackupRefused
from data_access.backup import backup as write_backup
from data_access.backup import restore as read_backup
from data_access.check import check_invariants, check_warnings
from data_access.database import database
from data_access.refresh.prepare import prepare_columns


def register(app: typer.Typer) -> None:
    """Add the maintenance commands."""
    app.command("check")(_check)
    app.command("backup")(_backup)
    app.command("restore")(_restore)


def _check() -> None:
    """Check the invariants; exit code 1 and a list when one is broken. Warnings alone do not fail."""
    for warning in check_warnings(database()):
        typer.echo(f"warning {warning.code}: {warning.text}")
    violations = check_invariants(database())
    for violation in violations:
        typer.echo(f"broken {violation.code}: {violation.text}")
    if violations:
        raise typer.Exit(1)
    typer.echo("All invariants hold.")


def _backup(file: Path) -> None:
    """Write a consistent backup to FILE while the app goes on; keys are not inside."""
    try:
        summary = write_backup(database(), file)
    except (BackupRefused, OSError) as error:
        _fail(error)
    typer.echo(
        f"Backed up {sum(summary.rows.values())} rows of {len(summary.rows)} tables to {file}. "
        "Keep the keys folder in another place."
    )


def _restore(
    file: Path,
    *,
    replace: Annotated[bool, typer.Option("--replace", help="put the backup in the place of existing data")] = False,
) -> None:
    """Restore FILE into an empty database of either engine and check it; everyone signs in again."""
    try:
        summary = read_backup(database(), file, replace=replace)
    except (BackupRefused, OSError) as error:
        _fail(error)
    prepare_columns(database())
    typer.echo(f"Restored {sum(summary.rows.values())} rows of {len(summary.rows)} tables.")
    for violation in summary.violations:
        typer.echo(f"broken {violation.code}: {violation.text}")
    if summary.violations:
        raise typer.Exit(1)


def _fail(error: Exception) -> NoReturn:
    typer.echo(f"Error: {error}", err=True)
    raise typer.Exit(1)
