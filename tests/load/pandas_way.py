"""The same pages' data by loading the tables with pandas and grouping: what the published tables save."""

# ruff: noqa: E501 -- statements and tables read better whole

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable

import pandas as pd

from data_access.database import database

_FACTS = ("client_id, month, office_id, branch_id, client_kind, status, tier, value_fen, end_assets_fen, net_income_fen, "
          "turnover_fen, inflow_fen, outflow_fen, new_count, lost_count, returned_count, months_quiet")  # fmt: skip


def measure_pandas() -> dict[str, float]:
    """Return milliseconds per page at headquarters: loading what the page needs, once, and grouping it."""
    raw = sqlite3.connect(str(database().path))
    builds = dict(raw.execute(
        "SELECT month, build_id FROM generation_month JOIN generation USING (generation_id) WHERE is_current"
    ).fetchall())  # fmt: skip
    month = max(builds)
    every, now = ", ".join(str(one) for one in builds.values()), builds[month]
    tables: dict[str, pd.DataFrame] = {}
    spent: dict[str, float] = {}

    def load(name: str, sql: str) -> None:
        begun = time.perf_counter()
        tables[name] = pd.concat(pd.read_sql_query(sql, raw, chunksize=200_000), ignore_index=True)
        spent[name] = (time.perf_counter() - begun) * 1000

    load("status", f"SELECT {_FACTS} FROM client_status WHERE build_id IN ({every})")
    load("now", f"SELECT {_FACTS} FROM client_status WHERE build_id = {now}")
    load("client", "SELECT client_id, client_no, name, office_id FROM client")
    load(
        "staff",
        "SELECT staff_id, staff_no, staff.name, category, left_on, unit_code FROM staff JOIN org_unit USING (unit_id)",
    )
    load("unit", "SELECT unit_id AS office_id, name AS office FROM org_unit")
    load("contact", "SELECT * FROM contact_log")
    load("task", "SELECT * FROM reactivation_task")
    load("relationship", "SELECT * FROM relationship JOIN relationship_share USING (relationship_id)")

    def list_of(status: str) -> Callable[[], object]:
        return lambda: (
            tables["now"][tables["now"]["status"] == status]
            .nlargest(500, "value_fen")
            .merge(tables["client"], on="client_id")
            .merge(tables["relationship"], on="client_id", how="left")
        )

    def overview() -> None:
        past = tables["status"]
        past.groupby("month")[["end_assets_fen", "net_income_fen", "turnover_fen", "new_count", "lost_count"]].sum()
        past.groupby(["month", "branch_id"])["net_income_fen"].sum()
        past[past["month"] == month].groupby("tier")[["value_fen", "end_assets_fen"]].sum()

    def tiers() -> None:
        past = tables["status"]
        past.groupby(["month", "tier"])["client_id"].count()
        past.groupby("month")["value_fen"].sum()
        past[past["month"] == month].nlargest(500, "value_fen")

    def people(facts: str) -> pd.DataFrame:
        links = tables["relationship"]
        held = links.merge(tables[facts], on="client_id")
        results = held.groupby("staff_id")[["net_income_fen", "end_assets_fen"]].sum()
        started = links[links["valid_from"].str[:7] == f"{month // 100}-{month % 100:02d}"].groupby("staff_id")
        core = links[links["type"] == "core_service"].groupby("staff_id")["relationship_id"].nunique()
        results.join([started["share_bp"].sum(), started["client_id"].nunique(), core]).merge(
            tables["staff"], on="staff_id")  # fmt: skip
        held.groupby("type")["net_income_fen"].sum()
        return held

    def behind_one() -> None:
        held = people("now")
        held[held["staff_id"] == held["staff_id"].iloc[0]].merge(tables["client"], on="client_id").nlargest(
            500, "net_income_fen")  # fmt: skip

    def one_client() -> None:
        number = tables["client"]["client_id"].iloc[0]
        tables["status"][tables["status"]["client_id"] == number].sort_values("month")

    def open_tasks() -> None:
        seen = (
            tables["task"]
            .drop(columns="office_id")
            .merge(tables["client"], on="client_id")
            .merge(tables["unit"], on="office_id")
        )
        seen.groupby("state")["task_id"].count()
        last = tables["contact"].groupby("task_id")["at"].max().rename("last_contact_at")
        seen.sort_values("due_on").head(500).merge(tables["staff"], on="staff_id").join(last, on="task_id")

    ways: dict[str, tuple[tuple[str, ...], Callable[[], object]]] = {
        "overview": (("status", "task"), overview),
        "tiers": (("status", "client", "relationship"), tiers),
        **{
            f"pool: {code}": (("now", "client", "relationship", "task"), list_of("normal" if code == "near" else code))
            for code in ("silent", "lost", "archived", "near")
        },
        "list": (("now", "client", "relationship", "task"), list_of("normal")),
        "client": (("status", "client", "relationship", "task"), one_client),
        "performance: month": (("now", "relationship", "staff"), lambda: people("now")),
        "performance: year": (("status", "relationship", "staff"), lambda: people("status")),
        "performance: drill": (("now", "client", "relationship", "staff"), behind_one),
        "tasks": (("task", "client", "unit", "staff", "contact"), open_tasks),
        "data": (("status",), tables["status"].groupby(["month", "office_id"])["client_id"].count),
    }
    found = {}
    for page, (needed, group) in ways.items():
        begun = time.perf_counter()
        group()
        found[page] = (time.perf_counter() - begun) * 1000 + sum(spent[name] for name in needed)
    raw.close()
    return found
