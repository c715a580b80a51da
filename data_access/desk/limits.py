"""The published limits of a hand-out on a day."""

from __future__ import annotations

from datetime import date

from sqlalchemy import Connection, or_, select

from data_access.tables import office_neighbour
from domain.distribution import HandOutLimits, Predecessor
from domain.policies import RuleSet


def read_limits(connection: Connection, rules: RuleSet, on: date,
                predecessor: str = Predecessor.PREFERRED) -> HandOutLimits:  # fmt: skip
    """Return the ceiling and the cool-off of the rules with the neighbours that hold on a day."""
    return HandOutLimits(ceiling=rules.task_ceiling, neighbours=read_neighbours(connection, on),
                         predecessor=predecessor, cool_off_days=rules.task_cool_off_days)  # fmt: skip


def read_neighbours(connection: Connection, on: date) -> dict[int, frozenset[int]]:
    """Return, for each office that has some on a day, the offices whose people may take its pool clients."""
    row = office_neighbour.c
    found: dict[int, set[int]] = {}
    for office_id, neighbour_id in connection.execute(
        select(row.office_id, row.neighbour_id)
        .where(row.valid_from <= on, or_(row.valid_to.is_(None), row.valid_to > on))
    ):  # fmt: skip
        found.setdefault(office_id, set()).add(neighbour_id)
    return {office_id: frozenset(near) for office_id, near in found.items()}
