"""The rows that make a number: their count or sum equals ``query``."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import pandas as pd
from sqlalchemy import Connection, FromClause, Select, String, and_, case, func, literal, select, union_all

from data_access.database import Database, database
from data_access.reads.generation import Generation
from data_access.scope import FIRM, Scope
from data_access.tables import (
    client,
    client_status,
    org_unit,
    reactivation_task,
    relationship,
    relationship_share,
    staff,
)
from domain.months import month_text
from domain.words import RelationshipType
from metrics.catalogue import METRICS, Kind, Metric, Source
from metrics.errors import QuestionError
from metrics.kept_rows import require_kept
from metrics.query import part_shown
from metrics.question import Question, Where, Window, ask
from metrics.sources.clients import contribution, denominator, in_reach, numerator, row_source, top_of
from metrics.sources.contacts import contact_work_rows
from metrics.sources.facts import held, tasks
from metrics.sources.holdings import select_holdings
from metrics.sources.losses import loss_rows, rate_rows
from metrics.sources.parts import kept, total
from metrics.sources.reactivation import reactivation_rows
from metrics.sources.shares import is_top, ranked_clients
from metrics.units import COUNT, YUAN, Unit

_MONTH_COLUMNS = ("last_trade_month",)


def rows(
    key: str,
    *,
    by: str | Sequence[str] = (),
    as_of: date | str | int | None = None,
    period: str = "month",
    where: Where | None = None,
    known_at: datetime | str | None = None,
    rules: int | None = None,
    scope: Scope | None = None,
    db: Database | None = None,
    generation: Generation | int | None = None,
) -> pd.DataFrame:
    """Return the rows behind one figure: its key columns, the groups of ``by``, the amount under the metric's key.

    Clients: ``client_no``; results of persons, contacts: ``staff_no``, ``client_no``; tasks: ``task_no``; remainders:
    ``client_no``, ``relationship_type``. Ratios show their two parts. The sum of the amount column (the count of the
    rows, for counts) equals ``query`` with the same arguments. Raises ``QuestionError``.
    """
    if not isinstance(key, str) or "," in key:
        raise QuestionError("rows takes one metric at a time.")
    with (db or database()).reading() as connection:
        question = ask(connection, key, by=by, as_of=as_of, period=period, where=where, known_at=known_at,
                       rules=rules, scope=scope or FIRM, generation=generation)  # fmt: skip
        return read_rows(connection, question)


def select_rows(question: Question) -> list[Select[Any]]:
    """Return the statements whose rows together make the number, ordered by their key columns."""
    select_one = _SOURCES[question.metrics[0].source]
    return [select_one(question, window) for window in question.windows]


def read_rows(connection: Connection, question: Question, most: int | None = None) -> pd.DataFrame:
    """Read the rows behind the question's one metric, the first so many of each month."""
    frames = []
    for statement in select_rows(question):
        require_kept(connection, question, statement)
        result = connection.execute(statement if most is None else statement.limit(most))
        names = list(result.keys())
        frames.append(pd.DataFrame([row_shown(question.metrics[0], names, row) for row in result], columns=names,
                                   dtype=object))  # fmt: skip
    return pd.concat(frames, ignore_index=True) if len(frames) > 1 else frames[0]


def select_clients_behind(question: Question) -> Select[Any]:
    """Return the ids of the clients among the rows that make the question's one metric."""
    metric = question.metrics[0]
    parts = []
    for window in question.windows:
        if metric.source is Source.CLIENT:
            parts.append(select(_client_amounts(question, window, metric).subquery("amounts").c.client_id))
            continue
        behind = _SOURCES[metric.source](question, window).order_by(None).subquery("behind")
        parts.append(select(client.c.client_id).where(client.c.client_no.in_(select(behind.c.client_no))))
    return parts[0] if len(parts) == 1 else select(union_all(*parts).subquery("clients").c.client_id)


def row_shown(metric: Metric, names: Sequence[str], row: Sequence[Any]) -> list[Any]:
    """Return a row in shown units: yuan, weighted counts, months as YYYY-MM."""
    return [_shown(metric, name, value) for name, value in zip(names, row, strict=True)]


def _shown(metric: Metric, name: str, value: Any) -> Any:
    if value is None:
        return None
    if name == metric.key:
        return part_shown(metric.unit, int(value))
    if name in (numerator(metric), denominator(metric.key)):
        unit: Unit = YUAN if metric.source is Source.SHARE else COUNT
        return part_shown(unit, int(value))
    if name.endswith("_yuan"):
        return part_shown(YUAN, int(value))
    return month_text(value) if name == "month" or name in _MONTH_COLUMNS else value


