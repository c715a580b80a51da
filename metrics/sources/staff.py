"""Results of persons, and what is and is not attributed to anyone (R-15, R-61), from ``staff_month``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import ColumnElement, Integer, Select, String, and_, case, func, literal, select, union_all

from data_access.refresh.attribution import ANY_TYPE
from data_access.scope import clients_in, staff_in
from data_access.tables import staff, staff_month
from domain.words import RelationshipType
from metrics.catalogue import METRICS, Kind
from metrics.question import Question, Window
from metrics.shapes import builds_of, of_window
from metrics.sources.clients import select_clients
from metrics.sources.facts import DEVELOPMENT
from metrics.sources.holdings import select_by_type
from metrics.sources.parts import kept, total, with_places


def select_staff(question: Question, windows: Sequence[Window], *, several_months: bool) -> Select[Any]:
    """Return the statement of the results of persons, each client once per person; places are the person's."""
    if {"relationship_type"} & {*question.by, *question.where}:
        return select_by_type(question, windows, several_months=several_months)
    line = staff_month.c
    return _sums(question, windows, several_months=several_months, office=line.staff_office_id,
                 branch=line.staff_branch_id).where(
        line.type == ANY_TYPE, staff_in(question.scope, line.staff_id, line.staff_unit_id))  # fmt: skip


def select_developed(question: Question, windows: Sequence[Window], *, several_months: bool) -> Select[Any]:
    """Return the statement of started development shares (K-01); places are the person's."""
    line = staff_month.c
    return _sums(question, windows, several_months=several_months, office=line.staff_office_id,
                 branch=line.staff_branch_id).where(
        line.type.in_(DEVELOPMENT), line.started_bp > 0,
        staff_in(question.scope, line.staff_id, line.staff_unit_id))  # fmt: skip


def select_attributed(question: Question, windows: Sequence[Window], *, several_months: bool) -> Select[Any]:
    """Return the statement of attributed results per relationship type; places are the client's."""
    line = staff_month.c
    return _sums(question, windows, several_months=several_months, office=line.client_office_id,
                 branch=line.client_branch_id).where(
        line.type != ANY_TYPE, clients_in(question.scope, line.client_office_id, line.client_office_id))  # fmt: skip


def select_unattributed(question: Question, windows: Sequence[Window], *, several_months: bool) -> Select[Any]:
    """Return the statement of the remainders: the clients' total less the attributed part, per type."""
    given = question.where.get("relationship_type")
    types = [kind.value for kind in RelationshipType if given is None or kind.value in given]
    lines = [select(literal(code, String).label("relationship_type")) for code in types]
    type_rows = (union_all(*lines) if len(lines) > 1 else lines[0]).cte("types")
    places = tuple(key for key in question.by if key != "relationship_type")
    whole = {metric.key: METRICS[metric.key.removeprefix("unattributed_")] for metric in question.metrics}
    others = {key: values for key, values in question.where.items() if key != "relationship_type"}
    totals = select_clients(replace(question, metrics=tuple(whole.values()), by=places, where=others), windows,
                            several_months=several_months).cte("totals")  # fmt: skip
    parts = select_attributed(replace(question, by=(*places, "relationship_type")), windows,
                              several_months=several_months).cte("parts")  # fmt: skip
    same = and_(parts.c.relationship_type == type_rows.c.relationship_type,
                *(parts.c[key].is_not_distinct_from(totals.c[key]) for key in places))  # fmt: skip
    columns: list[ColumnElement[Any]] = [
        type_rows.c.relationship_type if key == "relationship_type" else totals.c[key] for key in question.by
    ]
    remainders = [(totals.c[whole[metric.key].key] - func.coalesce(parts.c[metric.key], 0)).label(metric.key)
                  for metric in question.metrics]  # fmt: skip
    return select(*columns, *remainders).select_from(
        totals.join(type_rows, literal(1, Integer) == 1).outerjoin(parts, same))  # fmt: skip


def _sums(question: Question, windows: Sequence[Window], *, several_months: bool, office: ColumnElement[Any],
          branch: ColumnElement[Any]) -> Select[Any]:  # fmt: skip
    line = staff_month.c
    used = {*question.by, *question.where}
    source, columns = with_places(staff_month, office, branch, used)
    if "staff" in used:
        # the sum leads the way: going through the staff would look up every person in every build
        source = source.join(staff, staff.c.staff_id == line.staff_id + literal(0, Integer))
    window, by_name = windows[0], question.is_shape
    columns |= {"month": of_window(window, "month", by_name=by_name) if several_months else line.month,
                "staff": staff.c.staff_no, "staff_category": line.staff_category,
                "relationship_type": line.type}  # fmt: skip
    within = (line.build_id.in_(builds_of(window, by_name=by_name)) if several_months
              else line.build_id == of_window(window, "build_id", by_name=by_name) if len(windows) == 1
              else line.build_id.in_([one.build_id for one in windows]))  # fmt: skip
    sums = []
    for metric in question.metrics:
        value: ColumnElement[Any] = line[str(metric.column)]
        if several_months and metric.kind is Kind.STOCK:
            value = case((line.build_id == of_window(window, "build_id", by_name=by_name), value))
        sums.append(total(value).label(metric.key))
    filters = {**columns, "branch": branch, "office": office, "staff": line.staff_id}
    groups = [key for key in question.by if not (key == "month" and several_months)]
    return (
        select(*(columns[key].label(key) for key in question.by), *sums).select_from(source)
        .where(within, *kept(filters, question)).group_by(*(columns[key] for key in groups))
    )  # fmt: skip
