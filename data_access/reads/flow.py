"""What changed the clients and the assets of places from month to month: the sums of flows and bridges.

A place is a set of offices. Sums are read per office from the cubes and added up per place, so that transfers between
offices of one place cancel there; a personal reach is added up from its clients' own rows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, or_, select, true

from data_access.refresh.cubes import asset_changes, was_client
from data_access.refresh.month import total
from data_access.scope import Scope, clients_in
from data_access.tables import client_status, cube_client, cube_transfer, org_unit
from domain.words import Status, UnitKind

Sums = dict[str, int]
STATES = ("alive_count", "end_assets_fen")
CHANGES = ("new_count", "lost_count", "returned_count", "won_change_fen", "lost_change_fen", "gap_change_fen",
           "stayed_inflow_fen", "stayed_outflow_fen")  # fmt: skip
TRANSFERS = ("clients_in", "clients_out", "assets_in_fen", "assets_out_fen")
WHOLE, CHILD, REST = "whole", "child", "rest"


@dataclass(frozen=True)
class Node:
    """A place whose clients are followed: its units (None: every unit there is), less those of ``without``.

    ``code`` is its unit code where it has one, ``part`` one of ``whole``, ``child`` and ``rest``.
    """

    code: str | None
    part: str
    unit_ids: frozenset[int] | None
    without: frozenset[int] = frozenset()

    def holds(self, unit_id: int) -> bool:
        """Tell whether clients of the unit are the place's."""
        return (self.unit_ids is None or unit_id in self.unit_ids) and unit_id not in self.without


@dataclass(frozen=True)
class Territory:
    """A place with the places right below it; ``scope`` is set for a personal reach, which has no places.

    The last part, ``rest``, is the units of the whole that lie in none of the others.
    """

    whole: Node
    parts: tuple[Node, ...] = ()
    scope: Scope | None = None


@dataclass
class Changes:
    """Sums per month and unit, and transfers per month from unit to unit: (clients, assets in fen)."""

    months: list[int]
    units: dict[int, dict[int, Sums]] = field(default_factory=dict)
    transfers: dict[int, dict[tuple[int, int], tuple[int, int]]] = field(default_factory=dict)
    personal: dict[int, Sums] | None = None


def read_territory(connection: Connection, scope: Scope, *, unit: str | None = None,
                   region: str | None = None) -> Territory | None:  # fmt: skip
    """Return the place with its parts, None when there is no such place inside the reach.

    ``unit``: code of headquarters, a branch or an office, wholly inside the reach. ``region``: the offices of that
    region inside the reach; an office without a region has its branch's. Neither: the whole reach.
    """
    units = {row.unit_id: row for row in connection.execute(
        select(org_unit.c.unit_id, org_unit.c.unit_code, org_unit.c.parent_id, org_unit.c.kind, org_unit.c.path,
               org_unit.c.region).order_by(org_unit.c.path))}  # fmt: skip
    if scope.staff_ids and not scope.everything:
        return None if unit or region else Territory(Node(None, WHOLE, frozenset()), scope=scope)

    def below(place: Any) -> frozenset[int]:
        return frozenset(key for key, row in units.items() if row.path.startswith(place.path))

    def offices(among: frozenset[int]) -> list[Node]:
        return [_child(units[key], frozenset({key})) for key in units if key in among]

    reach = frozenset(units) if scope.everything else scope.office_ids
    if region is not None:
        inside = frozenset(key for key, row in units.items() if row.kind == UnitKind.OFFICE.value
                           and key in reach and _region(row, units) == region)  # fmt: skip
        return _territory(Node(None, WHOLE, inside), offices(inside)) if inside and unit is None else None
    if unit is None:
        top = next((row for row in units.values() if row.kind == UnitKind.HQ.value), None)
        if not scope.everything:
            return _territory(Node(_only_place(reach, units, below), WHOLE, reach), offices(reach))
        places = [row for row in units.values() if top is not None and row.parent_id == top.unit_id]
        return _territory(
            Node(top.unit_code if top else None, WHOLE, None), [_child(row, below(row)) for row in places]
        )
    place = next((row for row in units.values() if row.unit_code == unit), None)
    if place is None or place.kind == UnitKind.TEAM.value:
        return None
    inside = below(place)
    held = {key for key in inside if units[key].kind == UnitKind.OFFICE.value}
    if not scope.everything and (not held or not held <= reach):
        return None
    if place.kind == UnitKind.HQ.value:
        return read_territory(connection, scope)
    children = [row for row in units.values() if row.parent_id == place.unit_id and row.kind != UnitKind.TEAM.value]
    inside &= reach
    return _territory(Node(place.unit_code, WHOLE, inside), [_child(row, below(row) & reach) for row in children])


