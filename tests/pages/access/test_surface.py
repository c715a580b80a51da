"""What a caller without a session gets: the sign-in form, and nothing else."""

from __future__ import annotations

from pathlib import Path

import pytest
from websockets.exceptions import InvalidStatus

from data_access.settings import ROOT
from pages._ui.navigation import SCREENS
from tests.pages.access.conftest import page_files
from tests.support.server import DEVICE, SESSION, Server, start
from tests.support.sockets import StreamlitClient, shown, texts

FORM = [("space", ""), ("heading", "Client relationships"), ("heading", "Sign in"), ("text_input", "User name"),
        ("text_input", "Password"), ("button", "Sign in")]  # fmt: skip
ADDRESSES = sorted(
    {screen.address for screen in SCREENS}
    | {path.stem for path in page_files()}
    | {f"{path.parent.name}/{path.stem}" for path in page_files()}
    | {"", "nowhere", "shell", "app"}
)


def only_the_form(server: Server, address: str) -> list[tuple[str, str]]:
    assert server.get(f"/{address}").status == 200
    with StreamlitClient(server) as client:
        return [part for part in shown(client.rerun(page=address)) if part[0] != "button_group"]


@pytest.mark.parametrize("address", ADDRESSES)
def test_anonymous_deep_link_shows_only_the_form_on_a_warm_server(server: Server, address: str) -> None:
    assert only_the_form(server, address) == FORM


@pytest.mark.parametrize("path", page_files(), ids=lambda path: path.stem)
def test_naming_a_page_by_its_script_hash_shows_only_the_form(server: Server, path: Path) -> None:
    from streamlit.util import calc_hash

    with StreamlitClient(server) as client:
        for name in (str(path), path.stem, str(path.relative_to(ROOT))):
            seen = [part for part in shown(client.rerun(page_hash=calc_hash(name))) if part[0] != "button_group"]
            assert seen == FORM


@pytest.mark.soak
@pytest.mark.parametrize("address", ADDRESSES)
def test_anonymous_deep_link_shows_only_the_form_on_a_cold_server(server: Server, address: str) -> None:
    server.kill()
    server.start_again()
    assert only_the_form(server, address) == FORM


def test_a_cold_server_asked_for_a_page_first(server: Server) -> None:
    server.kill()
    server.start_again()
    assert only_the_form(server, "tiers") == FORM


@pytest.mark.parametrize("cookies", [{}, {SESSION: "x" * 43}, {SESSION: ""}, {DEVICE: "abc"}], ids=str)
@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "/media/0123456789abcdef.csv", 401),
        ("PUT", "/_stcore/upload_file/some-session/some-file", 401),
        ("POST", "/_stcore/upload_file/some-session/some-file", 401),
        ("DELETE", "/_stcore/upload_file/some-session/some-file", 401),
        ("GET", "/_stcore/metrics", 401),
        ("GET", "/export/whatever", 401),
        ("GET", "/_stcore/agent/openapi.json", 404),
        ("GET", "/_stcore/script-health-check", 404),
    ],
)
def test_refused_without_a_session(
    server: Server, cookies: dict[str, str], method: str, path: str, status: int
) -> None:
    assert server.request(method, path, cookies=cookies, body=b"x" if method != "GET" else None).status == status


@pytest.mark.parametrize(
    "path",
    [
        "//media/x.csv",
        "/media//x.csv",
        "/%6dedia/x.csv",
        "/media%2fx.csv",
        "/MEDIA/x.csv",
        "/./media/x.csv",
        "/tiers/media/x.csv",
        "/_stcore/../media/x.csv",
        "/_stcore//metrics",
        "/_stcore/metrics/",
    ],
)
def test_other_spellings_give_no_file_and_no_metrics(server: Server, path: str) -> None:
    answer = server.get(path)
    page = answer.status == 200 and b"<!DOCTYPE html>" in answer.body
    assert page or answer.status in {301, 302, 307, 308, 400, 401, 404}
    assert b"# TYPE" not in answer.body


def test_upload_with_a_session_but_for_a_foreign_streamlit_session(server: Server, account: str) -> None:
    cookies = {SESSION: server.session_for(account)}
    assert server.request("PUT", "/_stcore/upload_file/foreign/file", cookies=cookies, body=b"x").status == 404


