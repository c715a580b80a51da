"""``init``: create or upgrade the schema."""

from __future__ import annotations

import typer

from data_access.database import database
from data_access.schema import upgrade
from data_access.settings import settings


def register(app: typer.Typer) -> None:
    """Add the schema commands."""

    @app.command()
    def init() -> None:
        """Create or upgrade the schema at DATABASE_URL (default: SQLite under var/)."""
        first_run = not (settings().keys_dir / "audit.key").exists()
        revision = upgrade(database())
        typer.echo(f"Schema is at revision {revision}.")
        if first_run:
            typer.echo(f"Keys are made on first use in {settings().keys_dir}; keep a copy apart from the backups.")
