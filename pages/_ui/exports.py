"""Exports leave through a single-use address that is bound to the session."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from data_access.export_tickets import issue_export_ticket
from pages._ui.data import db
from pages._ui.redirect import go_to
from pages._ui.session import actor


def export_link(kind: str, params: Mapping[str, Any]) -> str:
    """Make a ticket for a file of this kind and return its address, good once and for five minutes."""
    return f"/export/{issue_export_ticket(db(), actor=actor(), kind=kind, params=params)}"


def export_button(label: str, kind: str, params: Mapping[str, Any], *, key: str) -> None:
    """Draw a button that downloads a file; the ticket is made when it is pressed."""
    if st.button(label, key=key, icon=":material/download:"):
        go_to(export_link(kind, params))