def read_changes(connection: Connection, builds: Mapping[int, int], territory: Territory) -> Changes:
    """Read the sums of consecutive months (month to build); the first month gives only its end."""
    found = Changes(sorted(builds))
    month_of = {build_id: month for month, build_id in builds.items()}
    if territory.scope is not None:
        found.personal = {month_of[key]: sums for key, sums in _read_rows(connection, month_of, territory.scope)}
        return found
    cube, move = cube_client.c, cube_transfer.c
    ids = territory.whole.unit_ids
    names = (*STATES, *CHANGES)
    for row in connection.execute(
        select(cube.build_id, cube.office_id, *(total(cube[name]) for name in names))
        .where(cube.build_id.in_(month_of), _within(ids, cube.office_id)).group_by(cube.build_id, cube.office_id)
    ):  # fmt: skip
        found.units.setdefault(month_of[row[0]], {})[row[1]] = dict(zip(names, row[2:], strict=True))
    for row in connection.execute(
        select(move.build_id, move.from_office_id, move.to_office_id, move.clients_count, move.assets_fen).where(
            move.build_id.in_(month_of), or_(_within(ids, move.from_office_id), _within(ids, move.to_office_id))
        )
    ):
        found.transfers.setdefault(month_of[row[0]], {})[row[1], row[2]] = (row[3], row[4])
    return found


def fold(changes: Changes, node: Node) -> list[tuple[int, Sums]]:
    """Add up the months of one place: its units' sums, and the transfers that cross its border."""
    if changes.personal is not None:
        nothing = dict.fromkeys((*STATES, *CHANGES, *TRANSFERS), 0)
        return [(month, changes.personal.get(month, nothing)) for month in changes.months]
    months = []
    for month in changes.months:
        sums = dict.fromkeys((*STATES, *CHANGES, *TRANSFERS), 0)
        for unit_id, parts in changes.units.get(month, {}).items():
            if node.holds(unit_id):
                for name, value in parts.items():
                    sums[name] += value
        for (origin, goal), (clients, assets) in changes.transfers.get(month, {}).items():
            if node.holds(origin) != node.holds(goal):
                way = "in" if node.holds(goal) else "out"
                sums[f"clients_{way}"] += clients
                sums[f"assets_{way}_fen"] += assets
        months.append((month, sums))
    return months


def _read_rows(connection: Connection, builds: Mapping[int, int], scope: Scope) -> list[tuple[int, Sums]]:
    """Return the same sums, transfers included, from the rows of the clients in a reach of persons."""
    row = client_status.c
    here = clients_in(scope, row.client_id, row.office_id)
    # reached by a place too, a client may have been out of reach in the month before
    before = and_(row.office_before_id.is_not(None), clients_in(scope, row.client_id, row.office_before_id))
    reached = (
        select(client_status, case((here, 1), else_=0).label("here"), case((before, 1), else_=0).label("before"))
        .where(row.build_id.in_(builds), or_(here, before)).subquery("reached")
    )  # fmt: skip
    one = reached.c
    came = (one.here == 1) & (one.before == 0) & one.office_before_id.is_not(None)
    went = (one.here == 0) & (one.before == 1)
    values: dict[str, ColumnElement[int]] = {
        "alive_count": case((one.status != Status.LOST.value, 1), else_=0), "end_assets_fen": one.end_assets_fen,
        **{name: one[name] for name in ("new_count", "lost_count", "returned_count")}, **asset_changes(reached),
    }  # fmt: skip
    sums = {name: case((one.here == 1, value)) for name, value in values.items()}
    for way, crossed in (("in", came), ("out", went)):
        sums[f"clients_{way}"] = case((crossed, was_client(reached)))
        sums[f"assets_{way}_fen"] = case((crossed, one.assets_before_fen))
    found = connection.execute(select(one.build_id, *(total(value) for value in sums.values())).group_by(one.build_id))
    return [(line[0], dict(zip(sums, line[1:], strict=True))) for line in found]


def _within(unit_ids: frozenset[int] | None, column: ColumnElement[int]) -> ColumnElement[bool]:
    return true() if unit_ids is None else column.in_(sorted(unit_ids))


def _child(row: Any, unit_ids: frozenset[int]) -> Node:
    return Node(row.unit_code, CHILD, unit_ids)


def _territory(whole: Node, parts: list[Node]) -> Territory:
    taken = frozenset(key for part in parts for key in part.unit_ids or ())
    return Territory(whole, (*parts, Node(None, REST, whole.unit_ids, taken)) if parts else ())


def _region(row: Any, units: Mapping[int, Any]) -> str | None:
    current = row
    while current is not None and current.region is None:
        current = units.get(current.parent_id) if current.kind == UnitKind.OFFICE.value else None
    return None if current is None else str(current.region)


def _only_place(reach: frozenset[int], units: Mapping[int, Any], below: Callable[[Any], frozenset[int]]) -> str | None:
    """Return the code of the office or branch whose offices are exactly the reach."""
    for row in units.values():
        if row.kind in (UnitKind.BRANCH.value, UnitKind.OFFICE.value) and reach:
            held = {key for key in below(row) if units[key].kind == UnitKind.OFFICE.value}
            if held == reach:
                return str(row.unit_code)
    return None
