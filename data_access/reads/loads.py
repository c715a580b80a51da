"""What has been loaded and refreshed: months with their state and rows, the newest refresh runs."""

from __future__ import annotations

from operator import itemgetter
from typing import Any

from sqlalchemy import BigInteger, Connection, and_, case, cast, func, literal, select

from data_access.reads.generation import Generation
from data_access.scope import Scope, clients_in
from data_access.tables import cube_client, month_state, refresh_run
from domain.words import MonthState


def read_months(connection: Connection, scope: Scope, generation: Generation | None) -> list[dict[str, Any]]:
    """Return one row per published month, the newest first: clients, rows, offices without rows, state.

    Only the offices inside the reach count; none for a personal reach.
    """
    if generation is None or scope.is_personal:
        return []
    states = {row.month: row.state for row in connection.execute(select(month_state.c.month, month_state.c.state))}
    cube = cube_client.c
    month_of_build = {build_id: month for month, build_id in generation.builds.items()}
    office = (
        # by build, as the index has them
        select(cube.build_id, func.sum(cube.row_count).label("rows"), func.sum(cube.alive_count).label("alive"))
        .where(cube.build_id.in_(month_of_build), clients_in(scope, literal(0), cube.office_id))
        .group_by(cube.build_id, cube.office_id)
        .subquery()
    )
    missing = func.sum(case((and_(office.c.rows == 0, office.c.alive > 0), 1), else_=0))
    found = connection.execute(
        select(office.c.build_id, cast(func.sum(office.c.rows), BigInteger).label("rows"),
               cast(func.sum(office.c.alive), BigInteger).label("clients"), missing.label("missing"))
        .group_by(office.c.build_id)
    )  # fmt: skip
    rows = [{"month": month_of_build[one.build_id], "rows": one.rows, "clients": one.clients, "missing": one.missing}
            for one in found]  # fmt: skip
    rows.sort(key=itemgetter("month"), reverse=True)
    return [{**row, "state": states.get(row["month"], MonthState.PROVISIONAL.value)} for row in rows]


def read_runs(connection: Connection, limit: int = 10) -> list[dict[str, Any]]:
    """Return the newest refresh runs with their progress."""
    query = select(refresh_run).order_by(refresh_run.c.run_id.desc()).limit(limit)
    return [dict(row) for row in connection.execute(query).mappings()]
