"""What the matching made of account events, with the conditions that it asked, inside the reader's reach."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Select, func, select

from data_access.scope import Scope, clients_in
from data_access.tables import (
    account,
    account_event,
    account_match,
    approval_chain,
    client,
    org_unit,
    reactivation_task,
    relationship,
)
from domain.decision import Reason
from domain.identity import mask_name

PAGE_ROWS = 500
_MATCH = account_match.c


@dataclass(frozen=True)
class MatchFilter:
    """What a list of verdicts keeps; empty values keep everything. ``relationship_id``: verdicts that made it."""

    outcomes: tuple[str, ...] = ()
    client_no: str = ""
    relationship_id: int | None = None


@dataclass(frozen=True)
class AskedLine:
    """One condition of a verdict: whether it held, and its reason."""

    holds: bool
    reason: Reason


@dataclass(frozen=True)
class MatchRow:
    """One verdict. ``event``, ``account_no``, ``at``: None where monthly facts showed the return of a silent client."""

    match_id: int
    client_no: str
    client_name: str
    office: str
    business: str
    event: str | None
    account_no: str | None
    at: datetime | None
    on: date | None
    has_time: bool
    outcome: str
    type: str | None
    relationship_no: str | None
    chain_no: str | None
    task_no: str | None
    decided_at: datetime
    trace: tuple[AskedLine, ...]


def count_matches(connection: Connection, scope: Scope, client_no: str = "") -> dict[str, int]:
    """Return how many verdicts of each outcome are inside the reach."""
    query = _kept(select(_MATCH.outcome, func.count()), scope, MatchFilter(client_no=client_no))
    return {row[0]: int(row[1]) for row in connection.execute(query.group_by(_MATCH.outcome))}


def read_matches(
    connection: Connection, scope: Scope, kept: MatchFilter, *, after: int | None = None, limit: int = PAGE_ROWS
) -> list[MatchRow]:
    """Return one page of verdicts, the last decided first; ``after``: the id of the last of the page before."""
    query = _kept(
        select(account_match, client.c.client_no, client.c.name, org_unit.c.name.label("office"),
               account_event.c.event, account_event.c.at, account_event.c.on_date, account_event.c.has_time,
               account.c.account_no, relationship.c.relationship_no, approval_chain.c.chain_no,
               reactivation_task.c.task_no), scope, kept,
    )  # fmt: skip
    query = (
        query.join(org_unit, org_unit.c.unit_id == client.c.office_id)
        .outerjoin(account_event, account_event.c.event_id == _MATCH.event_id)
        .outerjoin(account, account.c.account_id == account_event.c.account_id)
        .outerjoin(relationship, relationship.c.relationship_id == _MATCH.relationship_id)
        .outerjoin(approval_chain, approval_chain.c.chain_id == _MATCH.chain_id)
        .outerjoin(reactivation_task, reactivation_task.c.task_id == _MATCH.task_id)
    )
    if after is not None:
        query = query.where(_MATCH.match_id < after)
    rows = connection.execute(query.order_by(_MATCH.match_id.desc()).limit(min(limit, PAGE_ROWS)))
    return [
        MatchRow(
            row.match_id, row.client_no, mask_name(row.name) if scope.masks_names else row.name, row.office,
            row.business_event, row.event, row.account_no, row.at, row.on_date, bool(row.has_time), row.outcome,
            row.type, row.relationship_no, row.chain_no, row.task_no, row.decided_at, asked_lines(row.trace))
        for row in rows
    ]  # fmt: skip


def asked_lines(trace: str) -> tuple[AskedLine, ...]:
    """Read back the conditions that the matching kept as JSON, in the order in which they were asked."""
    lines: Sequence[dict[str, Any]] = json.loads(trace)
    return tuple(AskedLine(bool(line["holds"]), Reason(str(line["code"]), line["params"])) for line in lines)


def _kept(query: Select[Any], scope: Scope, kept: MatchFilter) -> Select[Any]:
    query = query.select_from(account_match).join(client, client.c.client_id == _MATCH.client_id)
    query = query.where(clients_in(scope, client.c.client_id, client.c.office_id))
    if kept.outcomes:
        query = query.where(_MATCH.outcome.in_(kept.outcomes))
    if kept.client_no:
        query = query.where(client.c.client_no == kept.client_no)
    if kept.relationship_id is not None:
        query = query.where(_MATCH.relationship_id == kept.relationship_id)
    return query
