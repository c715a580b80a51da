"""The raw facts behind one client's labels, and the published cut-offs they were held against."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    Row,
    ScalarSelect,
    Select,
    Table,
    bindparam,
    exists,
    func,
    select,
)

from data_access.clock import business_date, month_closes_at
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
    complaint,
    contact_log,
    org_unit,
    rule_set,
    tier_cutoff,
)
from data_access.tables.types import UtcDateTime
from domain.history import trailing_value
from domain.months import month_end, month_of
from domain.policies import RuleSet
from domain.status import (
    ClientFacts,
    LifeEvent,
    MonthFacts,
    OpeningState,
    archived_spells,
    lost_spells,
    lost_ways,
)
from domain.tiers import FIRM_PEER, CutOffs, tier_of
from domain.warnings import ServiceFacts, service_facts
from domain.watch import Held, decide_watch_over
from domain.words import Tier

NO_CUTS = CutOffs(0, 0, 0, None, None)
_MONTH_COLUMNS = ("end_assets_fen", "trades_count", "turnover_fen", "outflow_fen", "net_income_fen")
_PUBLISHED = ("status", "tier", "line_tier", "watch_count", "stage", "warning_points", "warning_reasons", "tier_before")


@dataclass(frozen=True)
class TraceFacts:
    """What the explanations of one client ask for, as of one month, from the raw facts.

    ``value_fen`` is the net income of the trailing window, ``held`` the tier after all months of watch, both held
    against the published ``cuts``. ``published`` is what the refresh wrote, by the column of ``client_status``.
    """

    client_no: str
    office_code: str
    facts: ClientFacts
    rules: RuleSet
    value_fen: int
    cuts: CutOffs
    held: Held
    service: ServiceFacts
    published: Mapping[str, Any]


def read_trace_facts(
    connection: Connection, generation: Generation, month: int, scope: Scope, client_no: str
) -> TraceFacts | None:
    """Return the facts of one client; None when unknown, not yet opened, or outside the reach."""
    row = connection.execute(_select_client(scope), {"client_no": client_no, "build_id": generation.builds[month]}
                             ).first()  # fmt: skip
    if row is None:
        return None
    months = sorted(one for one in generation.builds if one <= month)
    facts = _read_facts(connection, row, months)
    rules = _read_rules(connection, generation, months)
    in_force = rules[month]
    chain = months if any(one.watch_months for one in rules.values()) else [month]
    cuts = _read_cuts(connection, generation, chain, row.client_kind)
    held = decide_watch_over((_line_tier(facts, each, rules[each], cuts), rules[each]) for each in chain)
    return TraceFacts(
        client_no=row.client_no, office_code=row.unit_code, facts=facts, rules=in_force,
        value_fen=trailing_value(facts, month, in_force.tier_window_months), cuts=cuts.get(month, NO_CUTS), held=held,
        service=_read_service(connection, row.client_id, held.tier, month, in_force),
        published={name: getattr(row, name) for name in _PUBLISHED},
    )  # fmt: skip


def _read_facts(connection: Connection, row: Row[Any], months: list[int]) -> ClientFacts:
    found = connection.execute(_MONTHS, {"client_id": row.client_id, "months": months})
    opening = OpeningState(row.opened_on, row.closed_on, row.archived_on, row.designation_withdrawn_on)
    life = [LifeEvent(*one) for one in connection.execute(_EVENTS, {"client_id": row.client_id})]
    return ClientFacts(
        row.opened_on, lost_spells(opening, life), archived_spells(opening, life),
        {number: MonthFacts(*facts) for number, *facts in found},
        first_month=months[0], lost_ways=lost_ways(opening, life, month_end(months[-1])),
    )  # fmt: skip


def _line_tier(facts: ClientFacts, month: int, rules: RuleSet, cuts: Mapping[int, CutOffs]) -> Tier | None:
    """Return the tier by the lines of a month; None when lost or not yet there."""
    if facts.opened_on > month_end(month):
        return None
    value = trailing_value(facts, month, rules.tier_window_months)
    is_lost = any(one.covers(month_end(month)) for one in facts.lost)
    return tier_of(value, cuts.get(month, NO_CUTS), is_lost=is_lost)


def _read_rules(connection: Connection, generation: Generation, months: list[int]) -> dict[int, RuleSet]:
    """Return the rules that each month was built under."""
    rows = connection.execute(_RULES, {"builds": [generation.builds[month] for month in months]}).all()
    known: dict[int, RuleSet] = {}
    found: dict[int, RuleSet] = {}
    for row in rows:
        if row.body is None:
            continue
        if row.version not in known:
            body = json.loads(row.body) | {"version": row.version, "valid_from": row.valid_from.isoformat()}
            known[row.version] = RuleSet.from_body(body)
        found[row.month] = known[row.version]
    return {month: found.get(month) or read_rules(connection, month_end(month)) for month in months}


def _read_cuts(connection: Connection, generation: Generation, months: list[int], kind: str) -> dict[int, CutOffs]:
    """Return the lines of each month among the client's peers."""
    lines: dict[int, dict[str, Any]] = {}
    asked = {"builds": [generation.builds[month] for month in months], "peers": [FIRM_PEER, kind]}
    for row in connection.execute(_CUTS, asked):
        lines.setdefault(row.month, {})[row.tier] = row
    cuts = {}
    for month, found in lines.items():
        a, b = found.get(Tier.A.value), found.get(Tier.B.value)
        cuts[month] = CutOffs(a.base_count if a else 0, a.k_count if a else 0, b.k_count if b else 0,
                              a.cut_fen if a else None, b.cut_fen if b else None)  # fmt: skip
    return cuts


