"""Figures counted on relationship and task facts: started relationships, core service, reactivation tasks.

They are read as the facts stand now; a person's unit and category are those at the end of the as-of month.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    FromClause,
    Integer,
    Select,
    and_,
    case,
    cast,
    func,
    literal,
    or_,
    select,
)

from data_access.scope import clients_in, staff_in
from data_access.tables import (
    client,
    org_unit,
    reactivation_task,
    relationship,
    relationship_share,
    staff,
    staff_version,
)
from domain.words import RelationshipState, RelationshipType, TaskState
from metrics.catalogue import Metric, Source
from metrics.question import Question, Window
from metrics.sources.parts import (
    Columns,
    days_of,
    holds_at,
    kept,
    needs_places,
    unit_places,
    windows_table,
    with_places,
)

DEVELOPMENT = (
    RelationshipType.NEW_DEVELOPMENT.value, RelationshipType.REDEVELOPMENT.value,
    RelationshipType.MARGIN_DEVELOPMENT.value, RelationshipType.REPO_DEVELOPMENT.value,
    RelationshipType.AGENT_DEVELOPMENT.value, RelationshipType.LEGACY_DEVELOPMENT.value,
)  # fmt: skip
"""Types 1, 2, 5, 6, 7 and 8 (K-01)."""


def select_relationships(question: Question, windows: Sequence[Window]) -> Select[Any]:
    """Return the statement of started development relationships, or of core service, per group."""
    if question.by == ("staff",) and not question.where and len(windows) == 1 and not question.scope.is_personal:
        return _per_person(question, windows[0])
    source, columns, conditions = held(question, windows, question.metrics[0])
    counted: dict[str, ColumnElement[Any]] = {
        "clients_developed_distinct": func.count(relationship.c.client_id.distinct()),
        "core_clients": func.count(relationship.c.relationship_id.distinct()),
    }
    groups = [columns[key] for key in question.by]
    return (
        select(*(columns[key].label(key) for key in question.by),
               *(counted[metric.key].label(metric.key) for metric in question.metrics))
        .select_from(source).where(*conditions).group_by(*groups)
    )  # fmt: skip


def _per_person(question: Question, window: Window) -> Select[Any]:
    """Count by the person's id first: to carry post and number along for every relationship takes twice as long.

    A relationship names a person once at most, so that relationships need not be told apart.
    """
    link, share, post = relationship.c, relationship_share.c, staff_version.c
    metric, day = question.metrics[0], days_of(window, by_name=question.is_shape)
    number = func.count() if metric.source is Source.CORE else func.count(link.client_id.distinct())
    inside = select(post.staff_id).where(holds_at(post.valid_from, post.valid_to, day["last_on"]),
                                         staff_in(question.scope, post.staff_id, post.unit_id))  # fmt: skip
    # the relationships lead the way: those of the period are fewer than all of a person. Who holds each is asked
    # before the rest of it is fetched (the sum keeps that order), unless everybody is inside
    source: FromClause
    begun: FromClause = relationship
    if question.scope.everything:
        source, lines = relationship.join(relationship_share, share.relationship_id == link.relationship_id), []
    else:
        begun, nothing = relationship.alias("begun"), literal(0, Integer)
        source = begun.join(relationship_share, share.relationship_id == begun.c.relationship_id).join(
            relationship, link.relationship_id == share.relationship_id + nothing)  # fmt: skip
        lines = [(share.staff_id + nothing).in_(inside)]
    counted = (
        select(share.staff_id, number.label("number")).select_from(source)
        .where(_counts(metric, day, begun), link.state == RelationshipState.CONFIRMED.value, *lines)
        .group_by(share.staff_id).subquery("counted")
    )  # fmt: skip
    people = [staff.c.staff_id.in_(inside)] if question.scope.everything else []
    return (
        select(staff.c.staff_no.label("staff"), counted.c.number.label(metric.key))
        .join(staff, staff.c.staff_id == counted.c.staff_id).where(*people)
    )  # fmt: skip


def _counts(metric: Metric, day: Any, begun: FromClause = relationship) -> ColumnElement[bool]:
    """Return the condition under which a relationship counts for the metric; ``day``: the columns of ``days_of``.

    ``begun``: the table whose type and beginning are looked at, where it is not that of the end.
    """
    link, start = relationship.c, begun.c
    if metric.source is Source.CORE:
        return and_(start.type == RelationshipType.CORE_SERVICE.value, start.valid_from <= day["last_on"],
                    or_(link.valid_to.is_(None), link.valid_to > day["last_on"]))  # fmt: skip
    return and_(start.type.in_(DEVELOPMENT), start.valid_from >= day["first_on"], start.valid_from <= day["last_on"],
                or_(link.valid_to.is_(None), link.valid_to > link.valid_from))  # fmt: skip


def held(
    question: Question, windows: Sequence[Window], metric: Metric
) -> tuple[FromClause, Columns, list[ColumnElement[bool]]]:
    """Return source, dimension columns and conditions of the holdings that make the metric."""
    link, share, post = relationship.c, relationship_share.c, staff_version.c
    # one window needs no table of windows, unless its month is a column
    during = windows_table(windows) if len(windows) > 1 or "month" in question.by else None
    day = days_of(windows[0], by_name=question.is_shape) if during is None else during.c
    when = _counts(metric, day)
    source: FromClause = relationship if during is None else relationship.join(during, when)
    source = (
        source.join(relationship_share, share.relationship_id == link.relationship_id)
        .join(staff, staff.c.staff_id == share.staff_id)
        .join(staff_version, and_(post.staff_id == share.staff_id,
                                  holds_at(post.valid_from, post.valid_to, day["last_on"])))
    )  # fmt: skip
    columns: Columns = {}
    filters: Columns = {}
    if needs_places(question):
        places = unit_places()
        office, branch = places.c.office_id, places.c.branch_id
        source = source.outerjoin(places, places.c.unit_id == post.unit_id)
        source, columns = with_places(source, office, branch, {*question.by, *question.where})
        filters = {"branch": branch, "office": office}
    if during is not None:
        columns["month"] = during.c.month
    columns |= {"staff": staff.c.staff_no, "staff_category": post.category, "relationship_type": link.type}
    filters = {**columns, **filters, "staff": share.staff_id}
    conditions = [*([when] if during is None else []), link.state == RelationshipState.CONFIRMED.value,
                  *kept(filters, question), staff_in(question.scope, share.staff_id, post.unit_id)]  # fmt: skip
    return source, columns, conditions


def select_tasks(question: Question, windows: Sequence[Window]) -> Select[Any]:
    """Return the statement that counts tasks per group; places are the client's when it was handed out."""
    source, columns, conditions, during = tasks(question, windows)
    counted = [cast(func.coalesce(func.sum(case((task_counts(metric, during), 1), else_=0)), 0), BigInteger)
               .label(metric.key) for metric in question.metrics]  # fmt: skip
    return (
        select(*(columns[key].label(key) for key in question.by), *counted)
        .select_from(source).where(*conditions).group_by(*(columns[key] for key in question.by))
    )  # fmt: skip


