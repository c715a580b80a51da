"""Every version of the rule set with its author and date, the open draft, and from when rules may change."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import Connection, func, select

from data_access.clock import business_date
from data_access.tables import app_user, month_state, rule_set
from domain.months import month_add, month_of, month_start
from domain.policies import RuleSet
from domain.words import MonthState

DRAFT, PUBLISHED = "draft", "published"


@dataclass(frozen=True)
class RuleVersion:
    """One version. ``author`` is who published it or last saved the draft, None for the operator.

    ``stamp`` names exactly these contents: a step on a draft gives the stamp that was seen and is refused when the
    draft has changed since.
    """

    rules: RuleSet
    state: str
    author: str | None
    published_at: datetime | None
    stamp: str

    @property
    def version(self) -> int:
        """The version's number."""
        return self.rules.version


def body_stamp(body: str) -> str:
    """Return the short name of a rule set's stored contents."""
    return hashlib.sha256(body.encode()).hexdigest()[:16]


def read_versions(connection: Connection) -> list[RuleVersion]:
    """Return every version, the newest first; a draft is always the newest."""
    rows = connection.execute(
        select(rule_set, app_user.c.display_name)
        .outerjoin(app_user, app_user.c.user_id == rule_set.c.author_id)
        .order_by(rule_set.c.version.desc())
    )
    return [
        RuleVersion(RuleSet.from_body(json.loads(row.body)), row.state, row.display_name, row.published_at,
                    body_stamp(row.body)) for row in rows
    ]  # fmt: skip


def read_draft(connection: Connection) -> RuleVersion | None:
    """Return the open draft, None when there is none."""
    return next((one for one in read_versions(connection) if one.state == DRAFT), None)


def read_first_change(connection: Connection) -> date:
    """Return the day that a new draft starts with: the earliest one, this month's first where no month is final."""
    earliest = read_earliest_change(connection)
    return earliest if _newest_final(connection) else max(month_start(month_of(business_date())), earliest)


def _newest_final(connection: Connection) -> int | None:
    return connection.execute(
        select(func.max(month_state.c.month)).where(month_state.c.state == MonthState.FINAL.value)
    ).scalar()


def read_earliest_change(connection: Connection) -> date:
    """Return the first day from which new rules may hold.

    Months up to the newest one marked final keep their figures, so rules change from the month after it on; and
    never before the newest published version holds, so that versions follow each other in time.
    """
    final = _newest_final(connection)
    newest = connection.execute(
        select(func.max(rule_set.c.valid_from)).where(rule_set.c.state == PUBLISHED)
    ).scalar_one()  # fmt: skip
    after = date.min if final is None else month_start(month_add(final, 1))
    return max(after, newest or date.min)
