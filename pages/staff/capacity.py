"""Capacity: team leads ask who can take more work, who will be away, and whether the contacts are as logged.

Views: people with their load (R-26, R-30), offices and teams, absences and licences, contact work (K-84 to K-87),
neighbouring offices. Only the open one is built. Metrics: follow_up_rate, visits, visits_open_issues,
clients_visited_by_several, contacts_checked, prospects_met.
"""

import streamlit as st

from data_access.commands.capacity import NEIGHBOUR_ROLES
from pages._ui.capacity import away, contacts, forms, people
from pages._ui.filters import switch
from pages._ui.frame import open_page
from pages._ui.texts import _

VIEWS = {"people": "People", "places": "Teams and offices", "away": "Away and licences", "contacts": "Contact work",
         "neighbours": "Neighbouring offices"}  # fmt: skip
SHOWN = {"people": people.show, "places": people.show_places, "away": away.show, "contacts": contacts.show,
         "neighbours": forms.show_neighbours}  # fmt: skip

frame = open_page("Capacity", "Who can take more work, who will be away, and how contacts are kept.")
views = [view for view in VIEWS if view != "neighbours" or frame.user.role in NEIGHBOUR_ROLES]
with st.container(horizontal=True):
    view = switch("view", _("View"), {code: _(VIEWS[code]) for code in views}, default="people")
forms.show_done()
SHOWN[view](frame)
