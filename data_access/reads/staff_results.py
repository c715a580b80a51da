"""Staff and the clients behind their results (R-61), and the identity that reconciles them with the total."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    Connection,
    Select,
    bindparam,
    case,
    cast,
    func,
    literal,
    or_,
    select,
)

from data_access.reads.generation import Generation
from data_access.reads.periods import period_months
from data_access.scope import Scope, ScopeKind, clients_in, staff_in
from data_access.tables import (
    cube_client,
    org_unit,
    staff,
    staff_month,
    staff_version,
)
from domain.words import RelationshipType

ANY = "any"


def read_people(connection: Connection, scope: Scope) -> dict[str, dict[str, Any]]:
    """Return name, category, present unit and last day of the people whose results the reach may hold, by number.

    Results belong to the post of their month: people who once sat inside the reach are here too, their present
    unit outside it is None.
    """
    return {
        number: {"staff_no": number, "name": name, "category": category, "left_on": left_on, "unit_code": unit_code,
                 "unit": unit}
        for number, name, category, left_on, unit_code, unit in connection.execute(
            _select_people(scope.kind), scope.ids).all()
    }  # fmt: skip


# Statements are made once per kind of reach: making one takes longer than running it for few people.
@lru_cache(maxsize=50)
def _select_people(scope: ScopeKind) -> Select[Any]:
    inside = staff_in(scope, staff.c.staff_id, staff.c.unit_id)
    once = select(staff_version.c.staff_id).where(staff_in(scope, staff_version.c.staff_id, staff_version.c.unit_id))
    return (
        select(
            staff.c.staff_no,
            staff.c.name,
            staff.c.category,
            staff.c.left_on,
            case((inside, org_unit.c.unit_code)).label("unit_code"),
            case((inside, org_unit.c.name)).label("unit"),
        )
        .join(org_unit, org_unit.c.unit_id == staff.c.unit_id)
        .where(or_(inside, staff.c.staff_id.in_(once)))
    )


@dataclass(frozen=True)
class Reconciliation:
    """One relationship type's identity for a unit's clients: own + others + unattributed = total, in fen."""

    type: str
    own_fen: int
    others_fen: int
    unattributed_fen: int
    total_fen: int

    @property
    def difference_fen(self) -> int:
        """What does not add up; always 0."""
        return self.total_fen - self.own_fen - self.others_fen - self.unattributed_fen


def read_reconciliation(connection: Connection, generation: Generation, month: int, scope: Scope, *,
                        period: str = "month") -> list[Reconciliation]:  # fmt: skip
    """Return the identity of net income per relationship type, in type order, for the clients in the reach.

    Credited by share to staff inside the reach, to staff of other units, and the remainder: clients without
    that type and shares not handed out. Empty for a personal reach, which has no unit to reconcile.
    """
    if scope.is_personal or scope.is_empty:
        return []
    months = period_months(generation, month, period)
    asked = {"builds": [generation.builds[entry] for entry in months], **scope.ids}
    credited = {
        found.type: (int(found.own), int(found.others))
        for found in connection.execute(_select_credited(scope.kind), asked)
    }
    total = int(connection.execute(_select_total(scope.kind), asked).scalar_one())
    return [
        Reconciliation(code.value, own, others, total - own - others, total)
        for code in RelationshipType
        for own, others in (credited.get(code.value, (0, 0)),)
    ]


_BUILDS: BindParameter[Any] = bindparam("builds", expanding=True)


@lru_cache(maxsize=50)
def _select_credited(scope: ScopeKind) -> Select[Any]:
    row = staff_month.c
    inside = staff_in(scope, row.staff_id, row.staff_unit_id)
    return (
        select(row.type, cast(func.sum(case((inside, row.net_income_fen), else_=0)), BigInteger).label("own"),
               cast(func.sum(case((inside, 0), else_=row.net_income_fen)), BigInteger).label("others"))
        .where(row.build_id.in_(_BUILDS), row.type != ANY, clients_in(scope, literal(0), row.client_office_id))
        .group_by(row.type)
    )  # fmt: skip


@lru_cache(maxsize=50)
def _select_total(scope: ScopeKind) -> Select[Any]:
    return select(cast(func.coalesce(func.sum(cube_client.c.net_income_fen), 0), BigInteger)).where(
        cube_client.c.build_id.in_(_BUILDS), clients_in(scope, literal(0), cube_client.c.office_id))  # fmt: skip
