"""What was lost in a period (K-52, K-53) and the rates of loss and return (K-51).

Losses are read from the rows of the clients that were lost in a month, with their row of the month before. Rates
divide what happened in the period by the clients at its start.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Integer, Select, and_, case, func, literal, or_, select

from data_access.reads.losses import WAS_LOST, before_rows, month_of_day, spell_reason
from data_access.tables import client, client_spell, client_status, cube_client, loss_reason_entry, org_unit
from domain.words import Status
from metrics.catalogue import Kind, Metric
from metrics.question import Question, Window
from metrics.sources.clients import (
    client_columns,
    contribution,
    denominator,
    in_reach,
    numerator,
    reads_cube,
    sum_of,
    top_of,
)
from metrics.sources.parts import Columns, kept, total


def select_losses(question: Question, windows: Sequence[Window], *, several_months: bool) -> Select[Any]:
    """Return the statement that adds up what was lost, per group."""
    source, before, columns, filters = _loss_source(question, windows)
    groups = [columns[key] for key in question.by if not (key == "month" and several_months)]
    sums = [total(value).label(name) for metric in question.metrics for name, value in _parts(metric, before)]
    return (
        select(*_labels(question, columns, windows[0] if several_months else None), *sums).select_from(source)
        .where(*_conditions(question, windows, filters)).group_by(*groups)
    )  # fmt: skip


def loss_rows(question: Question, window: Window) -> Select[Any]:
    """Return the clients lost in the window with what each adds to the metric."""
    metric = question.metrics[0]
    source, before, columns, filters = _loss_source(question, [window])
    row, months = client_status.c, [key for key in question.by if key != "month"]
    source = source.join(client, client.c.client_id == row.client_id)
    source = source.outerjoin(org_unit, org_unit.c.unit_id == row.office_id)
    counts = or_(*(value.is_not(None) & (value != 0) for _name, value in _parts(metric, before)))
    sums = [total(value).label(name) for name, value in _parts(metric, before)]
    drill = [] if "office" in question.by else [func.max(org_unit.c.unit_code).label("office")]
    return (
        select(client.c.client_no, *_labels(question, columns, window), *sums, *drill,
               func.max(row.lost_on).label("lost_on"))
        .select_from(source).where(*_conditions(question, [window], filters), counts)
        .group_by(client.c.client_no, *(columns[key] for key in months)).order_by(client.c.client_no)
    )  # fmt: skip


def _loss_source(question: Question, windows: Sequence[Window]) -> tuple[FromClause, FromClause, Columns, Columns]:
    """Return the lost clients' rows with those of the month before, named on their own, and the dimensions."""
    source, columns, filters = client_columns(question, client_status)
    before, is_before = before_rows(question.generation, [month for window in windows for month in window.months])
    return source.outerjoin(before, is_before), before, columns, filters


def _conditions(question: Question, windows: Sequence[Window], filters: Columns) -> list[ColumnElement[bool]]:
    builds = [build for window in windows for build in window.builds]
    return [client_status.c.build_id.in_(builds), WAS_LOST, *kept(filters, question),
            in_reach(question.scope, client_status)]  # fmt: skip


def _labels(question: Question, columns: Columns, window: Window | None) -> list[ColumnElement[Any]]:
    """Return the groups; over several months the month is the as-of month."""
    return [(literal(window.month, Integer) if key == "month" and window else columns[key]).label(key)
            for key in question.by]  # fmt: skip


def _parts(metric: Metric, before: FromClause) -> list[tuple[str, ColumnElement[Any]]]:
    """Return the columns of a metric with what one lost client of a month adds to them."""
    if metric.kind is Kind.RATIO:
        return [(numerator(metric), _reasons()), (denominator(metric.key), client_status.c.lost_count)]
    if metric.column == "assets":
        return [(metric.key, client_status.c.assets_before_fen)]
    return [(metric.key, before.c.value_fen)]


def _reasons() -> ColumnElement[int]:
    """Return how many of the month's losses of a client have a reason."""
    spell, entry, row = client_spell, loss_reason_entry, client_status.c
    return (
        select(func.count(spell_reason(spell, entry)))
        .select_from(spell.join(client, client.c.client_id == spell.c.client_id)
                     .outerjoin(entry, and_(entry.c.client_id == spell.c.client_id,
                                            entry.c.lost_on == spell.c.from_on)))
        .where(spell.c.client_id == row.client_id, spell.c.kind == Status.LOST.value,
               month_of_day(spell.c.from_on) == row.month)
        .correlate(client_status).scalar_subquery()
    )  # fmt: skip


def select_rates(question: Question, windows: Sequence[Window], *, several_months: bool) -> Select[Any]:
    """Return the statement with what happened in the period and the clients at its start, per group."""
    cube = reads_cube(question, several_months=False)
    table: FromClause = cube_client if cube else client_status
    source, columns, filters = client_columns(question, table)
    first = table.c.build_id == windows[0].builds[0] if several_months else None
    sums: list[ColumnElement[Any]] = []
    for metric in question.metrics:
        sums.append(sum_of(table, top_of(metric), None, cube=cube).label(numerator(metric)))
        if metric.denominator is not None:
            sums.append(sum_of(table, metric.denominator, first, cube=cube).label(denominator(metric.key)))
    groups = [columns[key] for key in question.by if not (key == "month" and several_months)]
    return (
        select(*_labels(question, columns, windows[0] if several_months else None), *sums).select_from(source)
        .where(table.c.build_id.in_([build for window in windows for build in window.builds]),
               *kept(filters, question), in_reach(question.scope, table))
        .group_by(*groups)
    )  # fmt: skip


def rate_rows(question: Question, window: Window) -> Select[Any]:
    """Return the clients at the window's start and those whom something happened to, with what each adds."""
    metric, row = question.metrics[0], client_status.c
    source, columns, filters = client_columns(question, client_status)
    source = source.join(client, client.c.client_id == row.client_id)
    above = contribution(client_status, top_of(metric))
    below = case((row.build_id == window.builds[0], contribution(client_status, metric.denominator or top_of(metric))))
    parts = {numerator(metric): total(above), denominator(metric.key): total(below)}
    groups = [columns[key] for key in question.by if key != "month"]
    return (
        select(client.c.client_no, *_labels(question, columns, window),
               *(value.label(name) for name, value in parts.items()))
        .select_from(source)
        .where(row.build_id.in_(window.builds), *kept(filters, question), in_reach(question.scope, client_status))
        .group_by(client.c.client_no, *groups)
        .having(or_(*(value != 0 for value in parts.values()))).order_by(client.c.client_no)
    )  # fmt: skip
