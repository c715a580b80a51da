"""What a reader sees when a page fails: one sentence, a next step and an id; the log holds the rest."""

from __future__ import annotations

import secrets

import streamlit as st
import structlog
from streamlit.runtime.scriptrunner import get_script_run_ctx

from pages._ui.texts import _

log = structlog.get_logger("pages")


def show_error(error: Exception) -> bool:
    """Log an uncaught error under a fresh id and draw one sentence; returns True: nothing else is shown.

    The log names the error's kind and the places in this program, never its message: a message can hold
    values of a row.
    """
    number = secrets.token_hex(4)
    context = get_script_run_ctx()
    log.error("page.failed", id=number, kind=type(error).__name__, page=context.page_script_hash if context else None,
              at=_places(error))  # fmt: skip
    st.error(
        _(
            "Something went wrong on this page. Load it again; if it stays, tell your administrator the id {id}.",
            id=number,
        ),
        icon=":material/error:",
    )
    return True


def _places(error: BaseException) -> list[str]:
    found, trace = [], error.__traceback__
    while trace is not None:
        code = trace.tb_frame.f_code
        found.append(f"{code.co_filename.rsplit('/', 1)[-1]}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return found[-12:]
