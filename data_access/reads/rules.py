"""The published rule set that holds on a day."""

from __future__ import annotations

import json
from datetime import date

from sqlalchemy import Connection, select

from data_access.tables import rule_set
from domain.policies import FIRST_RULE_SET, RuleSet


def read_rules(connection: Connection, on: date) -> RuleSet:
    """Return the newest published version whose ``valid_from`` is on or before the day."""
    body = connection.execute(
        select(rule_set.c.body)
        .where(rule_set.c.state == "published", rule_set.c.valid_from <= on)
        .order_by(rule_set.c.valid_from.desc(), rule_set.c.version.desc())
        .limit(1)
    ).scalar()
    return RuleSet.from_body(json.loads(body)) if body else FIRST_RULE_SET
