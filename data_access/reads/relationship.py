"""One relationship with all that it rests on: who confirmed it and how, what came before, calls to the client."""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, select

from data_access.reads.follow_ups import CallRow, read_calls
from data_access.reads.register import RegisterRow, read_rows, relationship_in
from data_access.scope import Scope
from data_access.tables import (
    account_event,
    account_match,
    app_user,
    approval_chain,
    import_batch,
    preregistration,
    relationship,
    relationship_revision,
    staff,
)


@dataclass(frozen=True)
class EarlierForm:
    """A relationship as it was until a moment: holders as (staff_no, basis points)."""

    until: datetime
    type: str
    valid_from: date
    valid_to: date | None
    holders: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class RelationshipDetail:
    """A relationship and its past. None: it rests on nothing of that kind. Free text is None for a masked reach.

    ``event``: kind and day of the client's act. ``record``: number and moment of the pre-registration. ``chain``:
    number and state of the approval. ``trace``: the JSON that the matching kept. ``batch``: number and file of an
    import.
    """

    row: RegisterRow
    created_by: str | None
    created_at: datetime | None
    event: tuple[str, date] | None
    record: tuple[str, datetime] | None
    chain: tuple[str, str] | None
    trace: str | None
    batch: tuple[int, str] | None
    released_by: str | None
    released_at: datetime | None
    release_reason: str | None
    earlier: tuple[EarlierForm, ...]
    calls: tuple[CallRow, ...]


def read_relationship(connection: Connection, scope: Scope, relationship_no: str) -> RelationshipDetail | None:
    """Return one relationship; None when it is unknown or outside the reach."""
    link = connection.execute(
        select(relationship).where(relationship.c.relationship_no == relationship_no, relationship_in(scope))
    ).mappings().first()  # fmt: skip
    if link is None:
        return None
    key = link["relationship_id"]
    event = _first(connection, account_event, account_event.c.event_id, link["event_id"])
    record = _first(connection, preregistration, preregistration.c.prereg_id, link["prereg_id"])
    chain = _first(connection, approval_chain, approval_chain.c.chain_id, link["chain_id"])
    match = _first(connection, account_match, account_match.c.relationship_id, key)
    batch = _first(connection, import_batch, import_batch.c.batch_id, link["batch_id"])
    return RelationshipDetail(
        row=read_rows(connection, scope, [key])[0],
        created_by=_user(connection, link["created_by"]),
        created_at=link["created_at"],
        event=(event["event"], event["on_date"]) if event else None,
        record=(record["prereg_no"], record["registered_at"]) if record else None,
        chain=(chain["chain_no"], chain["state"]) if chain else None,
        trace=match["trace"] if match else None,
        batch=(batch["batch_id"], batch["file_name"]) if batch else None,
        released_by=_user(connection, link["released_by"]),
        released_at=link["released_at"],
        release_reason=None if scope.masks_names else link["release_reason"],
        earlier=_earlier(connection, key),
        calls=tuple(read_calls(connection, scope, [key])[key]),
    )


def _first(connection: Connection, table: Any, column: Any, key: int | None) -> Any | None:
    if key is None:
        return None
    return connection.execute(select(table).where(column == key)).mappings().first()


def _user(connection: Connection, user_id: int | None) -> str | None:
    row = _first(connection, app_user, app_user.c.user_id, user_id)
    return str(row["display_name"]) if row else None


def _earlier(connection: Connection, relationship_id: int) -> tuple[EarlierForm, ...]:
    """Return the forms that the relationship had before, the newest first."""
    kept = relationship_revision.c
    rows = connection.execute(
        select(kept.body, kept.superseded_at).where(kept.relationship_id == relationship_id)
        .order_by(kept.revision_id.desc())
    ).all()  # fmt: skip
    if not rows:
        return ()
    numbers = {row.staff_id: row.staff_no for row in connection.execute(select(staff.c.staff_id, staff.c.staff_no))}
    return tuple(_form(json.loads(row.body), row.superseded_at, numbers) for row in rows)


def _form(body: dict[str, Any], until: datetime, numbers: dict[int, str]) -> EarlierForm:
    end = body.get("valid_to")
    return EarlierForm(until, body["type"], date.fromisoformat(body["valid_from"]),
                       date.fromisoformat(end) if end else None,
                       tuple((numbers.get(key, str(key)), share) for key, share in body.get("shares", [])))  # fmt: skip
