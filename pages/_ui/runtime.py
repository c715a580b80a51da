"""Process-wide tuning: imported objects are taken out of garbage collection once."""

from __future__ import annotations

import gc

import streamlit as st

from data_access.settings import settings


@st.cache_resource(show_spinner=False)
def _freeze_once() -> bool:
    gc.collect()
    gc.freeze()
    return True


def freeze_imports() -> None:
    """Freeze what is imported so that Streamlit's collection after each rerun does not walk it (a setting)."""
    if settings().freeze_imports:
        _freeze_once()
