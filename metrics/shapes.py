"""Statements kept by the shape of their question: made once, run with the months, builds, days and people asked for.

Making a statement takes longer than running it for one month or one person. What enters by name is the window of the
question (of several windows their builds only) and the values of its filters; the kind of reach is part of the shape,
its ids enter by name too.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import BindParameter, ColumnElement, Date, Integer, Select, bindparam, literal
from sqlalchemy.sql import visitors
from sqlalchemy.types import TypeEngine

from data_access.clock import day_begins_at, month_closes_at
from data_access.reads.generation import Generation
from data_access.scope import ScopeKind
from data_access.tables.types import UtcDateTime
from domain.months import month_end, month_start
from metrics.catalogue import METRICS
from metrics.question import Question, Window

_NO_GENERATION = Generation(0, datetime(1970, 1, 1, tzinfo=UTC), 0, {})
_OF_WINDOW: Mapping[str, tuple[type[TypeEngine[Any]], Callable[[Window], Any]]] = {
    "month": (Integer, lambda window: window.month),
    "first_on": (Date, lambda window: month_start(window.months[0])),
    "last_on": (Date, lambda window: month_end(window.month)),
    "from_at": (UtcDateTime, lambda window: day_begins_at(month_start(window.months[0]))),
    "until_at": (UtcDateTime, lambda window: month_closes_at(window.month)),
    "build_id": (Integer, lambda window: window.build_id),
}
_OF_MONTH: Mapping[str, tuple[type[TypeEngine[Any]], Callable[[Window, int], Any]]] = {
    "build_of": (Integer, lambda window, place: window.builds[place]),
    "last_on_of": (Date, lambda window, place: month_end(window.months[place])),
}
_BUILDS, _AS_OF_BUILDS, _FILTER = "builds", "as_of_builds", "where_"


@dataclass(frozen=True)
class Shape:
    """What makes the statement of a question about one window; everything else are its values.

    ``filters``: per dimension whether some value is kept, and whether rows without one are. ``months``: how many of
    the window enter one by one.
    """

    keys: tuple[str, ...]
    by: tuple[str, ...]
    filters: tuple[tuple[str, bool, bool], ...]
    reach: ScopeKind
    months: int

    def question(self) -> Question:
        """Return the question whose window and filters stand for any: no value of theirs can enter a statement."""
        months = (0,) * self.months
        where = {key: ((0,) if some else ()) + ((None,) if none else ()) for key, some, none in self.filters}
        return Question(tuple(METRICS[key] for key in self.keys), self.by, (Window(0, 0, months, months),), "month",
                        where, self.reach, _NO_GENERATION, is_shape=True)  # fmt: skip


@dataclass(frozen=True)
class Kept:
    """A statement made from a shape, with the names of the values it runs with."""

    statement: Select[Any]
    names: tuple[str, ...]

    def values(self, question: Question) -> dict[str, Any]:
        """Return the values by name that a question of the shape runs the statement with."""
        reach = question.scope.ids
        return {name: reach[name] if name in reach else _value(name, question) for name in self.names}


def has_shape(question: Question) -> bool:
    """Tell whether a statement can be kept for the question: one window, whose month is no group."""
    return len(question.windows) == 1 and "month" not in question.by


def shape_of(question: Question, *, months: int = 1) -> Shape:
    """Return the shape of a question that has one; ``months``: of its window, where each enters by itself."""
    filters = tuple((key, any(value is not None for value in values), None in values)
                    for key, values in question.where.items())  # fmt: skip
    return Shape(tuple(metric.key for metric in question.metrics), question.by, filters, question.scope.kind,
                 months)  # fmt: skip


def keep(statement: Select[Any]) -> Kept:
    """Return a statement with the names it needs values for."""
    names = {element.key for element in visitors.iterate(statement)
             if isinstance(element, BindParameter) and element.required}  # fmt: skip
    return Kept(statement, tuple(sorted(names)))


def of_window(window: Window, name: str, *, by_name: bool) -> ColumnElement[Any]:
    """Return a value of a window as it enters a statement: written in, or by its name.

    ``month``, ``build_id``, and first and last day and moment of its months: ``first_on``, ``last_on``, ``from_at`` and
    ``until_at``, the first moment after them.
    """
    kind, value = _OF_WINDOW[name]
    return bindparam(name, type_=kind()) if by_name else literal(value(window), kind)


def of_month(window: Window, place: int, name: str, *, by_name: bool) -> ColumnElement[Any]:
    """Return a value of one of a window's months: ``build_of`` it, or ``last_on_of``, its last day."""
    kind, value = _OF_MONTH[name]
    return bindparam(f"{name}_{place}", type_=kind()) if by_name else literal(value(window, place), kind)


def builds_of(window: Window, *, by_name: bool) -> Any:
    """Return all builds of a window, for ``in_``."""
    return bindparam(_BUILDS, expanding=True) if by_name else window.builds


def as_of_builds(windows: Sequence[Window], *, by_name: bool) -> Any:
    """Return the builds of the as-of months of all windows, for ``in_``."""
    return bindparam(_AS_OF_BUILDS, expanding=True) if by_name else tuple(window.build_id for window in windows)


def asked(question: Question, key: str) -> Any:
    """Return the values a question keeps of a dimension, for ``in_``; rows without a value are not among them."""
    if question.is_shape:
        return bindparam(f"{_FILTER}{key}", expanding=True)
    return [value for value in question.where[key] if value is not None]


def _value(name: str, question: Question) -> Any:
    window = question.as_of
    if name == _BUILDS:
        return list(window.builds)
    if name == _AS_OF_BUILDS:
        return list(as_of_builds(question.windows, by_name=False))
    if name.startswith(_FILTER):
        return asked(question, name.removeprefix(_FILTER))
    if name in _OF_WINDOW:
        return _OF_WINDOW[name][1](window)
    kind, _, place = name.rpartition("_")
    return _OF_MONTH[kind][1](window, int(place))
