"""Assigned relationships: branch heads and reviewers ask what a client has, and enter, split, replace or end it.

Types 8 to 10 with one approval (R-38), ends by the named releaser (R-39), important clients (R-40). Opened from the
register and the client page with ``client=``.
"""

import streamlit as st

from pages._ui import states
from pages._ui.client_search import show_search
from pages._ui.components import card
from pages._ui.filters import switch
from pages._ui.frame import open_page
from pages._ui.relationships import assigned
from pages._ui.texts import _

frame = open_page("Assigned relationships", "What the branch company assigns: entered, approved, split and ended.",
                  needs_clients=False)  # fmt: skip
number = show_search(frame)
if not number:
    st.stop()
page = assigned.read_page(frame, number)
if page is None:
    states.not_found()
    st.stop()

assigned.show_head(frame, page)
acts = assigned.acts_of(frame, page)
with card(_("Relationships"), _("Then and now, the newest first; those that wait do not count yet.")):
    assigned.show_relationships(page)
if acts:
    with card(_("Change"), _("Nothing is back-dated; a day up to three months ahead can be chosen.")):
        act = switch("act", _("Change"), {code: _(assigned.ACTS[code]) for code in acts}, default=acts[0])
        assigned.FORMS[act](frame, page)
