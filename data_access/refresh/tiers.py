"""Tiers, cut-offs and income shares of one month (R-53, R-54), after ``client_status`` is filled."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, func, insert, select, update

from data_access.refresh.month import MonthBuild
from data_access.refresh.staging import unit_place
from data_access.tables import client_status, cube_share, org_unit, tier_cutoff
from domain.tiers import FIRM_PEER, rank_count
from domain.words import Status, Tier, UnitKind

TOP5_BP, TOP20_BP = 500, 2_000
"""The comparison shares of R-54; fixed by the names of the figures, not a setting."""


def publish_tiers(connection: Connection, build: MonthBuild) -> None:
    """Set tiers A and B, write ``tier_cutoff`` and ``cube_share`` in one pass down the clients by value."""
    row = client_status.c
    valued = (row.build_id == build.build_id) & (row.status != Status.LOST.value) & (row.value_fen > 0)
    per_place = connection.execute(
        select(row.branch_id, row.office_id, func.count().label("base")).where(valued)
        .group_by(row.branch_id, row.office_id)
    ).all()  # fmt: skip
    nodes = _nodes_above(connection, {(place.branch_id, place.office_id) for place in per_place})
    bases: Counter[int] = Counter()
    for place in per_place:
        bases.update(dict.fromkeys(nodes[place.branch_id, place.office_id], place.base))
    base = sum(place.base for place in per_place)
    ranks = {Tier.B: rank_count(base, build.rules.tier_b_bp), Tier.A: rank_count(base, build.rules.tier_a_bp)}
    ranked = connection.execute(
        select(row.branch_id, row.office_id, row.value_fen).where(valued).order_by(row.value_fen.desc()),
        execution_options={"yield_per": 10_000},
    )
    cuts = _walk(connection, build, ranked, ranks, nodes, bases)
    for tier, k in ranks.items():
        cut = cuts.get(k)
        connection.execute(insert(tier_cutoff).values(
            build_id=build.build_id, peer=FIRM_PEER, tier=tier.value, month=build.month,
            rule_version=build.rules.version, base_count=base, k_count=k, cut_fen=cut))
        if cut is not None:
            connection.execute(
                update(client_status)
                .where(row.build_id == build.build_id, row.value_fen >= cut, row.status != Status.LOST.value)
                .values(tier=tier.value)
            )  # fmt: skip


def _nodes_above(connection: Connection, places: set[tuple[int, int]]) -> dict[tuple[int, int], tuple[int, ...]]:
    """Return the nodes a client of a branch and office counts for: headquarters, branch and office, each once."""
    hq = connection.execute(
        select(org_unit.c.unit_id).where(org_unit.c.kind == UnitKind.HQ.value).order_by(org_unit.c.unit_id)
    ).scalars().first()  # fmt: skip
    known = set(connection.execute(select(unit_place.c.unit_id)).scalars())
    return {place: tuple(sorted({one for one in (hq, *place) if one is not None and one in known})) for place in places}


def _walk(
    connection: Connection,
    build: MonthBuild,
    ranked: Iterable[Any],
    ranks: dict[Tier, int],
    nodes: dict[tuple[int, int], tuple[int, ...]],
    bases: Counter[int],
) -> dict[int, int]:
    """Write each node's top shares (exactly ceil(share x N) clients, R-54); return the values at the ranks."""
    wanted, cuts = set(ranks.values()), {}
    top5 = {node: rank_count(count, TOP5_BP) for node, count in bases.items()}
    top20 = {node: rank_count(count, TOP20_BP) for node, count in bases.items()}
    seen: dict[int, int] = dict.fromkeys(bases, 0)
    sum5, sum20, sums = dict(seen), dict(seen), dict(seen)
    for rank, (branch_id, office_id, value) in enumerate(ranked, start=1):
        if rank in wanted:
            cuts[rank] = value
        for node in nodes[branch_id, office_id]:
            place = seen[node] = seen[node] + 1
            sums[node] += value
            if place <= top20[node]:
                sum20[node] += value
                if place <= top5[node]:
                    sum5[node] += value
    rows = [
        {"build_id": build.build_id, "unit_id": node, "month": build.month, "valued_count": bases[node],
         "top5_count": top5[node], "top20_count": top20[node], "top5_fen": sum5[node], "top20_fen": sum20[node],
         "total_fen": sums[node]}
        for node in sorted(bases)
    ]  # fmt: skip
    if rows:
        connection.execute(insert(cube_share), rows)
    return cuts
