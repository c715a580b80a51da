"""The places of the org tree that a reader may choose."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Connection, select

from data_access.scope import Scope
from data_access.tables import org_unit
from domain.words import UnitKind


@dataclass(frozen=True)
class Place:
    """One node of the org tree; ``depth`` counts from the topmost place the reader sees (0)."""

    unit_id: int
    unit_code: str
    name: str
    kind: str
    depth: int


_UNITS = (
    select(org_unit.c.unit_id, org_unit.c.unit_code, org_unit.c.name, org_unit.c.kind, org_unit.c.path)
    .order_by(org_unit.c.path)
)  # fmt: skip
_PLACES = _UNITS.where(org_unit.c.kind != UnitKind.TEAM.value)


def read_places(connection: Connection, scope: Scope, *, teams: bool = False) -> list[Place]:
    """Return headquarters, branches and offices inside the reach, in tree order; none for a personal reach.

    With ``teams`` the teams of the offices too, where a person's post is chosen.
    """
    units = connection.execute(_UNITS if teams else _PLACES).all()
    below = scope.office_ids | scope.unit_ids
    seen = [unit for unit in units if scope.everything or unit.unit_id in below]
    if not seen:
        return []
    top = min(unit.path.count("/") for unit in seen)
    return [Place(unit.unit_id, unit.unit_code, unit.name, unit.kind, unit.path.count("/") - top) for unit in seen]


def read_place_names(connection: Connection) -> dict[str, str]:
    """Return the name of every unit by its code, for any reader: names of places are no secret."""
    return {row.unit_code: row.name for row in connection.execute(select(org_unit.c.unit_code, org_unit.c.name))}


def read_node(connection: Connection, scope: Scope) -> int | None:
    """Return the headquarters, branch or office whose clients are exactly those of the reach, None when no one is."""
    units = connection.execute(select(org_unit.c.unit_id, org_unit.c.parent_id, org_unit.c.kind)).all()
    if scope.everything:
        return next((int(unit.unit_id) for unit in units if unit.kind == UnitKind.HQ), None)
    if scope.staff_ids:
        return None
    if len(scope.office_ids) == 1:
        return next(iter(scope.office_ids))
    for branch in (unit.unit_id for unit in units if unit.kind == UnitKind.BRANCH):
        if scope.office_ids and scope.office_ids == {unit.unit_id for unit in units if unit.parent_id == branch}:
            return int(branch)
    return None
