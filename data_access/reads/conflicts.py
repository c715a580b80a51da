"""Conflicts of the register as a work list, inside the reader's reach: by the client, or by the person concerned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, func, or_, select, true

from data_access.register.conflicts import reason_of, reopenings_of
from data_access.scope import Scope, clients_in, staff_in
from data_access.tables import app_user, client, conflict_item, org_unit, relationship, staff
from domain.decision import Reason
from domain.identity import mask_name
from domain.register_words import ConflictState

PAGE_ROWS = 500
_ITEM = conflict_item.c


@dataclass(frozen=True)
class ReopenedRow:
    """One settlement that was taken back; the words of both are None for a masked reach."""

    at: datetime
    by: str | None
    reason: str | None
    settled_at: datetime | None
    settled_by: str | None
    resolution: str | None


@dataclass(frozen=True)
class ConflictRow:
    """One conflict; ``reason`` says what is wrong, ``resolution`` how somebody settled it.

    ``reopened``: earlier settlements that were taken back, the first one first.
    """

    conflict_id: int
    version: int
    kind: str
    state: str
    reason: Reason
    client_no: str | None
    client_name: str | None
    office: str | None
    staff_no: str | None
    staff_name: str | None
    relationship_no: str | None
    opened_at: datetime
    resolved_at: datetime | None
    resolved_by: str | None
    resolution: str | None
    reopened: tuple[ReopenedRow, ...] = ()


def conflicts_in(scope: Scope) -> ColumnElement[bool]:
    """Return the condition on ``conflict_item`` outer joined with ``client`` and ``staff``."""
    if scope.everything:
        return true()
    return or_(clients_in(scope, _ITEM.client_id, client.c.office_id),
               staff_in(scope, _ITEM.staff_id, staff.c.unit_id))  # fmt: skip


def _from(query: Select[Any]) -> Select[Any]:
    return (
        query.select_from(conflict_item)
        .outerjoin(client, client.c.client_id == _ITEM.client_id)
        .outerjoin(staff, staff.c.staff_id == _ITEM.staff_id)
    )


def count_conflicts(connection: Connection, scope: Scope, *, state: str = ConflictState.OPEN.value) -> dict[str, int]:
    """Return how many conflicts of each kind are in a state; kinds without one are left out."""
    query = _from(select(_ITEM.kind, func.count())).where(_ITEM.state == state, conflicts_in(scope))
    return {row[0]: int(row[1]) for row in connection.execute(query.group_by(_ITEM.kind))}


def read_conflicts(
    connection: Connection, scope: Scope, *, kinds: Sequence[str] = (), state: str = ConflictState.OPEN.value,
    after: int | None = None, limit: int = PAGE_ROWS,
) -> list[ConflictRow]:  # fmt: skip
    """Return one page of conflicts, the newest first, at most 500; ``after``: the id of the last of the page before.

    Names and the words of a settlement are personal: masked or left out for a masked reach.
    """
    query = _from(select(
        conflict_item, client.c.client_no, client.c.name.label("client_name"), org_unit.c.name.label("office"),
        staff.c.staff_no, staff.c.name.label("staff_name"), relationship.c.relationship_no,
        app_user.c.display_name.label("settled_by"),
    )).outerjoin(org_unit, org_unit.c.unit_id == client.c.office_id).outerjoin(
        relationship, relationship.c.relationship_id == _ITEM.relationship_id).outerjoin(
        app_user, app_user.c.user_id == _ITEM.resolved_by)  # fmt: skip
    query = query.where(_ITEM.state == state, conflicts_in(scope))
    if kinds:
        query = query.where(_ITEM.kind.in_(kinds))
    if after is not None:
        query = query.where(_ITEM.conflict_id < after)
    rows = connection.execute(query.order_by(_ITEM.conflict_id.desc()).limit(min(limit, PAGE_ROWS))).mappings().all()
    reopened = _read_reopened(connection, scope, [(row["conflict_id"], row["details"]) for row in rows])
    return [
        ConflictRow(
            row["conflict_id"], row["version"], row["kind"], row["state"], reason_of(row["details"]),
            row["client_no"], _name(scope, row["client_name"]), row["office"], row["staff_no"], row["staff_name"],
            row["relationship_no"], row["opened_at"], row["resolved_at"], row["settled_by"],
            None if scope.masks_names else row["resolution"], reopened.get(row["conflict_id"], ()))
        for row in rows
    ]  # fmt: skip


def _read_reopened(
    connection: Connection, scope: Scope, rows: Sequence[tuple[int, str]]
) -> dict[int, tuple[ReopenedRow, ...]]:
    """Return the settlements taken back of those items that have any, with the names of who acted."""
    kept = {key: found for key, details in rows if (found := reopenings_of(details))}
    people = {user for found in kept.values() for one in found for user in (one.user_id, one.settled_by) if user}
    names: dict[int | None, str] = {}
    if people:
        asked = select(app_user.c.user_id, app_user.c.display_name).where(app_user.c.user_id.in_(people))
        names = {row.user_id: row.display_name for row in connection.execute(asked)}
    hides = scope.masks_names
    return {key: tuple(
        ReopenedRow(one.at, names.get(one.user_id), None if hides else one.reason, one.settled_at,
                    names.get(one.settled_by), None if hides else one.resolution) for one in found)
        for key, found in kept.items()}  # fmt: skip


def _name(scope: Scope, name: str | None) -> str | None:
    return mask_name(name) if scope.masks_names and name else name
