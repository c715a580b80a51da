"""The last view of a dialog that acted on a selection: what was done, and who was refused for which reason."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from domain.reasons import Reason, reason_text
from pages._ui.texts import _

SHOWN = 50
"""Refusals that are named one by one."""


def show_outcome(done: str | None, refused: Sequence[tuple[str, Reason]], refused_words: str, asked_key: str) -> None:
    """Draw both sentences and the way out; closing forgets what the dialog was asked (``asked_key``)."""
    if done:
        st.success(done, icon=":material/check_circle:")
    if refused:
        st.warning(refused_words, icon=":material/block:")
        for number, reason in refused[:SHOWN]:
            st.text(f"{number} · {reason_text(reason, _)}")
    if st.button(_("Close"), type="primary"):
        st.session_state.pop(asked_key, None)
        st.rerun()
