"""Reloads of every page in a real browser with its data cached: server CPU and time until charts are painted."""

# ruff: noqa: E501 -- statements and tables read better whole

from __future__ import annotations

import os
import socket
import statistics
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from playwright.sync_api import Page
from sqlalchemy import select, update

from data_access.database import database
from data_access.settings import ROOT
from data_access.tables import app_user, client
from tests.browser.chromium import DESKTOP, chromium
from tests.load.firm import FOLDER
from tests.support import server

RELOADS = 12
CPU_LIMIT_MS, TIMES_EMPTY, MORE_MS = 100.0, 1.5, 600.0
PAGES = ("overview", "tiers", "pool", "list", "client", "performance", "tasks", "definitions", "data", "users")
_PAINTED = """
window.__painted = null;
(function look() {
  const app = document.querySelector('[data-testid=stApp]');
  const charts = document.querySelectorAll('.js-plotly-plot .main-svg').length;
  const tables = document.querySelectorAll('[data-testid=stDataFrame] canvas').length;
  const done = app && app.getAttribute('data-test-script-state') === 'notRunning'
    && !document.querySelector('[data-testid=stSkeleton]')
    && (document.querySelector('[data-testid=stMainBlockContainer]')?.innerText || '').trim().length > 0
    && charts >= (window.name ? JSON.parse(window.name).charts : 0)
    && tables >= (window.name ? JSON.parse(window.name).tables : 0);
  if (done) requestAnimationFrame(() => { window.__painted = window.__painted ?? performance.now(); });
  else requestAnimationFrame(look);
})();
"""


@dataclass(frozen=True)
class PageRun:
    """Medians of one page in ms: server CPU per reload, and reload until every chart and table is painted."""

    page: str
    cpu_ms: float
    painted_ms: float


def measure_runs(reloads: int = RELOADS) -> list[PageRun]:
    """Return the empty page first, then every page of the app for a reader at headquarters."""
    db = database()
    with db.writing() as connection:
        connection.execute(update(app_user).where(app_user.c.username == "hq").values(must_change_password=False))
    with db.reading() as connection:
        number = connection.execute(select(client.c.client_no).order_by(client.c.client_id).limit(1)).scalar_one()
    found = []
    app = server.start(db, FOLDER)
    try:
        with _empty_app() as (empty_url, empty_pid), chromium() as browser:
            # the measuring script polls inside the page, which the app's own policy forbids
            context = browser.new_context(locale="en-US", viewport=DESKTOP, bypass_csp=True)
            context.add_cookies([{"name": server.SESSION, "value": app.session_for("hq"), "url": app.url}])
            context.add_init_script(_PAINTED)
            page = context.new_page()
            found.append(_measure(page, "empty page", empty_url, empty_pid, reloads))
            for name in PAGES:
                address = f"{app.url}/{name}" + (f"?client={number}" if name == "client" else "")
                found.append(_measure(page, name, address, app.process.pid, reloads))
                print(found[-1], flush=True)
    finally:
        app.stop()
    return found


def _measure(page: Page, name: str, address: str, pid: int, reloads: int) -> PageRun:
    page.goto("about:blank")
    page.evaluate("window.name = ''")
    page.goto(address)
    page.wait_for_function("window.__painted !== null", timeout=60_000)
    page.wait_for_timeout(1500)
    # what the page holds once everything has come is what a reload must show again
    page.evaluate(
        "window.name = JSON.stringify({charts: document.querySelectorAll('.js-plotly-plot .main-svg').length,"
        " tables: document.querySelectorAll('[data-testid=stDataFrame] canvas').length})")  # fmt: skip
    painted, cpu = [], []
    for turn in range(reloads + 2):
        before = _cpu_ms(pid)
        page.reload()
        page.wait_for_function("window.__painted !== null", timeout=60_000)
        # collection after a run and late messages belong to it
        page.wait_for_timeout(400)
        if turn >= 2:
            painted.append(float(page.evaluate("window.__painted")))
            cpu.append(_cpu_ms(pid) - before)
    return PageRun(name, statistics.mean(cpu), statistics.median(painted))


def _cpu_ms(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")


@contextmanager
def _empty_app() -> Iterator[tuple[str, int]]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    script = Path(__file__).with_name("empty_page.py")
    process = subprocess.Popen(
        [sys.executable, "-m", "streamlit", "run", str(script), "--server.port", str(port), "--server.address",
         "127.0.0.1", "--server.headless", "true"], cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # fmt: skip
    try:
        deadline = time.monotonic() + 60
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)
        yield f"http://127.0.0.1:{port}/", process.pid
    finally:
        process.terminate()
        process.wait(10)
