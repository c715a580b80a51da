"""Publishing a generation by one flip of the pointer, and dropping what no reader can pin any more."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from sqlalchemy import Connection, delete, insert, select, update

from data_access.clock import now
from data_access.database import Database
from data_access.tables import (
    build,
    client_status,
    cube_client,
    cube_share,
    cube_transfer,
    generation,
    generation_month,
    staff_month,
    tier_cutoff,
)

KEPT_GENERATIONS = 3
"""Readers that pinned one of the two generations before the current one still find its rows."""

_BUILD_TABLES = (client_status, cube_client, cube_share, cube_transfer, staff_month, tier_cutoff)


def publish_generation(connection: Connection, *, run_id: int, builds: Mapping[int, int]) -> int:
    """Make ``builds`` (month to build) the current generation and return its id."""
    connection.execute(update(generation).where(generation.c.is_current).values(is_current=False))
    generation_id = connection.execute(
        insert(generation)
        .values(run_id=run_id, is_current=True, published_at=now(), last_month=max(builds))
        .returning(generation.c.generation_id)
    ).scalar_one()
    connection.execute(
        insert(generation_month),
        [
            {"generation_id": generation_id, "month": month, "build_id": build_id}
            for month, build_id in sorted(builds.items())
        ],
    )
    return int(generation_id)


def drop_old_builds(db: Database) -> None:
    """Delete generations beyond the newest three and builds of no kept generation, one build a transaction."""
    with db.reading() as connection:
        kept = connection.execute(
            select(generation.c.generation_id).order_by(generation.c.generation_id.desc()).limit(KEPT_GENERATIONS)
        ).scalars().all()  # fmt: skip
        known = connection.execute(select(generation.c.generation_id)).scalars().all()
        used = set(
            connection.execute(
                select(generation_month.c.build_id).where(generation_month.c.generation_id.in_(kept))
            ).scalars()
        )
        unused = [
            one
            for one in connection.execute(select(build.c.build_id).order_by(build.c.build_id)).scalars()
            if one not in used
        ]
    if set(known) - set(kept):
        db.transact(lambda connection: _drop_generations(connection, list(kept)))
    for build_id in unused:
        db.transact(partial(_drop_build, build_id=build_id))


def tell_sizes(db: Database) -> None:
    """Let the planner know how the published rows are spread; a sample of each index takes milliseconds.

    Without it SQLite takes every index that begins with the build for a narrow one.
    """

    def work(connection: Connection) -> None:
        if connection.dialect.name == "sqlite":
            connection.exec_driver_sql("PRAGMA analysis_limit = 20000")
            connection.exec_driver_sql("ANALYZE")
        else:
            for table in _BUILD_TABLES:
                connection.exec_driver_sql(f"ANALYZE {table.name}")

    db.transact(work)


def _drop_generations(connection: Connection, kept: list[int]) -> None:
    connection.execute(delete(generation_month).where(generation_month.c.generation_id.not_in(kept)))
    connection.execute(delete(generation).where(generation.c.generation_id.not_in(kept)))


def _drop_build(connection: Connection, build_id: int) -> None:
    for table in _BUILD_TABLES:
        connection.execute(delete(table).where(table.c.build_id == build_id))
    connection.execute(delete(build).where(build.c.build_id == build_id))
