"""Files leave through the app's own route: the list on the page, once, for the session that asked."""

from __future__ import annotations

import asyncio
import csv
import io
from typing import Any

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import func, insert, select, update
from starlette.applications import Starlette
from starlette.middleware import Middleware

from data_access.database import Database
from data_access.tables import audit_event, client, client_status, client_version, export_ticket, generation_month
from pages._ui import exports
from pages._ui.web.cookies import session_cookie
from pages._ui.web.guard import Guard
from pages._ui.web.routes import ROUTES
from tests.support.apptest import Open, Screen, token_of
from tests.support.firm import AS_OF

APP = Starlette(routes=ROUTES, middleware=[Middleware(Guard)])
LISTS = [
    ("pool", "hq", {}, "client"), ("pool", "hq", {"status": "lost"}, "client"),
    ("pool", "hq", {"status": "archived"}, "client"), ("pool", "hq", {"task": "without"}, "client"),
    ("pool", "hq", {"quiet": "12-60", "office": "O021"}, "client"), ("pool", "office_head", {}, "client"),
    ("pool", "hq", {"newly": "1", "as_of": "2025-04"}, "client"),
    ("list", "hq", {"status": ["lost", "archived", "silent"], "task": "without"}, "client"),
    ("list", "hq", {}, "client"), ("list", "hq", {"as_of": "2025-01"}, "client"),
    ("list", "hq", {"unit": "B02", "status": "lost"}, "client"), ("list", "hq", {"moved": "returned"}, "client"),
    ("list", "staff", {}, "client"), ("list", "auditor", {}, "client"), ("tiers", "hq", {"tier": "C"}, "client"),
    ("tiers", "staff", {"tier": "C", "kind": "individual"}, "client"),
    ("performance", "hq", {}, "staff_no"), ("performance", "hq", {"by": "core_clients"}, "staff_no"),
    ("performance", "hq", {"period": "quarter", "by": "staff_assets"}, "staff_no"),
    ("performance", "office_head", {"by": "clients_developed_distinct", "category": "agent"}, "staff_no"),
    ("capacity", "hq", {"office": "O011"}, "staff_no"), ("capacity", "office_head", {"view": "contacts"}, "staff_no"),
    ("tasks", "hq", {}, "task"), ("tasks", "hq", {"show": "all"}, "task"),
    ("tasks", "hq", {"show": "all", "state": "recognised"}, "task"), ("tasks", "staff", {}, "task"),
]  # fmt: skip
COLUMN = {"client": "Client number", "staff_no": "Staff number", "task": "Task"}


def fetch(path: str, token: str = "", site: str = "same-origin") -> tuple[int, dict[str, str], list[bytes]]:
    """Ask the app's routes behind the guard; returns the status, the headers and the pieces of the body."""
    sent: list[dict[str, Any]] = []
    asked = [{"type": "http.request", "body": b"", "more_body": False}]
    headers = [(b"host", b"127.0.0.1"), (b"sec-fetch-site", site.encode())]
    if token:
        headers.append((b"cookie", f"{session_cookie()}={token}".encode()))

    async def receive() -> dict[str, Any]:
        return asked.pop() if asked else await asyncio.Event().wait()  # type: ignore[return-value, func-returns-value]

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    scope = {"type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "GET", "path": path,
             "raw_path": path.encode(), "root_path": "", "scheme": "http", "query_string": b"", "headers": headers,
             "client": ("127.0.0.1", 1), "server": ("127.0.0.1", 80)}  # fmt: skip
    asyncio.run(APP(scope, receive, send))  # type: ignore[arg-type]
    pieces = [part["body"] for part in sent if part["type"] == "http.response.body" and part["body"]]
    return int(sent[0]["status"]), {name.decode(): value.decode() for name, value in sent[0]["headers"]}, pieces


def rows_of(pieces: list[bytes]) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(b"".join(pieces).decode("utf-8-sig"), newline="")))


@pytest.fixture
def press_export(monkeypatch: pytest.MonkeyPatch) -> Any:
    """Choose a form in a page's export menu and return the address that the browser is sent to."""
    sent: list[str] = []
    monkeypatch.setattr(exports, "go_to", sent.append)

    def press(screen: Screen, form: str = "csv") -> str:
        screen.at.menu_button(key="export").click(form)
        screen.run()
        return sent.pop()

    return press


def on_page(screen: Screen, column: str) -> list[str]:
    if column == "client":
        return screen.clients
    return list(screen.table(column)[column])


