"""Tiers, cut-offs and income shares of one month (R-53, R-54), after ``client_status`` is filled."""

from __future__ import annotations

from sqlalchemy import Connection, case, func, insert, literal, select, update
from sqlalchemy.sql import ColumnElement

from data_access.refresh.month import MonthBuild, total
from data_access.refresh.staging import analyze_stage, create_stage, valued
from data_access.tables import client_status, cube_share, org_unit, tier_cutoff
from domain.tiers import FIRM_PEER, rank_count
from domain.words import Status, Tier, UnitKind


def publish_tiers(connection: Connection, build: MonthBuild) -> None:
    """Rank the clients with a value, set tiers A and B, write ``tier_cutoff`` and ``cube_share``."""
    _rank(connection, build)
    base = int(connection.execute(select(func.count()).select_from(valued)).scalar_one())
    for tier, share_bp in ((Tier.B, build.rules.tier_b_bp), (Tier.A, build.rules.tier_a_bp)):
        k = rank_count(base, share_bp)
        cut = connection.execute(select(valued.c.value_fen).where(valued.c.firm_rank == k)).scalar()
        connection.execute(insert(tier_cutoff).values(
            build_id=build.build_id, peer=FIRM_PEER, tier=tier.value, month=build.month,
            rule_version=build.rules.version, base_count=base, k_count=k, cut_fen=cut))
        if cut is not None:
            connection.execute(
                update(client_status)
                .where(client_status.c.build_id == build.build_id, client_status.c.value_fen >= cut,
                       client_status.c.status != Status.LOST.value)
                .values(tier=tier.value)
            )  # fmt: skip
    _share(connection, build)


def _rank(connection: Connection, build: MonthBuild) -> None:
    row = client_status.c
    create_stage(connection, valued)

    def rank(*within: ColumnElement[int]) -> ColumnElement[int]:
        return func.row_number().over(partition_by=within or None, order_by=(row.value_fen.desc(), row.client_id))

    connection.execute(valued.insert().from_select(
        list(valued.c),
        select(row.branch_id, row.office_id, row.value_fen, rank(), rank(row.branch_id), rank(row.office_id)).where(
            row.build_id == build.build_id, row.status != Status.LOST.value, row.value_fen > 0),
    ))  # fmt: skip
    analyze_stage(connection, valued)


def _share(connection: Connection, build: MonthBuild) -> None:
    """Write the income of the top 5 % and 20 % per node: exactly ceil(share x N) clients, no ties (R-54)."""
    hq = connection.execute(
        select(org_unit.c.unit_id).where(org_unit.c.kind == UnitKind.HQ.value).order_by(org_unit.c.unit_id)
    ).scalars().first()  # fmt: skip
    nodes: list[tuple[ColumnElement[int], ColumnElement[int]]] = [
        (valued.c.branch_id, valued.c.branch_rank), (valued.c.office_id, valued.c.office_rank)]  # fmt: skip
    if hq is not None:
        nodes.insert(0, (literal(hq), valued.c.firm_rank))
    written: set[int] = set()
    for node, rank in nodes:
        counts = select(node.label("unit_id"), func.count().label("base")).select_from(valued).group_by(node).subquery()
        top5 = (counts.c.base * 500 + 9_999) // 10_000
        top20 = (counts.c.base * 2_000 + 9_999) // 10_000
        lines = connection.execute(
            select(
                counts.c.unit_id, counts.c.base, top5, top20,
                total(case((rank <= top5, valued.c.value_fen))), total(case((rank <= top20, valued.c.value_fen))),
                total(valued.c.value_fen),
            ).join_from(counts, valued, node == counts.c.unit_id)
            .group_by(counts.c.unit_id, counts.c.base).order_by(counts.c.unit_id)
        ).all()  # fmt: skip
        # a node that stands on two levels (an office straight below headquarters) is written once, as the higher
        rows = [dict(zip(cube_share.c.keys(), (build.build_id, line[0], build.month, *line[1:]), strict=True))
                for line in lines if line[0] not in written]
        written |= {row["unit_id"] for row in rows}
        if rows:
            connection.execute(insert(cube_share), rows)
