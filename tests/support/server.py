"""A real ``streamlit run app.py`` on a free port with its own SQLite database, and clients that talk to it."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlencode

from sqlalchemy import select

from data_access.database import Database
from data_access.sessions import begin_session
from data_access.settings import ROOT
from data_access.tables import app_user

SESSION = "dashboard_session"
DEVICE = "dashboard_device"


@dataclass
class Answer:
    """One HTTP answer, the body read whole."""

    status: int
    headers: list[tuple[str, str]]
    body: bytes

    def header(self, name: str) -> str | None:
        return next((value for key, value in self.headers if key.lower() == name.lower()), None)

    def cookies(self) -> dict[str, str]:
        """Name -> whole Set-Cookie value."""
        values = [value for key, value in self.headers if key.lower() == "set-cookie"]
        return {value.split("=", 1)[0]: value for value in values}


@dataclass
class Server:
    """The running app. ``db`` is the same database, opened by the test."""

    port: int
    db: Database
    process: subprocess.Popen[bytes]
    environment: dict[str, str]
    log: Path
    host: str = field(init=False)

    def __post_init__(self) -> None:
        self.host = f"127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"http://{self.host}"

    def request(
        self,
        method: str,
        path: str,
        *,
        cookies: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        body: bytes | None = None,
        host: str | None = None,
    ) -> Answer:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.putrequest(method, path, skip_host=True, skip_accept_encoding=True)
            connection.putheader("Host", host or self.host)
            if cookies:
                connection.putheader("Cookie", "; ".join(f"{name}={value}" for name, value in cookies.items()))
            for name, value in (headers or {}).items():
                connection.putheader(name, value)
            if body is not None:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body)
            answer = connection.getresponse()
            return Answer(answer.status, answer.getheaders(), answer.read())
        finally:
            connection.close()

    def get(self, path: str, **options: object) -> Answer:
        return self.request("GET", path, **options)  # type: ignore[arg-type]

    def session_for(self, username: str) -> str:
        """Begin a session for a user straight in the database and return its token."""
        with self.db.writing() as connection:
            row = connection.execute(select(app_user).where(app_user.c.username == username)).one()
            return begin_session(connection, user_id=row.user_id, access_version=row.access_version)

    def rss(self) -> int:
        """Resident bytes of the server process."""
        for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines():
            if line.startswith("VmRSS:"):
                return int(line.split()[1]) * 1024
        raise AssertionError("no VmRSS")

    def kill(self) -> None:
        """``kill -9`` the server."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)

    def start_again(self) -> None:
        """Start the server anew on the same port and database: cold."""
        self.process = _launch(self.port, self.environment, self.log)
        _wait(self.port, self.process, self.log)

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.kill()


def start(db: Database, folder: Path, extra: Mapping[str, str] | None = None) -> Server:
    """Start the app on a free port against a migrated database and wait until it answers."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {
        **os.environ,
        "DATABASE_URL": db.url.render_as_string(hide_password=False),
        "DASHBOARD_PUBLIC_URL": f"http://127.0.0.1:{port}",
        **(extra or {}),
    }
    log = folder / f"server-{port}.log"
    process = _launch(port, environment, log)
    server = Server(port, db, process, environment, log)
    _wait(port, process, log)
    return server


def _launch(port: int, environment: dict[str, str], log: Path) -> subprocess.Popen[bytes]:
    with log.open("ab") as out:
        return subprocess.Popen(
            [
                sys.executable,
                "-m",
                "streamlit",
                "run",
                "app.py",
                "--server.port",
                str(port),
                "--server.address",
                "127.0.0.1",
                "--server.headless",
                "true",
            ],
            cwd=ROOT,
            env=environment,
            stdout=out,
            stderr=out,
        )


def _wait(port: int, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        if process.poll() is not None:
            raise AssertionError(log.read_text())
        try:
            connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            connection.request("GET", "/health")
            if connection.getresponse().status == 200:
                return
        except OSError:
            time.sleep(0.1)
        finally:
            connection.close()
    raise AssertionError(log.read_text())


def address(path: str, **query: str) -> str:
    """Return a path with a query string."""
    return f"{path}?{urlencode(query)}" if query else path
