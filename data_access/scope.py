"""What a reader may see: a place in the org tree, or a person. Required by every read.

Scope follows today's posts, for past months too. Unknown, missing or broken places give an empty scope:
nothing is shown, never everything.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Connection, Date, bindparam, false, or_, select, true

from data_access.clock import business_date
from data_access.tables import org_unit, reactivation_task, relationship, relationship_share, staff
from domain.words import OPEN_TASK_STATES, RelationshipState, Role, UnitKind

ScopeKey = tuple[bool, tuple[int, ...], tuple[int, ...], tuple[int, ...], bool]


@dataclass(frozen=True)
class Scope:
    """A reader's reach.

    ``everything``: the whole firm. ``office_ids``: clients of these offices. ``unit_ids``: results of staff
    who sit in these units. ``staff_ids``: persons whose own clients, tasks and results are visible.
    ``masks_names``: client names are masked too (analyst, auditor).
    """

    everything: bool = False
    office_ids: frozenset[int] = frozenset()
    unit_ids: frozenset[int] = frozenset()
    staff_ids: frozenset[int] = frozenset()
    masks_names: bool = False

    @property
    def is_empty(self) -> bool:
        """True when nothing at all may be seen."""
        return not (self.everything or self.office_ids or self.unit_ids or self.staff_ids)

    @property
    def is_personal(self) -> bool:
        """True when the reach is persons only: aggregates are then read from client rows, not from cubes."""
        return not self.everything and not self.office_ids and bool(self.staff_ids)

    @property
    def fingerprint(self) -> str:
        """A short text that differs whenever the reach differs: part of every cache key."""
        return hashlib.sha256(repr(self.key).encode()).hexdigest()[:16]

    @property
    def key(self) -> ScopeKey:
        """The reach as plain values: what cached reads are keyed by, and rebuilt from."""
        return (
            self.everything,
            tuple(sorted(self.office_ids)),
            tuple(sorted(self.unit_ids)),
            tuple(sorted(self.staff_ids)),
            self.masks_names,
        )

    @classmethod
    def from_key(cls, key: ScopeKey) -> Scope:
        """Rebuild a reach from its key."""
        everything, offices, units, people, masked = key
        return cls(everything, frozenset(offices), frozenset(units), frozenset(people), masked)

    @property
    def kind(self) -> ScopeKind:
        """The kind of reach, for statements that are kept: run with ``ids`` they see this reach and no other."""
        offices, units, people = (_SOME if ids else _NONE for ids in (self.office_ids, self.unit_ids, self.staff_ids))
        return ScopeKind(self.everything, offices, units, people, self.masks_names)

    @property
    def ids(self) -> dict[str, list[int]]:
        """The places and persons of the reach by the names under which a statement of its kind asks for them."""
        return {f"{_REACH}office_ids": sorted(self.office_ids), f"{_REACH}unit_ids": sorted(self.unit_ids),
                f"{_REACH}staff_ids": sorted(self.staff_ids)}  # fmt: skip


_REACH = "reach_"
_SOME, _NONE = frozenset({0}), frozenset[int]()


@dataclass(frozen=True)
class ScopeKind(Scope):
    """Any reach that has places, persons or both as this one has: their ids enter a statement by name.

    A statement that is run without the ids of a reach is refused by the database layer.
    """

    @property
    def ids(self) -> dict[str, list[int]]:
        """Nothing: a kind of reach holds no ids."""
        raise TypeError("a kind of reach has no ids")


NOTHING = Scope()
FIRM = Scope(everything=True)
"""The reach of the operator of the machine and of headquarters."""


def read_scope(connection: Connection, *, role: str, unit_id: int | None, staff_id: int | None) -> Scope:
    """Resolve a role and a post into a reach, from today's org tree."""
    masked = role in (Role.ANALYST, Role.AUDITOR)
    if role in (Role.HQ, Role.AUDITOR):
        return Scope(everything=True, masks_names=masked)
    if role == Role.STAFF:
        return Scope(staff_ids=_person_and_sub_agents(connection, staff_id)) if staff_id else NOTHING
    if role in (Role.BRANCH_HEAD, Role.BRANCH_REVIEWER, Role.OFFICE_HEAD, Role.ANALYST):
        return _unit_scope(_read_units(connection), unit_id, masked=masked)
    return NOTHING


def narrow(connection: Connection, scope: Scope, unit_id: int | None) -> Scope:
    """Cut a reach down to one place of the org tree; a place outside the reach gives an empty scope."""
    if unit_id is None:
        return scope
    return _within(scope, _unit_scope(_read_units(connection), unit_id, masked=scope.masks_names))


def narrow_to_units(connection: Connection, scope: Scope, unit_codes: Collection[str]) -> tuple[Scope, tuple[str, ...]]:
    """Cut a reach down to several places together; return it with the codes of the places that lie inside it.

    Places outside the reach, and codes that are none, are left out; where none is left the reach stays as it is. A
    reach of persons has no places. The result never reaches further than ``scope``.
    """
    if not unit_codes or scope.is_personal or scope.is_empty:
        return scope, ()
    units = _read_units(connection)
    inside = scope.office_ids | scope.unit_ids
    wanted = {row.unit_code: key for key, row in units.items() if row.unit_code in unit_codes
              and row.kind != UnitKind.TEAM and (scope.everything or key in inside)}  # fmt: skip
    places = {code: _unit_scope(units, wanted[code], masked=scope.masks_names) for code in sorted(wanted)}
    kept = tuple(code for code, place in places.items() if not place.is_empty)
    if not kept or any(place.everything for place in places.values()):
        return scope, kept
    together = Scope(
        office_ids=frozenset(key for place in places.values() for key in place.office_ids),
        unit_ids=frozenset(key for place in places.values() for key in place.unit_ids),
        masks_names=scope.masks_names,
    )
    return _within(scope, together), kept


