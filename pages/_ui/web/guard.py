"""The guard in front of everything the server answers.

Requests: the Host must be ours; files, uploads and metrics need a live session (uploads one that owns the
Streamlit session they go to); the agent interface is closed to all; security headers go on every answer.
Sockets: the Origin must be ours; a Streamlit session is resumed only by the sign-in that owns it; on a socket
that began signed in, every message, and a look every 20 seconds, needs the sign-in to be live still, so that
neither a callback nor a fragment of an ended session ever runs.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from sqlalchemy.exc import SQLAlchemyError
from starlette.concurrency import run_in_threadpool
from starlette.requests import HTTPConnection
from starlette.responses import PlainTextResponse
from streamlit.proto.AuthRedirect_pb2 import AuthRedirect
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from data_access.actor import token_hash
from data_access.database import database
from data_access.sessions import is_session_live, new_device
from pages._ui.web import hosts, sockets
from pages._ui.web.cookies import DEVICE_DAYS, device_cookie, session_cookie, set_cookie
from pages._ui.web.headers import secured
from pages._ui.web.opening import OpeningPage, unpacked

Message = MutableMapping[str, Any]
Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]

CLOSED = ("/_stcore/agent", "/_stcore/script-health-check")
SIGNED_IN = ("/media", "/_stcore/upload_file", "/_stcore/metrics", "/_stcore/bidi-components", "/app/static")
LOOK_EVERY_SECONDS = 20.0
POLICY_VIOLATION = 1008
LOAD_AGAIN = ForwardMsg(auth_redirect=AuthRedirect(url="")).SerializeToString()


class Guard:
    """ASGI middleware; ``live`` answers whether a session token holds (replaceable in tests)."""

    def __init__(self, app: Callable[[Scope, Receive, Send], Awaitable[None]]) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Let a request or socket through, or answer it here."""
        if scope["type"] == "http":
            await self._request(scope, receive, send)
        elif scope["type"] == "websocket":
            await self._socket(scope, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _request(self, scope: Scope, receive: Receive, send: Send) -> None:
        connection = HTTPConnection(scope)
        path = scope["path"]

        async def secured_send(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = secured(path, list(message.get("headers", [])))
                is_page = any(name == b"content-type" and value.startswith(b"text/html") for name, value in headers)
                if is_page and device_cookie() not in connection.cookies:
                    value = set_cookie(device_cookie(), new_device(), days=DEVICE_DAYS)
                    headers.append((b"set-cookie", value.encode()))
                message = {**message, "headers": headers}
            await send(message)

        answer = await self._refusal(connection, path)
        await (answer or self.app)(unpacked(scope), receive, OpeningPage(secured_send, path))

    async def _refusal(self, connection: HTTPConnection, path: str) -> PlainTextResponse | None:
        why = hosts.refusal(connection.headers.get("host"), connection.scope["scheme"])
        if why:
            return PlainTextResponse(why, status_code=421)
        if _is_under(path, CLOSED):
            return PlainTextResponse("Not found", status_code=404)
        if not _is_under(path, SIGNED_IN):
            return None
        token = connection.cookies.get(session_cookie(), "")
        if not await is_live(token):
            return PlainTextResponse("Sign in first", status_code=401)
        if path.startswith("/_stcore/upload_file/"):
            streamlit_session = path.split("/")[3]
            if not sockets.is_owner(streamlit_session, token_hash(token)):
                return PlainTextResponse("Not found", status_code=404)
        return None

    async def _socket(self, scope: Scope, receive: Receive, send: Send) -> None:
        connection = HTTPConnection(scope)
        host = connection.headers.get("host")
        if hosts.refusal(host, scope["scheme"]) or not hosts.is_own_origin(connection.headers.get("origin"), host):
            await receive()
            await send({"type": "websocket.close", "code": POLICY_VIOLATION})
            return
        token = connection.cookies.get(session_cookie(), "")
        live = await is_live(token)
        scope = _without_foreign_session(scope, token if live else "")
        if live:
            await _WatchedSocket(token, receive, send).run(self.app, scope)
        else:
            await self.app(scope, receive, send)


class _WatchedSocket:
    """A socket that began signed in: it ends with the session of its cookie."""

    def __init__(self, token: str, receive: Receive, send: Send) -> None:
        self._token = token
        self._inner_receive = receive
        self._send = send
        self._over = asyncio.Event()
        self._gone = False
        self._pending: asyncio.Task[Message] | None = None

    async def run(self, app: Callable[[Scope, Receive, Send], Awaitable[None]], scope: Scope) -> None:
        watch = asyncio.create_task(self._watch())
        try:
            await app(scope, self._receive, self._send)
        finally:
            watch.cancel()
            if self._pending is not None:
                self._pending.cancel()
        if self._over.is_set() and not self._gone:
            # the empty address makes the browser load the same page again: the sign-in form replaces old figures
            await self._send({"type": "websocket.send", "bytes": LOAD_AGAIN})
            await self._send({"type": "websocket.close", "code": POLICY_VIOLATION})

    async def _watch(self) -> None:
        while await is_live(self._token):
            await asyncio.sleep(LOOK_EVERY_SECONDS)
        self._over.set()

    async def _receive(self) -> Message:
        if self._pending is None:
            self._pending = asyncio.ensure_future(self._inner_receive())
        over = asyncio.ensure_future(self._over.wait())
        await asyncio.wait({self._pending, over}, return_when=asyncio.FIRST_COMPLETED)
        over.cancel()
        if self._over.is_set():
            return self._end()
        message, self._pending = self._pending.result(), None
        if message["type"] == "websocket.disconnect":
            self._gone = True
        elif message["type"] == "websocket.receive" and not await is_live(self._token):
            self._over.set()
            return self._end()
        return message

    def _end(self) -> Message:
        return {"type": "websocket.disconnect", "code": POLICY_VIOLATION}


async def is_live(token: str) -> bool:
    """Tell whether a token's session holds, off the event loop; a database that fails gives no."""
    if not token:
        return False
    try:
        return await run_in_threadpool(is_session_live, database(), token)
    except SQLAlchemyError:
        return False


def _is_under(path: str, places: tuple[str, ...]) -> bool:
    return any(path == place or path.startswith(place + "/") for place in places)


def _without_foreign_session(scope: Scope, token: str) -> Scope:
    """Drop the Streamlit session id from the handshake unless this sign-in owns that session."""
    headers = []
    for name, value in scope["headers"]:
        if name == b"sec-websocket-protocol":
            entries = [entry.strip() for entry in value.decode("latin-1").split(",")]
            if len(entries) > 2 and not (token and sockets.is_owner(entries[2], token_hash(token))):
                value = ", ".join(entries[:2]).encode("latin-1")  # noqa: PLW2901 -- the header's new value
        headers.append((name, value))
    return {**scope, "headers": headers}
