"""Lists of clients and of tasks behind the numbers of the results."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from domain.holdout import Arm
from domain.words import Status, TaskState
from metrics.language import translator
from metrics.results import ClientResult, TaskResult
from metrics.results.tables import client_rows, task_rows
from pages._ui.frame import Frame
from pages._ui.grid import grid, table_height
from pages._ui.links import client_addresses
from pages._ui.texts import _, labels

MOST = 500
"""Rows drawn; the export has all of them."""


def picked_cell(
    table: pd.DataFrame, *, key: str, columns: Mapping[str, Any], height: int = 420
) -> tuple[int, str] | None:
    """Draw a table whose numbers open their rows; return the row's place and the column of the number chosen."""
    found = grid(table, key=key, on_select="rerun", selection_mode="single-cell", column_config=columns,
                 height=table_height(len(table) + 1, height))  # fmt: skip
    cells = found["selection"]["cells"]
    if not cells or cells[0][0] >= len(table):
        return None
    return int(cells[0][0]), str(cells[0][1])


def hint() -> None:
    """Say how a number is opened."""
    st.caption(_("Choose a number to see its rows."))


def show_clients(frame: Frame, title: str, clients: Sequence[ClientResult], *, key: str) -> None:
    """Draw drawn clients with their outcome and why."""
    _head(title, len(clients))
    if not clients:
        return
    arms, statuses, config = labels(Arm), labels(Status), st.column_config
    rows = client_rows(clients[:MOST], translator(frame.language))
    yes, no = _("yes"), _("no")
    grid(pd.DataFrame({
        "client": client_addresses(frame, [row["client_no"] for row in rows]),
        "name": [row["client_name"] for row in rows],
        "group": [arms[row["arm"]] for row in rows],
        "returned": [None if row["returned"] is None else yes if row["returned"] else no for row in rows],
        "on": [row["returned_on"] for row in rows],
        "why": [row["why"] for row in rows],
        "net": [_float(row["net_inflow_yuan"]) for row in rows],
        "contacted": [yes if row["contacted"] else no for row in rows],
        "status": [statuses.get(row["pool_status"]) for row in rows],
        "staff": [_person(row) for row in rows],
        "office": [row["office_name"] for row in rows],
        "campaign": [row["campaign_no"] for row in rows],
    }), key=key, height=table_height(len(rows), 420), column_config={
        "client": config.LinkColumn(_("Client number"), display_text=r"client=([^&]+)", pinned=True),
        "name": config.TextColumn(_("Name"), pinned=True),
        "group": config.TextColumn(_("Group")),
        "returned": config.TextColumn(_("Came back"), width="small"),
        "on": config.DateColumn(_("On"), format="YYYY-MM-DD"),
        "why": config.TextColumn(_("Why"), width="large"),
        "net": config.NumberColumn(_("Net inflow (yuan)"), format="accounting"),
        "contacted": config.TextColumn(_("Contacted"), width="small"),
        "status": config.TextColumn(_("At the draw")),
        "staff": config.TextColumn(_("Staff member")),
        "office": config.TextColumn(_("Business office")),
        "campaign": config.TextColumn(_("Campaign")),
    })  # fmt: skip


def show_tasks(frame: Frame, title: str, tasks: Sequence[TaskResult], *, key: str) -> None:
    """Draw tasks as far as they came."""
    _head(title, len(tasks))
    if not tasks:
        return
    states, statuses, config = labels(TaskState), labels(Status), st.column_config
    rows = task_rows(tasks[:MOST])
    days = {"handed_on": _("Handed out"), "attempted_on": _("Attempted"), "connected_on": _("Connected"),
            "responded_on": _("Responded"), "preregistered_on": _("Pre-registered"),
            "recognised_on": _("Recognised")}  # fmt: skip
    grid(pd.DataFrame({
        "client": client_addresses(frame, [row["client_no"] for row in rows]),
        "name": [row["client_name"] for row in rows],
        "state": [states[row["state"]] for row in rows],
        **{name: [row[name] for row in rows] for name in days},
        "returned_90": [_float(row["returned_90_yuan"]) for row in rows],
        "value": [_float(row["value_yuan"]) for row in rows],
        "staff": [_person(row) for row in rows],
        "office": [row["office_name"] for row in rows],
        "status": [statuses.get(row["pool_status"]) for row in rows],
        "task": [row["task_no"] for row in rows],
    }), key=key, height=table_height(len(rows), 420), column_config={
        "client": config.LinkColumn(_("Client number"), display_text=r"client=([^&]+)", pinned=True),
        "name": config.TextColumn(_("Name"), pinned=True),
        "state": config.TextColumn(_("State")),
        **{name: config.DateColumn(words, format="YYYY-MM-DD") for name, words in days.items()},
        "returned_90": config.NumberColumn(_("Inflow in 90 days (yuan)"), format="accounting"),
        "value": config.NumberColumn(_("Expected value (yuan)"), format="accounting"),
        "staff": config.TextColumn(_("Staff member")),
        "office": config.TextColumn(_("Business office")),
        "status": config.TextColumn(_("Why in the pool")),
        "task": config.TextColumn(_("Task")),
    })  # fmt: skip


def _head(title: str, count: int) -> None:
    st.markdown(f"**{title}**")
    st.caption(
        _("{count} rows.", count=f"{count:,}")
        if count <= MOST
        else _("{count} rows; the first {most} are shown, the export has all.", count=f"{count:,}", most=MOST)
    )


def _person(row: Mapping[str, Any]) -> str | None:
    return f"{row['staff_name']} · {row['staff_no']}" if row["staff_no"] else None


def _float(value: Any) -> float | None:
    return None if value is None else float(value)
