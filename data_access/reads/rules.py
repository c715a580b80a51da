"""The published rule set that holds on a day."""

from __future__ import annotations

import json
from datetime import date

from sqlalchemy import Connection, bindparam, select

from data_access.tables import rule_set
from domain.policies import FIRST_RULE_SET, RuleSet

_IN_FORCE = (
    select(rule_set.c.body)
    .where(rule_set.c.state == "published", rule_set.c.valid_from <= bindparam("on_day"))
    .order_by(rule_set.c.valid_from.desc(), rule_set.c.version.desc())
    .limit(1)
)


def read_rules(connection: Connection, on: date) -> RuleSet:
    """Return the newest published version whose ``valid_from`` is on or before the day."""
    body = connection.execute(_IN_FORCE, {"on_day": on}).scalar()
    return RuleSet.from_body(json.loads(body)) if body else FIRST_RULE_SET
