"""Figures of reactivation: coverage of the pool, cohorts of hand-outs, returned assets (K-57 to K-59).

Tasks are read as they stand now and count in the month of the hand-out, returned assets in that of the recognition.
Tasks whose hand-out was undone count nowhere.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, timedelta
from itertools import groupby
from typing import Any

from sqlalchemy import (
    CTE,
    ColumnElement,
    Date,
    FromClause,
    Integer,
    Select,
    and_,
    case,
    cast,
    exists,
    func,
    literal,
    or_,
    select,
    union_all,
)

from data_access.scope import clients_in, staff_in
from data_access.tables import (
    account_match,
    client,
    client_status,
    org_unit,
    reactivation_task,
    relationship,
    staff,
    staff_version,
    task_event,
)
from domain.campaigns import UNDONE
from domain.months import month_end, month_ending_near, month_of, month_range, month_start
from domain.tasks import TaskAct
from domain.words import POOL, TaskState
from metrics.catalogue import Metric, Source
from metrics.question import Question, Window
from metrics.sources.clients import client_columns, denominator, in_reach, numerator
from metrics.sources.parts import Columns, holds_at, kept, total, windows_table, with_places

_TASK = reactivation_task.c
DAYS = {"returned_assets_30": 30, "returned_assets_90": 90}


def select_reactivation(question: Question, windows: Sequence[Window]) -> Select[Any]:
    """Return the statement of the figures of one source per group."""
    source, columns, conditions, parts = _facts(question, windows)
    sums = [total(value).label(name) for name, value in parts]
    groups = [columns[key] for key in question.by]
    labels = [columns[key].label(key) for key in question.by]
    return select(*labels, *sums).select_from(source).where(*conditions).group_by(*groups)


def reactivation_rows(question: Question, window: Window) -> Select[Any]:
    """Return the tasks, or the clients of the pool, that make a figure, each with what it adds."""
    source, columns, conditions, parts = _facts(question, [window])
    labels = [columns[key].label(key) for key in question.by if key != "staff"]
    adds = [value.label(name) for name, value in parts]
    counts = or_(*(value != 0 for _, value in parts))
    if question.metrics[0].source is Source.COVERAGE:
        source = source.join(client, client.c.client_id == client_status.c.client_id)
        return (select(client.c.client_no, *labels, *adds, client_status.c.status).select_from(source)
                .where(*conditions, counts).order_by(client.c.client_no))  # fmt: skip
    more = (client.c.client_no, staff.c.staff_no, _TASK.state, _TASK.pool_status, _TASK.closed_on)
    return (select(_TASK.task_no, *labels, *adds, *more).select_from(source).where(*conditions, counts)
            .order_by(_TASK.task_no))  # fmt: skip


_Facts = tuple[FromClause, Columns, list[ColumnElement[bool]], list[tuple[str, ColumnElement[Any]]]]


def _facts(question: Question, windows: Sequence[Window]) -> _Facts:
    """Return source, dimension columns, conditions, and what a row adds to each column of the figures."""
    return _SOURCES[question.metrics[0].source](question, windows)


def _hand_outs(question: Question, windows: Sequence[Window]) -> _Facts:
    during = windows_table(windows)
    handed = and_(_TASK.assigned_at >= during.c.from_at, _TASK.assigned_at < during.c.until_at)
    source, columns, conditions = _tasks(question, during, reactivation_task.join(during, handed))
    registered = exists().where(task_event.c.task_id == _TASK.task_id,
                                task_event.c.kind == TaskAct.PREREGISTERED.value)  # fmt: skip
    counted = {
        "reactivation_tasks": literal(1),
        "reactivation_recognised": case((_TASK.state == TaskState.RECOGNISED.value, 1), else_=0),
        "reactivation_unregistered": case((and_(_TASK.state == TaskState.EXPIRED.value, ~registered), 1), else_=0),
    }  # fmt: skip
    parts: list[tuple[str, ColumnElement[Any]]] = []
    for metric in question.metrics:
        parts.append((numerator(metric), counted[metric.column or metric.key]))
        if numerator(metric) != metric.key:
            parts.append((denominator(metric.key), literal(1)))
    return source, columns, conditions, parts


def _returned(question: Question, windows: Sequence[Window]) -> _Facts:
    during, since = windows_table(windows), _recognitions()
    source: FromClause = reactivation_task.join(since, since.c.task_id == _TASK.task_id).join(
        during, and_(since.c.recognised_on >= during.c.first_on, since.c.recognised_on <= during.c.last_on)
    )
    parts: list[tuple[str, ColumnElement[Any]]] = []
    for metric in question.metrics:
        brought = _brought(question, since, metric)
        source = source.outerjoin(brought, brought.c.task_id == _TASK.task_id)
        parts.append((metric.key, func.coalesce(brought.c.inflow_fen, 0)))
    source, columns, conditions = _tasks(question, during, source)
    return source, columns, conditions, parts


def _coverage(question: Question, windows: Sequence[Window]) -> _Facts:
    row, during = client_status.c, windows_table(windows)
    source, columns, filters = client_columns(question, client_status)
    source = source.join(during, during.c.month == row.month)
    held = exists().where(_TASK.client_id == row.client_id, _TASK.assigned_at < during.c.until_at, _stands(),
                          or_(_TASK.closed_on.is_(None), _TASK.closed_on > during.c.last_on))  # fmt: skip
    parts: list[tuple[str, ColumnElement[Any]]] = []
    for metric in question.metrics:
        parts += [(numerator(metric), case((held, 1), else_=0)), (denominator(metric.key), literal(1))]
    conditions = [row.build_id.in_([window.build_id for window in windows]),
                  row.status.in_([status.value for status in POOL]), *kept(filters, question),
                  in_reach(question.scope, client_status)]  # fmt: skip
    return source, columns, conditions, parts


_SOURCES: dict[Source, Callable[[Question, Sequence[Window]], _Facts]] = {
    Source.HAND_OUT: _hand_outs,
    Source.RETURNED: _returned,
    Source.COVERAGE: _coverage,
}


def _stands() -> ColumnElement[bool]:
    return or_(_TASK.result_reason.is_(None), _TASK.result_reason != UNDONE)


def _tasks(question: Question, during: CTE,
           source: FromClause) -> tuple[FromClause, Columns, list[ColumnElement[bool]]]:  # fmt: skip
    """Join what the dimensions of tasks need, of pool clients; places are the client's when it was handed out."""
    post, home = staff_version.c, org_unit.alias("home")
    source = (
        source.join(staff, staff.c.staff_id == _TASK.staff_id)
        .join(client, client.c.client_id == _TASK.client_id)
        .join(home, home.c.unit_id == _TASK.office_id)
        .outerjoin(staff_version, and_(post.staff_id == _TASK.staff_id,
                                       holds_at(post.valid_from, post.valid_to, during.c.last_on)))
    )  # fmt: skip
    source, columns = with_places(source, _TASK.office_id, home.c.parent_id, {*question.by, *question.where})
    columns |= {"month": during.c.month, "staff": staff.c.staff_no, "staff_category": post.category,
                "pool_kind": _TASK.pool_status}  # fmt: skip
    filters = {**columns, "branch": home.c.parent_id, "office": _TASK.office_id, "staff": _TASK.staff_id}
    reach = (staff_in(question.scope, _TASK.staff_id, _TASK.office_id) if question.scope.is_personal
             else clients_in(question.scope, _TASK.client_id, _TASK.office_id))  # fmt: skip
    in_pool = _TASK.pool_status.in_([status.value for status in POOL])
    return source, columns, [*kept(filters, question), reach, in_pool, _stands()]


