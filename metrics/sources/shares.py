"""Income shares of the most valuable clients (R-53): from the cube of places, else ranked client by client."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Select, case, func, select

from data_access.tables import client_status, cube_share, org_unit
from domain.words import Status, UnitKind
from metrics.catalogue import Metric, Source, Sum
from metrics.question import Question, Window
from metrics.shapes import as_of_builds
from metrics.sources.clients import (
    POPULATION,
    ROWS,
    client_columns,
    contribution,
    denominator,
    in_reach,
    numerator,
    top_of,
)
from metrics.sources.parts import among, kept, total

_PLACES = {"branch": UnitKind.BRANCH, "office": UnitKind.OFFICE}


def select_shares(question: Question, windows: Sequence[Window]) -> Select[Any]:
    """Return the statement with numerator and denominator of every share per group."""
    if not question.groups and not question.where and question.node is not None:
        return _from_cube(question, windows, cube_share.c.unit_id == question.node)
    place = _place(question)
    if place is None:
        return _ranked(question, windows)
    return _from_cube(question, windows, org_unit.c.kind == place.value)


def _place(question: Question) -> UnitKind | None:
    """Return the kind of place that the cube answers for, None when clients must be ranked."""
    if not question.scope.everything:
        return None
    groups, filters = question.groups, question.where
    if len(groups) == 1 and groups[0] in _PLACES and set(filters) <= set(groups):
        return _PLACES[groups[0]]
    if not groups and len(filters) == 1 and (key := next(iter(filters))) in _PLACES and len(filters[key]) == 1:
        return _PLACES[key]
    return None


def _from_cube(question: Question, windows: Sequence[Window], places: ColumnElement[bool]) -> Select[Any]:
    line, unit = cube_share.c, org_unit.c
    columns = {"month": line.month, "branch": unit.unit_code, "office": unit.unit_code}
    shares: list[ColumnElement[Any]] = []
    for metric in question.metrics:
        shares += [line[f"{metric.column}_fen"].label(numerator(metric)),
                   line.total_fen.label(denominator(metric.key))]  # fmt: skip
    return (
        select(*(columns[key].label(key) for key in question.by), *shares)
        .join(org_unit, unit.unit_id == line.unit_id)
        .where(line.build_id.in_([window.build_id for window in windows]), places,
               *(among(line.unit_id, values) for values in question.where.values()))
    )  # fmt: skip


def ranked_clients(question: Question, windows: Sequence[Window]) -> Select[Any]:
    """Return the valued clients of each group with their place by value and the group's size.

    Clients not lost with value above 0; equal values are ordered by ``client_id``, so that exactly the
    stated number of clients is taken.
    """
    row = client_status.c
    source, columns, filters = client_columns(question, client_status)
    groups = [columns[key].label(key) for key in question.by]
    parts = [columns[key] for key in question.by]
    return (
        select(*groups, row.client_id, row.value_fen, row.office_id, row.tier, row.status,
               func.row_number().over(partition_by=parts or None, order_by=(row.value_fen.desc(), row.client_id))
               .label("place"),
               func.count().over(partition_by=parts or None).label("valued_count"))
        .select_from(source)
        .where(row.build_id.in_([window.build_id for window in windows]), row.status != Status.LOST.value,
               row.value_fen > 0, *kept(filters, question), in_reach(question.scope, client_status))
    )  # fmt: skip


def is_top(metric: Metric, place: ColumnElement[Any], count: ColumnElement[Any]) -> ColumnElement[bool]:
    """Return the condition that a place is among the first ceil(p % x N)."""
    percent = int((metric.column or "top0").removeprefix("top"))
    return place <= (count * percent + 99) // 100


def _ranked(question: Question, windows: Sequence[Window]) -> Select[Any]:
    ranked = ranked_clients(question, windows).subquery("ranked")
    shares: list[ColumnElement[Any]] = []
    for metric in question.metrics:
        top = is_top(metric, ranked.c.place, ranked.c.valued_count)
        shares += [total(case((top, ranked.c.value_fen))).label(numerator(metric)),
                   total(ranked.c.value_fen).label(denominator(metric.key))]  # fmt: skip
    groups = [ranked.c[key] for key in question.by]
    return select(*groups, *shares).group_by(*groups)


def select_months_of_people(question: Question, windows: Sequence[Window]) -> Select[Any]:
    """Return the statement with sums over clients and shares by month, the clients' rows read once for both.

    The same figures as ``select_clients`` and ``select_shares`` give for a reach of persons: looking up their clients'
    rows of every month takes most of the time.
    """
    row = client_status.c
    parts: dict[str, ColumnElement[Any]] = {}
    tops = [metric for metric in question.metrics if metric.source is Source.SHARE]
    for metric in question.metrics:
        if metric.source is not Source.SHARE:
            parts[numerator(metric)] = contribution(client_status, top_of(metric))
            if metric.denominator is not None:
                parts[denominator(metric.key)] = contribution(client_status, metric.denominator)
    parts[POPULATION], parts[ROWS] = (contribution(client_status, Sum(name)) for name in ("clients_count", "row_count"))
    valued = case(((row.status != Status.LOST.value) & (row.value_fen > 0), row.value_fen))
    source, _columns, filters = client_columns(question, client_status)
    own = (
        select(row.month, row.client_id, valued.label("valued_fen"),
               *(value.label(name) for name, value in parts.items()))
        .select_from(source)
        .where(row.build_id.in_(as_of_builds(windows, by_name=question.is_shape)), *kept(filters, question),
               in_reach(question.scope, client_status)).cte("own")
    )  # fmt: skip
    sums = (
        select(own.c.month, func.count(own.c.valued_fen).label("valued_count"),
               *(total(own.c[name]).label(name) for name in parts)).group_by(own.c.month).cte("sums")
    )  # fmt: skip
    place = func.row_number().over(partition_by=own.c.month, order_by=(own.c.valued_fen.desc(), own.c.client_id))
    ranked = (
        select(own.c.month, own.c.valued_fen, place.label("place")).where(own.c.valued_fen.is_not(None))
        .subquery("ranked")
    )  # fmt: skip
    shares: dict[str, ColumnElement[Any]] = {}
    for metric in tops:
        top = is_top(metric, ranked.c.place, sums.c.valued_count)
        shares |= {numerator(metric): total(case((top, ranked.c.valued_fen))),
                   denominator(metric.key): total(ranked.c.valued_fen)}  # fmt: skip
    share = (
        select(ranked.c.month, *(value.label(name) for name, value in shares.items()))
        .join(sums, sums.c.month == ranked.c.month).group_by(ranked.c.month).subquery("shares")
    )  # fmt: skip
    return select(
        sums.c.month,
        *(sums.c[name] for name in parts),
        *(func.coalesce(share.c[name], 0).label(name) for name in shares),
    ).select_from(sums.outerjoin(share, share.c.month == sums.c.month))
