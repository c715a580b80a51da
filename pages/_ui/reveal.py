"""Revealing one masked value: a purpose, one command, one audit row, shown until the next run."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from data_access.commands.reveal import REVEAL_ROLES, reveal_field
from domain.words import RevealField, RevealPurpose
from pages._ui.acts import attempt
from pages._ui.data import db
from pages._ui.frame import Frame
from pages._ui.session import actor
from pages._ui.texts import _, label, labels


def reveal_controls(frame: Frame, facts: Mapping[str, Any]) -> None:
    """Offer to reveal the phone or the document number to those who may."""
    if frame.user.role not in REVEAL_ROLES:
        return
    stored = {RevealField.PHONE: facts["can_reveal_phone"], RevealField.DOCUMENT_NO: facts["can_reveal_document"]}
    fields = [field.value for field, known in stored.items() if known]
    if not fields:
        return
    with st.popover(_("Reveal a number"), icon=":material/visibility:"):
        st.caption(_("One value at a time; client, field, purpose and your name are logged."))
        purposes = labels(RevealPurpose)
        purpose = st.selectbox(_("Purpose"), list(purposes), format_func=lambda code: purposes[code], index=None)
        field = st.selectbox(_("Field"), fields, format_func=lambda code: label(RevealField, code))
        if st.button(_("Reveal"), disabled=purpose is None, type="primary") and purpose and field:
            _reveal(str(facts["client_no"]), field, purpose)


def _reveal(number: str, field: str, purpose: str) -> None:
    value = attempt(lambda: reveal_field(db(), actor=actor(), client_no=number, field=field, purpose=purpose))
    if value is not None:
        st.code(value, language=None)
