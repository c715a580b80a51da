"""Contact work: follow-up calls (K-84), visits (K-85), spot checks (K-86) and meetings with prospects (K-87).

Facts are read as they stand now; a person's unit and category are those at the end of the as-of month.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    CTE,
    BigInteger,
    ColumnElement,
    FromClause,
    Select,
    and_,
    case,
    cast,
    exists,
    func,
    literal,
    select,
)

from data_access.scope import prospects_in, staff_in
from data_access.tables import (
    client,
    contact_check,
    contact_log,
    follow_up,
    org_unit,
    prospect,
    prospect_contact,
    relationship,
    relationship_share,
    staff,
    staff_version,
)
from domain.follow_ups import ANSWERED
from domain.prospects import MEETINGS_HINT, Need, ProspectState
from domain.words import MEETING_CHANNELS, ContactChannel, RelationshipState
from metrics.catalogue import Metric, Source
from metrics.question import Question, Window
from metrics.sources.clients import denominator, numerator
from metrics.sources.parts import Columns, holds_at, kept, needs_places, unit_places, windows_table, with_places

_IMPORT = "import"
"""How relationships of another platform were confirmed: that platform has asked."""


@dataclass(frozen=True)
class Work:
    """What a statement reads: source, dimension columns, conditions, windows, and what names a row and its client."""

    source: FromClause
    columns: Columns
    conditions: list[ColumnElement[bool]]
    during: CTE
    named: tuple[ColumnElement[Any], ...]
    client_id: ColumnElement[Any]

    @property
    def with_clients(self) -> FromClause:
        """The source with the clients, whom single rows name and sums do not need."""
        return self.source.outerjoin(client, client.c.client_id == self.client_id)


def select_contact_work(question: Question, windows: Sequence[Window]) -> Select[Any]:
    """Return the statement of the question's figures, all of one source, per group."""
    work = _WORKS[question.metrics[0].source](question, windows)
    return (
        select(*(work.columns[key].label(key) for key in question.by),
               *(value.label(name) for metric in question.metrics for name, value in _totals(metric, work)))
        .select_from(work.source).where(*work.conditions).group_by(*(work.columns[key] for key in question.by))
    )  # fmt: skip


def contact_work_rows(question: Question, window: Window) -> Select[Any]:
    """Return the calls, contacts, clients or prospects that make the question's one figure."""
    metric = question.metrics[0]
    work = _WORKS[metric.source](question, [window])
    labels = [work.columns[key].label(key) for key in question.by if key != "staff"]
    if metric.column == "several":
        # one row per client; where persons are asked for, per client and person
        person = [staff.c.staff_no] if "staff" in question.by else []
        return (
            select(*person, client.c.client_no, *labels, literal(1).label(metric.key))
            .select_from(work.with_clients).where(*work.conditions, _parts(metric, work)[0][1] == 1)
            .group_by(*person, client.c.client_no, *(work.columns[key] for key in question.by if key != "staff"))
            .order_by(*person, client.c.client_no)
        )  # fmt: skip
    parts = _parts(metric, work)
    counted = [] if len(parts) > 1 else [parts[0][1] == 1]
    if metric.source is Source.FOLLOW_UP and "staff" not in question.by:
        # one row per relationship, however many hold it
        groups = [*work.named[1:], *(work.columns[key] for key in question.by)]
        return (
            select(func.min(staff.c.staff_no).label("staff_no"), *work.named[1:], *labels,
                   *(func.max(value).label(name) for name, value in parts))
            .select_from(work.with_clients).where(*work.conditions).group_by(*groups).order_by(*groups)
        )  # fmt: skip
    return (
        select(*work.named, *labels, *(value.label(name) for name, value in parts))
        .select_from(work.with_clients).where(*work.conditions, *counted).order_by(*work.named)
    )  # fmt: skip


def _totals(metric: Metric, work: Work) -> list[tuple[str, ColumnElement[Any]]]:
    """Return the figure's columns: relationships and clients are counted once each, contacts and prospects added."""
    distinct = {"several": contact_log.c.client_id}.get(metric.column or "")
    if metric.source is Source.FOLLOW_UP:
        distinct = relationship.c.relationship_id
    if distinct is None:
        return [(name, cast(func.coalesce(func.sum(value), 0), BigInteger)) for name, value in _parts(metric, work)]
    return [(name, func.count(case((value == 1, distinct)).distinct())) for name, value in _parts(metric, work)]


