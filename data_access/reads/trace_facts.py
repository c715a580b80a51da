"""The raw facts behind one client's labels, and the published cut-offs they were held against."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Connection,
    RowMapping,
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
from data_access.scope import Scope, ScopeKind
from data_access.tables import (
    account_event,
    build,
    client,
    client_month,
    client_status,
    complaint,
    contact_log,
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
_NO_LINE = (0, 0, None)
_OPENING = ("opened_on", "closed_on", "archived_on", "designation_withdrawn_on")
_MONTH_COLUMNS = ("end_assets_fen", "trades_count", "turnover_fen", "outflow_fen", "net_income_fen")
_PUBLISHED = ("status", "tier", "line_tier", "watch_count", "stage", "warning_points", "warning_reasons", "tier_before")
Columns = RowMapping | Mapping[str, Any]
"""A row by the names of its columns."""


@dataclass(frozen=True)
class TraceFacts:
    """What the explanations of one client ask for, as of one month, from the raw facts.

    ``value_fen`` is the net income of the trailing window, ``held`` the tier after all months of watch, both held
    against the published ``cuts``. ``published`` is what the refresh wrote, by the column of ``client_status``.
    """

    client_no: str
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
    number = {"client_no": client_no, "build_id": generation.builds[month]}
    row = connection.execute(_select_client(scope.kind), number | scope.ids).mappings().first()
    if row is None:
        return None
    asked = {"client_id": row["client_id"], "months": [one for one in generation.builds if one <= month]}
    rows, events = (connection.execute(query, asked).mappings().all() for query in (_MONTHS, _EVENTS))
    return make_trace_facts(connection, generation, month, row, row, rows, events)


def make_trace_facts(connection: Connection, generation: Generation, month: int, client: Columns, published: Columns,
                     rows: Sequence[Columns], events: Sequence[Columns]) -> TraceFacts:  # fmt: skip
    """Return the facts of a client whose rows are at hand, for readers who may see it: the caller asked for the reach.

    Rows by column: the client, what was published of it in the month, its rows of ``client_month`` (those of months
    that are not published are left out) and its events with their accounts.
    """
    months = sorted(one for one in generation.builds if one <= month)
    known = {row["month"]: MonthFacts(*(row[name] for name in _MONTH_COLUMNS)) for row in rows
             if row["month"] in generation.builds}  # fmt: skip
    life = [LifeEvent(row["on_date"], row["at"], row["account_id"], row["event"]) for row in events]
    facts = _facts(client, months, known, life)
    rules = _read_rules(connection, generation, months)
    in_force = rules[month]
    chain = months if any(one.watch_months for one in rules.values()) else [month]
    cuts = _read_cuts(connection, generation, chain, published["client_kind"])
    held = decide_watch_over((_line_tier(facts, each, rules[each], cuts), rules[each]) for each in chain)
    return TraceFacts(
        client_no=client["client_no"], facts=facts, rules=in_force,
        value_fen=trailing_value(facts, month, in_force.tier_window_months), cuts=cuts.get(month, NO_CUTS), held=held,
        service=_read_service(connection, client["client_id"], held.tier, month, in_force),
        published={name: published[name] for name in _PUBLISHED},
    )  # fmt: skip


def _facts(client: Columns, months: list[int], known: Mapping[int, MonthFacts],
           life: list[LifeEvent]) -> ClientFacts:  # fmt: skip
    opening = OpeningState(*(client[name] for name in _OPENING))
    return ClientFacts(
        opening.opened_on, lost_spells(opening, life), archived_spells(opening, life), known,
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
    found = {month: _rule_set(*stored) for month, *stored in rows if stored[-1] is not None}
    return {month: found.get(month) or read_rules(connection, month_end(month)) for month in months}


@lru_cache(maxsize=50)
def _rule_set(version: int, valid_from: date, body: str) -> RuleSet:
    return RuleSet.from_body(json.loads(body) | {"version": version, "valid_from": valid_from.isoformat()})


def _read_cuts(connection: Connection, generation: Generation, months: list[int], kind: str) -> dict[int, CutOffs]:
    """Return the lines of each month among the client's peers."""
    lines: dict[int, dict[str, tuple[int, int, int | None]]] = {}
    asked = {"builds": [generation.builds[month] for month in months], "peers": [FIRM_PEER, kind]}
    for number, tier, base_count, k_count, cut_fen in connection.execute(_CUTS, asked).all():
        lines.setdefault(number, {})[tier] = (base_count, k_count, cut_fen)
    cuts = {}
    for month, found in lines.items():
        base_count, a_count, a_fen = found.get(Tier.A.value, _NO_LINE)
        _base, b_count, b_fen = found.get(Tier.B.value, _NO_LINE)
        cuts[month] = CutOffs(base_count, a_count, b_count, a_fen, b_fen)
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


# The statements are made once (that of the client once per kind of reach): what is asked of them is the client.
@lru_cache(maxsize=32)
def _select_client(kind: ScopeKind) -> Select[Any]:
    return _CLIENT.where(opens(kind, bindparam("build_id")))


_KEY: ColumnElement[int] = bindparam("client_id")
_BUILD_IDS: BindParameter[Any] = bindparam("builds", expanding=True)
_UNTIL: ColumnElement[datetime] = bindparam("until", type_=UtcDateTime)
_CLIENT = (
    select(client.c.client_id, client.c.client_no, *(client.c[name] for name in _OPENING), client_status.c.client_kind,
           *(client_status.c[name] for name in _PUBLISHED))
    .join(client_status, client_status.c.client_id == client.c.client_id)
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
