"""Process-wide tuning: imported objects are taken out of garbage collection once."""

from __future__ import annotations

import gc
from functools import cache

from data_access.settings import settings


@cache  # of the process: it must not come back when cached answers are forgotten
def _freeze_once() -> bool:
    gc.collect()
    gc.freeze()
    return True


def freeze_imports() -> None:
    """Freeze what is imported so that Streamlit's collection after each rerun does not walk it (a setting)."""
    if settings().freeze_imports:
        _freeze_once()
