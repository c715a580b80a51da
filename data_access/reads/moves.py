"""Where a client stood at one month's end and at another: the groups of moves, and the clients behind one cell."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, FromClause, and_, exists, false, func, true

from data_access.scope import Scope, clients_in
from data_access.tables import client_status
from domain.months import month_text, parse_month
from domain.words import Stage, Status, Tier, Word

NOT_YET = "not_yet"
"""Opened after the first month's end."""
LOST = Status.LOST.value
"""Lost at the month's end; tiers know no lost clients, stages and statuses have the same code for them."""
ELSEWHERE = "elsewhere"
"""A client of places, or with properties, outside what was asked for."""
DIMENSIONS: Mapping[str, type[Word]] = {"tier": Tier, "stage": Stage, "status": Status}
"""What moves are told by."""


@dataclass(frozen=True)
class Move:
    """A cell of a table of moves, as the filter of a list: from one group to another; "" is any group.

    The list's own month is one end of the move, ``month`` the other: when it lies before the list's month the list
    shows who came to ``goal``, when it lies after, who left ``origin``.
    """

    dimension: str
    month: int
    origin: str = ""
    goal: str = ""

    def __str__(self) -> str:
        """Write the move for an address: ``tier.2024-05.A.B``."""
        return ".".join((self.dimension, month_text(self.month), self.origin, self.goal))


def read_move(text: str | None) -> Move | None:
    """Read a move from an address; None for anything that is none."""
    parts = (text or "").split(".")
    if len(parts) != 4 or parts[0] not in DIMENSIONS:
        return None
    known = {"", NOT_YET, LOST, ELSEWHERE, *(word.value for word in DIMENSIONS[parts[0]])}
    try:
        month = parse_month(parts[1])
    except ValueError:
        return None
    return Move(parts[0], month, parts[2], parts[3]) if {parts[2], parts[3]} <= known else None


def group_of(row: Mapping[str, ColumnElement[Any]] | Any, dimension: str) -> ColumnElement[str]:
    """Return the code of a client row's group. Raises ``KeyError`` for an unknown dimension."""
    column: ColumnElement[str] = row[DIMENSIONS[dimension].__name__.lower()]
    return func.coalesce(column, LOST) if dimension == "tier" else column


def made_move(row: FromClause, move: Move, month: int, builds: Mapping[int, int], scope: Scope,
              kinds: Sequence[str] = ()) -> ColumnElement[bool]:  # fmt: skip
    """Return the condition that a client of ``row``, the list's ``month``, made the move inside the reach.

    ``kinds``: of the client at the other end (empty: all); one of another kind was elsewhere.
    """
    if move.month not in builds or move.month == month:
        return false()
    own, far = (move.goal, move.origin) if move.month < month else (move.origin, move.goal)
    other = client_status.alias("other_end")
    conditions = [group_of(row.c, move.dimension) == own] if own else []
    if far:
        found = exists().where(other.c.build_id == builds[move.month], other.c.client_id == row.c.client_id)
        inside = clients_in(scope, other.c.client_id, other.c.office_id)
        inside = and_(inside, other.c.client_kind.in_(kinds)) if kinds else inside
        if far == NOT_YET:
            conditions.append(~found)
        elif far == ELSEWHERE:
            conditions.append(found.where(~inside))
        else:
            conditions.append(found.where(inside, group_of(other.c, move.dimension) == far))
    return and_(true(), *conditions)
