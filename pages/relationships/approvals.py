"""Approvals: persons of the posts ask what waits for them, decide on the evidence, and see how long things wait.

Rules behind it: R-14, R-16, R-29, R-32, R-34, R-37, R-38. Submitters follow their own; a link with ``approval=`` opens
one.
"""

import streamlit as st

from data_access.reads.approval_detail import read_chain
from pages._ui import states
from pages._ui.data import db
from pages._ui.frame import open_page
from pages._ui.relationships.approval_acts import show_answer
from pages._ui.relationships.approval_detail import show_chain
from pages._ui.relationships.approval_list import show_list

frame = open_page("Approvals", "What waits for whom, since when, and on which evidence it is decided.",
                  needs_clients=False)  # fmt: skip
show_answer()
chain_no = show_list(frame)
if not chain_no:
    st.stop()
with db().reading() as connection:
    found = read_chain(connection, frame.user, chain_no)
if found is None:
    states.not_found()
    st.stop()
show_chain(frame, found)
