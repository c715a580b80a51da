"""What the Tiers page shows: sums per tier and group, cut-offs, shares of the most valuable, the Pareto curve."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Connection, cast, func, select

from data_access.reads.cubes import read_sums
from data_access.reads.generation import Generation
from data_access.scope import Scope, clients_in
from data_access.tables import client_status, org_unit, tier_cutoff
from domain.months import month_add, month_range
from domain.words import Status

CURVE_POINTS = 100
TIER_SUMS = ("clients_count", "value_fen", "end_assets_fen", "net_income_fen", "active_count")


@dataclass(frozen=True)
class TierPage:
    """Plain sums per tier; money in fen.

    ``tiers``: per tier. ``by_kind``, ``by_place``: per tier and client kind, branch (firm) or office.
    ``months``: per month and tier. ``cutoffs``: the published lines. ``curve``: ``(share of clients, share of
    value)`` in 0-1 along the clients with value, most valuable first; empty when no client has value.
    """

    tiers: list[dict[str, Any]]
    by_kind: list[dict[str, Any]]
    by_place: list[dict[str, Any]]
    months: list[dict[str, Any]]
    cutoffs: list[dict[str, Any]]
    curve: list[tuple[float, float]]


def read_tiers(connection: Connection, generation: Generation, month: int, scope: Scope) -> TierPage:
    """Read the Tiers page for a month of a pinned generation inside a reach."""
    now = generation.builds[month]
    span = [entry for entry in month_range(month_add(month, -23), month) if entry in generation.builds]
    place = "branch_id" if scope.everything else "office_id"
    units = {row.unit_id: row for row in connection.execute(
        select(org_unit.c.unit_id, org_unit.c.unit_code, org_unit.c.name))}  # fmt: skip
    by_place = [
        {"unit_code": units[row[place]].unit_code, "name": units[row[place]].name, **row}
        for row in read_sums(connection, scope, [now], TIER_SUMS, by=(place, "tier"))
    ]
    cutoffs = [dict(row) for row in connection.execute(
        select(tier_cutoff).where(tier_cutoff.c.build_id == now).order_by(tier_cutoff.c.peer, tier_cutoff.c.tier)
    ).mappings()]  # fmt: skip
    return TierPage(
        tiers=_tiered(read_sums(connection, scope, [now], TIER_SUMS, by=("tier",))),
        by_kind=_tiered(read_sums(connection, scope, [now], TIER_SUMS, by=("client_kind", "tier"))),
        by_place=_tiered(by_place),
        months=_tiered(read_sums(connection, scope, [generation.builds[entry] for entry in span],
                                 ("clients_count", "value_fen"), by=("month", "tier"))),
        cutoffs=cutoffs,
        curve=read_curve(connection, now, scope),
    )  # fmt: skip


def _tiered(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [row for row in rows if row["tier"] is not None]


def read_curve(connection: Connection, build_id: int, scope: Scope) -> list[tuple[float, float]]:
    """Return the Pareto curve (R-54) as at most a hundred points, from 1 % to 100 % of the clients with value."""
    row = client_status.c
    hundredth = func.ntile(CURVE_POINTS).over(order_by=(row.value_fen.desc(), row.client_id))
    valued = (
        select(row.value_fen, hundredth.label("part"))
        .where(row.build_id == build_id, row.status != Status.LOST.value, row.value_fen > 0,
               clients_in(scope, row.client_id, row.office_id))
        .subquery()
    )  # fmt: skip
    parts = connection.execute(
        select(
            valued.c.part, func.count().label("clients"), cast(func.sum(valued.c.value_fen), BigInteger).label("fen")
        )
        .group_by(valued.c.part)
        .order_by(valued.c.part)
    ).all()
    clients, total = sum(part.clients for part in parts), sum(part.fen for part in parts)
    points, seen, worth = [], 0, 0
    for part in parts:
        seen, worth = seen + part.clients, worth + part.fen
        points.append((seen / clients, worth / total))
    return points
