"""Which script runs a page has asked for and which have ended, read from its websocket."""

from __future__ import annotations

from weakref import WeakKeyDictionary

from playwright.sync_api import Page, WebSocket
from streamlit.proto.BackMsg_pb2 import BackMsg
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg


class ScriptRuns:
    """The runs of one page, over as many loads as it lives through.

    A click and the run it causes are told apart by nothing a page shows until the server has answered, so a test on
    a busy machine would read the page of before. ``asked`` counts the requests, for whoever compares two moments.
    """

    def __init__(self, page: Page) -> None:
        self.asked = 0
        self._socket: WebSocket | None = None
        self._waiting = True
        self._begun = False
        page.on("websocket", self._opened)

    @property
    def at_rest(self) -> bool:
        """Whether the run that was asked for last has begun and ended, and no other follows it."""
        return self._socket is not None and not self._waiting

    def _opened(self, socket: WebSocket) -> None:
        self._socket, self._waiting, self._begun = socket, True, False
        socket.on("framesent", lambda frame: self._sent(socket, frame))
        socket.on("framereceived", lambda frame: self._received(socket, frame))
        socket.on("close", self._closed)

    def _closed(self, socket: WebSocket) -> None:
        if socket is self._socket:
            self._socket = None

    def _sent(self, socket: WebSocket, frame: str | bytes) -> None:
        if socket is self._socket and isinstance(frame, bytes) and BackMsg.FromString(frame).HasField("rerun_script"):
            self.asked += 1
            self._waiting, self._begun = True, False

    def _received(self, socket: WebSocket, frame: str | bytes) -> None:
        if socket is not self._socket or not isinstance(frame, bytes):
            return
        message = ForwardMsg.FromString(frame)
        if message.HasField("new_session"):
            self._waiting = self._begun = True
        elif message.HasField("script_finished") and self._begun:
            self._waiting = message.script_finished == ForwardMsg.FINISHED_EARLY_FOR_RERUN


_RUNS: WeakKeyDictionary[Page, ScriptRuns] = WeakKeyDictionary()


def follow(page: Page) -> None:
    """Begin to read along; to be called before the page loads anything."""
    _RUNS[page] = ScriptRuns(page)


def runs_of(page: Page) -> ScriptRuns:
    """Return what is known of a page that is followed. Raises ``KeyError`` for any other."""
    return _RUNS[page]