def _client_rows(question: Question, window: Window) -> Select[Any]:
    metric = question.metrics[0]
    amounts = _client_amounts(question, window, metric).subquery("amounts")
    names = [numerator(metric)] + ([denominator(metric.key)] if metric.denominator else [])
    now = client_status.alias("now")
    source = (
        amounts.join(client, client.c.client_id == amounts.c.client_id)
        .outerjoin(now, and_(now.c.build_id == window.build_id, now.c.client_id == amounts.c.client_id))
        .outerjoin(org_unit, org_unit.c.unit_id == now.c.office_id)
    )
    drill = [_drill(name, now) for name in metric.drill if name not in question.by]
    return (
        select(client.c.client_no, *(amounts.c[key] for key in question.by), *(amounts.c[name] for name in names),
               *drill).select_from(source).order_by(client.c.client_no)
    )  # fmt: skip


def _client_amounts(question: Question, window: Window, metric: Metric) -> Select[Any]:
    """Return ``client_id``, the groups and the metric's parts per client over its window."""
    row = client_status.c
    several = metric.kind is Kind.FLOW and len(window.months) > 1
    source, columns, filters, base = row_source(question, window, several_months=several)
    above = contribution(client_status, top_of(metric), question.warning_limits)
    amounts = [total(above).label(numerator(metric))]
    counts = above.is_not(None) & (above != 0)
    if metric.denominator is not None:
        below = contribution(client_status, metric.denominator)
        amounts.append(total(below).label(denominator(metric.key)))
        counts = below.is_not(None) & (below != 0)
    elif metric.is_money:
        counts = row.has_row & above.is_not(None)
    groups = [columns[key] for key in question.by if key != "month"]
    labels = [(columns[key] if key != "month" else literal(window.month)).label(key) for key in question.by]
    return (
        select(row.client_id, *labels, *amounts).select_from(source)
        .where(row.build_id.in_(window.builds if several else (window.build_id,)), counts, *kept(filters, question),
               in_reach(question.scope, base))
        .group_by(row.client_id, *groups)
    )  # fmt: skip


def _drill(name: str, now: FromClause) -> Any:
    if name == "office":
        return org_unit.c.unit_code.label("office")
    if name == "opened_on":
        return client.c.opened_on
    return now.c[name].label(f"{name.removesuffix('_fen')}_yuan") if name.endswith("_fen") else now.c[name]


def _share_rows(question: Question, window: Window) -> Select[Any]:
    metric = question.metrics[0]
    ranked = ranked_clients(question, [window]).subquery("ranked").c
    top = is_top(metric, ranked.place, ranked.valued_count)
    source = ranked.client_id.table.join(client, client.c.client_id == ranked.client_id)
    return (
        select(client.c.client_no, *(ranked[key] for key in question.by),
               case((top, ranked.value_fen), else_=0).label(numerator(metric)),
               ranked.value_fen.label(denominator(metric.key)), ranked.place)
        .select_from(source).order_by(*(ranked[key] for key in question.by), ranked.place)
    )  # fmt: skip


def _holding_rows(question: Question, window: Window) -> Select[Any]:
    metric = question.metrics[0]
    part = select_holdings(question, [window], metric).subquery("parts").c
    groups = [part[key] for key in question.by if key not in ("staff", "relationship_type")]
    return (
        select(part.staff_no, client.c.client_no, part.type, *groups, total(part[metric.key]).label(metric.key),
               func.max(part.share_bp).label("share_bp"))
        .select_from(part.client_id.table.join(client, client.c.client_id == part.client_id))
        .group_by(part.staff_no, client.c.client_no, part.type, *groups)
        .order_by(part.staff_no, client.c.client_no, part.type)
    )  # fmt: skip


