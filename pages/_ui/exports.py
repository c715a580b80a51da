"""Exports leave through a single-use address that is bound to the session."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from data_access.export_tickets import issue_export_ticket
from pages._ui.data import db
from pages._ui.redirect import go_to
from pages._ui.session import actor

FORMS = {"csv": "CSV", "xlsx": "Excel (XLSX)"}


def export_link(kind: str, params: Mapping[str, Any]) -> str:
    """Make a ticket for a file of this kind and return its address, good once and for five minutes."""
    return f"/export/{issue_export_ticket(db(), actor=actor(), kind=kind, params=params)}"


def export_button(label: str, kind: str, params: Mapping[str, Any], *, key: str) -> None:
    """Draw a button that downloads a file as CSV or XLSX; the ticket is made when the form is chosen."""
    form = st.menu_button(label, list(FORMS), key=key, icon=":material/download:", format_func=FORMS.__getitem__)
    if form:
        go_to(export_link(kind, {**params, "format": form}))
