"""``init``: create or upgrade the schema."""

from __future__ import annotations

import typer
from sqlalchemy import select

from data_access.database import database
from data_access.schema import upgrade
from data_access.settings import settings
from data_access.tables import client


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

    @app.command("has-data")
    def has_data() -> None:
        """Exit 0 when the database holds clients, 1 when it is empty."""
        with database().reading() as connection:
            known = connection.execute(select(client.c.client_id).limit(1)).first() is not None
        typer.echo("yes" if known else "no")
        raise typer.Exit(0 if known else 1)