def _parts(metric: Metric, work: Work) -> list[tuple[str, ColumnElement[int]]]:
    """Return per column of the figure what one row adds: 1 or 0."""
    above, below = numerator(metric), denominator(metric.key)
    if metric.source is Source.FOLLOW_UP:
        answered = exists().where(follow_up.c.relationship_id == relationship.c.relationship_id,
                                  follow_up.c.result.in_([result.value for result in ANSWERED]))  # fmt: skip
        return [(above, _flag(answered)), (below, literal(1))]
    if metric.source is Source.PROSPECT:
        met = prospect_contact.c
        meetings = (
            select(func.count()).where(met.prospect_id == prospect.c.prospect_id, met.on_date <= work.during.c.last_on,
                                       met.channel.in_([channel.value for channel in MEETING_CHANNELS]))
            .correlate(prospect, work.during).scalar_subquery()
        )  # fmt: skip
        return [(above, _flag(meetings >= MEETINGS_HINT)), (below, literal(1))]
    log = contact_log.c
    visit = log.channel == ContactChannel.VISIT.value
    if metric.column == "checked":
        return [(above, _flag(exists().where(contact_check.c.contact_id == log.contact_id))), (below, literal(1))]
    if metric.column == "open_issues":
        later = contact_log.alias("later")
        answered_later = exists().where(later.c.client_id == log.client_id, later.c.at > log.at,
                                        later.c.at < work.during.c.until_at)  # fmt: skip
        return [(above, _flag(and_(visit, log.next_step_on.is_not(None), ~answered_later)))]
    if metric.column == "several":
        other = contact_log.alias("other")
        somebody = exists().where(other.c.client_id == log.client_id, other.c.staff_id != log.staff_id,
                                  other.c.channel == ContactChannel.VISIT.value, other.c.at >= work.during.c.from_at,
                                  other.c.at < work.during.c.until_at)  # fmt: skip
        return [(above, _flag(and_(visit, somebody)))]
    return [(above, _flag(visit))]


def _flag(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return case((condition, 1), else_=0)


def _contacts(question: Question, windows: Sequence[Window]) -> Work:
    during, log = windows_table(windows), contact_log.c
    source = (
        contact_log.join(during, and_(log.at >= during.c.from_at, log.at < during.c.until_at))
        .join(staff, staff.c.staff_id == log.staff_id)
    )  # fmt: skip
    named = (staff.c.staff_no, client.c.client_no, log.contact_id, log.channel, log.result, log.next_step_on)
    return _of_persons(question, source, during, log.staff_id, log.client_id, named)


def _follow_ups(question: Question, windows: Sequence[Window]) -> Work:
    during, link, share = windows_table(windows), relationship.c, relationship_share.c
    source = (
        relationship.join(during, and_(link.confirmed_at >= during.c.from_at, link.confirmed_at < during.c.until_at))
        .join(relationship_share, share.relationship_id == link.relationship_id)
        .join(staff, staff.c.staff_id == share.staff_id)
    )  # fmt: skip
    named = (staff.c.staff_no, client.c.client_no, link.relationship_no, link.type, link.valid_from)
    confirmed = [link.state == RelationshipState.CONFIRMED.value, func.coalesce(link.how_confirmed, "") != _IMPORT]
    return _of_persons(question, source, during, share.staff_id, link.client_id, named, confirmed,
                       relationship_type=link.type)  # fmt: skip


def _of_persons(question: Question, source: FromClause, during: CTE, staff_id: ColumnElement[Any],
                client_id: ColumnElement[Any], named: tuple[ColumnElement[Any], ...],
                conditions: Sequence[ColumnElement[bool]] = (), **columns: ColumnElement[Any]) -> Work:  # fmt: skip
    """Return work whose places and category are the person's at the end of the window."""
    post = staff_version.c
    source = source.join(staff_version, and_(post.staff_id == staff_id,
                                             holds_at(post.valid_from, post.valid_to, during.c.last_on)))  # fmt: skip
    found: Columns = {}
    filters: Columns = {}
    if needs_places(question):
        places = unit_places()
        source = source.outerjoin(places, places.c.unit_id == post.unit_id)
        source, found = with_places(source, places.c.office_id, places.c.branch_id, {*question.by, *question.where})
        filters = {"branch": places.c.branch_id, "office": places.c.office_id}
    found |= {"month": during.c.month, "staff": staff.c.staff_no, "staff_category": post.category, **columns}
    kept_rows = kept({**found, **filters, "staff": staff_id}, question)
    return Work(source, found, [*conditions, *kept_rows, staff_in(question.scope, staff_id, post.unit_id)], during,
                named, client_id)  # fmt: skip


def _prospects(question: Question, windows: Sequence[Window]) -> Work:
    during, row, post = windows_table(windows), prospect.c, staff_version.c
    home = org_unit.alias("home")
    source: FromClause = (
        prospect.join(during, row.entered_at < during.c.until_at)
        .join(home, home.c.unit_id == row.office_id)
        .outerjoin(staff, staff.c.staff_id == row.staff_id)
        .outerjoin(staff_version, and_(post.staff_id == row.staff_id,
                                       holds_at(post.valid_from, post.valid_to, during.c.last_on)))
    )  # fmt: skip
    source, columns = with_places(source, row.office_id, home.c.parent_id, {*question.by, *question.where})
    columns |= {"month": during.c.month, "staff": staff.c.staff_no, "staff_category": post.category}
    filters = {**columns, "branch": home.c.parent_id, "office": row.office_id, "staff": row.staff_id}
    worked_on = [row.state != ProspectState.WON.value, row.need != Need.NONE.value]
    named = (staff.c.staff_no, row.prospect_id, row.state, client.c.client_no)
    reach = prospects_in(question.scope, row.staff_id, row.office_id)
    return Work(source, columns, [*worked_on, *kept(filters, question), reach], during, named, row.client_id)


_WORKS: dict[Source, Callable[[Question, Sequence[Window]], Work]] = {
    Source.CONTACT: _contacts,
    Source.FOLLOW_UP: _follow_ups,
    Source.PROSPECT: _prospects,
}
