"""Files of campaign results: the clients of both groups, the tasks, the funnel, the cohorts, as the page shows them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

from data_access.actor import ActingUser
from data_access.clock import business_date
from data_access.database import Database
from domain.holdout import Arm
from domain.months import month_end
from domain.words import Status, TaskState
from metrics.errors import QuestionError
from metrics.export.files import Column, Export
from metrics.export.lists import ListRequest, Params
from metrics.language import translator
from metrics.results import CampaignResults, results_of
from metrics.results.tables import client_rows, cohort_rows, funnel_rows, task_rows
from metrics.units import COUNT, RATIO, YUAN
from metrics.uplift import FunnelStep

_WHO = (Column("client_no", "Client number"), Column("client_name", "Name"), Column("office_code", "Office code"),
        Column("office_name", "Business office"), Column("staff_no", "Staff number"),
        Column("staff_name", "Staff member"))  # fmt: skip
_CLIENTS = (
    Column("campaign_no", "Campaign"), Column("arm", "Group", words=Arm), *_WHO,
    Column("pool_status", "At the draw", words=Status), Column("tier", "Tier"),
    Column("months_quiet", "Months quiet", COUNT), Column("task_no", "Task"), Column("contacted", "Contacted"),
    Column("returned", "Came back"), Column("returned_on", "On"),
    Column("net_inflow_yuan", "Net inflow (yuan)", YUAN), Column("why", "Why"),
)  # fmt: skip
_TASKS = (
    Column("campaign_no", "Campaign"), Column("task_no", "Task"), *_WHO,
    Column("pool_status", "Why in the pool", words=Status), Column("state", "State", words=TaskState),
    Column("handed_on", "Handed out"), Column("attempted_on", "Attempted"), Column("connected_on", "Connected"),
    Column("responded_on", "Responded"), Column("preregistered_on", "Pre-registered"),
    Column("recognised_on", "Recognised"), Column("active_30", "Still active after 30 days"),
    Column("active_60", "Still active after 60 days"), Column("active_90", "Still active after 90 days"),
    Column("returned_30_yuan", "Inflow in 30 days (yuan)", YUAN),
    Column("returned_90_yuan", "Inflow in 90 days (yuan)", YUAN),
    Column("value_yuan", "Expected value (yuan)", YUAN),
)  # fmt: skip
_FUNNEL = (Column("step", "Step", words=FunnelStep), Column("count", "How many", COUNT), Column("of", "Out of", COUNT),
           Column("ratio", "Proportion", RATIO))  # fmt: skip
_COHORTS = (
    Column("pool_status", "Why in the pool", words=Status), Column("month", "Handed out in"),
    Column("handed_out", "Handed out", COUNT), Column("after_0", "Same month", COUNT),
    Column("after_1", "Recognised by +1 month", COUNT), Column("after_2", "Recognised by +2 months", COUNT),
    Column("after_3", "Recognised by +3 months", COUNT), Column("after_4", "Recognised by +4 months", COUNT),
    Column("after_5", "Recognised by +5 months", COUNT),
)  # fmt: skip
Rows = Callable[[CampaignResults, Callable[[str], str]], list[dict[str, Any]]]


def _exporter(title: str, columns: tuple[Column, ...], rows: Rows,
              keys: tuple[str, ...]) -> Callable[[Database, ActingUser, Params], Export]:  # fmt: skip
    def export(db: Database, user: ActingUser, params: Params) -> Export:
        request = ListRequest(db, user, params)
        return request.made(title, columns, _rows(request, rows), keys)

    return export


def _rows(request: ListRequest, rows: Rows) -> Iterator[dict[str, Any]]:
    """Yield the rows of the campaigns asked for, inside the reach, up to the day that the page shows."""
    newest = request.generation.is_current and request.month == request.generation.last_month
    as_of = business_date() if newest else month_end(request.month)
    asked = str(request.params.get("days") or "")
    if asked and not (asked.isascii() and asked.isdigit() and 0 < int(asked) <= 3_650):
        raise QuestionError(f"Not a number of days: {asked!r}.")
    with request.db.reading() as connection:
        found = results_of(connection, request.scope, request.listed("campaign"), as_of=as_of,
                           days=int(asked) if asked else None, generation=request.generation)  # fmt: skip
    translate = translator(request.language)
    words = {True: translate("yes"), False: translate("no")}
    for row in rows(found, translate):
        yield {name: words[value] if isinstance(value, bool) else value for name, value in row.items()}


KEYS = ("reactivation_tasks", "reactivation_recognised", "returned_assets_90")
EXPORTERS: dict[str, Callable[[Database, ActingUser, Params], Export]] = {
    "results_clients": _exporter(
        "Campaign clients", _CLIENTS, lambda one, words: client_rows(one.clients, words), KEYS),
    "results_tasks": _exporter("Campaign tasks", _TASKS, lambda one, _: task_rows(one.tasks), KEYS),
    "results_funnel": _exporter("Campaign funnel", _FUNNEL, lambda one, _: funnel_rows(one.funnel), KEYS),
    "results_cohorts": _exporter(
        "Campaign cohorts", _COHORTS,
        lambda one, _: [{**row, "pool_status": row["pool_status"] or None} for row in cohort_rows(one)], KEYS),
}  # fmt: skip
"""Kind of list -> writer of its file; the rows are those inside the user's reach."""
