"""Permissions: everybody applies for rights and signs; heads approve, administrators execute; the register tells all.

Rules R-04 (who approves and executes) and R-05 (every step is an entry, signed by the applicant).
"""

import streamlit as st

from domain.words import Role
from pages._ui.filters import switch
from pages._ui.permissions.applications import apply_form, show_applications
from pages._ui.permissions.register import show_gaps, show_register
from pages._ui.session import require_user
from pages._ui.texts import _

user = require_user()
st.title(_("Permissions"), anchor=False)
st.caption(
    _("Who asked for which rights, who approved them and who executed them; every step is an entry of the register.")
)
decides = user.role in (Role.HQ, Role.BRANCH_HEAD, Role.USER_ADMIN)
views = {
    **({"mine": _("Waiting for me")} if decides else {}),
    "open": _("Open applications"),
    "all": _("All applications"),
    "register": _("Permission register"),
    **({"gaps": _("Gaps")} if decides or user.role == Role.AUDITOR else {}),
}
with st.container(horizontal=True, vertical_alignment="bottom"):
    view = switch("view", _("View"), views, default=next(iter(views)))
    text = "" if view == "gaps" else st.text_input(
        _("Find"), icon=":material/search:", label_visibility="collapsed", max_chars=60, width=260,
        placeholder=_("Part of a name, reason or note"))  # fmt: skip
    apply_form(user)

if view == "register":
    show_register(user, text)
elif view == "gaps":
    show_gaps(user)
else:
    show_applications(user, view=view, text=text)
