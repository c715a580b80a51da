"""Who can take more work and who will be away: tasks, core clients, absences and qualifications of each person."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Connection, and_, case, exists, func, or_, select

from data_access.desk.people import FULL_CAPACITY, read_capacities, read_offices
from data_access.reads.type_rules import read_type_rules
from data_access.register.core_facts import core_rule, count_held
from data_access.scope import Scope, staff_in
from data_access.tables import (
    app_user,
    office_neighbour,
    org_unit,
    reactivation_task,
    staff,
    staff_absence,
    staff_capacity,
    staff_qualification,
)
from domain.campaigns import DEFAULT_EFFORT
from domain.capacity import (
    ABSENCE_DAYS,
    Away,
    CapacityProblem,
    Load,
    LoadSum,
    find_problems,
    find_room,
    load_bp,
    sum_loads,
)
from domain.policies import RuleSet
from domain.words import FRONTLINE, OPEN_TASK_STATES, UnitKind


@dataclass(frozen=True)
class CapacityRow:
    """One person on a day; ``own_ceiling`` None: the ceiling is that of the rules. ``team`` empty: in none."""

    staff_id: int
    staff_no: str
    name: str
    office_code: str
    office: str
    team_code: str
    team: str
    load: Load
    own_ceiling: int | None
    problems: tuple[CapacityProblem, ...]
    room: int

    @property
    def load_bp(self) -> int:
        """Open tasks of the ceiling in basis points."""
        return load_bp(self.load)


@dataclass(frozen=True)
class CapacityFilter:
    """Which people are kept: of one office, of one team (by code), with one problem; None keeps everybody."""

    office: str | None = None
    team: str | None = None
    problem: str | None = None

    def keeps(self, row: CapacityRow) -> bool:
        """Tell whether a person is kept."""
        return ((self.office is None or row.office_code == self.office)
                and (self.team is None or row.team_code == self.team)
                and (self.problem is None or self.problem in row.problems))  # fmt: skip


@dataclass(frozen=True)
class PlaceLoad:
    """The work of an office, or of a team of it (``team`` empty: those in no team)."""

    office: str
    team: str
    load: LoadSum


@dataclass(frozen=True)
class CapacityEntry:
    """A capacity as it was set: from which day, how much, why, by whom."""

    valid_from: date
    capacity: int
    ceiling: int | None
    reason: str | None
    set_by: str | None
    set_at: datetime


@dataclass(frozen=True)
class OfficeNeighbours:
    """An office with its branch company and the codes of the offices that may take its pool clients."""

    unit_code: str
    name: str
    branch_id: int | None
    neighbours: tuple[str, ...]


def read_capacity(connection: Connection, scope: Scope, *, on: date, rules: RuleSet) -> list[CapacityRow]:
    """Return the people inside the reach, the fullest first.

    These are the frontline people in service on the day, and whoever else holds open tasks. Absences and
    qualifications as ``domain.capacity`` looks ahead; tasks without an estimate count the usual minutes and no value.
    """
    task = reactivation_task.c
    is_open = task.state.in_([state.value for state in OPEN_TASK_STATES])
    works = and_(staff.c.category.in_([category.value for category in FRONTLINE]),
                 or_(staff.c.left_on.is_(None), staff.c.left_on >= on))  # fmt: skip
    people = connection.execute(
        select(staff.c.staff_id, staff.c.staff_no, staff.c.name, staff.c.category, staff.c.left_on, staff.c.unit_id)
        .where(staff_in(scope, staff.c.staff_id, staff.c.unit_id),
               or_(works, exists().where(task.staff_id == staff.c.staff_id, is_open)))
    ).all()  # fmt: skip
    ids = [person.staff_id for person in people]
    tasks = {row.staff_id: row for row in connection.execute(
        select(task.staff_id, func.count().label("open"), func.sum(case((task.due_on < on, 1), else_=0)).label("late"),
               func.sum(func.coalesce(task.effort, DEFAULT_EFFORT)).label("effort"),
               func.sum(func.coalesce(task.value_fen, 0)).label("value_fen"))
        .where(task.staff_id.in_(ids), is_open).group_by(task.staff_id))}  # fmt: skip
    capacities, away, ends = (
        read_capacities(connection, ids, on),
        _away(connection, ids, on),
        _ends(connection, ids, on),
    )
    core = core_rule(read_type_rules(connection, on))
    advisers = [person.staff_id for person in people if core and person.category in core.holders]
    held = count_held(connection, core.type, advisers, on) if core else {}
    places = _Places(connection)
    rows = []
    for person in people:
        key = person.staff_id
        capacity, own = capacities.get(key, (FULL_CAPACITY, None))
        found = tasks.get(key)
        load = Load(
            person.category, capacity, rules.task_ceiling if own is None else own,
            open_tasks=found.open if found else 0, overdue=int(found.late) if found else 0,
            effort=int(found.effort) if found else 0, value_fen=int(found.value_fen) if found else 0,
            core_clients=held.get(key, 0),
            core_limit=core.max_per_holder if core and person.category in core.holders else None,
            left_on=person.left_on, away=away.get(key, ()), ends=ends.get(key, {}))  # fmt: skip
        rows.append(CapacityRow(key, person.staff_no, person.name, *places.of(person.unit_id), load, own,
                                find_problems(load, on), find_room(load, on)))  # fmt: skip
    return sorted(rows, key=lambda row: (-row.load_bp, row.staff_no))


def sum_capacity(rows: Iterable[CapacityRow], on: date, *, by_team: bool) -> list[PlaceLoad]:
    """Add people up by office, or by team; the fullest place first."""
    found: dict[tuple[str, str], list[CapacityRow]] = defaultdict(list)
    for row in rows:
        found[row.office, row.team if by_team else ""].append(row)
    places = [PlaceLoad(office, team, sum_loads((row.load for row in people), on))
              for (office, team), people in found.items()]  # fmt: skip
    return sorted(places, key=lambda place: (-(place.load.load_bp or 0), place.office, place.team))


class _Places:
    """Names of offices and teams by unit."""

    def __init__(self, connection: Connection) -> None:
        self._offices = read_offices(connection)
        self._units = {row.unit_id: row for row in connection.execute(
            select(org_unit.c.unit_id, org_unit.c.unit_code, org_unit.c.name, org_unit.c.kind))}  # fmt: skip

    def of(self, unit_id: int) -> tuple[str, str, str, str]:
        """Return code and name of a post's office and of its team; above the offices the unit stands for the office."""
        unit = self._units[unit_id]
        office = self._units[self._offices[unit_id][0]] if unit_id in self._offices else unit
        team = (unit.unit_code, unit.name) if unit.kind == UnitKind.TEAM else ("", "")
        return office.unit_code, office.name, *team


