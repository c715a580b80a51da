"""Relationships whose client has not been asked yet whether they are true, and the calls made (R-07)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from sqlalchemy import ColumnElement, Connection, and_, case, exists, func, or_, select

from data_access.clock import SHANGHAI, business_date
from data_access.reads.register import RegisterRow, held_on, read_rows, relationship_in, relationships_in
from data_access.scope import Scope
from data_access.tables import app_setting, app_user, follow_up, relationship
from domain.follow_ups import ANSWERED, FOLLOW_UP_DAYS, late_from

PAGE_ROWS = 500
SETTING = "follow_up_days"
_LINK = relationship.c
_IMPORT = "import"
"""How relationships of another platform were confirmed: that platform has asked, or its own list says so."""


@dataclass(frozen=True)
class DueRow:
    """A relationship that waits for an answered call: since ``confirmed_on``, late from ``late_on``."""

    row: RegisterRow
    confirmed_on: date
    late_on: date
    is_late: bool
    attempts: int


@dataclass(frozen=True)
class CallRow:
    """One call; ``note`` is free text about a person, None for a masked reach."""

    at: datetime
    result: str
    note: str | None
    by: str | None


@dataclass(frozen=True)
class DueFilter:
    """What the list keeps: only late ones, relationships of an import as well."""

    only_late: bool = False
    with_imported: bool = False


def read_follow_up_days(connection: Connection) -> int:
    """Return after how many days a relationship without an answered call is late; the firm's setting, else 30."""
    value = connection.execute(select(app_setting.c.value).where(app_setting.c.key == SETTING)).scalar()
    return int(value) if value and value.isascii() and value.isdigit() else FOLLOW_UP_DAYS


def count_due(connection: Connection, scope: Scope, kept: DueFilter) -> int:
    """Count the relationships of the list inside the reach."""
    days = read_follow_up_days(connection)
    # few wait: asking each of them for its place is quicker than collecting all relationships of a place
    each = connection.dialect.name == "sqlite" and not scope.is_personal
    query = select(func.count()).select_from(relationship).where(
        *_waits(kept, days), _unanswered(connection),
        relationship_in(scope) if each else relationships_in(scope))  # fmt: skip
    return int(connection.execute(query).scalar_one())


def read_due(connection: Connection, scope: Scope, kept: DueFilter, *, after: tuple[datetime, int] | None = None,
             limit: int = PAGE_ROWS) -> list[DueRow]:  # fmt: skip
    """Return one page of the list, those that wait longest first; ``after``: (confirmed_at, id) of the last row."""
    days, today = read_follow_up_days(connection), business_date()
    mine = relationships_in(scope) if scope.is_personal else relationship_in(scope)
    query = select(_LINK.relationship_id).where(*_waits(kept, days), _unanswered(connection), mine)
    if after is not None:
        moment, last = after
        same = and_(_LINK.confirmed_at == moment, _LINK.relationship_id > last)
        query = query.where(_LINK.confirmed_at >= moment, or_(_LINK.confirmed_at > moment, same))
    ids = connection.execute(
        query.order_by(_LINK.confirmed_at, _LINK.relationship_id).limit(min(limit, PAGE_ROWS))
    ).scalars().all()  # fmt: skip
    attempts: dict[int, int] = defaultdict(int)
    if ids:
        attempts.update((int(key), int(number)) for key, number in connection.execute(
            select(follow_up.c.relationship_id, func.count()).where(follow_up.c.relationship_id.in_(ids))
            .group_by(follow_up.c.relationship_id)))  # fmt: skip
    found = []
    for row in read_rows(connection, scope, ids):
        confirmed = business_date(row.confirmed_at)
        late = late_from(confirmed, days)
        found.append(DueRow(row, confirmed, late, late <= today, attempts[row.relationship_id]))
    return found


def read_calls(connection: Connection, scope: Scope, relationship_ids: Sequence[int]) -> dict[int, list[CallRow]]:
    """Return the calls about some relationships that the caller knows to be inside the reach, the newest first."""
    found: dict[int, list[CallRow]] = defaultdict(list)
    for row in connection.execute(
        select(follow_up, app_user.c.display_name)
        .outerjoin(app_user, app_user.c.user_id == follow_up.c.by_user_id)
        .where(follow_up.c.relationship_id.in_(relationship_ids)).order_by(follow_up.c.at.desc())
    ):  # fmt: skip
        note = None if scope.masks_names else row.note
        found[row.relationship_id].append(CallRow(row.at, row.result, note, row.display_name))
    return found


def _answered() -> ColumnElement[bool]:
    return follow_up.c.result.in_([result.value for result in ANSWERED])


def _unanswered(connection: Connection) -> ColumnElement[bool]:
    """Return the condition that no call about the relationship was answered, in the form each database is quick at.

    SQLite collects the answered ones once; PostgreSQL joins, and collects no more than its working memory holds.
    """
    if connection.dialect.name == "sqlite":
        return _LINK.relationship_id.not_in(select(follow_up.c.relationship_id).where(_answered()))
    return ~exists().where(follow_up.c.relationship_id == _LINK.relationship_id, _answered())


def _waits(kept: DueFilter, days: int) -> list[ColumnElement[bool]]:
    """Return the conditions of relationships that hold today and are confirmed; an answered call ends it (R-07)."""
    today = business_date()
    # confirmed by now or, for a late one, on the day `days` before today or earlier
    until = datetime.combine(today - timedelta(days=days - 1 if kept.only_late else -1), time(), SHANGHAI)
    # not a plain comparison: counting is faster along the rows than along the index of the moments
    found = [held_on(today), case((_LINK.confirmed_at < until, 1), else_=0) == 1]
    if not kept.with_imported:
        found.append(func.coalesce(_LINK.how_confirmed, "") != _IMPORT)
    return found
