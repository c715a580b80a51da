"""What the Rules page reads; a few rows, read fresh: a draft changes by hand."""

from __future__ import annotations

from datetime import date

from data_access.reads.rule_versions import DRAFT, RuleVersion, read_earliest_change, read_versions
from pages._ui.data import db


def read_rules_page(*, with_draft: bool) -> tuple[list[RuleVersion], RuleVersion | None, date]:
    """Return the versions, the newest first, the open draft, and the first day from which rules may change.

    Only headquarters sees a draft; without it the draft is left out of both.
    """
    with db().reading() as connection:
        versions, earliest = read_versions(connection), read_earliest_change(connection)
    draft = next((one for one in versions if one.state == DRAFT), None)
    if with_draft:
        return versions, draft, earliest
    return [one for one in versions if one.state != DRAFT], None, earliest