def _within(scope: Scope, place: Scope) -> Scope:
    """Return what a reach and a place have in common."""
    if scope.everything:
        return place
    if scope.is_personal:
        return NOTHING
    return replace(
        scope,
        office_ids=scope.office_ids & place.office_ids,
        unit_ids=scope.unit_ids & place.unit_ids,
        staff_ids=frozenset(),
    )


def clients_in(scope: Scope, client_id: ColumnElement[int], office_id: ColumnElement[int]) -> ColumnElement[bool]:
    """Return the condition that keeps the rows of clients inside the reach.

    ``office_id`` is the client's office in the month read (or today's office for present facts).
    """
    if scope.everything:
        return true()
    parts: list[ColumnElement[bool]] = []
    if scope.office_ids:
        parts.append(office_id.in_(_ids(scope, "office_ids")))
    if scope.staff_ids:
        of_any = isinstance(scope, ScopeKind)
        parts.append(client_id.in_(_clients_of(None if of_any else tuple(sorted(scope.staff_ids)))))
    return or_(*parts) if parts else false()


def _ids(scope: Scope, of: str) -> Any:
    """Return the ids of a reach for ``in_``: written in, or of a kind of reach by their name."""
    if isinstance(scope, ScopeKind):
        return bindparam(f"{_REACH}{of}", expanding=True)
    return sorted(getattr(scope, of))


@lru_cache(maxsize=500)
def _clients_of(staff_ids: tuple[int, ...] | None) -> CompoundSelect[Any]:
    """Return the statement of the clients that persons hold, or have an open task with, on the day it is run.

    Statements are kept, as making one takes longer than running it; what they find is not. None: of any persons.
    """
    people: Any = bindparam(f"{_REACH}staff_ids", expanding=True) if staff_ids is None else staff_ids
    today: ColumnElement[date] = bindparam("today", callable_=_today, type_=Date, unique=True)
    held = (
        select(relationship.c.client_id)
        .join(relationship_share, relationship_share.c.relationship_id == relationship.c.relationship_id)
        .where(
            relationship_share.c.staff_id.in_(people),
            relationship.c.state == RelationshipState.CONFIRMED.value,
            relationship.c.valid_from <= today,
            or_(relationship.c.valid_to.is_(None), relationship.c.valid_to > today),
        )
    )
    tasked = select(reactivation_task.c.client_id).where(
        reactivation_task.c.staff_id.in_(people),
        reactivation_task.c.state.in_([state.value for state in OPEN_TASK_STATES]),
    )
    return held.union(tasked)


def _today() -> date:
    return business_date()


def staff_in(scope: Scope, staff_id: ColumnElement[int], unit_id: ColumnElement[int]) -> ColumnElement[bool]:
    """Return the condition that keeps the rows of staff inside the reach (unit: at the time of the row)."""
    return _in_places_or_of_persons(scope, unit_id, "unit_ids", staff_id)


def prospects_in(scope: Scope, staff_id: ColumnElement[int], office_id: ColumnElement[int]) -> ColumnElement[bool]:
    """Return the condition that keeps the prospects inside the reach: of its offices, and of its persons."""
    return _in_places_or_of_persons(scope, office_id, "office_ids", staff_id)


def _in_places_or_of_persons(
    scope: Scope, place_id: ColumnElement[int], places: str, staff_id: ColumnElement[int]
) -> ColumnElement[bool]:
    if scope.everything:
        return true()
    parts: list[ColumnElement[bool]] = []
    if getattr(scope, places):
        parts.append(place_id.in_(_ids(scope, places)))
    if scope.staff_ids:
        parts.append(staff_id.in_(_ids(scope, "staff_ids")))
    return or_(*parts) if parts else false()


_UNITS = select(org_unit.c.unit_id, org_unit.c.unit_code, org_unit.c.parent_id, org_unit.c.kind, org_unit.c.path)


def _read_units(connection: Connection) -> dict[int, Any]:
    return {row.unit_id: row for row in connection.execute(_UNITS)}


def _unit_scope(units: Mapping[int, Any], unit_id: int | None, *, masked: bool) -> Scope:
    if unit_id is None:
        return NOTHING
    place = units.get(unit_id)
    if place is None or not _is_rooted(units, unit_id):
        return NOTHING
    if place.kind == UnitKind.HQ:
        return Scope(everything=True, masks_names=masked)
    below = {key for key, row in units.items() if row.path.startswith(place.path)}
    offices = {key for key in below if units[key].kind == UnitKind.OFFICE}
    if place.kind == UnitKind.TEAM and place.parent_id is not None:
        # a team lead sees the clients and the pool of the whole office, the results of the team only
        offices = {place.parent_id}
    return Scope(office_ids=frozenset(offices), unit_ids=frozenset(below), masks_names=masked)


def _is_rooted(units: Mapping[int, Any], unit_id: int) -> bool:
    seen: set[int] = set()
    current: int | None = unit_id
    while current is not None:
        if current in seen or current not in units:
            return False
        seen.add(current)
        row = units[current]
        if row.kind == UnitKind.HQ:
            return True
        current = row.parent_id
    return False


def _person_and_sub_agents(connection: Connection, staff_id: int) -> frozenset[int]:
    known = frozenset({staff_id})
    while True:
        below = connection.execute(select(staff.c.staff_id).where(staff.c.manager_id.in_(sorted(known))))
        wider = known | frozenset(below.scalars())
        if wider == known:
            return known
        known = wider
