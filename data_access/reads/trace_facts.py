"""The raw facts behind one client's status and tier, and the cut-offs they were held against."""

from __future__ import annotations

import json
from dataclasses import dataclass

from sqlalchemy import Connection, bindparam, select

from data_access.reads.generation import Generation
from data_access.reads.reach import opens
from data_access.reads.rules import read_rules
from data_access.scope import Scope
from data_access.tables import (
    account_event,
    build,
    client,
    client_month,
    client_status,
    org_unit,
    rule_set,
    tier_cutoff,
)
from domain.months import month_add, month_end, month_range
from domain.policies import RuleSet
from domain.status import (
    ClientFacts,
    LifeEvent,
    MonthFacts,
    OpeningState,
    archived_spells,
    lost_spells,
)
from domain.tiers import CutOffs
from domain.words import Tier


@dataclass(frozen=True)
class TraceFacts:
    """What ``explain_status`` and ``explain_tier`` ask for, as of one month.

    ``value_fen`` is the net income of the trailing window from the raw months. ``published_status``,
    ``published_tier`` and ``tier_before`` are what the refresh wrote.
    """

    client_no: str
    office_code: str
    facts: ClientFacts
    rules: RuleSet
    value_fen: int
    cuts: CutOffs
    published_status: str
    published_tier: str | None
    tier_before: str | None


def read_trace_facts(
    connection: Connection, generation: Generation, month: int, scope: Scope, client_no: str
) -> TraceFacts | None:
    """Return the facts of one client; None when unknown, not yet opened, or outside the reach."""
    build_id = generation.builds[month]
    row = connection.execute(_CLIENT.where(opens(scope, build_id)),
                             {"client_no": client_no, "build_id": build_id}).first()  # fmt: skip
    if row is None:
        return None
    rules = _rules_of(connection, build_id, month)
    key = {"client_id": row.client_id}
    months = connection.execute(_FACTS, {**key, "months": month_range(month_add(month, -35), month)}).all()
    window = set(month_range(month_add(month, 1 - rules.tier_window_months), month))
    opening = OpeningState(row.opened_on, row.closed_on, row.archived_on, row.designation_withdrawn_on)
    life = [LifeEvent(*one) for one in connection.execute(_LIFE, {**key, "last_on": month_end(month)})]
    facts = ClientFacts(row.opened_on, lost_spells(opening, life), archived_spells(opening, life),
                        {one.month: MonthFacts(one.end_assets_fen, one.trades_count) for one in months})  # fmt: skip
    return TraceFacts(
        client_no=row.client_no, office_code=row.unit_code, facts=facts, rules=rules,
        value_fen=sum(one.net_income_fen or 0 for one in months if one.month in window),
        cuts=_cuts(connection, build_id, row.client_kind),
        published_status=row.status, published_tier=row.tier, tier_before=row.tier_before,
    )  # fmt: skip


# The statements are made once: what is asked of them is the client.
_CLIENT = (
    select(client.c.client_id, client.c.client_no, client.c.opened_on, client.c.closed_on, client.c.archived_on,
           client.c.designation_withdrawn_on, client_status.c.status, client_status.c.tier,
           client_status.c.tier_before, client_status.c.client_kind, org_unit.c.unit_code)
    .join(client_status, client_status.c.client_id == client.c.client_id)
    .join(org_unit, org_unit.c.unit_id == client_status.c.office_id)
    .where(client.c.client_no == bindparam("client_no"), client_status.c.build_id == bindparam("build_id"))
)  # fmt: skip
_FACTS = (
    select(client_month.c.month, client_month.c.end_assets_fen, client_month.c.trades_count,
           client_month.c.net_income_fen)
    .where(client_month.c.client_id == bindparam("client_id"),
           client_month.c.month.in_(bindparam("months", expanding=True)))
)  # fmt: skip
_LIFE = (
    select(account_event.c.on_date, account_event.c.at, account_event.c.account_id, account_event.c.event)
    .where(account_event.c.client_id == bindparam("client_id"), account_event.c.on_date <= bindparam("last_on"))
)  # fmt: skip
_RULES = (
    select(rule_set.c.body).join(build, build.c.rule_version == rule_set.c.version)
    .where(build.c.build_id == bindparam("build_id"))
)  # fmt: skip
_LINES = (
    select(tier_cutoff.c.tier, tier_cutoff.c.base_count, tier_cutoff.c.k_count, tier_cutoff.c.cut_fen)
    .where(tier_cutoff.c.build_id == bindparam("build_id"),
           tier_cutoff.c.peer.in_(bindparam("peers", expanding=True)))
)  # fmt: skip


def _rules_of(connection: Connection, build_id: int, month: int) -> RuleSet:
    body = connection.execute(_RULES, {"build_id": build_id}).scalar()
    return RuleSet.from_body(json.loads(body)) if body else read_rules(connection, month_end(month))


def _cuts(connection: Connection, build_id: int, kind: str) -> CutOffs:
    lines = connection.execute(_LINES, {"build_id": build_id, "peers": ("firm", kind)})
    found = {row.tier: row for row in lines}
    a, b = found.get(Tier.A.value), found.get(Tier.B.value)
    return CutOffs(a.base_count if a else 0, a.k_count if a else 0, b.k_count if b else 0,
                   a.cut_fen if a else None, b.cut_fen if b else None)  # fmt: skip
