"""Definitions: every reader asks what a figure, a group or a word means, and which rule it follows.

Shows the catalogue of metrics and dimensions, and the words with their codes.
"""

import streamlit as st

from pages._ui.glossary import dimension_table, metric_table, word_table
from pages._ui.grid import grid
from pages._ui.navigation import screen_page
from pages._ui.session import require_user
from pages._ui.texts import _

require_user()
st.title(_("Definitions"), anchor=False)
st.caption(_("What every figure counts, in the words that page, export, command line and notebook share."))
st.page_link(screen_page("rules"), label=_("The numbers behind the rules, version by version"), icon=":material/gavel:")
wanted = st.text_input(_("Find"), placeholder=_("Part of a name, key or rule"), icon=":material/search:",
                       label_visibility="collapsed", max_chars=60)  # fmt: skip

metrics, dimensions, words = st.tabs([_("Metrics"), _("Dimensions"), _("Words")])
with metrics:
    grid(metric_table(wanted), height=560, row_height=56)
with dimensions:
    grid(dimension_table(wanted))
with words:
    st.caption(_("Codes are stable: files, addresses and the command line use them."))
    grid(word_table(wanted), height=560)
