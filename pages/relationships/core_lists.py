"""Core service: who serves which core clients, what branch companies propose, what headquarters decides.

Views: advisers and their clients (R-30), lists (R-31 to R-33), candidates for a list, ends that facts force (R-33).
Only the open one is built.
"""

import streamlit as st

from data_access.commands.core_lines import DRAFT_ROLES
from pages._ui.filters import switch
from pages._ui.frame import open_page
from pages._ui.relationships import core_advisers, core_candidates, core_proposals
from pages._ui.texts import _

VIEWS = {"advisers": "Advisers", "lists": "Lists", "candidates": "Candidates", "forced": "Forced ends"}
SHOWN = {
    "advisers": core_advisers.show_advisers,
    "lists": core_proposals.show_lists,
    "candidates": core_candidates.show_candidates,
    "forced": core_advisers.show_forced,
}

frame = open_page("Core service", "Who serves which core clients, and what changes in the next window.")
views = [view for view in VIEWS if view != "candidates" or frame.user.role in DRAFT_ROLES]
with st.container(horizontal=True, vertical_alignment="center"):
    view = switch("view", _("View"), {code: _(VIEWS[code]) for code in views}, default="advisers")
    core_advisers.show_window()
SHOWN[view](frame)
