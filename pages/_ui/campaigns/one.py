"""One campaign: its head, the proposal of who gets whom with its commit, what was handed out, its clients."""

from __future__ import annotations

import streamlit as st

from data_access.clock import business_date
from data_access.reads.campaigns import CampaignDetail, read_campaign
from domain.campaigns import decide_hand_out_from
from metrics.desk import Preview, moved_by_hand
from pages._ui import states
from pages._ui.campaigns import reads as desk_reads
from pages._ui.campaigns.commit import commit_form, forget_refusal, show_refusal
from pages._ui.campaigns.done import show_hand_outs, show_members
from pages._ui.campaigns.even import show_summary
from pages._ui.campaigns.head import show_head
from pages._ui.campaigns.moves import read_moves, show_moves
from pages._ui.campaigns.people import show_people
from pages._ui.campaigns.placed import show_placed, show_unassigned
from pages._ui.data import db
from pages._ui.filters import choices, switch
from pages._ui.frame import Frame
from pages._ui.hand_out import may_hand_out
from pages._ui.texts import _

PARTS = {"people": show_people, "placed": show_placed, "left": show_unassigned}
VIEWS = {"preview": "Preview", "done": "Handed out", "members": "Clients"}


def show_campaign(frame: Frame, campaign_no: str) -> None:
    """Draw the campaign; one outside the reader's reach reads like one that does not exist."""
    with db().reading() as connection:
        found = read_campaign(connection, frame.user.scope, campaign_no)
    if found is None:
        states.not_found()
        return
    show_head(frame, found)
    if show_refusal(frame, found.campaign_no):
        return
    row, left = found.row, found.row.to_contact - found.row.tasks
    open_still = decide_hand_out_from(row.campaign_no, row.state, row.window_to_on, business_date())
    previews = may_hand_out(frame) and bool(open_still)
    views = [code for code in VIEWS if code != "preview" or previews]
    view = switch("view", _("View"), {code: _(VIEWS[code]) for code in views},
                  default="preview" if previews and left > 0 else "done")  # fmt: skip
    if view == "preview":
        _preview(frame, found)
    elif view == "done":
        show_hand_outs(frame, found, may_undo=may_hand_out(frame))
    else:
        show_members(frame, found)


def _preview(frame: Frame, found: CampaignDetail) -> None:
    today = business_date()
    with st.spinner(_("Sharing the clients out …")):
        whole = desk_reads.proposal(found.campaign_no, frame.user.scope.key, (), today)
    if whole is None or not whole.clients:
        states.nothing_to_do(_("Every client of the campaign who can be handed out has been."))
        return
    with st.container(horizontal=True, vertical_alignment="bottom"):
        names = {number: f"{person.name} {number}" for number, person in whole.people.items()}
        without = choices("without", _("Leave out"), names, width=320, placeholder=_("Nobody"))
        st.button(_("Compute anew"), icon=":material/refresh:", key="desk_recompute", on_click=forget_refusal)
    if without:
        with st.spinner(_("Sharing the clients out …")):
            whole = desk_reads.proposal(found.campaign_no, frame.user.scope.key, without, today) or whole
    preview: Preview = moved_by_hand(whole, read_moves())
    show_summary(preview)
    show_moves(preview)
    commit_form(found, preview)
    left = len(preview.distribution.unassigned)
    part = switch("part", _("Show"), {"people": _("People"), "placed": _("Who gets whom"),
                                      "left": _("Without anyone ({count})", count=f"{left:,}")},
                  default="people")  # fmt: skip
    PARTS[part](frame, preview)