@pytest.mark.parametrize(("address", "user", "query", "column"), LISTS)
def test_a_file_holds_the_list_on_the_page(
    open_screen: Open, press_export: Any, address: str, user: str, query: dict[str, str], column: str
) -> None:
    screen = open_screen(address, user, query=query)
    status, headers, pieces = fetch(press_export(screen), screen.token)
    assert (status, headers["content-type"]) == (200, "text/csv; charset=utf-8")
    expected = on_page(screen, column)
    assert expected
    assert [row[COLUMN[column]] for row in rows_of(pieces)] == expected


def test_a_workbook_holds_the_same_list(open_screen: Open, press_export: Any) -> None:
    screen = open_screen("list", "hq")
    status, headers, pieces = fetch(press_export(screen, "xlsx"), screen.token)
    sheet = CalamineWorkbook.from_filelike(io.BytesIO(b"".join(pieces))).get_sheet_by_index(0).to_python()
    assert (status, headers["content-disposition"].endswith(".xlsx")) == (200, True)
    assert [row[0] for row in sheet[1:]] == screen.clients


def test_an_address_opens_once_and_for_its_session_only(open_screen: Open, press_export: Any, firm: Database) -> None:
    screen = open_screen("list", "office_head")
    path = press_export(screen)
    again, other = token_of(firm, "office_head"), token_of(firm, "hq")
    refused = [
        fetch(path)[0],
        fetch(path, "x" * 43)[0],
        fetch(path, again)[0],
        fetch(path, other)[0],
        fetch(path, screen.token, site="cross-site")[0],
    ]
    assert refused == [401, 401, 404, 404, 404]
    assert fetch(path, screen.token)[0] == 200
    assert fetch(path, screen.token)[0] == 404


def test_an_address_runs_out(open_screen: Open, press_export: Any, firm: Database) -> None:
    screen = open_screen("list", "office_head")
    path = press_export(screen)
    with firm.writing() as connection:
        connection.execute(update(export_ticket).values(expires_at=export_ticket.c.created_at))
    assert fetch(path, screen.token)[0] == 404


def test_masked_names_leave_masked(open_screen: Open, press_export: Any) -> None:
    screen = open_screen("list", "analyst")
    names = {row["Name"] for row in rows_of(fetch(press_export(screen), screen.token)[2])}
    assert not names & {"欧阳文", "刘洋", "张伟"}


def test_the_trail_names_who_took_how_many_rows(open_screen: Open, press_export: Any, firm: Database) -> None:
    screen = open_screen("list", "hq")
    fetch(press_export(screen), screen.token)
    with firm.reading() as connection:
        rows = connection.execute(
            select(audit_event.c.user_id, audit_event.c.details).where(audit_event.c.action == "export")
        ).all()
    assert {row.user_id for row in rows} == {1}
    assert any(
        '"row_count": 14' in str(row.details) or (isinstance(row.details, dict) and row.details.get("row_count") == 14)
        for row in rows
    )


def test_5000_rows_stream(open_screen: Open, press_export: Any, firm: Database) -> None:
    grow(firm, 5000)
    screen = open_screen("list", "hq", query={"status": "silent"})
    assert len(screen.clients) == 500
    status, _headers, pieces = fetch(press_export(screen), screen.token)
    found = [row["Client number"] for row in rows_of(pieces)]
    assert (status, len(found), len(set(found)), len(pieces) > 3) == (200, 5002, 5002, True)


def grow(db: Database, count: int) -> None:
    """Add silent clients to the firm's last published month: copies of client 08 under other numbers."""
    with db.writing() as connection:
        build = connection.execute(
            select(func.max(generation_month.c.build_id)).where(generation_month.c.month == AS_OF)
        ).scalar_one()
        for table, condition in ((client, client.c.client_id == 8), (client_version, client_version.c.client_id == 8)):
            row = dict(connection.execute(select(table).where(condition)).mappings().first() or {})
            row.pop("version_id", None)
            connection.execute(insert(table), [
                {**row, "client_id": 1000 + step, **({"client_no": f"{1000 + step:08d}", "document_hash": None,
                 "phone_hash": None} if table is client else {})} for step in range(count)])  # fmt: skip
        row = dict(
            connection.execute(
                select(client_status).where(client_status.c.build_id == build, client_status.c.client_id == 8)
            )
            .mappings()
            .one()
        )
        connection.execute(insert(client_status), [{**row, "client_id": 1000 + step} for step in range(count)])
