"""Audit: headquarters and auditors ask who did what, when, to which object, and whether the trail is whole.

Every act leaves its row in the same transaction; the rows form a chain of keyed hashes.
"""

import streamlit as st

from pages._ui import audit_panels
from pages._ui.session import require_user
from pages._ui.texts import _

user = require_user()
st.title(_("Audit"), anchor=False)
st.caption(
    _("Who did what, when and to which object; the newest first. Names and numbers of clients never stand here.")
)
audit_panels.show_chain(user)
audit_panels.show_rows(user)
