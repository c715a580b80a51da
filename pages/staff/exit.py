"""Staff exit: heads ask what still names somebody who leaves, see who can take over, and close the exit.

Rules R-26 (hand-outs), R-39 (release); results stay with the person up to the last day in service (R-61).
"""

import streamlit as st

from data_access.reads.leaver_items import read_inventory
from pages._ui.data import db
from pages._ui.exits.closing import close_form
from pages._ui.exits.inventory import choose_holders, choose_successors, show_counts, show_relationships, show_rest
from pages._ui.exits.person import choose_person, show_closed, show_person, show_results, show_waiting
from pages._ui.session import require_user
from pages._ui.texts import _

user = require_user()
st.title(_("Staff exit"), anchor=False)
st.caption(_("What still names somebody who leaves, who takes over, and what stays: one screen, one act."))

leaver, exit_on = choose_person(user)
if leaver is None:
    show_waiting(user)
    st.stop()
if leaver.exit_on is not None:
    show_closed(leaver)
    show_results(leaver, leaver.exit_on)
    st.stop()

show_person(leaver)
with db().reading() as connection:
    found = read_inventory(connection, leaver.staff_id, exit_on=exit_on)
show_counts(found)
left, right = st.columns([3, 2])
with left:
    show_relationships(found)
    holders = choose_holders(user, leaver, found)
    successors = choose_successors(user, leaver, found)
with right:
    show_results(leaver, exit_on)
    show_rest(found)
close_form(user, leaver, exit_on, found, successors, holders)
