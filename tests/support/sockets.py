"""A Streamlit client without a browser: opens the socket, sends messages, collects everything that comes back."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg
from websockets.sync.client import ClientConnection, connect

from tests.support.server import Server


class StreamlitClient:
    """One socket. ``bytes_seen`` is everything the server sent."""

    def __init__(
        self,
        server: Server,
        *,
        cookies: Mapping[str, str] | None = None,
        resume: str | None = None,
        origin: str | None = "own",
        host: str | None = None,
    ) -> None:
        headers = {"Cookie": "; ".join(f"{name}={value}" for name, value in (cookies or {}).items())} if cookies else {}
        if host:
            headers["Host"] = host
        protocols: list[Any] = ["streamlit", "PLACEHOLDER"] + ([resume] if resume else [])
        self.socket: ClientConnection = connect(
            f"ws://{server.host}/_stcore/stream",
            subprotocols=protocols,
            additional_headers=headers,
            origin=server.url if origin == "own" else origin,  # type: ignore[arg-type]
            max_size=None,
            open_timeout=20,
            close_timeout=2,
            legacy=True,
        )
        self.messages: list[ForwardMsg] = []
        self.bytes_seen = b""
        self.session_id = ""

    def __enter__(self) -> StreamlitClient:
        return self

    def __exit__(self, *_: object) -> None:
        self.socket.close()

    def send(self, message: BackMsg) -> None:
        self.socket.send(message.SerializeToString())

    def rerun(
        self,
        *,
        page: str = "",
        query: str = "",
        widgets: Mapping[str, Any] | None = None,
        fragment: str = "",
        page_hash: str = "",
        timeout: float = 30,
    ) -> list[ForwardMsg]:
        """Ask for a script run and return its messages; raises ``ConnectionClosed`` when the server hangs up."""
        message = BackMsg()
        run = message.rerun_script
        run.query_string = query
        run.page_name = page
        run.page_script_hash = page_hash
        run.fragment_id = fragment
        run.widget_states.SetInParent()
        for widget_id, value in (widgets or {}).items():
            state = run.widget_states.widgets.add()
            state.id = widget_id
            if value == "press":
                state.trigger_value = True
            else:
                state.string_value = str(value)
        self.send(message)
        return self.read_run(timeout=timeout)

    def read_run(self, *, timeout: float = 30) -> list[ForwardMsg]:
        """Read until the script has finished."""
        fresh: list[ForwardMsg] = []
        while True:
            data = self.socket.recv(timeout=timeout)
            assert isinstance(data, bytes)
            self.bytes_seen += data
            message = ForwardMsg()
            message.ParseFromString(data)
            fresh.append(message)
            self.messages.append(message)
            kind = message.WhichOneof("type")
            if kind == "new_session":
                self.session_id = message.new_session.initialize.session_id
            if kind == "script_finished" and message.script_finished != ForwardMsg.FINISHED_EARLY_FOR_RERUN:
                return fresh


def texts(messages: list[ForwardMsg]) -> str:
    """Return the printable text of messages, for assertions on what a reader sees."""
    return "\n".join(str(message) for message in messages)


def widget_id(messages: list[ForwardMsg], label: str) -> str:
    """Return the id of the widget with this label."""
    for message in messages:
        if message.WhichOneof("type") != "delta":
            continue
        element = message.delta.new_element
        kind = element.WhichOneof("type")
        if kind and getattr(getattr(element, kind), "label", None) == label:
            return str(getattr(element, kind).id)
    raise AssertionError(f"no widget {label!r}")


def redirect(messages: list[ForwardMsg]) -> str | None:
    """Return the address the browser is sent to, if any."""
    for message in messages:
        if message.WhichOneof("type") == "auth_redirect":
            return str(message.auth_redirect.url)
    return None


def shown(messages: list[ForwardMsg]) -> list[tuple[str, str]]:
    """Return what a run drew, in order: (kind, label or text)."""
    parts = []
    for message in messages:
        if message.WhichOneof("type") == "delta" and message.delta.WhichOneof("type") == "new_element":
            kind = message.delta.new_element.WhichOneof("type")
            if kind:
                element = getattr(message.delta.new_element, kind)
                parts.append((kind, str(getattr(element, "label", "") or getattr(element, "body", ""))))
    return parts
