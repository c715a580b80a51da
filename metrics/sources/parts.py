"""Pieces shared by the statements: places, filters, sums, windows."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    FromClause,
    case,
    cast,
    func,
    or_,
    select,
    union_all,
)

from data_access.refresh.month import holds_at, total
from data_access.tables import org_unit
from domain.words import UnitKind
from metrics.dimensions import PLACES
from metrics.question import Question, Window
from metrics.shapes import asked, of_window

Columns = dict[str, ColumnElement[Any]]
__all__ = [
    "Columns",
    "among",
    "days_of",
    "holds_at",
    "kept",
    "needs_places",
    "total",
    "unit_places",
    "windows_table",
    "with_places",
]


def with_places(
    source: FromClause, office_id: ColumnElement[Any], branch_id: ColumnElement[Any], wanted: Iterable[str]
) -> tuple[FromClause, Columns]:
    """Join the org units that the wanted place dimensions need; return their code columns."""
    names = set(wanted)
    columns: Columns = {}
    office, branch = org_unit.alias("office_unit"), org_unit.alias("branch_unit")
    if names & {"office", "region"}:
        source = source.outerjoin(office, office.c.unit_id == office_id)
        columns["office"] = office.c.unit_code
    if names & {"branch", "region"}:
        source = source.outerjoin(branch, branch.c.unit_id == branch_id)
        columns["branch"] = branch.c.unit_code
    if "region" in names:
        columns["region"] = func.coalesce(office.c.region, branch.c.region)
    return source, columns


def kept(columns: Mapping[str, ColumnElement[Any]], question: Question) -> list[ColumnElement[bool]]:
    """Return the question's filters on the columns: values of one dimension are alternatives."""
    if not question.is_shape:
        return [among(columns[key], values) for key, values in question.where.items()]
    return [
        or_(*([columns[key].in_(asked(question, key))] if values != (None,) else []),
            *([columns[key].is_(None)] if None in values else []))
        for key, values in question.where.items()
    ]  # fmt: skip


def among(column: ColumnElement[Any], values: Sequence[int | str | None]) -> ColumnElement[bool]:
    """Return the condition that the column holds one of the values; None stands for no value, none keep nothing."""
    present = [value for value in values if value is not None]
    parts = [column.in_(present)] if present or not values else []
    if None in values:
        parts.append(column.is_(None))
    return or_(*parts)


def days_of(window: Window, *, by_name: bool = False) -> Columns:
    """Return first and last day of the period that ends with the window's month, its first and last moment, the month.

    ``until_at`` is the first moment after the period. ``by_name``: for a statement that is kept.
    """
    days = {name: of_window(window, name, by_name=by_name)
            for name in ("month", "first_on", "last_on", "from_at", "until_at")}  # fmt: skip
    return {name: value if name == "month" else cast(value, value.type) for name, value in days.items()}


def windows_table(windows: Sequence[Window]) -> CTE:
    """Return the as-of months as rows with the columns of ``days_of``."""
    lines = [select(*(value.label(name) for name, value in days_of(window).items())) for window in windows]
    return (union_all(*lines) if len(lines) > 1 else lines[0]).cte("windows")


def needs_places(question: Question) -> bool:
    """Tell whether the question groups or filters by a place."""
    return bool(PLACES & {*question.by, *question.where})


@cache
def unit_places() -> FromClause:
    """Return every unit with the office and the branch it lies in (NULL above them)."""
    unit, parent, above = org_unit.alias("unit"), org_unit.alias("parent"), org_unit.alias("above")
    return (
        select(
            unit.c.unit_id,
            case((unit.c.kind == UnitKind.OFFICE.value, unit.c.unit_id),
                 (unit.c.kind == UnitKind.TEAM.value, parent.c.unit_id)).label("office_id"),
            case((unit.c.kind == UnitKind.BRANCH.value, unit.c.unit_id),
                 (unit.c.kind == UnitKind.OFFICE.value, parent.c.unit_id),
                 (unit.c.kind == UnitKind.TEAM.value, above.c.unit_id)).label("branch_id"),
        )
        .select_from(unit.outerjoin(parent, parent.c.unit_id == unit.c.parent_id)
                     .outerjoin(above, above.c.unit_id == parent.c.parent_id))
        .subquery("places")
    )  # fmt: skip
