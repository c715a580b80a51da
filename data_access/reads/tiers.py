"""The published tier lines and the Pareto curve of one month."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, Connection, cast, func, select

from data_access.reads.generation import Generation
from data_access.reads.places import read_node
from data_access.scope import Scope, clients_in
from data_access.tables import client_status, cube_share, tier_cutoff
from domain.words import Status

CURVE_POINTS = 100


def read_cutoffs(connection: Connection, generation: Generation, month: int, scope: Scope) -> list[dict[str, Any]]:
    """Return the published lines per peer group and tier: N, k and the k-th value in fen (R-53).

    The line is for every reader; N and k tell of the whole firm and are None below a reach of everything.
    """
    query = (
        select(tier_cutoff)
        .where(tier_cutoff.c.build_id == generation.builds[month])
        .order_by(tier_cutoff.c.peer, tier_cutoff.c.tier)
    )
    hidden: dict[str, Any] = {} if scope.everything else {"base_count": None, "k_count": None}
    return [{**row, **hidden} for row in connection.execute(query).mappings()]


def read_curve(connection: Connection, build_id: int, scope: Scope, kinds: Sequence[str] = (),
               tiers: Sequence[str] = ()) -> list[tuple[float, float]]:  # fmt: skip
    """Return the Pareto curve (R-54) as at most a hundred points, from 1 % to 100 % of the clients with value.

    ``kinds``, ``tiers``: of the clients (empty: all).
    """
    node = None if kinds or tiers else read_node(connection, scope)
    if node is not None:
        published = connection.execute(
            select(cube_share.c.valued_count, cube_share.c.total_fen, cube_share.c.curve)
            .where(cube_share.c.build_id == build_id, cube_share.c.unit_id == node)
        ).first()  # fmt: skip
        if published is None:
            return []
        return [(seen / published.valued_count, worth / published.total_fen)
                for seen, worth in json.loads(published.curve)]  # fmt: skip
    row = client_status.c
    kept = [column.in_(codes) for column, codes in ((row.client_kind, kinds), (row.tier, tiers)) if codes]
    hundredth = func.ntile(CURVE_POINTS).over(order_by=(row.value_fen.desc(), row.client_id))
    valued = (
        select(row.value_fen, hundredth.label("part"))
        .where(row.build_id == build_id, row.status != Status.LOST.value, row.value_fen > 0,
               clients_in(scope, row.client_id, row.office_id), *kept)
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
