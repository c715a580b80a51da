"""Publishing a generation by one flip of the pointer, and dropping the clients' rows of old ones.

Every generation ever published stays, with the sums of its months, its tier lines and its staff results, so that a
past month can for ever be read as it was known then. Rows of single clients are kept for the newest three.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from sqlalchemy import Connection, delete, exists, insert, select, update

from data_access.clock import now
from data_access.database import Database
from data_access.tables import (
    build,
    client_column,
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
"""Readers that pinned one of the two generations before the current one still find its clients' rows."""

_BUILD_TABLES = (client_status, client_column, cube_client, cube_share, cube_transfer, staff_month, tier_cutoff)


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
    """Delete clients' rows of builds outside the newest three generations, one build a transaction.

    Builds that never became part of a generation, of a refresh that failed, are deleted whole.
    """
    with db.reading() as connection:
        kept = select(generation.c.generation_id).order_by(generation.c.generation_id.desc()).limit(KEPT_GENERATIONS)
        in_use = select(generation_month.c.build_id).where(generation_month.c.generation_id.in_(kept))
        published = select(generation_month.c.build_id)
        has_clients = exists().where(client_status.c.build_id == build.c.build_id)
        old = connection.execute(
            select(build.c.build_id)
            .where(build.c.build_id.not_in(in_use), build.c.build_id.in_(published), has_clients)
            .order_by(build.c.build_id)
        ).scalars().all()  # fmt: skip
        never = connection.execute(
            select(build.c.build_id).where(build.c.build_id.not_in(published)).order_by(build.c.build_id)
        ).scalars().all()  # fmt: skip
    for build_id in old:
        db.transact(partial(_drop_clients, build_id=build_id))
    for build_id in never:
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


def _drop_clients(connection: Connection, build_id: int) -> None:
    for table in (client_status, client_column):
        connection.execute(delete(table).where(table.c.build_id == build_id))


def _drop_build(connection: Connection, build_id: int) -> None:
    for table in _BUILD_TABLES:
        connection.execute(delete(table).where(table.c.build_id == build_id))
    connection.execute(delete(build).where(build.c.build_id == build_id))
