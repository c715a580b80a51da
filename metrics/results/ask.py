"""The results of campaigns for notebooks and command line: read once, then one table after the other."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pandas as pd

from data_access.clock import business_date
from data_access.database import Database, database
from data_access.scope import FIRM, Scope
from metrics.errors import QuestionError
from metrics.results.facts import CampaignResults
from metrics.results.read import results_of
from metrics.results.tables import (
    arm_rows,
    change_rows,
    client_rows,
    cohort_rows,
    comparison_row,
    flag_rows,
    funnel_rows,
    office_rows,
    person_rows,
    task_rows,
)

TABLES: dict[str, Callable[[CampaignResults], list[dict[str, Any]]]] = {
    "groups": arm_rows, "comparison": lambda one: [comparison_row(one)], "change": change_rows,
    "funnel": lambda one: funnel_rows(one.funnel), "cohorts": cohort_rows, "people": person_rows,
    "offices": office_rows, "flags": flag_rows, "clients": lambda one: client_rows(one.clients),
    "tasks": lambda one: task_rows(one.tasks),
}  # fmt: skip
"""The tables of the results by name."""


def read_results(*campaign_nos: str, as_of: date | str | None = None, days: int | None = None,
                 scope: Scope | None = None, db: Database | None = None) -> CampaignResults:  # fmt: skip
    """Return the results of some campaigns put together; ``as_of`` None: today, scope None: the whole firm.

    Raises ``QuestionError`` for a campaign that is not found, a day that is none, and ``days`` below 1.
    """
    day = _day(as_of)
    if days is not None and days < 1:
        raise QuestionError(f"Not a number of days: {days}.")
    with (db or database()).reading() as connection:
        found = results_of(connection, scope or FIRM, campaign_nos, as_of=day, days=days)
    missing = sorted({*campaign_nos} - {one.campaign_no for one in found.campaigns})
    if missing or not campaign_nos:
        raise QuestionError(f"No campaign {', '.join(missing)} was drawn by {day.isoformat()}." if missing
                            else "Name a campaign.")  # fmt: skip
    return found


def results_table(results: CampaignResults, table: str = "groups") -> pd.DataFrame:
    """Return one table of the results: ``groups``, ``comparison``, ``funnel`` … Raises ``QuestionError``."""
    if table not in TABLES:
        raise QuestionError(f"Unknown table {table!r}; allowed are {', '.join(TABLES)}.")
    return pd.DataFrame(TABLES[table](results))


def _day(as_of: date | str | None) -> date:
    if as_of is None:
        return business_date()
    try:
        return as_of if isinstance(as_of, date) else date.fromisoformat(as_of)
    except ValueError:
        raise QuestionError(f"Not a day: {as_of!r}; write YYYY-MM-DD.") from None
