"""The results by person and by office; people a reader does not see one by one stand together: sums are whole."""

from __future__ import annotations

from typing import Any

import pandas as pd
import streamlit as st

from metrics.results import CampaignResults
from metrics.results.picks import pick_clients, pick_of_person, pick_tasks
from metrics.results.tables import WORK_STEPS, office_rows, person_rows
from metrics.uplift import FunnelStep
from pages._ui import states
from pages._ui.components import card
from pages._ui.frame import Frame
from pages._ui.results.rows import hint, picked_cell, show_clients, show_tasks
from pages._ui.texts import _, label

GROUPS: dict[str, dict[str, Any]] = {
    "task_count": {"arm": "task"}, "task_returned": {"arm": "task", "returned": True},
    "task_ratio": {"arm": "task", "returned": True}, "held_count": {"arm": "holdout"},
    "held_returned": {"arm": "holdout", "returned": True}, "held_ratio": {"arm": "holdout", "returned": True},
}  # fmt: skip


def show_people(frame: Frame, results: CampaignResults) -> None:
    """Draw both tables and the rows behind a number."""
    if not results.tasks and not results.clients:
        states.nothing_to_do(_("Nothing was handed out from these campaigns by this day."))
        return
    with card(_("By business office"), _("The groups as drawn, and the tasks; the first line is the sum.")):
        rows = office_rows(results)
        cell = picked_cell(_with_sum(rows, "office_name"), key="results_offices", columns=_office_columns())
        hint()
        if cell is not None:
            chosen = _chosen(rows, cell[0])
            _show_office(frame, results, chosen["office_code"] if chosen else None, cell[1])
    if not results.people:
        return
    with card(_("By staff member"), _("Who holds the tasks now. People outside your team stand together.")):
        people = [{**row, "staff": _name(row)} for row in person_rows(results)]
        columns = {"staff": st.column_config.TextColumn(_("Staff member"), pinned=True), **_work_columns()}
        cell = picked_cell(_with_sum(people, "staff")[list(columns)], key="results_people", columns=columns)
        hint()
        if cell is not None:
            kept, chosen = _behind(results, cell[1]), _chosen(people, cell[0])
            if chosen is not None:
                kept = pick_of_person(kept, chosen["staff_no"])
            show_tasks(frame, chosen["staff"] if chosen else _("Sum"), kept, key="results_person_rows")


def _chosen(rows: list[dict[str, Any]], place: int) -> dict[str, Any] | None:
    """Return the row of a place in the table; None for the sum, which stands first where there is more than one."""
    if len(rows) < 2:
        return rows[place]
    return rows[place - 1] if place else None


def _show_office(frame: Frame, results: CampaignResults, code: str | None, column: str) -> None:
    if column in GROUPS:
        show_clients(frame, code or _("Sum"), pick_clients(results, office_code=code, **GROUPS[column]),
                     key="results_office_clients")  # fmt: skip
    else:
        kept = [one for one in _behind(results, column) if code is None or one.office_code == code]
        show_tasks(frame, code or _("Sum"), kept, key="results_office_tasks")


def _behind(results: CampaignResults, column: str) -> list[Any]:
    if column == "unregistered":
        return pick_tasks(results, unregistered=True)
    steps = {step.value: step for step in WORK_STEPS}
    recognised = column in ("median_days", "returned_90_yuan")
    return pick_tasks(results, step=FunnelStep.RECOGNISED if recognised else steps.get(column))


def _with_sum(rows: list[dict[str, Any]], name: str) -> pd.DataFrame:
    """Return the rows as a table, their sum first where there is more than one; ratios are made anew."""
    table = pd.DataFrame(rows)
    for column in ("returned_90_yuan", "median_days"):
        table[column] = table[column].astype(float)
    if len(rows) < 2:
        return table
    whole: dict[str, Any] = dict.fromkeys(table.columns) | {name: _("Sum")}
    for column in table.columns:
        if all(isinstance(row.get(column), int) for row in rows):
            whole[column] = sum(row[column] for row in rows)
    for arm in ("task", "held"):
        if whole.get(f"{arm}_count"):
            whole[f"{arm}_ratio"] = whole[f"{arm}_returned"] / whole[f"{arm}_count"]
    amounts = [row["returned_90_yuan"] for row in rows if row["returned_90_yuan"] is not None]
    whole["returned_90_yuan"] = float(sum(amounts)) if amounts else None
    return pd.concat([pd.DataFrame([whole]), table], ignore_index=True)


def _name(row: dict[str, Any]) -> str:
    return f"{row['staff_name']} · {row['staff_no']}" if row["staff_no"] else _("Others, outside your team")


def _office_columns() -> dict[str, Any]:
    config = st.column_config
    counts = {"task_count": _("To be contacted"), "task_returned": _("Came back"), "held_count": _("Held back"),
              "held_returned": _("Came back without contact")}  # fmt: skip
    shares = {"task_ratio": _("Share with contact"), "held_ratio": _("Share without")}
    return {"office_code": None, "office_name": config.TextColumn(_("Business office"), pinned=True),
            **{name: config.NumberColumn(words, format="localized") for name, words in counts.items()},
            **{name: config.NumberColumn(words, format="percent") for name, words in shares.items()},
            **_work_columns()}  # fmt: skip


def _work_columns() -> dict[str, Any]:
    config = st.column_config
    counts = {step.value: label(FunnelStep, step.value) for step in WORK_STEPS}
    return {**{name: config.NumberColumn(words, format="localized") for name, words in counts.items()},
            "unregistered": config.NumberColumn(_("Ran out unregistered"), format="localized"),
            "median_days": config.NumberColumn(_("Median days"), format="localized"),
            "returned_90_yuan": config.NumberColumn(_("Inflow in 90 days (yuan)"), format="accounting")}  # fmt: skip
