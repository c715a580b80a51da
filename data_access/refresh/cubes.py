"""``cube_client``: the sums of ``client_status`` that screens read instead of client rows."""

from __future__ import annotations

from sqlalchemy import Connection, case, func, insert, literal, select

from data_access.refresh.month import MonthBuild, total
from data_access.tables import CUBE_DIMENSIONS, client_status, cube_client
from domain.words import Status


def publish_cube(connection: Connection, build: MonthBuild) -> None:
    """Insert one row per combination of the cube's dimensions that occurs in the build."""
    row = client_status.c
    is_lost = row.status == Status.LOST.value
    sums = {
        "clients_count": func.count(),
        "alive_count": total(case((is_lost, 0), else_=1)),
        "active_count": total(case((row.is_active, 1), else_=0)),
        "monthly_active_count": total(case((row.is_monthly_active, 1), else_=0)),
        "row_count": total(case((row.has_row, 1), else_=0)),
        "lost_assets_fen": total(case((is_lost, row.end_assets_fen))),
        **{name: total(row[name]) for name in (
            "new_count", "lost_count", "returned_count", "end_assets_fen", "cash_fen", "inflow_fen", "outflow_fen",
            "turnover_fen", "trades_count", "net_income_fen", "value_fen", "filled_count", "required_count")},
    }  # fmt: skip
    # the month is constant inside a build, so it need not be grouped by
    dimensions = [row[name] for name in CUBE_DIMENSIONS if name != "month"]
    connection.execute(insert(cube_client).from_select(
        ["build_id", "month", *(column.name for column in dimensions), *sums],
        select(literal(build.build_id), literal(build.month), *dimensions, *sums.values())
        .where(row.build_id == build.build_id).group_by(*dimensions),
    ))  # fmt: skip
