"""Data: headquarters asks what has been loaded, what is missing, and brings files in; others see freshness.

Shows months with their state and missing offices, refresh runs, import batches with their problems.
"""

import streamlit as st

from domain.words import Role
from pages._ui import cached, data_panels, import_panel, states
from pages._ui.session import require_user
from pages._ui.texts import _
from pages._ui.types.calendar import show_alert

user = require_user()
st.title(_("Data"), anchor=False)
st.caption(_("What has been loaded and published, what is missing, and how to bring files in."))

generation = cached.current_generation()
if generation is None:
    states.no_data_for_date(_("No figures have been published yet."))

is_hq = user.role == Role.HQ
if is_hq:
    show_alert(is_hq=False)
sees_imports = user.role in (Role.HQ, Role.AUDITOR)
names = [
    _("Freshness"),
    *([_("Import a file")] if is_hq else []),
    *([_("Imports")] if sees_imports else []),
    _("Refresh"),
]
tabs = dict(zip(names, st.tabs(names), strict=True))
with tabs[_("Freshness")]:
    data_panels.months(user, generation, can_mark=is_hq)
if is_hq:
    with tabs[_("Import a file")]:
        import_panel.show()
if sees_imports:
    with tabs[_("Imports")]:
        data_panels.batches(can_roll_back=is_hq)
with tabs[_("Refresh")]:
    data_panels.refreshes(can_start=is_hq)