def _recognitions() -> CTE:
    """Return the first day of the relationship that each recognised task made, else the day it was closed."""
    made = (
        select(account_match.c.task_id, func.min(relationship.c.valid_from).label("first_on"))
        .join(relationship, relationship.c.relationship_id == account_match.c.relationship_id)
        .where(account_match.c.task_id.is_not(None)).group_by(account_match.c.task_id).subquery("made")
    )  # fmt: skip
    return (
        select(_TASK.task_id, _TASK.client_id, func.coalesce(made.c.first_on, _TASK.closed_on).label("recognised_on"))
        .outerjoin(made, made.c.task_id == _TASK.task_id)
        .where(_TASK.state == TaskState.RECOGNISED.value).cte("recognitions")
    )  # fmt: skip


def _brought(question: Question, since: CTE, metric: Metric) -> FromClause:
    """Return the inflow of each recognised task whose months are all known."""
    horizon, row = _horizon(question, metric.key), client_status.c
    return (
        select(since.c.task_id, func.sum(row.inflow_fen).label("inflow_fen"))
        .select_from(since)
        .join(horizon, and_(since.c.recognised_on >= horizon.c.from_on, since.c.recognised_on <= horizon.c.to_on))
        .join(client_status, and_(row.client_id == since.c.client_id, row.month >= horizon.c.first_month,
                                  row.month <= horizon.c.last_month,
                                  row.build_id.in_(list(question.generation.builds.values()))))
        .group_by(since.c.task_id, horizon.c.months)
        .having(func.count(row.inflow_fen) == horizon.c.months).subquery(metric.key)
    )  # fmt: skip


def _horizon(question: Question, key: str) -> CTE:
    """Return for every stretch of days of recognition the months whose inflow counts, as far as all are published."""
    published = question.generation.builds
    first, last = month_start(min(published)), month_end(question.generation.last_month)
    days = [first + timedelta(days=step) for step in range((last - first).days + 1)]
    lines = []
    for (begins, ends), some in groupby(days, key=lambda day: (month_of(day), month_ending_near(
            day + timedelta(days=DAYS[key])))):  # fmt: skip
        stretch = list(some)
        months = month_range(begins, ends)
        if all(month in published for month in months):
            lines.append(_line(stretch[0], stretch[-1], begins, ends, len(months)))
    nothing = _line(first, first - timedelta(days=1), min(published), min(published), 0)
    return union_all(*lines, nothing).cte(f"{key}_months") if lines else nothing.cte(f"{key}_months")


def _line(from_on: date, to_on: date, first: int, last: int, months: int) -> Select[Any]:
    columns: list[ColumnElement[Any]] = [
        cast(literal(from_on), Date).label("from_on"), cast(literal(to_on), Date).label("to_on"),
        literal(first, Integer).label("first_month"), literal(last, Integer).label("last_month"),
        literal(months, Integer).label("months")]  # fmt: skip
    return select(*columns)
