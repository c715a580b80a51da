"""The published rule sets and which of them is in force at a month's end."""

from __future__ import annotations

import json
from collections.abc import Sequence

from sqlalchemy import Connection, select

from data_access.tables import rule_set
from domain.months import month_end
from domain.policies import RuleSet


def read_rule_sets(connection: Connection) -> list[RuleSet]:
    """Return the published rule sets, oldest first; the body carries the numbers, the row version and date."""
    rows = connection.execute(
        select(rule_set).where(rule_set.c.state == "published").order_by(rule_set.c.valid_from, rule_set.c.version)
    )
    return [RuleSet.from_body({**json.loads(row.body), "version": row.version,
                               "valid_from": row.valid_from.isoformat()}) for row in rows]  # fmt: skip


def rules_in_force(rule_sets: Sequence[RuleSet], month: int) -> RuleSet:
    """Return the newest rule set valid at the month's end; the oldest one for months before every set."""
    valid = [rules for rules in rule_sets if rules.valid_from <= month_end(month)]
    return valid[-1] if valid else rule_sets[0]
