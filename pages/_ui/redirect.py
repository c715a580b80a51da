"""Sending the browser to an address of this app outside the pages."""

from __future__ import annotations

from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from streamlit.runtime.scriptrunner import get_script_run_ctx


def go_to(address: str) -> None:
    """Make the browser open a local address: the message behind ``st.login``, without script in the page."""
    context = get_script_run_ctx()
    if context is None:
        return
    message = ForwardMsg()
    message.auth_redirect.url = address
    context.enqueue(message)
