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


def read_places(connection: Connection, scope: Scope) -> list[Place]:
    """Return headquarters, branches and offices inside the reach, in tree order; none for a personal reach."""
    units = connection.execute(
        select(org_unit.c.unit_id, org_unit.c.unit_code, org_unit.c.name, org_unit.c.kind, org_unit.c.path)
        .where(org_unit.c.kind != UnitKind.TEAM.value)
        .order_by(org_unit.c.path)
    ).all()
    below = scope.office_ids | scope.unit_ids
    seen = [unit for unit in units if scope.everything or unit.unit_id in below]
    if not seen:
        return []
    top = min(unit.path.count("/") for unit in seen)
    return [Place(unit.unit_id, unit.unit_code, unit.name, unit.kind, unit.path.count("/") - top) for unit in seen]
