"""Staff as the rules of the hand-out see them: category, branch company, service, licence, absence."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from sqlalchemy import ColumnElement, Connection, RowMapping, func, select

from data_access.tables import org_unit, staff, staff_absence, staff_qualification
from domain.tasks import TaskHolder
from domain.words import QualificationKind, UnitKind


def read_branches(connection: Connection) -> dict[int, int]:
    """Return for every unit the branch company it belongs to: its topmost ancestor below headquarters.

    Headquarters itself has none. An office that hangs directly under headquarters is its own branch.
    """
    units = connection.execute(select(org_unit.c.unit_id, org_unit.c.unit_code, org_unit.c.kind, org_unit.c.path)).all()
    by_code = {unit.unit_code: unit for unit in units}
    branches: dict[int, int] = {}
    for unit in units:
        for code in unit.path.strip("/").split("/"):
            ancestor = by_code.get(code)
            if ancestor is not None and ancestor.kind != UnitKind.HQ:
                branches[unit.unit_id] = ancestor.unit_id
                break
    return branches


def read_holders(connection: Connection, condition: ColumnElement[bool], on: date,
                 branches: dict[int, int]) -> list[tuple[RowMapping, TaskHolder]]:  # fmt: skip
    """Return the staff rows that meet a condition, each with its facts for R-26 on a day, in staff_no order."""
    rows = connection.execute(select(staff).where(condition).order_by(staff.c.staff_no)).mappings().all()
    people = [row["staff_id"] for row in rows]
    licences = _licences(connection, people, on)
    absences = {
        row.staff_id: row.absent_to
        for row in connection.execute(
            select(staff_absence.c.staff_id, func.max(staff_absence.c.to_on).label("absent_to"))
            .where(staff_absence.c.staff_id.in_(people), staff_absence.c.from_on <= on, staff_absence.c.to_on >= on)
            .group_by(staff_absence.c.staff_id)
        )
    }
    return [
        (row, TaskHolder(
            staff_no=row["staff_no"], category=row["category"], branch_id=branches.get(row["unit_id"]),
            joined_on=row["joined_on"], left_on=row["left_on"], has_licence=row["staff_id"] in licences,
            licence_to=licences.get(row["staff_id"]), absent_to=absences.get(row["staff_id"])))
        for row in rows
    ]  # fmt: skip


def _licences(connection: Connection, people: Iterable[int], on: date) -> dict[int, date | None]:
    """Return the end of the longest-running licence begun by the day; None: no end known."""
    ends: dict[int, date | None] = {}
    for row in connection.execute(
        select(staff_qualification.c.staff_id, staff_qualification.c.valid_to).where(
            staff_qualification.c.staff_id.in_(people),
            staff_qualification.c.kind == QualificationKind.LICENCE.value,
            staff_qualification.c.valid_from <= on,
        )
    ):
        known = ends.get(row.staff_id, row.valid_to)
        ends[row.staff_id] = None if known is None or row.valid_to is None else max(known, row.valid_to)
    return ends