def _read_service(
    connection: Connection, client_id: int, tier: Tier | None, month: int, rules: RuleSet
) -> ServiceFacts:
    asked = {"client_id": client_id, "until": month_closes_at(month)}
    complained_at, contacted_at, has_any_contact = connection.execute(_SERVICE, asked).one()
    return service_facts(tier, month, rules, complaint_month=_month_of(complained_at),
                         contact_month=_month_of(contacted_at), has_any_contact=has_any_contact)  # fmt: skip


def _month_of(at: datetime | None) -> int | None:
    return None if at is None else month_of(business_date(at))


# The statements are made once (that of the client once per reach): what is asked of them is the client.
@lru_cache(maxsize=200)
def _select_client(scope: Scope) -> Select[Any]:
    return _CLIENT.where(opens(scope, bindparam("build_id")))


_KEY: ColumnElement[int] = bindparam("client_id")
_BUILD_IDS: BindParameter[Any] = bindparam("builds", expanding=True)
_UNTIL: ColumnElement[datetime] = bindparam("until", type_=UtcDateTime)
_CLIENT = (
    select(client, *(client_status.c[name] for name in _PUBLISHED), client_status.c.client_kind, org_unit.c.unit_code)
    .join(client_status, client_status.c.client_id == client.c.client_id)
    .join(org_unit, org_unit.c.unit_id == client_status.c.office_id)
    .where(client.c.client_no == bindparam("client_no"), client_status.c.build_id == bindparam("build_id"))
)  # fmt: skip
_MONTHS = (
    select(client_month.c.month, *(client_month.c[name] for name in _MONTH_COLUMNS))
    .where(client_month.c.client_id == _KEY, client_month.c.month.in_(bindparam("months", expanding=True)))
)  # fmt: skip
_EVENTS = (
    select(account_event.c.on_date, account_event.c.at, account_event.c.account_id, account_event.c.event)
    .where(account_event.c.client_id == _KEY)
)  # fmt: skip
_RULES = (
    select(build.c.month, rule_set.c.version, rule_set.c.valid_from, rule_set.c.body)
    .outerjoin(rule_set, rule_set.c.version == build.c.rule_version)
    .where(build.c.build_id.in_(_BUILD_IDS))
)  # fmt: skip
_CUTS = (
    select(tier_cutoff.c.month, tier_cutoff.c.tier, tier_cutoff.c.base_count, tier_cutoff.c.k_count,
           tier_cutoff.c.cut_fen)
    .where(tier_cutoff.c.build_id.in_(_BUILD_IDS), tier_cutoff.c.peer.in_(bindparam("peers", expanding=True)))
)  # fmt: skip


def _newest(table: Table) -> ScalarSelect[Any]:
    return select(func.max(table.c.at)).where(table.c.client_id == _KEY, table.c.at < _UNTIL).scalar_subquery()


_SERVICE = select(_newest(complaint), _newest(contact_log), exists().where(contact_log.c.at < _UNTIL))
