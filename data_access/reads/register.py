"""The register of relationships: who holds or held which client on any day, page by page, scope first."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, Join, Select, and_, exists, func, or_, select, true
from sqlalchemy.ext.compiler import compiles

from data_access.scope import Scope, clients_in, staff_in
from data_access.tables import client, org_unit, relationship, relationship_share, staff
from domain.identity import mask_name
from domain.words import RelationshipState

PAGE_ROWS = 500
"""Rows of one page at most."""
COUNTED = (RelationshipState.CONFIRMED.value, RelationshipState.RELEASED.value)
"""States of relationships that hold, or held, from their first day to their last."""
_LINK = relationship.c


@dataclass(frozen=True)
class RegisterFilter:
    """What a page of the register keeps; empty values keep everything.

    ``on``: relationships that held on this day; None: of any time. ``client_no``, ``staff_no``: exactly these.
    ``types``: codes. ``split``: only with several holders, or with one. ``state``: pending or rejected ones instead.
    """

    on: date | None = None
    client_no: str = ""
    staff_no: str = ""
    types: tuple[str, ...] = ()
    split: bool | None = None
    state: str = ""


@dataclass(frozen=True)
class Holder:
    """One holder of a relationship; ``share_bp`` in basis points."""

    staff_no: str
    name: str
    share_bp: int
    unit: str


@dataclass(frozen=True)
class RegisterRow:
    """One relationship; half-open ``[valid_from, valid_to)``, holders in ``staff_no`` order.

    ``opens``: the client lies inside the reach, so that its page opens and its name is clear.
    """

    relationship_id: int
    relationship_no: str
    client_no: str
    client_name: str
    office: str
    office_code: str
    type: str
    state: str
    valid_from: date
    valid_to: date | None
    how_confirmed: str | None
    confirmed_at: datetime | None
    opens: bool
    version: int
    holders: tuple[Holder, ...] = ()


After = tuple[str, int]
"""Client number and relationship id of the last row of the page before."""


def held_on(day: date) -> ColumnElement[bool]:
    """Return the condition of relationships that hold on a day."""
    return and_(_LINK.state.in_(COUNTED), _LINK.valid_from <= day, or_(_LINK.valid_to.is_(None), _LINK.valid_to > day))


def relationships_in(scope: Scope) -> ColumnElement[bool]:
    """Return the condition on ``relationship``: of a client of the reach, or with a holder of the reach."""
    if scope.everything:
        return true()
    own, owner = relationship.alias("own"), client.alias("owner")
    of_client = (
        select(own.c.relationship_id).join(owner, owner.c.client_id == own.c.client_id)
        .where(clients_in(scope, own.c.client_id, owner.c.office_id))
    )  # fmt: skip
    of_holder = (
        select(relationship_share.c.relationship_id).join(staff, staff.c.staff_id == relationship_share.c.staff_id)
        .where(staff_in(scope, staff.c.staff_id, staff.c.unit_id))
    )  # fmt: skip
    return _LINK.relationship_id.in_(of_client.union(of_holder))


def relationship_in(scope: Scope) -> ColumnElement[bool]:
    """Return the same condition, asked of each relationship by itself: for one, or for the first of many."""
    if scope.everything:
        return true()
    holder = select(relationship_share.c.staff_id).join(staff, staff.c.staff_id == relationship_share.c.staff_id)
    owner = select(client.c.client_id).where(client.c.client_id == _LINK.client_id)
    return or_(
        exists(owner.where(clients_in(scope, client.c.client_id, client.c.office_id)).correlate(relationship)),
        exists(holder.where(relationship_share.c.relationship_id == _LINK.relationship_id,
                            staff_in(scope, staff.c.staff_id, staff.c.unit_id)).correlate(relationship)),
    )  # fmt: skip


def count_register(connection: Connection, scope: Scope, kept: RegisterFilter) -> int:
    """Count the relationships of a filter inside the reach."""
    query = select(func.count()).select_from(relationship)
    if kept.client_no:
        query = query.join(client, client.c.client_id == _LINK.client_id)
    return int(connection.execute(query.where(*_conditions(scope, kept))).scalar_one())


def read_register(connection: Connection, scope: Scope, kept: RegisterFilter, *, after: After | None = None,
                  limit: int = PAGE_ROWS) -> list[RegisterRow]:  # fmt: skip
    """Return one page of the register by client number, at most 500 rows; ``after``: the last row of the one before."""
    found: Select[Any] = (
        select(_LINK.relationship_id).select_from(_by_client(kept)).where(*_conditions(scope, kept))
    )  # fmt: skip
    if after is not None:
        number, last = after
        further = and_(client.c.client_no == number, _LINK.relationship_id > last)
        found = found.where(client.c.client_no >= number, or_(client.c.client_no > number, further))
    found = found.order_by(client.c.client_no, _LINK.relationship_id).limit(min(limit, PAGE_ROWS))
    return read_rows(connection, scope, connection.execute(found).scalars().all())


def read_rows(connection: Connection, scope: Scope, ids: Sequence[int]) -> list[RegisterRow]:
    """Return relationships with their holders in the order of their ids; the reach decides whose names are clear."""
    if not ids:
        return []
    opens = set(connection.execute(
        select(_LINK.relationship_id).join(client, client.c.client_id == _LINK.client_id)
        .where(_LINK.relationship_id.in_(ids), clients_in(scope, _LINK.client_id, client.c.office_id))
    ).scalars())  # fmt: skip
    holders = read_shares(connection, ids)
    rows = {
        row.relationship_id: RegisterRow(
            row.relationship_id, row.relationship_no, row.client_no,
            row.name if row.relationship_id in opens and not scope.masks_names else mask_name(row.name), row.office,
            row.unit_code, row.type, row.state, row.valid_from, row.valid_to, row.how_confirmed, row.confirmed_at,
            row.relationship_id in opens, row.version, tuple(holders[row.relationship_id]))
        for row in connection.execute(
            select(relationship, client.c.client_no, client.c.name, org_unit.c.name.label("office"),
                   org_unit.c.unit_code)
            .join(client, client.c.client_id == _LINK.client_id)
            .join(org_unit, org_unit.c.unit_id == client.c.office_id).where(_LINK.relationship_id.in_(ids))
        )
    }  # fmt: skip
    return [rows[key] for key in ids]


def read_shares(connection: Connection, ids: Sequence[int]) -> dict[int, list[Holder]]:
    """Return the holders of relationships by relationship, in ``staff_no`` order."""
    share = relationship_share.c
    found: dict[int, list[Holder]] = defaultdict(list)
    for row in connection.execute(
        select(share.relationship_id, staff.c.staff_no, staff.c.name, share.share_bp, org_unit.c.name.label("unit"))
        .select_from(relationship_share).join(staff, staff.c.staff_id == share.staff_id)
        .join(org_unit, org_unit.c.unit_id == staff.c.unit_id).where(share.relationship_id.in_(ids))
        .order_by(share.relationship_id, staff.c.staff_no)
    ):  # fmt: skip
        found[row.relationship_id].append(Holder(row.staff_no, row.name, row.share_bp, row.unit))
    return found


class _ClientsFirst(Join):
    """A join that SQLite walks from left to right: client numbers in their order, and no further than a page."""

    inherit_cache = True


@compiles(_ClientsFirst)
def _join(element: _ClientsFirst, compiler: Any, **options: Any) -> str:
    return str(compiler.visit_join(element, **options))


@compiles(_ClientsFirst, "sqlite")
def _cross_join(element: _ClientsFirst, compiler: Any, **options: Any) -> str:
    options.pop("from_linter", None)
    left, right = (compiler.process(side, asfrom=True) for side in (element.left, element.right))
    return f"{left} CROSS JOIN {right} ON {compiler.process(element.onclause)}"


def _by_client(kept: RegisterFilter) -> FromClause:
    """Return relationships with their clients, walked by client number where a page is soon full."""
    same = client.c.client_id == _LINK.client_id
    is_narrow = kept.types or kept.staff_no or kept.client_no or kept.state
    return relationship.join(client, same) if is_narrow else _ClientsFirst(client, relationship, same)


def _conditions(scope: Scope, kept: RegisterFilter) -> list[ColumnElement[bool]]:
    is_few = bool(kept.client_no or kept.staff_no)
    found = [relationship_in(scope) if is_few else relationships_in(scope)]
    if kept.state:
        found.append(_LINK.state == kept.state)
    elif kept.on is not None:
        found.append(held_on(kept.on))
    else:
        found += [_LINK.state.in_(COUNTED), or_(_LINK.valid_to.is_(None), _LINK.valid_to > _LINK.valid_from)]
    if kept.client_no:
        found.append(client.c.client_no == kept.client_no)
    if kept.types:
        found.append(_LINK.type.in_(kept.types))
    share = relationship_share.c
    if kept.staff_no:
        mine = (select(share.relationship_id).join(staff, staff.c.staff_id == share.staff_id)
                .where(staff.c.staff_no == kept.staff_no))  # fmt: skip
        found.append(_LINK.relationship_id.in_(mine))
    if kept.split is not None:
        number = (select(func.count()).select_from(relationship_share)
                  .where(share.relationship_id == _LINK.relationship_id).scalar_subquery())  # fmt: skip
        found.append(number > 1 if kept.split else number == 1)
    return found
