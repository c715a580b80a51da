"""Figures over clients: from the cube where its dimensions allow, else from the published client rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Integer, Select, and_, case, func, literal, null, select

from data_access.scope import Scope, clients_in
from data_access.tables import client_status, cube_client
from domain.words import Status
from metrics.catalogue import Kind, Metric, Sum
from metrics.dimensions import CUBE, GROUP_OF_AS_OF
from metrics.question import Question, Window
from metrics.shapes import as_of_builds, builds_of, of_window
from metrics.sources.parts import Columns, kept, total, with_places

POPULATION, ROWS = "population", "month_rows"
"""Hidden columns: clients in the group, and how many have the month's row. Clients without any row: no data."""


def denominator(key: str) -> str:
    """Return the name of a ratio's denominator column."""
    return f"{key}_denominator"


def numerator(metric: Metric) -> str:
    """Return the name of the column that holds the metric's numerator (or the metric itself)."""
    return f"{metric.key}_numerator" if metric.kind is Kind.RATIO else metric.key


def top_of(metric: Metric) -> Sum:
    """Return the sum that is the metric, or its numerator; raises ``TypeError`` for other than client metrics."""
    if metric.numerator is None:
        raise TypeError(f"{metric.key} is not a sum over clients")
    return metric.numerator


def reads_cube(question: Question, *, several_months: bool) -> bool:
    """Tell whether the cube answers: known dimensions, a reach of places, groups that need no client rows."""
    used = {*question.by, *question.where}
    own_groups = several_months and used & GROUP_OF_AS_OF
    return used <= CUBE and not own_groups and not (question.scope.staff_ids and not question.scope.everything)


def select_clients(question: Question, windows: Sequence[Window], *, several_months: bool) -> Select[Any]:
    """Return the statement that sums the metrics per group.

    With ``several_months`` there is one window and its flows run over all its builds; otherwise every
    window is its own month and the statement may group by month.
    """
    by_name = question.is_shape
    builds = builds_of(windows[0], by_name=by_name) if several_months else as_of_builds(windows, by_name=by_name)
    cube = reads_cube(question, several_months=several_months)
    table: FromClause = cube_client if cube else client_status
    source, columns, filters, base = _columns(question, table, windows[0] if several_months else None)
    in_month = table.c.build_id == of_window(windows[0], "build_id", by_name=by_name) if several_months else None
    sums: list[ColumnElement[Any]] = []
    for metric in question.metrics:
        when = in_month if metric.kind is not Kind.FLOW else None
        sums.append(sum_of(table, top_of(metric), when, cube=cube, limits=question.warning_limits)
                    .label(numerator(metric)))  # fmt: skip
        if metric.denominator is not None:
            sums.append(sum_of(table, metric.denominator, when, cube=cube).label(denominator(metric.key)))
    hidden = [sum_of(table, Sum("clients_count"), None, cube=cube).label(POPULATION),
              sum_of(table, Sum("row_count"), None, cube=cube).label(ROWS)]  # fmt: skip
    each_month: list[ColumnElement[Any]] = []
    if "month" in question.by and not several_months:
        # a build is that of one month, and the rows stand in the order of the builds
        columns["month"], each_month = func.min(table.c.month), [table.c.build_id]
    groups = [columns[key].label(key) for key in question.by]
    if base is not table and question.scope.everything and not question.where:
        # every row of every month counts: adding up per client first leaves few rows to bring into groups
        each = (select(table.c.client_id, *sums, *hidden).where(table.c.build_id.in_(builds))
                .group_by(table.c.client_id).subquery("each_client"))  # fmt: skip
        source, columns, _filters, _base = _columns(question, each, windows[0])
        return (
            select(*(columns[key].label(key) for key in question.by),
                   *(total(each.c[one.name]).label(one.name) for one in (*sums, *hidden)))
            .select_from(source).group_by(*(columns[key] for key in question.by if key != "month"))
        )  # fmt: skip
    return (
        select(*groups, *sums, *hidden).select_from(source)
        .where(table.c.build_id.in_(builds), *kept(filters, question), in_reach(question.scope, base))
        .group_by(*each_month, *(columns[key] for key in question.by if key != "month"))
    )  # fmt: skip


def in_reach(scope: Scope, table: FromClause) -> ColumnElement[bool]:
    """Return the reach's condition on cube or client rows (a cube is read for reaches of places only)."""
    client_id = table.c.client_id if "client_id" in table.c else table.c.office_id
    return clients_in(scope, client_id, table.c.office_id)


