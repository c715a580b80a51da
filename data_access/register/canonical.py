"""The register in a form that two databases can be compared by: business keys only, no surrogate ids, no clock.

One JSON line per relationship, verdict, approval, conflict, hand-out and record, sorted; two registers that say the
same are the same bytes, whatever the order in which files came.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from sqlalchemy import Connection, select

from data_access.tables import (
    account,
    account_event,
    account_match,
    approval_chain,
    approval_step,
    client,
    conflict_item,
    org_unit,
    preregistration,
    reactivation_task,
    relationship,
    relationship_share,
    staff,
)

Line = dict[str, Any]


def canonical_register(connection: Connection) -> str:
    """Return the whole register, one JSON line per fact, each line once, in the order of their text."""
    keys = _Keys(connection)
    parts = (_relationships, _verdicts, _chains, _conflicts, _hand_outs, _records)
    lines = (json.dumps(line, ensure_ascii=False, sort_keys=True, default=str)
             for part in parts for line in part(connection, keys))  # fmt: skip
    return "".join(f"{line}\n" for line in sorted(lines))


class _Keys:
    """Business keys in the place of ids: clients, units, records, events, and relationships by what they say."""

    def __init__(self, connection: Connection) -> None:
        self.clients = _pairs(connection, client.c.client_id, client.c.client_no)
        self.units = _pairs(connection, org_unit.c.unit_id, org_unit.c.unit_code)
        self.records = _pairs(connection, preregistration.c.prereg_id, preregistration.c.prereg_no)
        self.tasks = _pairs(connection, reactivation_task.c.task_id, reactivation_task.c.task_no)
        self.events = {row.event_id: f"{row.account_no} {row.event} {row.at.isoformat()}" for row in connection.execute(
            select(account_event.c.event_id, account.c.account_no, account_event.c.event, account_event.c.at)
            .join(account, account.c.account_id == account_event.c.account_id))}  # fmt: skip
        self.holders = _holders(connection)
        self.relationships: dict[int | None, str] = {}
        self.numbers: dict[str, str] = {}
        for row in connection.execute(select(relationship)):
            said = self.said(row)
            self.relationships[row.relationship_id] = said
            self.numbers[row.relationship_no] = said

    def said(self, row: Any) -> str:
        """Return what a relationship says, as its key."""
        parts = (self.clients[row.client_id], row.type, row.valid_from, self.records.get(row.prereg_id, ""),
                 self.holders.get(row.relationship_id, []))  # fmt: skip
        return json.dumps(parts, ensure_ascii=False, default=str)

    def plain(self, value: Any) -> Any:
        """Return JSON content with relationships' numbers replaced by what those relationships say."""
        if isinstance(value, dict):
            return {name: self.plain(one) for name, one in value.items()}
        if isinstance(value, list):
            return [self.plain(one) for one in value]
        return self.numbers.get(value, value) if isinstance(value, str) else value


def _pairs(connection: Connection, key: Any, name: Any) -> dict[int | None, str]:
    return {row[0]: row[1] for row in connection.execute(select(key, name))}


def _holders(connection: Connection) -> dict[int, list[tuple[str, int]]]:
    found: dict[int, list[tuple[str, int]]] = {}
    share = relationship_share.c
    for row in connection.execute(
        select(share.relationship_id, staff.c.staff_no, share.share_bp)
        .join(staff, staff.c.staff_id == share.staff_id).order_by(share.relationship_id, staff.c.staff_no)
    ):  # fmt: skip
        found.setdefault(row.relationship_id, []).append((row.staff_no, row.share_bp))
    return found


def _relationships(connection: Connection, keys: _Keys) -> Iterator[Line]:
    for row in connection.execute(select(relationship)):
        yield {
            "fact": "relationship", "client": keys.clients[row.client_id], "type": row.type, "state": row.state,
            "from": row.valid_from, "to": row.valid_to, "how": row.how_confirmed, "ended": row.release_reason,
            "event": keys.events.get(row.event_id), "record": keys.records.get(row.prereg_id),
            "holders": keys.holders.get(row.relationship_id, []), "approved": row.chain_id is not None,
        }  # fmt: skip


def _verdicts(connection: Connection, keys: _Keys) -> Iterator[Line]:
    for row in connection.execute(select(account_match)):
        yield {
            "fact": "verdict", "client": keys.clients[row.client_id], "event": keys.events.get(row.event_id),
            "business": row.business_event, "outcome": row.outcome, "type": row.type,
            "relationship": keys.relationships.get(row.relationship_id), "task": keys.tasks.get(row.task_id),
            "approval": row.chain_id is not None, "conflict": row.conflict_id is not None,
            "trace": keys.plain(json.loads(row.trace)),
        }  # fmt: skip


def _chains(connection: Connection, keys: _Keys) -> Iterator[Line]:
    steps: dict[int, list[Any]] = {}
    step = approval_step.c
    for row in connection.execute(select(approval_step).order_by(step.chain_id, step.position)):
        steps.setdefault(row.chain_id, []).append([row.level, row.post, keys.units.get(row.unit_id), row.decision])
    for row in connection.execute(select(approval_chain)):
        key = keys.relationships.get(row.object_id) if row.object_kind == "relationship" else None
        yield {
            "fact": "approval", "client": keys.clients.get(row.client_id), "kind": row.kind, "state": row.state,
            "level": row.level, "branch": keys.units.get(row.branch_id), "office": keys.units.get(row.office_id),
            "object": key, "content": keys.plain(json.loads(row.content)), "steps": steps.get(row.chain_id, []),
        }  # fmt: skip


def _conflicts(connection: Connection, keys: _Keys) -> Iterator[Line]:
    for row in connection.execute(select(conflict_item)):
        yield {
            "fact": "conflict", "kind": row.kind, "client": keys.clients.get(row.client_id), "state": row.state,
            "relationship": keys.relationships.get(row.relationship_id), "event": keys.events.get(row.event_id),
            "details": keys.plain(json.loads(row.details)),
        }  # fmt: skip


def _hand_outs(connection: Connection, keys: _Keys) -> Iterator[Line]:
    for row in connection.execute(select(reactivation_task)):
        yield {"fact": "hand-out", "task": row.task_no, "client": keys.clients[row.client_id], "state": row.state,
               "reason": row.result_reason}  # fmt: skip


def _records(connection: Connection, keys: _Keys) -> Iterator[Line]:
    for row in connection.execute(select(preregistration)):
        yield {"fact": "record", "record": keys.records[row.prereg_id], "type": row.type, "state": row.state,
               "route": row.route}  # fmt: skip
