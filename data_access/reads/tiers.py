"""The published tier lines and the Pareto curve of one month."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from sqlalchemy import Connection, select

from data_access.reads.columns import Numbers, find_among, find_inside, read_columns
from data_access.reads.generation import Generation
from data_access.reads.places import read_node
from data_access.scope import Scope, clients_in
from data_access.tables import client_status, cube_share, tier_cutoff
from domain.words import Status

CURVE_POINTS = 100
TOPS = (5, 20)
"""Percents whose income shares are published."""


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


@dataclass(frozen=True)
class Concentration:
    """How income is shared: the Pareto curve, and of top percents the income (fen) of the most valuable and of all."""

    curve: tuple[tuple[float, float], ...]
    tops: dict[int, tuple[int, int]]


NOBODY = Concentration((), {})


def read_concentration(connection: Connection, build_id: int, scope: Scope, kinds: Sequence[str] = ()) -> Concentration:
    """Return the Pareto curve (R-54) and the income shares (R-53) of a month's clients with value.

    ``kinds``: of the clients (empty: all). The curve has at most a hundred points, from 1 % to 100 % of the clients.
    """
    node = None if kinds else read_node(connection, scope)
    if node is not None:
        published = connection.execute(
            select(cube_share).where(cube_share.c.build_id == build_id, cube_share.c.unit_id == node)
        ).first()  # fmt: skip
        if published is None:
            return NOBODY
        tops = {percent: (int(getattr(published, f"top{percent}_fen")), int(published.total_fen)) for percent in TOPS}
        return Concentration(tuple((seen / published.valued_count, worth / published.total_fen)
                                   for seen, worth in json.loads(published.curve)), tops)  # fmt: skip
    sums = np.cumsum(_read_values(connection, build_id, scope, kinds)).tolist()
    if not sums:
        return NOBODY
    clients, total = len(sums), sums[-1]
    # the first of the hundred parts are one client larger where a hundred does not divide their number
    parts, (whole, over) = min(clients, CURVE_POINTS), divmod(clients, CURVE_POINTS)
    ends = [place * whole + min(place, over) for place in range(1, parts + 1)]
    tops = {percent: (sums[(clients * percent + 99) // 100 - 1], total) for percent in TOPS}
    return Concentration(tuple((end / clients, sums[end - 1] / total) for end in ends), tops)


def _read_values(connection: Connection, build_id: int, scope: Scope, kinds: Sequence[str]) -> Numbers:
    """Return the value (fen) of every client of value not lost inside the reach, the highest first."""
    if scope.is_personal:  # few clients
        row = client_status.c
        found = connection.execute(
            select(row.value_fen)
            .where(row.build_id == build_id, row.status != Status.LOST.value, row.value_fen > 0,
                   clients_in(scope, row.client_id, row.office_id), *([row.client_kind.in_(kinds)] if kinds else ()))
        ).scalars()  # fmt: skip
        return -np.sort(-np.fromiter(found, dtype=np.int64))
    month = read_columns(connection, build_id, ("client_id", "office_id", "client_kind", "status", "value_fen"))
    kept = find_inside(connection, scope, month) & (month["value_fen"] > 0)
    kept &= ~find_among(month, "status", (Status.LOST.value,))
    if kinds:
        kept &= find_among(month, "client_kind", kinds)
    return -np.sort(-month["value_fen"][kept])