def test_health_says_nothing_but_ok(server: Server) -> None:
    answer = server.get("/health")
    assert (answer.status, answer.body) == (200, b"ok")


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/tiers",
        "/health",
        "/_stcore/health",
        "/_stcore/host-config",
        "/media/x",
        "/auth/session",
        "/auth/sign-out",
        "/export/x",
        "/nowhere",
        "/_stcore/metrics",
    ],
)
def test_headers_on_every_answer(server: Server, path: str) -> None:
    answer = server.get(path)
    assert "frame-ancestors 'none'" in (answer.header("content-security-policy") or "")
    assert (
        answer.header("x-content-type-options"),
        answer.header("referrer-policy"),
        answer.header("cache-control"),
        answer.header("strict-transport-security"),
    ) == ("nosniff", "no-referrer", "no-store", None)


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("localhost:8501", 200),
        ("127.0.0.1", 200),
        ("[::1]:80", 200),
        ("evil.example", 421),
        ("192.168.1.20:8501", 421),
        ("localhost.evil.example", 421),
        ("user@localhost", 421),
        ("", 421),
        ("localhost:x", 421),
        ("localhost/a", 421),
    ],
)
def test_hosts(server: Server, host: str, status: int) -> None:
    assert server.get("/health", host=host or " ").status == status


def test_plain_http_elsewhere_is_refused_with_a_sentence(server: Server) -> None:
    assert b"plain HTTP on this machine only" in server.get("/", host="192.168.1.20:8501").body


@pytest.mark.parametrize(
    "origin", [None, "null", "http://evil.example", "https://127.0.0.1:1", "file://", "http://127.0.0.1.evil.example"]
)
def test_sockets_of_foreign_pages_are_refused(server: Server, origin: str | None) -> None:
    with pytest.raises(InvalidStatus) as caught:
        StreamlitClient(server, origin=origin)
    assert caught.value.response.status_code == 403


def test_a_rebound_host_gets_no_socket(server: Server) -> None:
    with pytest.raises(InvalidStatus):
        StreamlitClient(server, origin="http://evil.example", host="evil.example")


@pytest.mark.parametrize("path", ["/auth/session?ticket=x&next=/tiers", "/auth/session", "/auth/session?ticket=&next="])
def test_a_wrong_ticket_sets_no_session(server: Server, path: str) -> None:
    answer = server.get(path, cookies={DEVICE: "browser"})
    assert (answer.status, SESSION in answer.cookies()) == (303, False)


def test_sign_out_asked_for_by_another_site_is_refused(server: Server, account: str) -> None:
    token = server.session_for(account)
    refused = server.get("/auth/sign-out", cookies={SESSION: token}, headers={"Sec-Fetch-Site": "cross-site"})
    assert (refused.status, server.get("/_stcore/metrics", cookies={SESSION: token}).status) == (403, 200)


@pytest.mark.soak
def test_uploads_without_a_session_hold_no_memory(server: Server) -> None:
    for _ in range(5):
        server.get("/")
    before = server.rss()
    body = b"x" * (15 * 1024 * 1024)
    statuses = set()
    for number in range(200):
        try:
            statuses.add(server.request("PUT", f"/_stcore/upload_file/s{number}/f", body=body).status)
        except (BrokenPipeError, ConnectionResetError):
            statuses.add(401)  # refused before the body was read
    growth = server.rss() - before
    print(f"200 uploads of 15 MB without a session: RSS grew by {growth / 1e6:.1f} MB, answers {statuses}")
    assert (statuses, growth < 5_000_000) == ({401}, True)


def test_behind_https_cookies_are_host_cookies(tmp_path: Path, template_folder: Path) -> None:
    from tests.support.databases import fresh_sqlite

    db = fresh_sqlite(tmp_path, template_folder)
    server = start(db, tmp_path, {"DASHBOARD_PUBLIC_URL": "https://dashboard.example"})
    try:
        through_proxy = {"host": "dashboard.example", "headers": {"X-Forwarded-Proto": "https"}}
        answer = server.get("/", **through_proxy)
        cookie = answer.cookies()["__Host-" + DEVICE]
        assert all(part in cookie for part in ("Secure", "HttpOnly", "Path=/", "SameSite=Lax"))
        assert "Domain" not in cookie
        assert answer.header("strict-transport-security") == "max-age=31536000; includeSubDomains"
        assert server.get("/", host="dashboard.example").status == 421
        assert server.get("/", host="other.example", headers={"X-Forwarded-Proto": "https"}).status == 421
    finally:
        server.stop()
        db.dispose()


def test_no_page_text_in_what_the_form_sends(server: Server) -> None:
    with StreamlitClient(server) as client:
        sent = texts(client.rerun(page="tiers"))
    assert not any(word in sent for word in ("Sign out", "As of", "exception"))
