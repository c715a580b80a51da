"""Users: headquarters and user administrators ask who may sign in, as what and where, and change it.

Accounts are disabled, never deleted; every change ends the account's sessions and is in the audit trail.
"""

import streamlit as st

from pages._ui import import_panel, user_panels
from pages._ui.session import require_user
from pages._ui.texts import _

user = require_user()
st.title(_("Users"), anchor=False)
st.caption(_("Who may sign in, as what and where. A change ends the account's sessions at once."))

rows = user_panels.read_rows(user)
if rows is None:
    st.warning(_("You may not do this."))
    st.stop()
selected = user_panels.show_table(rows)
with st.container(horizontal=True):
    user_panels.add_form()
    if selected is not None:
        user_panels.actions(selected)
user_panels.show_password()
with st.expander(_("Import accounts from a file"), icon=":material/upload_file:"):
    import_panel.show(only=import_panel.ACCOUNTS)
