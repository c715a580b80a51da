"""The page that Streamlit serves is told where the server is; every other answer passes unchanged."""

from __future__ import annotations

import asyncio
from typing import Any

from pages._ui.web.opening import ADDRESS, OpeningPage, unpacked


def sent(*messages: dict[str, Any]) -> list[dict[str, Any]]:
    passed: list[dict[str, Any]] = []

    async def keep(message: Any) -> None:
        passed.append(dict(message))

    async def run() -> None:
        opening = OpeningPage(keep)
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
    assert second["body"] == b"<html><head>" + ADDRESS + b"</head></html>"
    assert (b"content-length", str(26 + len(ADDRESS)).encode()) in first["headers"]


def test_other_answers_pass_unchanged() -> None:
    for head in (start(b"text/plain", 6), start(b"text/html", 6, (b"content-encoding", b"gzip"))):
        assert sent(head, body(b"<head>")) == [head, body(b"<head>")]


def test_only_a_request_for_a_page_gives_up_compression() -> None:
    packed = (b"accept-encoding", b"gzip")
    assert unpacked({"headers": [(b"accept", b"text/html,*/*"), packed]})["headers"] == [(b"accept", b"text/html,*/*")]
    assert unpacked({"headers": [(b"accept", b"*/*"), packed]})["headers"] == [(b"accept", b"*/*"), packed]
