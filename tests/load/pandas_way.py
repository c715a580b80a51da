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
    load("client", "SELECT client_id, client_no, name FROM client")
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

    def people() -> None:
        held = tables["relationship"].merge(tables["now"], on="client_id")
        held.groupby("staff_id")[["net_income_fen", "end_assets_fen"]].sum()

    def one_client() -> None:
        number = tables["client"]["client_id"].iloc[0]
        tables["status"][tables["status"]["client_id"] == number].sort_values("month")

    def open_tasks() -> None:
        tables["task"].merge(tables["client"], on="client_id").sort_values("due_on").head(500)

    ways: dict[str, tuple[tuple[str, ...], Callable[[], object]]] = {
        "overview": (("status", "task"), overview),
        "tiers": (("status", "client", "relationship"), tiers),
        **{
            f"pool: {code}": (("now", "client", "relationship", "task"), list_of("normal" if code == "near" else code))
            for code in ("silent", "lost", "archived", "near")
        },
        "list": (("now", "client", "relationship", "task"), list_of("normal")),
        "client": (("status", "client", "relationship", "task"), one_client),
        "performance: month": (("now", "relationship"), people),
        "performance: year": (("status", "relationship"), people),
        "performance: drill": (("now", "client", "relationship"), people),
        "tasks": (("task", "client"), open_tasks),
        "data": (("status",), tables["status"].groupby(["month", "office_id"])["client_id"].count),
    }
    found = {}
    for page, (needed, group) in ways.items():
        begun = time.perf_counter()
        group()
        found[page] = (time.perf_counter() - begun) * 1000 + sum(spent[name] for name in needed)
    raw.close()
    return found
