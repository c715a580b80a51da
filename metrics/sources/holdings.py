"""Results holding by holding, as the refresh splits them: for the rows behind a figure and for splits by type."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Date,
    Integer,
    Select,
    Subquery,
    and_,
    case,
    cast,
    func,
    literal,
    or_,
    select,
    union_all,
)

from data_access.refresh.attribution import portion
from data_access.scope import clients_in, staff_in
from data_access.tables import client_status, relationship, relationship_share, staff, staff_version
from domain.shares import WHOLE_BP
from domain.words import RelationshipState, RelationshipType
from metrics.catalogue import Kind, Metric, Source
from metrics.question import Question, Window
from metrics.shapes import asked, of_month, of_window
from metrics.sources.parts import Columns, holds_at, kept, needs_places, total, unit_places, with_places

_NUMBERS = {kind.value: kind.number for kind in RelationshipType}


def _months(question: Question, windows: Sequence[Window], *, flow: bool) -> Subquery:
    """Return the months whose results count, beside the as-of month they count for."""
    by_name = question.is_shape
    lines = [
        select(of_window(window, "month", by_name=by_name).label("month"),
               of_month(window, place, "build_of", by_name=by_name).label("build_id"),
               cast(of_month(window, place, "last_on_of", by_name=by_name), Date).label("last_on"))
        for window in windows
        for place in range(0 if flow else len(window.months) - 1, len(window.months))
    ]  # fmt: skip
    return (union_all(*lines) if len(lines) > 1 else lines[0]).subquery("months")


def select_holdings(question: Question, windows: Sequence[Window], *metrics: Metric) -> Select[Any]:
    """Return one row per month, holder and client (and type, where results stand per type) with its part.

    The metrics are of one source. Columns: the question's dimensions, ``staff_no``, ``client_id``, ``type``,
    ``of_month``, ``share_bp`` and the metrics' keys in stored units; a stock beside flows is 0 before the as-of month.
    Holders of one type with one client are split as one, by the cumulative floor in ``staff_no`` order;
    ``share_bp`` adds up a person's shares of the type. Over any type a client counts once per person, under the type
    of the largest share, then the lower type number.
    """
    link, share, row, post = relationship.c, relationship_share.c, client_status.c, staff_version.c
    flow = any(metric.kind is Kind.FLOW for metric in metrics)
    months = _months(question, windows, flow=flow)
    once = metrics[0].source is Source.STAFF
    upto = cast(func.sum(share.share_bp).over(
        partition_by=(months.c.build_id, link.client_id, link.type),
        order_by=(staff.c.staff_no, link.relationship_id), rows=(None, 0)), BigInteger)  # fmt: skip
    line = (
        select(months.c.month, months.c.build_id, months.c.last_on, link.client_id, link.type, link.relationship_id,
               share.staff_id, staff.c.staff_no, share.share_bp, upto.label("upto"))
        .select_from(relationship.join(months, and_(link.valid_from <= months.c.last_on,
                                                    or_(link.valid_to.is_(None), link.valid_to > months.c.last_on)))
                     .join(relationship_share, share.relationship_id == link.relationship_id)
                     .join(staff, staff.c.staff_id == share.staff_id))
        .where(link.state == RelationshipState.CONFIRMED.value, *_held_by(question))
        .subquery("line").c
    )  # fmt: skip
    # beyond the split nothing of one person depends on another: the lines of the asked persons are enough
    of_type = (line.build_id, line.client_id, line.staff_id, line.type)
    own = (
        select(*line, func.sum(line.share_bp).over(partition_by=of_type).label("type_bp"),
               *([func.row_number().over(partition_by=of_type, order_by=line.relationship_id).label("place_in_type")]
                 if any(metric.column == "client_count" for metric in metrics) else []))
        .where(*([line.staff_id.in_(asked(question, "staff"))] if question.where.get("staff") else []))
        .subquery("own").c
    )  # fmt: skip
    place = func.dense_rank().over(
        partition_by=(own.build_id, own.client_id, own.staff_id),
        order_by=(own.type_bp.desc(), case(_NUMBERS, value=own.type, else_=len(_NUMBERS) + 1), own.type),
    )
    one = select(*own, place.label("place")).subquery("held").c
    source = one.client_id.table.join(
        client_status, and_(row.build_id == one.build_id, row.client_id == one.client_id)
    ).join(staff_version, and_(post.staff_id == one.staff_id, holds_at(post.valid_from, post.valid_to, one.last_on)))
    office: ColumnElement[Any] = row.office_id
    branch: ColumnElement[Any] = row.branch_id
    if once and needs_places(question):
        places = unit_places()
        source = source.outerjoin(places, places.c.unit_id == post.unit_id)
        office, branch = places.c.office_id, places.c.branch_id
    joined, columns = with_places(source, office, branch, {*question.by, *question.where})
    columns |= {"month": one.month, "staff": one.staff_no, "staff_category": post.category,
                "relationship_type": one.type}  # fmt: skip
    filters: Columns = {**columns, "branch": branch, "office": office, "staff": one.staff_id}
    reach = (staff_in(question.scope, one.staff_id, post.unit_id) if once
             else clients_in(question.scope, row.client_id, row.office_id))  # fmt: skip
    conditions = [reach, *kept(filters, question), *([one.place == 1] if once else [])]
    return (
        select(*(columns[key].label(key) for key in question.by), one.staff_no, one.client_id, one.type,
               row.month.label("of_month"), one.type_bp.label("share_bp"),
               *(_part(metric, one, last_only=flow and metric.kind is not Kind.FLOW).label(metric.key)
                 for metric in metrics))
        .select_from(joined).where(*conditions)
    )  # fmt: skip


def _held_by(question: Question) -> list[ColumnElement[bool]]:
    """Return the condition that leaves the clients of the asked persons, with all their holders; none for everybody."""
    if not question.where.get("staff"):
        return []
    held, share = relationship.alias("their"), relationship_share.alias("their_share")
    return [relationship.c.client_id.in_(
        select(held.c.client_id).join(share, share.c.relationship_id == held.c.relationship_id)
        .where(share.c.staff_id.in_(asked(question, "staff"))))]  # fmt: skip


def _part(metric: Metric, one: Any, *, last_only: bool) -> ColumnElement[int]:
    if metric.column == "client_count":
        counted = one.place_in_type == 1
        return case((and_(counted, client_status.c.month == one.month) if last_only else counted, 1), else_=0)
    value: ColumnElement[int] = func.coalesce(client_status.c[str(metric.column)], 0)
    before = [(client_status.c.month != one.month, 0)] if last_only else []
    return case(*before, (one.share_bp == WHOLE_BP, value),
                else_=portion(value, one.upto) - portion(value, one.upto - one.share_bp))  # fmt: skip


def select_by_type(question: Question, windows: Sequence[Window], *, several_months: bool) -> Select[Any]:
    """Return results of persons split by the type under which each client counts."""
    del several_months  # each metric's own kind decides which months count
    parts = [select_holdings(question, windows, metric).subquery(f"parts_{metric.key}") for metric in question.metrics]
    lines = [
        select(*(part.c[key] for key in question.by),
               *((part.c[metric.key] if metric is other else literal(0, Integer)).label(other.key)
                 for other in question.metrics))
        for metric, part in zip(question.metrics, parts, strict=True)
    ]  # fmt: skip
    every = (union_all(*lines) if len(lines) > 1 else lines[0]).subquery("every")
    groups = [every.c[key] for key in question.by]
    return select(*groups, *(total(every.c[metric.key]).label(metric.key) for metric in question.metrics)).group_by(
        *groups)  # fmt: skip
