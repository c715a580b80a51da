"""How one number of the clients is spread: clients per range, counted by the database.

Clients not lost at the month's end; ranges hold their lower end and not their upper one.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, case, func, select

from data_access.tables import client_status
from domain.words import Status
from metrics.question import Question
from metrics.sources.clients import client_columns, in_reach
from metrics.sources.parts import kept
from metrics.units import COUNT, RATIO, YUAN, Unit

_YUAN = 100
_MONEY = tuple(number * _YUAN for number in (
    0, 1, 1_000, 10_000, 50_000, 100_000, 500_000, 1_000_000, 5_000_000, 10_000_000))  # fmt: skip
_VALUE = tuple(number * _YUAN for number in (0, 1, 100, 500, 1_000, 5_000, 10_000, 50_000, 100_000, 1_000_000))
_ROW = client_status.c


@dataclass(frozen=True)
class SpreadOf:
    """A number of each client: its stored column, the lower ends of the ranges, and the unit they are shown in.

    The first range lies below the first end. ``divisor`` turns a stored number into a shown one.
    """

    label: str
    definition: str
    column: ColumnElement[Any]
    ends: tuple[int, ...]
    unit: Unit
    divisor: int


SPREAD_OF: dict[str, SpreadOf] = {
    "assets": SpreadOf("Month-end assets", "Clients not lost by their assets at the month's end.",
                       _ROW.end_assets_fen, _MONEY, YUAN, _YUAN),
    "value": SpreadOf("Net income, 12 months", "Clients not lost by their net income of the trailing twelve months.",
                      _ROW.value_fen, _VALUE, YUAN, _YUAN),
    "quiet": SpreadOf("Months quiet", "Clients not lost by their month-ends in a row known to be quiet.",
                      _ROW.months_quiet, (0, 1, 3, 6, 9, 12, 24), COUNT, 1),
    "completeness": SpreadOf(
        "Profile completeness", "Clients not lost by their filled ÷ required profile fields.",
        case((_ROW.required_count > 0, _ROW.filled_count * 100 / _ROW.required_count)), (0, 20, 40, 60, 80, 100),
        RATIO, 100),
}  # fmt: skip
"""The numbers whose spread is drawn, by code."""


@dataclass(frozen=True)
class Range:
    """One range: its number (None: no data), ends in stored units (None: open) and the clients in it."""

    number: int | None
    low: int | None
    high: int | None
    clients: int


def read_spread(connection: Connection, question: Question, code: str) -> list[Range]:
    """Return every range of a spread with its clients, empty ranges between the first and the last one included."""
    spread = SPREAD_OF[code]
    number = range_number(code).label("range")
    found: dict[int | None, int] = {
        row[0]: row[1]
        for row in connection.execute(_rows(question).with_only_columns(number, func.count()).group_by(number))
    }
    known = [one for one in found if one is not None]
    ranges = [
        Range(one, spread.ends[one - 1] if one else None, spread.ends[one] if one < len(spread.ends) else None,
              found.get(one, 0))
        for one in range(min(known), max(known) + 1)
    ] if known else []  # fmt: skip
    return [*ranges, Range(None, None, None, found[None])] if None in found else ranges


def select_range(question: Question, code: str, number: int | None) -> Select[Any]:
    """Return the ids of the clients in one range."""
    place = range_number(code)
    return _rows(question).where(place.is_(None) if number is None else place == number)


def range_number(code: str) -> ColumnElement[Any]:
    """Return the number of the range that a client row lies in, NULL without data."""
    spread = SPREAD_OF[code]
    places = [(spread.column < end, place) for place, end in enumerate(spread.ends)]
    return case((spread.column.is_(None), None), *places, else_=len(spread.ends))


def _rows(question: Question) -> Select[Any]:
    source, _columns, filters = client_columns(question, client_status)
    return select(_ROW.client_id).select_from(source).where(
        _ROW.build_id == question.as_of.build_id, _ROW.status != Status.LOST.value, *kept(filters, question),
        in_reach(question.scope, client_status))  # fmt: skip
