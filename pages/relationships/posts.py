"""Posts: branch heads name who reviews and approves, and everyone of a post records who decides in their place.

Rules behind it: R-14, R-29, R-38, R-39. Open approvals follow a change at once.
"""

import streamlit as st

from pages._ui.filters import switch
from pages._ui.frame import open_page
from pages._ui.relationships import delegations, posts
from pages._ui.texts import _

VIEWS = {"posts": "Named posts", "delegations": "Delegations"}
SHOWN = {"posts": posts.show, "delegations": delegations.show}

frame = open_page("Posts", "Who holds which post of the approvals, and who decides for whom on which days.",
                  needs_clients=False)  # fmt: skip
with st.container(horizontal=True, vertical_alignment="bottom"):
    view = switch("view", _("View"), {code: _(words) for code, words in VIEWS.items()}, default="posts")
    past = st.toggle(_("Ended ones too"), key="with_past")
SHOWN[view](frame, past=past)
