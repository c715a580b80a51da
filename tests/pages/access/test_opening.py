"""The page that Streamlit serves is told where the server is and which scripts it will need; no other answer is."""

from __future__ import annotations

import asyncio
import re
from typing import Any

import pytest

from pages._ui.web.opening import (
    ADDRESS,
    CHARTS,
    GRIDS,
    PARTS,
    WITH_CHARTS,
    WITHOUT_GRIDS,
    OpeningPage,
    preloaded,
    unpacked,
)
from tests.support.apptest import Open
from tests.support.server import Server


def sent(*messages: dict[str, Any]) -> list[dict[str, Any]]:
    passed: list[dict[str, Any]] = []

    async def keep(message: Any) -> None:
        passed.append(dict(message))

    async def run() -> None:
        opening = OpeningPage(keep, "/tiers")
        for message in messages:
            await opening(message)

    asyncio.run(run())
    return passed


def start(kind: bytes, length: int, *more: tuple[bytes, bytes]) -> dict[str, Any]:
    headers = [(b"content-type", kind), (b"content-length", str(length).encode()), *more]
    return {"type": "http.response.start", "status": 200, "headers": headers}


def body(text: bytes, *, more: bool = False) -> dict[str, Any]:
    return {"type": "http.response.body", "body": text, "more_body": more}


def test_a_page_in_two_pieces_gets_the_address_once_and_its_new_length() -> None:
    first, second = sent(
        start(b"text/html; charset=utf-8", 26), body(b"<html><he", more=True), body(b"ad></head></html>")
    )
    told = ADDRESS + preloaded("/tiers")
    assert second["body"] == b"<html><head>" + told + b"</head></html>"
    assert (b"content-length", str(26 + len(told)).encode()) in first["headers"]


def test_other_answers_pass_unchanged() -> None:
    for head in (start(b"text/plain", 6), start(b"text/html", 6, (b"content-encoding", b"gzip"))):
        assert sent(head, body(b"<head>")) == [head, body(b"<head>")]


def test_only_a_request_for_a_page_gives_up_compression() -> None:
    packed = (b"accept-encoding", b"gzip")
    assert unpacked({"headers": [(b"accept", b"text/html,*/*"), packed]})["headers"] == [(b"accept", b"text/html,*/*")]
    assert unpacked({"headers": [(b"accept", b"*/*"), packed]})["headers"] == [(b"accept", b"*/*"), packed]


def links(path: str, kind: str) -> list[str]:
    return re.findall(rf'rel="{kind}" href="/static/js/([A-Za-z]+)\.[^"]+\.js"', preloaded(path).decode())


def test_every_part_is_one_script_of_the_front_end() -> None:
    assert links("/lifecycle", "modulepreload") == [*PARTS, CHARTS, GRIDS]
    assert links("/lifecycle", "prefetch") == []


def test_what_a_page_opens_without_waits() -> None:
    assert (links("/performance", "prefetch"), links("/overview", "prefetch")) == ([CHARTS], [GRIDS])
    assert links("/performance", "modulepreload") == [*PARTS, GRIDS]


@pytest.mark.parametrize(
    "address", ["overview", "tiers", "lifecycle", "client", "performance", "pool", "tasks", "users"]
)
def test_pages_open_with_what_is_said(look: Open, address: str) -> None:
    screen = look(address, "hq", query={"client": "00000001"} if address == "client" else {})
    assert bool(len(screen.at.get("plotly_chart"))) == (address in WITH_CHARTS)
    if address == "overview":
        assert not len(screen.at.dataframe)
    assert address in WITHOUT_GRIDS or len(screen.at.dataframe)


def test_the_page_carries_the_address_and_the_scripts_that_the_server_has(server: Server) -> None:
    page = server.get("/lifecycle", headers={"Accept": "text/html", "Accept-Encoding": "gzip"}).body.decode()
    found = re.findall(r'<link rel="modulepreload" href="(/static/js/[^"]+)">', page)
    assert "BACKEND_BASE_URL:location.origin" in page
    assert len(found) == len(PARTS) + 2
    assert {server.get(link).status for link in found} == {200}
    assert "immutable" in (server.get(found[0]).header("cache-control") or "")
