"""Streamlit's HTML page told where the server is and what it will need, so that a browser need not find out.

Without the address the front end takes a page's address for a folder that the server may live under: it asks
``/overview/_stcore/health`` first, waits for the 404, and asks again at the root before it opens its socket.
Without the list of parts it looks for the script of a chart, a table or a button only when the first one arrives.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, MutableMapping
from pathlib import Path
from typing import Any

import streamlit

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]

HEAD = b"<head>"
ADDRESS = (
    b'<script>window.__streamlit={BACKEND_BASE_URL:location.origin+"/",'
    b"HOST_CONFIG:{allowedOrigins:[location.origin],useExternalAuthToken:false}}</script>"
)
"""Server and frame settings known beforehand open the socket at once; the look around the server follows."""
PARTS = ("ButtonGroup", "Selectbox", "Metric", "PageLink", "Html", "withFullScreenWrapper")
"""Scripts of the front end that nearly every page needs, by the beginning of their names; a hash follows."""
CHARTS, GRIDS = "PlotlyChart", "DataFrame"
"""Scripts that are large: a page that opens without them has them fetched when there is nothing else to do."""
WITH_CHARTS = frozenset({"", "overview", "tiers", "lifecycle", "client", "results", "explore"})
WITHOUT_GRIDS = frozenset({"overview", "client", "tiers"})
"""Addresses of the pages that open with a chart, and of those that open without a grid."""


def preloaded(path: str) -> bytes:
    """Return the links that let a browser read a page's scripts while it still waits for its socket."""
    address = path.strip("/")
    needed = {CHARTS: address in WITH_CHARTS, GRIDS: address not in WITHOUT_GRIDS}
    return "".join(
        f'<link rel="{"modulepreload" if needed.get(part, True) else "prefetch"}" href="/static/js/{name}">'
        for part, name in _FILES
    ).encode()


def _files() -> list[tuple[str, str]]:
    folder = Path(streamlit.__file__).parent / "static" / "static" / "js"
    return [(part, found.name) for part in (*PARTS, CHARTS, GRIDS) for found in sorted(folder.glob(f"{part}.*.js"))]


_FILES = _files()


def unpacked(scope: Scope) -> Scope:
    """Return a request for a page that asks for plain text, any other request as it is."""
    headers = scope["headers"]
    if not any(name == b"accept" and b"text/html" in value for name, value in headers):
        return scope
    return {**scope, "headers": [(name, value) for name, value in headers if name != b"accept-encoding"]}


class OpeningPage:
    """Passes an answer on; the first ``<head>`` of an HTML page in plain text gets both written into it.

    ``path``: what was asked for, which tells the scripts that the page will need.
    """

    def __init__(self, send: Send, path: str) -> None:
        self._send = send
        self._path = path
        self._start: Message | None = None
        self._body = b""

    async def __call__(self, message: Message) -> None:
        """Send a message of the answer, held back while the page's text is not whole."""
        if message["type"] == "http.response.start" and _is_plain_page(message):
            self._start = message
        elif self._start is None or message["type"] != "http.response.body":
            await self._send(message)
        else:
            self._body += message.get("body", b"")
            if not message.get("more_body", False):
                await self._finish(self._start)

    async def _finish(self, start: Message) -> None:
        body = self._body.replace(HEAD, HEAD + ADDRESS + preloaded(self._path), 1)
        longer = len(body) - len(self._body)
        headers = [(name, str(int(value) + longer).encode() if name.lower() == b"content-length" else value)
                   for name, value in start["headers"]]  # fmt: skip
        self._start = None
        await self._send({**start, "headers": headers})
        await self._send({"type": "http.response.body", "body": body, "more_body": False})


def _is_plain_page(message: Message) -> bool:
    headers = {name.lower(): value for name, value in message.get("headers", [])}
    return (
        message["status"] == 200
        and headers.get(b"content-type", b"").startswith(b"text/html")
        and b"content-encoding" not in headers
    )
