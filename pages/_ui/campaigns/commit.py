"""Committing a preview with one press: exactly what was shown, or nothing and who was in the way."""

from __future__ import annotations

import uuid
from datetime import timedelta
from hashlib import sha256

import pandas as pd
import streamlit as st

from data_access.actor import NotAllowed, NotSignedIn
from data_access.clock import business_date
from data_access.commands.acting import Refused
from data_access.commands.hand_outs import commit_hand_out
from data_access.reads.campaigns import CampaignDetail
from domain.decision import Reason
from domain.months import add_months, month_of
from domain.reasons import reason_text
from domain.words import TaskPriority
from metrics.desk import Preview
from pages._ui import cached
from pages._ui.campaigns import reads as desk_reads
from pages._ui.campaigns.moves import read_moves
from pages._ui.components import card
from pages._ui.data import db
from pages._ui.frame import Frame
from pages._ui.grid import grid, table_height
from pages._ui.hand_out import LIMIT_DAYS
from pages._ui.links import client_addresses
from pages._ui.session import actor
from pages._ui.texts import _, labels

_REFUSED, _SAID = "desk_refused", "desk_commit_said"


def commit_form(campaign: CampaignDetail, preview: Preview) -> None:
    """Draw the last step: until when, how urgent, a note, and the button."""
    count = len(preview.distribution.placed)
    people = sum(load.count_given > 0 for load in preview.distribution.loads)
    today, request = business_date(), _request(campaign.campaign_no, preview.digest)
    with st.container(border=True):
        with st.container(horizontal=True, vertical_alignment="bottom"):
            st.date_input(_("Due"), value=add_months(today, cached.rules(month_of(today)).task_life_months),
                          min_value=today, max_value=today + timedelta(days=LIMIT_DAYS), format="YYYY-MM-DD",
                          width=150, key="desk_due")  # fmt: skip
            words = labels(TaskPriority)
            st.selectbox(_("Priority"), list(words), index=1, format_func=lambda code: words[code], width=132,
                         key="desk_priority")  # fmt: skip
            st.text_input(_("Note"), max_chars=500, width="stretch", key="desk_note")
            # a callback: the press counts for what was shown, whatever the page would show by now
            st.button(
                _("Hand out {count} clients to {people} people", count=f"{count:,}", people=f"{people:,}"),
                type="primary", icon=":material/assignment_ind:", key="desk_commit",
                disabled=not count or bool(preview.refused), on_click=_commit,
                args=(campaign.campaign_no, preview, request))  # fmt: skip
        if preview.refused:
            st.caption(_("Mend the changes by hand first."))
        else:
            st.caption(_("Every limit is decided again; what is handed out is what is shown here, or nothing."))


def _commit(campaign_no: str, preview: Preview, request: str) -> None:
    due, priority, note = (st.session_state.get(key) for key in ("desk_due", "desk_priority", "desk_note"))
    try:
        done = commit_hand_out(
            db(), actor=actor(), campaign_no=campaign_no, placed=preview.distribution.placed,
            measures=preview.measures, digest=preview.digest, due_on=due, note=note or "",
            priority=priority or TaskPriority.NORMAL.value, request_id=request)  # fmt: skip
    except Refused as refused:
        st.session_state[_SAID] = reason_text(refused.reason, _)
        return
    except (NotAllowed, NotSignedIn):
        st.session_state[_SAID] = _("You may not do this.")
        return
    cached.forget_tasks()
    desk_reads.compute_anew()
    if done.refused:
        st.session_state[_REFUSED] = (
            campaign_no,
            [(number, reason.code, dict(reason.params)) for number, reason in sorted(done.refused.items())],
        )
    else:
        for name in ("move", "person", "without", "part"):
            st.query_params.pop(name, None)
        st.query_params["view"] = "done"


def _request(campaign_no: str, digest: str) -> str:
    """Return the id of what is shown: two presses on one preview are one act."""
    shown = sha256(repr((campaign_no, digest, sorted(read_moves().items(), key=str))).encode()).hexdigest()[:24]
    return str(st.session_state.setdefault(f"desk_request_{shown}", uuid.uuid4().hex))


def show_refusal(frame: Frame, campaign_no: str) -> bool:
    """Say of a commit that changed nothing who was in the way, with the way to a new preview."""
    said = st.session_state.pop(_SAID, None)
    if said:
        st.error(said, icon=":material/block:")
    kept = st.session_state.get(_REFUSED)
    if kept is None or kept[0] != campaign_no:
        return False
    refused = [(number, Reason(code, params)) for number, code, params in kept[1]]
    words = _("Since the preview something changed for {count} clients. No task was made; see who was faster, then "
              "compute anew.", count=len(refused))  # fmt: skip
    with card(_("Nothing was handed out"), words):
        grid(pd.DataFrame({
            "client": client_addresses(frame, [number for number, _reason in refused]),
            "why": [reason_text(reason, _) for _number, reason in refused],
        }), key="desk_refused_rows", height=table_height(len(refused), 300), column_config={
            "client": st.column_config.LinkColumn(_("Client number"), display_text=r"client=([^&]+)"),
            "why": st.column_config.TextColumn(_("Why not"), width="large"),
        })  # fmt: skip
        st.button(
            _("Compute anew"), type="primary", icon=":material/refresh:", key="desk_anew", on_click=forget_refusal
        )
    return True


def forget_refusal() -> None:
    """Forget the preview and what a commit refused."""
    st.session_state.pop(_REFUSED, None)
    for key in [key for key in st.session_state if str(key).startswith("desk_request_")]:
        del st.session_state[key]
    desk_reads.compute_anew()
