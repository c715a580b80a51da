"""Everything the Overview shows, in one read: headline sums, 25 months, places, tiers, what needs attention."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import BigInteger, Connection, and_, case, cast, exists, func, or_, select

from data_access.clock import business_date
from data_access.reads.cubes import read_sums
from data_access.reads.generation import Generation
from data_access.reads.rules import read_rules
from data_access.scope import Scope, clients_in
from data_access.tables import client_status, org_unit, reactivation_task
from domain.months import month_add, month_end, month_range
from domain.words import OPEN_TASK_STATES, POOL, Status, Tier

HEADLINES = (
    "alive_count", "monthly_active_count", "end_assets_fen", "net_income_fen", "new_count", "lost_count",
    "returned_count", "turnover_fen", "inflow_fen", "outflow_fen",
)  # fmt: skip
PAST_MONTHS = 24
_POOL_CODES = tuple(code.value for code in POOL)


@dataclass(frozen=True)
class Overview:
    """Plain sums for one month and reach; money in fen.

    ``months``: one dict per published month of the last 25 (oldest first) with the headline sums and
    ``pool_count``. ``pool``: clients per pool status. ``tiers``: clients, value and assets per tier.
    ``places``: per branch (firm) or office (below) the month's sums and ``net_income_before_fen`` of the
    same month a year earlier, None when that month is not published. ``attention``: counts.
    """

    months: list[dict[str, Any]]
    pool: dict[str, int]
    tiers: dict[str, dict[str, int]]
    places: list[dict[str, Any]]
    attention: dict[str, int]

    def month(self, month: int) -> dict[str, Any] | None:
        """Return the sums of one month, None when it is not published."""
        return next((row for row in self.months if row["month"] == month), None)


def read_overview(connection: Connection, generation: Generation, month: int, scope: Scope) -> Overview:
    """Read the Overview for a month of a pinned generation inside a reach."""
    span = [entry for entry in month_range(month_add(month, -PAST_MONTHS), month) if entry in generation.builds]
    builds = [generation.builds[entry] for entry in span]
    by_status = read_sums(connection, scope, builds, (*HEADLINES, "clients_count"), by=("month", "status"))
    now = generation.builds[month]
    return Overview(
        months=_months(by_status, span),
        pool={code: sum(row["clients_count"] for row in by_status if (row["month"], row["status"]) == (month, code))
              for code in _POOL_CODES},
        tiers=_tiers(connection, scope, now),
        places=_places(connection, generation, month, scope),
        attention=_attention(connection, generation, month, scope),
    )  # fmt: skip


def _months(by_status: list[dict[str, Any]], span: list[int]) -> list[dict[str, Any]]:
    rows = {month: {"month": month, "pool_count": 0, **dict.fromkeys(HEADLINES, 0)} for month in span}
    for row in by_status:
        into = rows[row["month"]]
        for name in HEADLINES:
            into[name] += row[name]
        if row["status"] in _POOL_CODES:
            into["pool_count"] += row["clients_count"]
    return list(rows.values())


def _tiers(connection: Connection, scope: Scope, build: int) -> dict[str, dict[str, int]]:
    rows = read_sums(connection, scope, [build], ("clients_count", "value_fen", "end_assets_fen"), by=("tier",))
    found = {row["tier"]: row for row in rows}
    empty = {"clients_count": 0, "value_fen": 0, "end_assets_fen": 0}
    return {tier.value: {name: found.get(tier.value, empty)[name] for name in empty} for tier in Tier}


def _places(connection: Connection, generation: Generation, month: int, scope: Scope) -> list[dict[str, Any]]:
    column = "branch_id" if scope.everything else "office_id"
    names = ("alive_count", "end_assets_fen", "net_income_fen", "new_count", "lost_count")
    before = generation.builds.get(month_add(month, -12))
    past = {
        row[column]: row["net_income_fen"]
        for row in (read_sums(connection, scope, [before], ("net_income_fen",), by=(column,)) if before else [])
    }
    units = {row.unit_id: row for row in connection.execute(
        select(org_unit.c.unit_id, org_unit.c.unit_code, org_unit.c.name))}  # fmt: skip
    rows = read_sums(connection, scope, [generation.builds[month]], names, by=(column,))
    places = [
        {"unit_code": units[row[column]].unit_code, "name": units[row[column]].name,
         **{name: row[name] for name in names},
         "net_income_before_fen": past.get(row[column], 0) if before else None}
        for row in rows
    ]  # fmt: skip
    return sorted(places, key=lambda place: (-place["net_income_fen"], place["unit_code"]))


def _attention(connection: Connection, generation: Generation, month: int, scope: Scope) -> dict[str, int]:
    rules = read_rules(connection, month_end(month))
    now, status = generation.builds[month], client_status.c
    counted = {
        "near_silent": and_(status.status == Status.NORMAL.value,
                            status.months_quiet.between(rules.near_silent_from, rules.near_silent_to)),
        "newly_silent": and_(status.status == Status.SILENT.value, status.months_quiet == rules.silent_months),
        "data_gap": status.status == Status.UNDETERMINED.value,
        "lost_valuable": and_(status.lost_count > 0, status.status == Status.LOST.value,
                              status.tier_before == Tier.A.value),
    }  # fmt: skip
    # one pass over the clients that can matter
    row = connection.execute(
        select(*(cast(func.coalesce(func.sum(case((condition, 1), else_=0)), 0), BigInteger).label(name)
                 for name, condition in counted.items()))
        .where(status.build_id == now, clients_in(scope, status.client_id, status.office_id), or_(*counted.values()))
    ).one()  # fmt: skip
    task = reactivation_task.c
    open_now = task.state.in_([state.value for state in OPEN_TASK_STATES])
    mine = clients_in(scope, task.client_id, task.office_id)
    tasks = connection.execute(
        select(func.count(), func.coalesce(func.sum(case((task.due_on < business_date(), 1), else_=0)), 0))
        .where(open_now, mine)
    ).one()  # fmt: skip
    unassigned = connection.execute(
        select(func.count()).where(
            status.build_id == now,
            status.status.in_([code.value for code in POOL]),
            clients_in(scope, status.client_id, status.office_id),
            ~exists().where(task.client_id == status.client_id, open_now),
        )
    ).scalar_one()
    return {**{name: int(getattr(row, name)) for name in counted}, "tasks_open": int(tasks[0]),
            "tasks_overdue": int(tasks[1]), "pool_unassigned": int(unassigned)}  # fmt: skip
