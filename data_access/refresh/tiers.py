"""Tiers, cut-offs and income shares of one month (R-53, R-54), after the clients' rows are written."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from sqlalchemy import Connection, case, insert, select, true, update

from data_access.bulk import read_numbers
from data_access.refresh.month import MonthBuild
from data_access.tables import cube_share, org_unit, tier_cutoff
from domain.tiers import FIRM_PEER, rank_count
from domain.words import ClientKind, Status, Tier, UnitKind

TOP5_BP, TOP20_BP = 500, 2_000
"""The comparison shares of R-54; fixed by the names of the figures, not a setting."""
CURVE_PARTS = 100
"""Points of a Pareto curve."""

_KINDS = list(ClientKind)

Numbers = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Ranking:
    """The valued clients of a build, the most valuable first: one place a client, values in fen.

    Valued are the clients that are not lost and whose value is above zero (R-53).
    """

    branch_id: Numbers
    office_id: Numbers
    kind: Numbers
    value_fen: Numbers

    def of(self, kind: ClientKind | None) -> Numbers:
        """Return the values of one kind of client, or of all."""
        return self.value_fen if kind is None else self.value_fen[self.kind == _KINDS.index(kind)]


def read_ranking(connection: Connection, build: MonthBuild) -> Ranking:
    """Return the build's valued clients from its stored rows."""
    row = build.rows.c
    kind = case({one.value: place for place, one in enumerate(_KINDS)}, value=row.client_kind)
    branch_id, place, value_fen = read_numbers(
        connection, row.branch_id, row.office_id * len(_KINDS) + kind, row.value_fen,
        where=(row.build_id == build.build_id, row.status != Status.LOST.value, row.value_fen > 0))  # fmt: skip
    order = np.argsort(-value_fen, kind="stable")
    office_id, kinds = np.divmod(place[order], len(_KINDS))
    return Ranking(branch_id[order], office_id, kinds, value_fen[order])


def publish_tiers(connection: Connection, build: MonthBuild, ranking: Ranking) -> None:
    """Set the tiers and write ``tier_cutoff``."""
    lines = set_tiers(connection, build, ranking)
    connection.execute(insert(tier_cutoff), [{"build_id": build.build_id, **line} for line in lines])


def set_tiers(connection: Connection, build: MonthBuild, ranking: Ranking) -> list[dict[str, Any]]:
    """Put the clients in their tiers and return the lines as rows of ``tier_cutoff`` without the build.

    A client that was in a higher tier stays in it, on watch, for ``watch_months`` month-ends below the line.
    """
    peers = [None] if build.rules.tier_peer == FIRM_PEER else _KINDS
    lines = [line for peer in peers for line in _set_peers(connection, build, peer, ranking.of(peer))]
    if build.rules.watch_months and build.previous_build_id is not None:
        _keep_on_watch(connection, build, build.previous_build_id)
    return lines


def _set_peers(
    connection: Connection, build: MonthBuild, kind: ClientKind | None, values: Numbers
) -> list[dict[str, Any]]:
    """Put the clients of one kind, or all, in their tiers and return the lines of this peer group."""
    row, rules, base = build.rows.c, build.rules, len(values)
    lines: list[dict[str, Any]] = []
    cuts: dict[Tier, int] = {}
    for tier, share_bp, floor_fen in (
        (Tier.B, rules.tier_b_bp, rules.tier_b_floor_fen), (Tier.A, rules.tier_a_bp, rules.tier_a_floor_fen),
    ):  # fmt: skip
        k = rank_count(base, share_bp)
        cut = max(int(values[k - 1]), floor_fen) if k else None
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


def publish_shares(connection: Connection, build: MonthBuild, ranking: Ranking) -> None:
    """Write the top shares (exactly ceil(share x N) clients, R-54) and the curve of every node with a valued client."""
    units = connection.execute(select(org_unit.c.unit_id, org_unit.c.kind).order_by(org_unit.c.unit_id)).all()
    hq = next((unit.unit_id for unit in units if unit.kind == UnitKind.HQ.value), None)
    known = {unit.unit_id for unit in units}
    branches, offices, values = ranking.branch_id, ranking.office_id, ranking.value_fen
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
    if rows:
        connection.execute(insert(cube_share), rows)


def _curve(upto: Numbers) -> list[tuple[int, int]]:
    """Return clients and their value in fen, both counted from the top, after each hundredth of the clients."""
    count = len(upto)
    sizes = [count // CURVE_PARTS + (part < count % CURVE_PARTS) for part in range(CURVE_PARTS)]
    ends = np.cumsum(sizes)
    return [(int(end), int(upto[end - 1])) for end, size in zip(ends, sizes, strict=True) if size]
