"""What was handed out: each commit with its undo while there is time, the members of the campaign, the way on."""

from __future__ import annotations

import uuid
from typing import Any

import pandas as pd
import streamlit as st

from data_access.clock import now
from data_access.commands.hand_outs import undo_hand_out
from data_access.reads.campaign_members import MemberRow, read_members
from data_access.reads.campaigns import PAGE_LIMIT, CampaignDetail, HandOutRow
from domain.campaigns import EXCLUDED
from domain.decision import Reason
from domain.holdout import Arm
from domain.reasons import reason_text
from domain.words import Status, TaskState
from pages._ui import cached
from pages._ui.acts import attempt
from pages._ui.campaigns import reads as desk_reads
from pages._ui.components import card
from pages._ui.data import db
from pages._ui.filters import switch
from pages._ui.frame import Frame
from pages._ui.grid import grid, table_height
from pages._ui.links import client_addresses, link
from pages._ui.outcome import SHOWN
from pages._ui.session import actor
from pages._ui.tables import yuan
from pages._ui.texts import _, label, moment_text

ARMS = {"all": "All", Arm.TASK.value: "To be contacted", Arm.HOLDOUT.value: "Held back", EXCLUDED: "Not in the draw"}
_UNDONE = "desk_undone"


def show_hand_outs(frame: Frame, found: CampaignDetail, *, may_undo: bool) -> None:
    """Draw every commit of the campaign, the newest first, and where the work goes on."""
    with card(_("Handed out"), _("Until the minutes have run out a hand-out can be undone, task by task that nobody "
                                 "has worked.")):  # fmt: skip
        _show_undone()
        if not found.hand_outs:
            st.caption(_("Nothing has been handed out yet."))
        for row in found.hand_outs:
            _hand_out(row, may_undo=may_undo)
        with st.container(horizontal=True):
            link(frame, "tasks", _("The tasks"), campaign=found.campaign_no)
            link(frame, "results", _("Their results"), campaign=found.campaign_no)


def _hand_out(row: HandOutRow, *, may_undo: bool) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        st.text(_("{moment} · {count} tasks · {person}", moment=moment_text(row.committed_at),
                  count=f"{row.tasks_count:,}", person=row.committed_by))  # fmt: skip
        if row.undone_at is not None:
            st.badge(_("Undone {moment}", moment=moment_text(row.undone_at)), color="gray", icon=":material/undo:")
            return
        left = int((row.undo_until_at - now()).total_seconds() // 60)
        if left < 0 or not may_undo:
            return
        key = f"desk_undo_{row.hand_out_id}"
        request = str(st.session_state.setdefault(f"{key}_request", uuid.uuid4().hex))
        if st.button(_("Undo ({minutes} minutes left)", minutes=left), key=key, icon=":material/undo:"):
            done = attempt(lambda: undo_hand_out(db(), actor=actor(), hand_out_id=row.hand_out_id, request_id=request))
            if done is not None:
                cached.forget_tasks()
                desk_reads.compute_anew()
                st.session_state[_UNDONE] = (len(done.undone), [
                    (number, reason.code, dict(reason.params)) for number, reason in done.kept])  # fmt: skip
                st.rerun()


def _show_undone() -> None:
    said = st.session_state.pop(_UNDONE, None)
    if said is None:
        return
    count, kept = said
    st.success(_("{count} tasks were taken back; the groups of the campaign stay as drawn.", count=f"{count:,}"),
               icon=":material/undo:")  # fmt: skip
    if kept:
        st.warning(_("{count} tasks stay, because they were worked:", count=f"{len(kept):,}"), icon=":material/block:")
        for number, code, params in kept[:SHOWN]:
            st.text(f"{number} · {reason_text(Reason(code, params), _)}")


def show_members(frame: Frame, found: CampaignDetail) -> None:
    """Draw the members as drawn, with the reason of each and its newest task."""
    with card(_("Clients of the campaign"), _("As drawn; the groups never change. The task is the newest one.")):
        arm = switch("arm", _("Group"), {code: _(words) for code, words in ARMS.items()}, default="all")
        stamp = f"{found.campaign_no}/{arm}"
        starts = st.session_state.setdefault("desk_member_pages", {"stamp": stamp, "starts": [None]})
        if starts["stamp"] != stamp:
            starts.update(stamp=stamp, starts=[None])
        with db().reading() as connection:
            rows = read_members(connection, frame.user.scope, found.campaign_no, arms=() if arm == "all" else (arm,),
                                after=starts["starts"][-1])  # fmt: skip
        if not rows:
            st.caption(_("No client here."))
            return
        grid(_member_frame(frame, rows), key=f"desk_members_{arm}_{len(starts['starts'])}", column_config=_columns(),
             height=table_height(len(rows), 420))  # fmt: skip
        with st.container(horizontal=True):
            if len(starts["starts"]) > 1:
                st.button(_("Previous rows"), type="tertiary", key="desk_members_previous",
                          on_click=starts["starts"].pop)  # fmt: skip
            if len(rows) == PAGE_LIMIT:
                st.button(_("Next rows"), type="tertiary", key="desk_members_next",
                          on_click=starts["starts"].append, args=(rows[-1].client_no,))  # fmt: skip


def _member_frame(frame: Frame, rows: list[MemberRow]) -> pd.DataFrame:
    places = cached.place_names(frame.scope.key)
    return pd.DataFrame({
        "client": client_addresses(frame, [row.client_no for row in rows]), "name": [row.name for row in rows],
        "arm": [_(ARMS[row.arm]) for row in rows], "why": [reason_text(row.reason, _) for row in rows],
        "task": [row.task_no for row in rows],
        "state": [label(TaskState, row.task_state) if row.task_state else None for row in rows],
        "holder": [row.staff_name for row in rows],
        "office": [places.get(row.office_code, row.office_code) for row in rows],
        "status": [label(Status, row.pool_status) for row in rows], "tier": [row.tier for row in rows],
        "quiet": [row.months_quiet for row in rows], "assets": [yuan(row.assets_fen) for row in rows],
        "value": [yuan(row.value_fen) for row in rows], "stratum": [row.stratum for row in rows],
    })  # fmt: skip


def _columns() -> dict[str, Any]:
    config = st.column_config
    return {
        "client": config.LinkColumn(_("Client number"), display_text=r"client=([^&]+)", pinned=True),
        "name": config.TextColumn(_("Name"), pinned=True, width=90),
        "arm": config.TextColumn(_("Group"), width="small"), "why": config.TextColumn(_("Why"), width="medium"),
        "task": config.TextColumn(_("Task")), "state": config.TextColumn(_("State")),
        "holder": config.TextColumn(_("Task with")), "office": config.TextColumn(_("Business office")),
        "status": config.TextColumn(_("Status at the draw")), "tier": config.TextColumn(_("Tier before")),
        "quiet": config.NumberColumn(_("Months quiet")),
        "assets": config.NumberColumn(_("Month-end assets (yuan)"), format="accounting"),
        "value": config.NumberColumn(_("Expected value (yuan)"), format="accounting"),
        "stratum": config.TextColumn(_("Stratum"), help=_("Tier, months quiet and office: within these the draw is "
                                                          "made.")),
    }  # fmt: skip
