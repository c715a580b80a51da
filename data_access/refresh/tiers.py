"""Tiers, cut-offs and income shares of one month (R-53, R-54), after the clients' rows are written."""

from __future__ import annotations

import json
from itertools import chain
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import ColumnElement, Connection, and_, case, func, insert, select, true, update

from data_access.refresh.month import MonthBuild
from data_access.tables import cube_share, org_unit, tier_cutoff
from domain.tiers import FIRM_PEER, rank_count
from domain.words import ClientKind, Status, Tier, UnitKind

TOP5_BP, TOP20_BP = 500, 2_000
"""The comparison shares of R-54; fixed by the names of the figures, not a setting."""
CURVE_PARTS = 100
"""Points of a Pareto curve."""
_SLICE = 100_000

Numbers = npt.NDArray[np.int64]


def publish_tiers(connection: Connection, build: MonthBuild) -> None:
    """Set the tiers and write ``tier_cutoff``."""
    connection.execute(
        insert(tier_cutoff), [{"build_id": build.build_id, **line} for line in set_tiers(connection, build)]
    )


def set_tiers(connection: Connection, build: MonthBuild) -> list[dict[str, Any]]:
    """Put the clients in their tiers and return the lines as rows of ``tier_cutoff`` without the build.

    A client that was in a higher tier stays in it, on watch, for ``watch_months`` month-ends below the line.
    """
    peers = [None] if build.rules.tier_peer == FIRM_PEER else list(ClientKind)
    lines = [line for peer in peers for line in _set_peers(connection, build, peer)]
    if build.rules.watch_months and build.previous_build_id is not None:
        _keep_on_watch(connection, build, build.previous_build_id)
    return lines


def _set_peers(connection: Connection, build: MonthBuild, kind: ClientKind | None) -> list[dict[str, Any]]:
    """Put the clients of one kind, or all, in their tiers and return the lines of this peer group."""
    row, rules = build.rows.c, build.rules
    valued = and_(row.build_id == build.build_id, row.status != Status.LOST.value, row.value_fen > 0,
                  true() if kind is None else row.client_kind == kind.value)  # fmt: skip
    base = connection.execute(select(func.count()).where(valued)).scalar_one()
    lines: list[dict[str, Any]] = []
    cuts: dict[Tier, int] = {}
    for tier, share_bp, floor_fen in (
        (Tier.B, rules.tier_b_bp, rules.tier_b_floor_fen), (Tier.A, rules.tier_a_bp, rules.tier_a_floor_fen),
    ):  # fmt: skip
        k = rank_count(base, share_bp)
        cut = max(_value_at(connection, build, valued, k), floor_fen) if k else None
        lines.append({"peer": FIRM_PEER if kind is None else kind.value, "tier": tier.value, "month": build.month,
                      "rule_version": rules.version, "base_count": base, "k_count": k, "cut_fen": cut})  # fmt: skip
        if cut is not None:
            cuts[tier] = cut
    if cuts:
        tier_of = case(*((row.value_fen >= cuts[one], one.value) for one in (Tier.A, Tier.B) if one in cuts),
                       else_=Tier.C.value)  # fmt: skip
        peers = true() if kind is None else row.client_kind == kind.value
        connection.execute(
            update(build.rows)
            .where(row.build_id == build.build_id, row.value_fen >= min(cuts.values()), peers,
                   row.status != Status.LOST.value)
            .values(tier=tier_of, line_tier=tier_of)
        )  # fmt: skip
    return lines


def _value_at(connection: Connection, build: MonthBuild, valued: ColumnElement[bool], place: int) -> int:
    """Return the value of the client at a place, counted from 1 at the most valuable."""
    value = build.rows.c.value_fen
    return int(connection.execute(select(value).where(valued).order_by(value.desc()).offset(place - 1).limit(1))
               .scalar_one())  # fmt: skip


def _keep_on_watch(connection: Connection, build: MonthBuild, previous_build_id: int) -> None:
    """Leave clients that fell below the line in the tier they had, one month more on watch; tier codes sort."""
    row, before = build.rows.c, build.rows_before.alias("before")
    connection.execute(
        update(build.rows)
        .where(row.build_id == build.build_id, before.c.build_id == previous_build_id,
               before.c.client_id == row.client_id, before.c.tier.in_((Tier.A.value, Tier.B.value)),
               row.status != Status.LOST.value, row.line_tier > before.c.tier,
               before.c.watch_count < build.rules.watch_months)
        .values(tier=before.c.tier, watch_count=before.c.watch_count + 1)
    )  # fmt: skip


def read_shares(connection: Connection, build: MonthBuild) -> list[dict[str, Any]]:
    """Return the top shares (exactly ceil(share x N) clients, R-54) and the curve of every node with a valued client.

    Rows of ``cube_share``; rests on the build's client rows alone, whatever their tiers.
    """
    ranked = _read_ranked(connection, build)
    units = connection.execute(select(org_unit.c.unit_id, org_unit.c.kind).order_by(org_unit.c.unit_id)).all()
    hq = next((unit.unit_id for unit in units if unit.kind == UnitKind.HQ.value), None)
    known = {unit.unit_id for unit in units}
    branches, offices, values = ranked[:, 0], ranked[:, 1], ranked[:, 2]
    rows: list[dict[str, Any]] = []
    # a client counts for headquarters, its branch and its office, each once
    nodes = {*np.unique(branches).tolist(), *np.unique(offices).tolist(), *([hq] if len(values) else [])}
    for node in sorted(nodes & known):
        own = values if node == hq else values[(branches == node) | (offices == node)]
        upto = np.cumsum(own)
        top5, top20 = rank_count(len(own), TOP5_BP), rank_count(len(own), TOP20_BP)
        rows.append({
            "build_id": build.build_id, "unit_id": node, "month": build.month, "valued_count": len(own),
            "top5_count": top5, "top20_count": top20, "top5_fen": int(upto[top5 - 1]),
            "top20_fen": int(upto[top20 - 1]), "total_fen": int(upto[-1]), "curve": json.dumps(_curve(upto)),
        })  # fmt: skip
    return rows


def publish_shares(connection: Connection, rows: list[dict[str, Any]]) -> None:
    """Insert what ``read_shares`` found."""
    if rows:
        connection.execute(insert(cube_share), rows)


def _read_ranked(connection: Connection, build: MonthBuild) -> Numbers:
    """Return branch, office and value of every valued client not lost, the most valuable first."""
    row = build.rows.c
    found = connection.execute(
        select(row.branch_id, row.office_id, row.value_fen)
        .where(row.build_id == build.build_id, row.status != Status.LOST.value, row.value_fen > 0)
        .order_by(row.value_fen.desc()),
        execution_options={"yield_per": _SLICE},
    )
    return np.fromiter(chain.from_iterable(found), dtype=np.int64).reshape(-1, 3)


def _curve(upto: Numbers) -> list[tuple[int, int]]:
    """Return clients and their value in fen, both counted from the top, after each hundredth of the clients."""
    count = len(upto)
    sizes = [count // CURVE_PARTS + (part < count % CURVE_PARTS) for part in range(CURVE_PARTS)]
    ends = np.cumsum(sizes)
    return [(int(end), int(upto[end - 1])) for end, size in zip(ends, sizes, strict=True) if size]
