"""The demo firm's second rule set: a watch list, so that months under two versions stand side by side."""

from __future__ import annotations

import json
from dataclasses import replace

from sqlalchemy import Connection, insert, select

from data_access.tables import rule_set
from domain.months import month_add, month_start
from domain.policies import FIRST_RULE_SET

MONTHS_BACK = 12
WATCH_MONTHS = 3


def store_second_rules(connection: Connection, last: int) -> None:
    """Publish a watch list of three months from the month twelve before the last one on; the first version stays.

    A database that already holds further versions keeps them as they are.
    """
    known = connection.execute(select(rule_set.c.version, rule_set.c.published_at)).all()
    if [row.version for row in known] != [FIRST_RULE_SET.version]:
        return
    begins = month_start(month_add(last, -MONTHS_BACK))
    rules = replace(FIRST_RULE_SET, version=2, valid_from=begins, watch_months=WATCH_MONTHS,
                    source="降级观察期：低于分级线连续三个月后才降级 (R-53)")  # fmt: skip
    connection.execute(
        insert(rule_set).values(
            version=rules.version, state="published", valid_from=begins, author_id=None,
            body=json.dumps(rules.to_body(), sort_keys=True), published_at=known[0].published_at)
    )  # fmt: skip