def tasks(question: Question, windows: Sequence[Window]) -> tuple[FromClause, Columns, list[ColumnElement[bool]], CTE]:
    """Return source, dimension columns and conditions of the tasks that count for any of the metrics."""
    task, post = reactivation_task.c, staff_version.c
    during = windows_table(windows)
    home = org_unit.alias("home")
    source: FromClause = (
        reactivation_task.join(during, or_(*(task_counts(metric, during) for metric in question.metrics)))
        .join(staff, staff.c.staff_id == task.staff_id)
        .join(client, client.c.client_id == task.client_id)
        .join(home, home.c.unit_id == task.office_id)
        .outerjoin(staff_version, and_(post.staff_id == task.staff_id,
                                       holds_at(post.valid_from, post.valid_to, during.c.last_on)))
    )  # fmt: skip
    source, columns = with_places(source, task.office_id, home.c.parent_id, {*question.by, *question.where})
    columns |= {"month": during.c.month, "staff": staff.c.staff_no, "staff_category": post.category}
    filters = {**columns, "branch": home.c.parent_id, "office": task.office_id, "staff": task.staff_id}
    reach = (staff_in(question.scope, task.staff_id, task.office_id) if question.scope.is_personal
             else clients_in(question.scope, task.client_id, task.office_id))  # fmt: skip
    return source, columns, [*kept(filters, question), reach], during


def task_counts(metric: Metric, during: CTE) -> ColumnElement[bool]:
    """Return the condition under which a task counts: open at the end, or recognised in the period."""
    task = reactivation_task.c
    if metric.key == "tasks_open":
        return and_(task.assigned_at < during.c.until_at,
                    or_(task.closed_on.is_(None), task.closed_on > during.c.last_on))  # fmt: skip
    return and_(task.state == TaskState.RECOGNISED.value, task.closed_on >= during.c.first_on,
                task.closed_on <= during.c.last_on)  # fmt: skip
