"""The people of a hand-out: the facts of R-26, the office, absences to come, capacity, and the work they hold."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from data_access.desk.limits import read_neighbours
from data_access.reads.holders import read_branches, read_holders
from data_access.scope import Scope
from data_access.tables import org_unit, reactivation_task, staff, staff_absence, staff_capacity
from domain.campaigns import DEFAULT_EFFORT
from domain.distribution import Absence, HandOutPerson
from domain.words import FRONTLINE, OPEN_TASK_STATES, UnitKind

FULL_CAPACITY = 100


@dataclass(frozen=True)
class DeskPerson:
    """A person of the desk. ``effort`` (minutes) and ``value_fen``: of the open tasks; ``office``: its code."""

    staff_id: int
    name: str
    office_id: int | None
    person: HandOutPerson
    effort: int = 0
    value_fen: int = 0
    office_code: str = ""

    @property
    def staff_no(self) -> str:
        """The person's number."""
        return self.person.holder.staff_no


@dataclass(frozen=True)
class _Held:
    tasks: int = 0
    effort: int = 0
    value_fen: int = 0


def read_desk_people(
    connection: Connection, scope: Scope, office_ids: Collection[int], *, on: date,
    staff_nos: Collection[str] | None = None,
) -> list[DeskPerson]:  # fmt: skip
    """Return who may be thought of for the clients of some offices, in staff_no order; ``on`` is the day of duty.

    These are the frontline people of the offices inside the reach and of their neighbours, teams included, who have
    not left by the day; those not licensed, absent or full are among them, ``domain.distribution`` refuses them. With
    ``staff_nos`` exactly these people of the same offices, whoever they are and though they have left.
    """
    inside = set(office_ids) if scope.everything else set(office_ids) & scope.office_ids
    near = read_neighbours(connection, on)
    wanted = inside.union(*(near.get(office_id, ()) for office_id in inside))
    offices = read_offices(connection)
    units = sorted(unit_id for unit_id, (office_id, _) in offices.items() if office_id in wanted)
    if not units:
        return []
    kept: list[ColumnElement[bool]] = [staff.c.unit_id.in_(units)]
    if staff_nos is None:
        kept += [staff.c.category.in_([category.value for category in FRONTLINE]),
                 or_(staff.c.left_on.is_(None), staff.c.left_on >= on)]  # fmt: skip
    else:
        kept.append(staff.c.staff_no.in_(sorted(staff_nos)))
    found = read_holders(connection, and_(*kept), on, read_branches(connection))
    ids = [row["staff_id"] for row, _ in found]
    absences, capacities, held = _absences(connection, ids, on), read_capacities(connection, ids, on), _held(
        connection, ids)  # fmt: skip
    people = []
    for row, holder in found:
        key = row["staff_id"]
        office_id, code = offices[row["unit_id"]]
        capacity, ceiling = capacities.get(key, (FULL_CAPACITY, None))
        has = held.get(key, _Held())
        person = HandOutPerson(holder, office_id, has.tasks, absences.get(key, ()), ceiling, capacity)
        people.append(DeskPerson(key, row["name"], office_id, person, has.effort, has.value_fen, code))
    return people


def read_offices(connection: Connection) -> dict[int, tuple[int, str]]:
    """Return for every office and team the office it is or belongs to: its id and code."""
    units = connection.execute(
        select(org_unit.c.unit_id, org_unit.c.unit_code, org_unit.c.kind, org_unit.c.parent_id)).all()  # fmt: skip
    offices = {row.unit_id: (row.unit_id, row.unit_code) for row in units if row.kind == UnitKind.OFFICE}
    teams = {row.unit_id: offices[row.parent_id] for row in units
             if row.kind == UnitKind.TEAM and row.parent_id in offices}  # fmt: skip
    return offices | teams


def read_capacities(connection: Connection, staff_ids: Sequence[int], on: date) -> dict[int, tuple[int, int | None]]:
    """Return (percent of a full post, own ceiling or None) of those who have a row begun by the day."""
    row = staff_capacity.c
    return {
        one.staff_id: (one.capacity, one.ceiling)
        for one in connection.execute(
            select(row.staff_id, row.capacity, row.ceiling)
            .where(row.staff_id.in_(staff_ids), row.valid_from <= on)
            .order_by(row.staff_id, row.valid_from)
        )
    }


def _absences(connection: Connection, staff_ids: Sequence[int], on: date) -> dict[int, tuple[Absence, ...]]:
    row = staff_absence.c
    found: dict[int, tuple[Absence, ...]] = {}
    for one in connection.execute(
        select(row.staff_id, row.from_on, row.to_on)
        .where(row.staff_id.in_(staff_ids), row.to_on >= on)
        .order_by(row.staff_id, row.from_on)
    ):
        found[one.staff_id] = (*found.get(one.staff_id, ()), Absence(one.from_on, one.to_on))
    return found


def _held(connection: Connection, staff_ids: Sequence[int]) -> dict[int, _Held]:
    row = reactivation_task.c
    return {
        one.staff_id: _Held(one.tasks, int(one.effort), int(one.value_fen))
        for one in connection.execute(
            select(row.staff_id, func.count().label("tasks"),
                   func.sum(func.coalesce(row.effort, DEFAULT_EFFORT)).label("effort"),
                   func.sum(func.coalesce(row.value_fen, 0)).label("value_fen"))
            .where(row.staff_id.in_(staff_ids), row.state.in_([state.value for state in OPEN_TASK_STATES]))
            .group_by(row.staff_id)
        )
    }  # fmt: skip
