"""Staff as the rules of the register see them on a day: category and branch of that day, service, qualifications."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Connection, or_, select

from data_access.reads.holders import read_branches
from data_access.tables import staff, staff_qualification, staff_version
from domain.holders import HolderFacts, Qualification

CHUNK = 500


def read_holder_facts(connection: Connection, staff_ids: Iterable[int], on: date) -> dict[int, HolderFacts]:
    """Return the facts of persons by staff_id; unknown ids are left out."""
    wanted = sorted(set(staff_ids))
    found: dict[int, HolderFacts] = {}
    branches = read_branches(connection)
    for start in range(0, len(wanted), CHUNK):
        part = wanted[start : start + CHUNK]
        found |= {one.staff_id: one for one in _facts(connection, staff.c.staff_id.in_(part), on, branches)}
    return found


def read_holders_by_number(connection: Connection, staff_nos: Sequence[str], on: date) -> dict[str, HolderFacts]:
    """Return the facts of persons by staff_no; unknown numbers are left out. At most a few at a time."""
    found = _facts(connection, staff.c.staff_no.in_(list(staff_nos)), on, read_branches(connection))
    return {one.staff_no: one for one in found}


def _facts(
    connection: Connection, condition: ColumnElement[bool], on: date, branches: dict[int, int]
) -> list[HolderFacts]:
    rows = connection.execute(select(staff).where(condition).order_by(staff.c.staff_no)).all()
    people = [row.staff_id for row in rows]
    posts = {row.staff_id: row for row in connection.execute(_posts_on(people, on))}
    held: dict[int, list[Qualification]] = {}
    one = staff_qualification.c
    for row in connection.execute(
        select(one.staff_id, one.kind, one.valid_from, one.valid_to)
        .where(one.staff_id.in_(people))
        .order_by(one.staff_id, one.kind, one.valid_from)
    ):
        held.setdefault(row.staff_id, []).append(Qualification(row.kind, row.valid_from, row.valid_to))
    found = []
    for row in rows:
        post = posts.get(row.staff_id, row)
        found.append(
            HolderFacts(row.staff_id, row.staff_no, row.name, post.category, branches.get(post.unit_id), row.joined_on,
                        row.left_on, row.agency_contract_no, tuple(held.get(row.staff_id, ())))
        )  # fmt: skip
    return found


def _posts_on(people: Sequence[int], on: date) -> Any:
    """Select category and unit as of a day from the history; persons without a row for the day are left out."""
    then = staff_version.c
    return (
        select(then.staff_id, then.category, then.unit_id)
        .where(then.staff_id.in_(people), or_(then.valid_from.is_(None), then.valid_from <= on),
               or_(then.valid_to.is_(None), then.valid_to > on))
        .order_by(then.staff_id, then.version_id)
    )  # fmt: skip