def _away(connection: Connection, staff_ids: Sequence[int], on: date) -> dict[int, tuple[Away, ...]]:
    row = staff_absence.c
    found: dict[int, list[Away]] = defaultdict(list)
    for one in connection.execute(
        select(row.staff_id, row.from_on, row.to_on, row.reason)
        .where(row.staff_id.in_(staff_ids), row.to_on >= on, row.from_on <= on + timedelta(days=ABSENCE_DAYS))
        .order_by(row.staff_id, row.from_on)
    ):  # fmt: skip
        found[one.staff_id].append(Away(one.from_on, one.to_on, one.reason))
    return {key: tuple(days) for key, days in found.items()}


def _ends(connection: Connection, staff_ids: Sequence[int], on: date) -> dict[int, dict[str, date | None]]:
    """Return the first day without each qualification begun by the day; None: no end known."""
    row = staff_qualification.c
    found: dict[int, dict[str, date | None]] = defaultdict(dict)
    for one in connection.execute(select(row.staff_id, row.kind, row.valid_to)
                                  .where(row.staff_id.in_(staff_ids), row.valid_from <= on)):  # fmt: skip
        kinds = found[one.staff_id]
        known = kinds.get(one.kind, one.valid_to)
        kinds[one.kind] = None if known is None or one.valid_to is None else max(known, one.valid_to)
    return found


def read_capacity_entries(connection: Connection, scope: Scope, staff_no: str) -> list[CapacityEntry]:
    """Return every capacity set for a person inside the reach, planned ones too, the newest first."""
    row = staff_capacity.c
    found: Any = connection.execute(
        select(row.valid_from, row.capacity, row.ceiling, row.reason, app_user.c.display_name.label("set_by"),
               row.set_at)
        .join(staff, staff.c.staff_id == row.staff_id).outerjoin(app_user, app_user.c.user_id == row.set_by)
        .where(staff.c.staff_no == staff_no, staff_in(scope, staff.c.staff_id, staff.c.unit_id))
        .order_by(row.valid_from.desc())
    ).mappings()  # fmt: skip
    return [CapacityEntry(**one) for one in found]


def read_office_neighbours(connection: Connection, scope: Scope, on: date) -> list[OfficeNeighbours]:
    """Return the offices inside the reach with the neighbours that hold on a day, by code."""
    row = office_neighbour.c
    units = connection.execute(
        select(org_unit.c.unit_id, org_unit.c.unit_code, org_unit.c.name, org_unit.c.parent_id)
        .where(org_unit.c.kind == UnitKind.OFFICE.value).order_by(org_unit.c.unit_code)
    ).all()  # fmt: skip
    codes = {unit.unit_id: unit.unit_code for unit in units}
    near: dict[int, list[str]] = defaultdict(list)
    for office_id, neighbour_id in connection.execute(
        select(row.office_id, row.neighbour_id)
        .where(row.valid_from <= on, or_(row.valid_to.is_(None), row.valid_to > on))
    ):  # fmt: skip
        near[office_id].append(codes[neighbour_id])
    return [OfficeNeighbours(unit.unit_code, unit.name, unit.parent_id, tuple(sorted(near[unit.unit_id])))
            for unit in units if scope.everything or unit.unit_id in scope.office_ids]  # fmt: skip
