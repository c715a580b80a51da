"""The audit trail: a gap-free chain of keyed hashes, each row in the transaction of its act."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import Connection, insert, select, text

from data_access.clock import now
from data_access.keys import audit_mac
from data_access.tables import audit_event

CHAIN_START = "0" * 64
_LOCK_KEY = 762_301


def append_audit(
    connection: Connection,
    *,
    action: str,
    user_id: int | None = None,
    operator: str | None = None,
    object_kind: str | None = None,
    object_key: str | None = None,
    details: Mapping[str, Any] | None = None,
) -> int:
    """Append one row inside the caller's write transaction and return its sequence number.

    ``details`` holds codes, ids and counts only; never names, documents, phones or free text of clients.
    Writers are put in line (SQLite: the write transaction; PostgreSQL: an advisory lock), so the chain
    cannot fork.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(text("SELECT pg_advisory_xact_lock(:key)"), {"key": _LOCK_KEY})
    last = connection.execute(
        select(audit_event.c.sequence, audit_event.c.mac).order_by(audit_event.c.sequence.desc()).limit(1)
    ).first()
    sequence, previous = (last.sequence + 1, last.mac) if last else (1, CHAIN_START)
    row = {
        "sequence": sequence, "at": now(), "user_id": user_id, "operator": operator, "action": action,
        "object_kind": object_kind, "object_key": object_key,
        "details": json.dumps(details or {}, ensure_ascii=False, sort_keys=True, default=str),
    }  # fmt: skip
    connection.execute(
        insert(audit_event), {**row, "previous_mac": previous, "mac": audit_mac(previous, _canonical(row))}
    )
    return sequence


def first_broken_audit(connection: Connection) -> int | None:
    """Return the sequence of the first row that breaks the chain, or None when it is whole."""
    expected, previous = 1, CHAIN_START
    for row in connection.execute(select(audit_event).order_by(audit_event.c.sequence)).mappings():
        whole = (
            row["sequence"] == expected
            and row["previous_mac"] == previous
            and row["mac"] == audit_mac(previous, _canonical(dict(row)))
        )
        if not whole:
            return int(row["sequence"])
        expected, previous = expected + 1, row["mac"]
    return None


def _canonical(row: Mapping[str, Any]) -> str:
    at: datetime = row["at"]
    fields = {
        key: row[key] for key in ("sequence", "user_id", "operator", "action", "object_kind", "object_key", "details")
    }
    return json.dumps({**fields, "at": at.astimezone(UTC).isoformat()}, ensure_ascii=False, sort_keys=True)
