"""The campaigns that the reader may see, running ones first to hand; each opens by its number."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import pandas as pd
import streamlit as st

from data_access.reads.campaigns import PAGE_LIMIT, CampaignRow, read_campaigns
from domain.campaigns import CampaignState, Purpose, Source
from domain.months import month_text
from pages._ui import states
from pages._ui.data import db
from pages._ui.filters import switch
from pages._ui.frame import Frame
from pages._ui.grid import grid, table_height
from pages._ui.hand_out import may_hand_out
from pages._ui.links import address_of, link
from pages._ui.texts import _, label

VIEWS = {"running": "Under way", "ended": "Finished", "all": "All"}
_STATES = {"running": (CampaignState.RUNNING.value,), "all": (),
           "ended": (CampaignState.CLOSED.value, CampaignState.CANCELLED.value)}  # fmt: skip


def show_campaigns(frame: Frame) -> None:
    """Draw the list of campaigns and where a new one begins."""
    view = switch("state", _("State"), {code: _(words) for code, words in VIEWS.items()}, default="running")
    with db().reading() as connection:
        rows = read_campaigns(connection, frame.scope, states=_STATES[view])
    if rows:
        grid(pd.DataFrame([_line(frame, row) for row in rows]), key="campaigns", column_config=_columns(),
             height=table_height(len(rows), 520))  # fmt: skip
        if len(rows) == PAGE_LIMIT:
            st.caption(_("The newest {count} are shown.", count=f"{PAGE_LIMIT:,}"))
    else:
        states.nothing_to_do(_("No campaign is running.") if view == "running" else _("No campaign here."))
    _where_to_begin(frame, rows)


def _where_to_begin(frame: Frame, rows: Sequence[CampaignRow]) -> None:
    if not may_hand_out(frame):
        return
    with st.container(border=not rows):
        st.caption(_("A campaign begins at a list: narrow it there, then press “Campaign of this list”."))
        with st.container(horizontal=True):
            link(frame, "pool", _("Lost, archived and silent clients"))
            link(frame, "lifecycle", _("Lost clients of a period"), view="flow")
            link(frame, "lifecycle", _("Churn warnings"), view="warnings")
            link(frame, "explore", _("Clients behind a number"))


def _line(frame: Frame, row: CampaignRow) -> dict[str, Any]:
    return {
        "number": address_of(frame, "hand_out", campaign=row.campaign_no), "name": row.name,
        "state": label(CampaignState, row.state), "purpose": label(Purpose, row.purpose),
        "contact": row.to_contact, "handed": row.tasks / row.to_contact if row.to_contact else None,
        "open": row.open_tasks, "held": row.held_back, "excluded": row.excluded, "drawn": row.drawn_on,
        "until": row.window_to_on, "source": label(Source, row.source), "month": month_text(row.as_of_month),
        "by": row.created_by,
    }  # fmt: skip


def _columns() -> dict[str, Any]:
    config = st.column_config
    return {
        "number": config.LinkColumn(_("Campaign"), display_text=r"campaign=([^&]+)", pinned=True),
        "name": config.TextColumn(_("Campaign name"), width=240),
        "state": config.TextColumn(_("State"), width="small"),
        "purpose": config.TextColumn(_("Purpose"), width="small"),
        "contact": config.NumberColumn(_("To be contacted"), format="localized"),
        "handed": config.ProgressColumn(_("Handed out"), format="percent", min_value=0, max_value=1, width=110),
        "open": config.NumberColumn(_("Open tasks"), format="localized"),
        "held": config.NumberColumn(_("Held back"), format="localized"),
        "excluded": config.NumberColumn(_("Not in the draw"), format="localized",
                                        help=_("Clients of the list who could not be handed out on that day.")),
        "drawn": config.DateColumn(_("Drawn on"), format="YYYY-MM-DD"),
        "until": config.DateColumn(_("Window until"), format="YYYY-MM-DD",
                                   help=_("Until that day held-back clients are not contacted.")),
        "source": config.TextColumn(_("List")), "month": config.TextColumn(_("As of")),
        "by": config.TextColumn(_("Created by")),
    }  # fmt: skip
