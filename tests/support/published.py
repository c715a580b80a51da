"""Read what a refresh published, in the shapes of the oracle."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Connection, delete, select

from data_access.reads.generation import Generation, read_generation
from data_access.tables import (
    client_spell,
    client_status,
    cube_client,
    cube_share,
    cube_transfer,
    generation_month,
    metadata,
    staff_month,
    tier_cutoff,
)
from data_access.tables.derived import build, generation
from tests.support.books import TABLES

PUBLISHED = (client_status, cube_client, cube_share, cube_transfer, tier_cutoff, staff_month)


def current(connection: Connection) -> Generation:
    found = read_generation(connection)
    assert found is not None
    return found


def all_rows(connection: Connection) -> dict[str, list[tuple[Any, ...]]]:
    """Every published row of the current generation without the build's own number, in a fixed order."""
    builds = sorted(current(connection).builds.values())
    found = {}
    for table in PUBLISHED:
        columns = [column for column in table.c if column.name not in ("build_id", "cube_id")]
        rows = connection.execute(select(*columns).where(table.c.build_id.in_(builds)))
        found[table.name] = sorted((tuple(row) for row in rows), key=repr)
    found["client_spell"] = sorted((tuple(row) for row in connection.execute(select(client_spell))), key=repr)
    return found


def status_rows(connection: Connection, build_id: int) -> list[dict[str, Any]]:
    rows = connection.execute(
        select(client_status).where(client_status.c.build_id == build_id).order_by(client_status.c.client_id)
    )
    return [{name: value for name, value in row.items() if name != "build_id"} for row in rows.mappings()]


def clear(connection: Connection) -> None:
    """Empty every table a book or a refresh writes, so that the next example starts afresh."""
    names = {table.name for table in (*PUBLISHED, client_spell, generation_month, generation, build)}
    names |= {*TABLES, "refresh_run", "import_batch"}
    for table in reversed(metadata.sorted_tables):
        if table.name in names:
            connection.execute(delete(table))