def _remainder_rows(question: Question, window: Window) -> Select[Any]:
    metric = question.metrics[0]
    whole = METRICS[metric.key.removeprefix("unattributed_")]
    credited = METRICS[f"attributed_{whole.key}"]
    given = question.where.get("relationship_type")
    lines = [select(literal(kind.value, String).label("relationship_type")) for kind in RelationshipType
             if given is None or kind.value in given]  # fmt: skip
    types = (union_all(*lines) if len(lines) > 1 else lines[0]).subquery("types")
    places = tuple(key for key in question.by if key != "relationship_type")
    totals = _client_amounts(_with(question, whole, places), window, whole).subquery("totals")
    inner = select_holdings(_with(question, credited, (*places, "relationship_type"), keep_type=True), [window],
                            credited).subquery("holdings").c  # fmt: skip
    groups = [inner[key] for key in places]
    part = (
        select(inner.client_id, inner.relationship_type, *groups, total(inner[credited.key]).label("credited"))
        .group_by(inner.client_id, inner.relationship_type, *groups).subquery("credited")
    )  # fmt: skip
    left = totals.c[whole.key] - func.coalesce(part.c.credited, 0)
    same = and_(part.c.client_id == totals.c.client_id, part.c.relationship_type == types.c.relationship_type,
                *(part.c[key].is_not_distinct_from(totals.c[key]) for key in places))  # fmt: skip
    return (
        select(client.c.client_no, types.c.relationship_type, *(totals.c[key] for key in places),
               left.label(metric.key))
        .select_from(totals.join(types, literal(1) == 1).outerjoin(part, same)
                     .join(client, client.c.client_id == totals.c.client_id))
        .where(left != 0).order_by(client.c.client_no, types.c.relationship_type)
    )  # fmt: skip


def _with(question: Question, metric: Metric, by: tuple[str, ...], *, keep_type: bool = False) -> Question:
    where = {key: values for key, values in question.where.items() if keep_type or key != "relationship_type"}
    return replace(question, metrics=(metric,), by=by, where=where)


def _relationship_rows(question: Question, window: Window) -> Select[Any]:
    metric = question.metrics[0]
    source, columns, conditions = held(question, [window], metric)
    source = source.join(client, client.c.client_id == relationship.c.client_id)
    dims = {key: columns[key] for key in question.by if key not in ("staff", "relationship_type")}
    labels = [column.label(key) for key, column in dims.items()]
    link = relationship.c
    if metric.key == "clients_developed":
        return (
            select(staff.c.staff_no, client.c.client_no, *labels, relationship_share.c.share_bp.label(metric.key),
                   link.relationship_no, link.type, link.valid_from)
            .select_from(source).where(*conditions)
            .order_by(staff.c.staff_no, client.c.client_no, link.relationship_no)
        )  # fmt: skip
    per_staff = [staff.c.staff_no] if "staff" in question.by else []
    holder = staff.c.staff_no if per_staff else func.min(staff.c.staff_no).label("staff_no")
    per_type = [link.type] if "relationship_type" in question.by else []
    one = [link.relationship_no, link.valid_from] if metric.key == "core_clients" else []
    return (
        select(holder, client.c.client_no, *labels, literal(1).label(metric.key), *per_type, *one)
        .select_from(source).where(*conditions)
        .group_by(*per_staff, client.c.client_no, *dims.values(), *per_type, *one)
        .order_by(*per_staff, client.c.client_no)
    )  # fmt: skip


def _task_rows(question: Question, window: Window) -> Select[Any]:
    metric, task = question.metrics[0], reactivation_task.c
    source, columns, conditions, _during = tasks(question, [window])
    return (
        select(task.task_no, *(columns[key].label(key) for key in question.by if key != "staff"),
               literal(1).label(metric.key), client.c.client_no, staff.c.staff_no, task.state, task.due_on,
               task.closed_on)
        .select_from(source).where(*conditions).order_by(task.task_no)
    )  # fmt: skip


_SOURCES: dict[Source, Callable[[Question, Window], Select[Any]]] = {
    Source.CLIENT: _client_rows,
    Source.RATE: rate_rows,
    Source.LOSS: loss_rows,
    Source.SHARE: _share_rows,
    Source.STAFF: _holding_rows,
    Source.ATTRIBUTED: _holding_rows,
    Source.UNATTRIBUTED: _remainder_rows,
    Source.DEVELOPED: _relationship_rows,
    Source.DEVELOPED_DISTINCT: _relationship_rows,
    Source.CORE: _relationship_rows,
    Source.TASK: _task_rows,
    Source.HAND_OUT: reactivation_rows,
    Source.RETURNED: reactivation_rows,
    Source.COVERAGE: reactivation_rows,
    Source.FOLLOW_UP: contact_work_rows,
    Source.CONTACT: contact_work_rows,
    Source.PROSPECT: contact_work_rows,
}
