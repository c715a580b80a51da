"""Quality flags of the work: what a head should look at, each with its reason and its rows."""

from __future__ import annotations

import pandas as pd
import streamlit as st

from domain.quality_flags import FlagKind, FlagLimits
from metrics.language import translator
from metrics.results import CampaignResults
from metrics.results.picks import pick_of_flag
from metrics.results.tables import flag_rows
from metrics.results.work import TRIED_AFTER_DAYS
from pages._ui import states
from pages._ui.components import card
from pages._ui.frame import Frame
from pages._ui.grid import grid, table_height
from pages._ui.results.rows import show_clients, show_tasks
from pages._ui.texts import _, labels

TOLD = {
    "trivial": "A return with less than {over} above the line of R-25 brought in, next to no trade, and nothing in the "
               "month after.",
    "cycle": "A client recognised {count} times or more within {months} months: won back, silent again, won back.",
    "batch": "{batch} contacts or more logged by one person within one minute.",
    "held_back": "A contact with a client of the hold-out group within its window; it makes the comparison weaker.",
    "cherry": "A person who tried the more valuable half of the tasks {points} percentage points more often than the "
              "other, of tasks {days} days old or more.",
}  # fmt: skip
LIMITS = FlagLimits()


def show_quality(frame: Frame, results: CampaignResults) -> None:
    """Draw the flags and the rows behind the one chosen."""
    if not results.flags:
        states.nothing_to_do(_("No quality flag: nothing that a head should look at."))
        return
    with card(_("Quality flags"), _("A flag accuses nobody: it says where a look is worth it. Choose one to see its "
                                    "rows.")):  # fmt: skip
        kinds, config = labels(FlagKind), st.column_config
        rows = flag_rows(results, translator(frame.language))
        columns = {
            "kind": config.TextColumn(_("Flag"), pinned=True), "why": config.TextColumn(_("Why"), width="large"),
            "client": config.TextColumn(_("Client number")), "staff": config.TextColumn(_("Staff number")),
        }  # fmt: skip
        table = pd.DataFrame({
            "kind": [kinds[row["kind"]] for row in rows], "why": [row["why"] for row in rows],
            "client": [row["client_no"] for row in rows], "staff": [row["staff_no"] for row in rows],
        })  # fmt: skip
        found = grid(table, key="results_flags", on_select="rerun", selection_mode="single-row",
                     height=table_height(len(rows) + 1, 420), column_config=columns)  # fmt: skip
        chosen = found["selection"]["rows"]
        if chosen and chosen[0] < len(results.flags):
            flag = results.flags[chosen[0]]
            clients, tasks = pick_of_flag(results, flag)
            st.caption(_(TOLD[flag.kind.value], over=f"{LIMITS.over_bp / 10_000:.0%}", count=LIMITS.cycle_count,
                         months=LIMITS.cycle_months, batch=LIMITS.batch_count, points=LIMITS.cherry_bp // 100,
                         days=TRIED_AFTER_DAYS))  # fmt: skip
            if clients:
                show_clients(frame, rows[chosen[0]]["why"], clients, key="results_flag_clients")
            else:
                show_tasks(frame, rows[chosen[0]]["why"], tasks, key="results_flag_tasks")
