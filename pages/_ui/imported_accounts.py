"""One-time passwords of accounts that came in by a file: one file that leaves the server once."""

from __future__ import annotations

import streamlit as st

from pages._ui.exports import export_link
from pages._ui.redirect import go_to
from pages._ui.texts import _

_BATCH = "imported_passwords_of"


def keep_passwords(batch_id: int | None) -> None:
    """Remember the batch whose passwords wait for their one download."""
    st.session_state[_BATCH] = batch_id


def offer_passwords() -> None:
    """Offer the passwords of the accounts that were added last; a press takes them, and the file is gone."""
    batch = st.session_state.get(_BATCH)
    if batch is None:
        return
    st.warning(_("The new accounts have one-time passwords. The file with them can be taken once and is deleted then."),
               icon=":material/key:")  # fmt: skip
    if st.button(_("Take the one-time passwords"), icon=":material/download:", key=f"passwords_{batch}",
                 type="primary"):  # fmt: skip
        del st.session_state[_BATCH]
        go_to(export_link("one_time_passwords", {"batch": batch}))
