"""The watch list: clients below the line of the tier that they still hold (R-53)."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from sqlalchemy import BigInteger, Connection, cast, func, select

from data_access.reads.client_filter import ClientFilter
from data_access.reads.client_lists import PAGE_LIMIT, read_clients
from data_access.reads.generation import Generation
from data_access.scope import Scope, clients_in
from data_access.tables import build, client_status, rule_set, tier_cutoff
from domain.months import month_add
from domain.policies import FIRST_RULE_SET, RuleSet
from domain.tiers import FIRM_PEER


def read_rules_of(connection: Connection, build_id: int) -> RuleSet:
    """Return the rule set by which a month was built."""
    body = connection.execute(
        select(rule_set.c.body).join(build, build.c.rule_version == rule_set.c.version)
        .where(build.c.build_id == build_id)
    ).scalar()  # fmt: skip
    return RuleSet.from_body(json.loads(body)) if body else FIRST_RULE_SET


def watch_filter(rules: RuleSet, *, falling: bool = False, **more: Any) -> ClientFilter:
    """Return the filter of all clients on watch, or of those whose last month-end on watch has come."""
    return ClientFilter(watch_from=rules.watch_months if falling and rules.watch_months else 1, **more)


def count_watch(connection: Connection, build_id: int, scope: Scope, kinds: Sequence[str] = (),
                tiers: Sequence[str] = ()) -> dict[tuple[str, int], tuple[int, int]]:  # fmt: skip
    """Return clients and their value in fen by the tier held and the month-ends below its line.

    ``kinds``, ``tiers``: of the clients (empty: all).
    """
    row = client_status.c
    kept = [column.in_(codes) for column, codes in ((row.client_kind, kinds), (row.tier, tiers)) if codes]
    return {
        (line.tier, line.watch_count): (line.clients, int(line.fen))
        for line in connection.execute(
            select(row.tier, row.watch_count, func.count().label("clients"),
                   cast(func.sum(row.value_fen), BigInteger).label("fen"))
            .where(row.build_id == build_id, row.watch_count > 0, clients_in(scope, row.client_id, row.office_id),
                   *kept)
            .group_by(row.tier, row.watch_count)
        )
    }  # fmt: skip


def read_watch(
    connection: Connection, generation: Generation, month: int, scope: Scope, kept: ClientFilter, *,
    after: tuple[Any, int] | None = None, limit: int = PAGE_LIMIT,
) -> list[dict[str, Any]]:  # fmt: skip
    """Return one page of the watch list, the most valuable first, as rows of ``read_clients`` with more fields.

    ``line_fen``: the line of the tier held; ``short_fen``: what is missing to it; ``line_tier``: where the client
    falls; ``watch_count`` of ``watch_months`` month-ends; ``falls_in``: the month (YYYYMM) at whose end it falls
    unless the value has reached the line of that month-end.
    """
    rows = read_clients(connection, generation, month, scope, kept, order="value", after=after, limit=limit)
    build_id = generation.builds[month]
    rules = read_rules_of(connection, build_id)
    status = client_status.c
    known = {
        line.client_id: line
        for line in connection.execute(
            select(status.client_id, status.line_tier, status.watch_count)
            .where(status.build_id == build_id, status.client_id.in_([row["client_id"] for row in rows]))
        )
    }  # fmt: skip
    lines = {
        (line.peer, line.tier): line.cut_fen
        for line in connection.execute(
            select(tier_cutoff.c.peer, tier_cutoff.c.tier, tier_cutoff.c.cut_fen)
            .where(tier_cutoff.c.build_id == build_id)
        )
    }  # fmt: skip
    for row in rows:
        one = known[row["client_id"]]
        line = lines.get((FIRM_PEER, row["tier"]), lines.get((row["client_kind"], row["tier"])))
        row |= {"line_tier": one.line_tier, "watch_count": one.watch_count, "watch_months": rules.watch_months,
                "line_fen": line, "short_fen": None if line is None else line - row["value_fen"],
                "falls_in": month_add(month, max(rules.watch_months - one.watch_count, 0) + 1)}  # fmt: skip
    return rows
