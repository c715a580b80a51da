"""The HTML page names its server and the scripts that it will need, before anything is shown."""

from __future__ import annotations

import re

from pages._ui.web.opening import PARTS, preloaded
from tests.support.server import Server


def test_every_part_is_one_script_of_the_front_end() -> None:
    names = re.findall(r'href="/static/js/([A-Za-z]+)\.[^"]+\.js"', preloaded().decode())
    assert names == list(PARTS)


def test_the_page_carries_the_address_and_the_scripts_that_the_server_has(server: Server) -> None:
    page = server.get("/tiers", headers={"Accept": "text/html", "Accept-Encoding": "gzip"}).body.decode()
    links = re.findall(r'<link rel="modulepreload" href="(/static/js/[^"]+)">', page)
    assert "BACKEND_BASE_URL:location.origin" in page
    assert len(links) >= len(PARTS)
    assert {server.get(link).status for link in links} == {200}
    assert "immutable" in (server.get(links[0]).header("cache-control") or "")