def client_columns(question: Question, table: FromClause) -> tuple[FromClause, Columns, Columns]:
    """Return the rows' source, the code column of each dimension, and the column each filter works on."""
    source, columns, filters, _base = _columns(question, table, None)
    return source, columns, filters


def row_source(
    question: Question, window: Window, *, several_months: bool
) -> tuple[FromClause, Columns, Columns, FromClause]:
    """Return the same over client rows, and the rows whose office decides the reach."""
    return _columns(question, client_status, window if several_months else None)


def _columns(
    question: Question, table: FromClause, window: Window | None
) -> tuple[FromClause, Columns, Columns, FromClause]:
    """Join what the dimensions need.

    Over several months (``window``) with a group of the as-of month, the whole cell, place and reach included, is
    that of the client's row of the as-of month, so that every client stands in one cell.
    """
    used = {*question.by, *question.where}
    source: FromClause = table
    grouping: FromClause = table
    if window is not None and used & GROUP_OF_AS_OF:
        grouping = client_status.alias("as_of_month")
        as_of_build = of_window(window, "build_id", by_name=question.is_shape)
        source = source.join(grouping, and_(grouping.c.build_id == as_of_build,
                                            grouping.c.client_id == table.c.client_id))  # fmt: skip
    source, columns = with_places(source, grouping.c.office_id, grouping.c.branch_id, used)
    for key in used - {"month", "branch", "office", "region"}:
        columns[key] = grouping.c[key]
    if "month" in used:
        columns["month"] = (table.c.month if window is None
                            else of_window(window, "month", by_name=question.is_shape))  # fmt: skip
    filters = {**columns, "branch": grouping.c.branch_id, "office": grouping.c.office_id}
    return source, columns, filters, grouping


def sum_of(table: FromClause, wanted: Sum, when: ColumnElement[bool] | None, *, cube: bool,
           limits: Mapping[int, int] | None = None) -> ColumnElement[int]:  # fmt: skip
    """Return a sum over cube or client rows; ``limits``: points that make a warning, by build."""
    value = _value(table, wanted.plus, cube=cube, limits=limits)
    if wanted.minus:
        value = func.coalesce(value, 0) - func.coalesce(_value(table, wanted.minus, cube=cube), 0)
    conditions = [] if when is None else [when]
    if wanted.statuses:
        conditions.append(table.c.status.in_(wanted.statuses))
    return total(case((and_(*conditions), value)) if conditions else value)


def contribution(table: FromClause, wanted: Sum, limits: Mapping[int, int] | None = None) -> ColumnElement[int]:
    """Return what one client row adds to a sum (NULL or 0 when nothing)."""
    value = _value(table, wanted.plus, cube=False, limits=limits)
    if wanted.minus:
        value = func.coalesce(value, 0) - func.coalesce(_value(table, wanted.minus, cube=False), 0)
    return case((table.c.status.in_(wanted.statuses), value)) if wanted.statuses else value


def _value(table: FromClause, name: str, *, cube: bool, limits: Mapping[int, int] | None = None) -> ColumnElement[Any]:
    """Return an additive column of the cube, or what a client row adds to it."""
    if name == "opening_count":  # those who were clients at the month's start
        before = [_value(table, part, cube=cube) for part in ("alive_count", "lost_count", "new_count",
                                                              "returned_count")]  # fmt: skip
        return before[0] + before[1] - before[2] - before[3]
    if cube:
        return table.c[name]
    if name == "warned_count":
        limit = case(limits, value=table.c.build_id) if limits else null()
        return case((client_status.c.warning_points >= limit, 1), else_=0)
    return _ROW_VALUES[name] if name in _ROW_VALUES else client_status.c[name]


_IS_LOST = client_status.c.status == Status.LOST.value
_ROW_VALUES: dict[str, ColumnElement[Any]] = {
    "clients_count": literal(1, Integer),
    "alive_count": case((_IS_LOST, 0), else_=1),
    "active_count": case((client_status.c.is_active, 1), else_=0),
    "monthly_active_count": case((client_status.c.is_monthly_active, 1), else_=0),
    "watch_count": case((client_status.c.watch_count > 0, 1), else_=0),
    "row_count": case((client_status.c.has_row, 1), else_=0),
    "lost_assets_fen": case((_IS_LOST, client_status.c.end_assets_fen)),
}
"""What one client row adds to a sum of the cube, where the two differ."""
