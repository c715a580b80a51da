"""On open sockets: the end of a session is felt by the next message, and nobody takes another's session over."""

from __future__ import annotations

import random
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from websockets.exceptions import ConnectionClosed

from data_access import users
from data_access.actor import OperatorActor
from data_access.database import Database
from data_access.sessions import end_session
from data_access.tables import app_user
from tests.pages.access.conftest import new_account
from tests.support.accounts import PASSWORD, cheapen_hashes
from tests.support.server import DEVICE, SESSION, Server, address
from tests.support.sockets import StreamlitClient, redirect, shown, texts, widget_id

OPERATOR = OperatorActor("op")
CAUSES: dict[str, Callable[[Database, str, str], object]] = {
    "role": lambda db, name, _token: users.set_role(db, actor=OPERATOR, username=name, role="auditor"),
    "disabled": lambda db, name, _token: users.disable_user(db, actor=OPERATOR, username=name),
    "ended": lambda db, name, _token: users.end_user_sessions(db, actor=OPERATOR, username=name),
    "reset": lambda db, name, _token: users.reset_password(db, actor=OPERATOR, username=name),
    "sign-out": lambda db, _name, token: end_session(db, token),
}
MESSAGES = ("run", "fragment", "callback", "page")


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    cheapen_hashes(monkeypatch)


def language_of(db: Database, name: str) -> str | None:
    with db.reading() as connection:
        return connection.execute(select(app_user.c.language).where(app_user.c.username == name)).scalar_one()


def send_and_expect_nothing(client: StreamlitClient, message: str, choice: str) -> list[tuple[str, str]]:
    """Send one message of a kind on a socket whose sign-in has ended; return what was drawn for it."""
    before = len(client.messages)
    options: dict[str, Any] = {
        "run": {"page": "users"},
        "fragment": {"page": "users", "fragment": "any-fragment"},
        "callback": {"page": "users", "widgets": {choice: "en"}},
        "page": {"page": "data"},
    }[message]
    with pytest.raises(ConnectionClosed):
        client.rerun(**options)
    return shown(client.messages[before:])


@pytest.mark.parametrize("cause", CAUSES)
@pytest.mark.parametrize("message", MESSAGES)
def test_the_next_message_after_the_end_draws_nothing(server: Server, cause: str, message: str) -> None:
    name = new_account(server.db)
    token = server.session_for(name)
    with StreamlitClient(server, cookies={SESSION: token}) as client:
        assert ("text", name.title()) in shown(client.rerun(page="users"))
        choice = next(
            str(part.delta.new_element.button_group.id)
            for part in client.messages
            if part.delta.new_element.WhichOneof("type") == "button_group"
        )
        CAUSES[cause](server.db, name, token)
        assert send_and_expect_nothing(client, message, choice) == []
    assert language_of(server.db, name) is None


def test_signing_in_through_the_form(server: Server, account: str) -> None:
    device = server.get("/").cookies()[DEVICE].split("=", 1)[1].split(";")[0]
    with StreamlitClient(server, cookies={DEVICE: device}) as client:
        first = client.rerun(page="users", query="a=1")
        name, password, button = (widget_id(first, text) for text in ("User name", "Password", "Sign in"))
        wrong = client.rerun(page="users", widgets={name: account, password: PASSWORD + " ", button: "press"})
        assert (redirect(wrong), ("alert", "User name or password is not right.") in shown(wrong)) == (None, True)
        goal = redirect(client.rerun(page="users", widgets={name: account, password: PASSWORD, button: "press"}))
    assert goal is not None
    stolen = server.get(goal, cookies={DEVICE: "another-browser"})
    assert SESSION not in stolen.cookies()
    answer = server.get(goal, cookies={DEVICE: device})
    cookie = answer.cookies()[SESSION]
    assert (answer.status, "HttpOnly" in cookie, "SameSite=Lax" in cookie, "Path=/" in cookie, "Domain" in cookie) == (
        303,
        True,
        True,
        True,
        False,
    )
    assert SESSION not in server.get(goal, cookies={DEVICE: device}).cookies()
    token = cookie.split("=", 1)[1].split(";")[0]
    with StreamlitClient(server, cookies={SESSION: token}) as client:
        assert ("text", account.title()) in shown(client.rerun(page="users"))
    server.get("/auth/sign-out", cookies={SESSION: token}, headers={"Sec-Fetch-Site": "same-origin"})
    with StreamlitClient(server, cookies={SESSION: token}) as client:
        assert ("text_input", "User name") in shown(client.rerun(page="users"))


@pytest.mark.parametrize(
    "goal",
    [
        "//evil.example",
        "https://evil.example",
        "/\\evil.example",
        "javascript:alert(1)",
        "/a\r\nSet-Cookie: x=1",
        "/auth/sign-out",
        "evil",
        "",
    ],
)
def test_after_sign_in_the_browser_stays_here(server: Server, goal: str) -> None:
    answer = server.get(address("/auth/session", ticket="x", next=goal), cookies={DEVICE: "browser"})
    assert (answer.status, answer.header("location")) == (303, "/")


def test_a_one_time_password_opens_nothing_but_its_change(server: Server) -> None:
    name = new_account(server.db, must_change=True)
    with StreamlitClient(server, cookies={SESSION: server.session_for(name)}) as client:
        seen = shown(client.rerun(page="users"))
    assert [part for part in seen if part[0] in {"heading", "text_input"}] == [
        ("heading", "Choose a password"),
        ("text_input", "Current or one-time password"),
        ("text_input", "New password"),
        ("text_input", "New password again"),
    ]


def test_an_export_address_is_for_its_session_only(server: Server, account: str) -> None:
    from data_access.actor import SessionActor
    from data_access.export_tickets import issue_export_ticket

    mine, other = server.session_for(account), server.session_for(account)
    ticket = issue_export_ticket(server.db, actor=SessionActor(mine), kind="no such kind", params={})
    answers = [
        server.get(f"/export/{ticket}", cookies=cookies).status for cookies in ({}, {SESSION: "x"}, {SESSION: other})
    ]
    assert answers == [401, 401, 404]


def take_over(server: Server, victim: StreamlitClient, cookies: dict[str, str]) -> tuple[bool, str]:
    """Name the victim's Streamlit session on a socket of one's own; return whether it was given, and all text."""
    with StreamlitClient(server, cookies=cookies, resume=victim.session_id) as thief:
        seen = texts(thief.rerun(page="users"))
        return thief.session_id == victim.session_id, seen


def thieves_cookies(server: Server) -> list[dict[str, str]]:
    expired = server.session_for(new_account(server.db))
    end_session(server.db, expired)
    return [{}, {SESSION: "x" * 43}, {SESSION: expired}]


def test_naming_anothers_session_gives_nothing(server: Server, account: str) -> None:
    cookies = [*thieves_cookies(server), {SESSION: server.session_for(new_account(server.db, role="user_admin"))}]
    token = server.session_for(account)
    victim = StreamlitClient(server, cookies={SESSION: token})
    victim.rerun(page="users")
    for thief in cookies:
        given, seen = take_over(server, victim, thief)
        assert (given, f'body: "{account.title()}"' in seen, token in seen) == (False, False, False)
    assert ("text", account.title()) in shown(victim.rerun(page="users"))  # the victim was not cut off
    victim.socket.close()
    for thief in cookies:
        given, seen = take_over(server, victim, thief)
        assert (given, f'body: "{account.title()}"' in seen) == (False, False)


def test_the_owner_resumes_the_own_session(server: Server, account: str) -> None:
    cookies = {SESSION: server.session_for(account)}
    first = StreamlitClient(server, cookies=cookies)
    first.rerun(page="users")
    first.socket.close()
    with StreamlitClient(server, cookies=cookies, resume=first.session_id) as again:
        again.rerun(page="users")
        assert again.session_id == first.session_id


@pytest.mark.soak
def test_200_take_overs(server: Server, account: str) -> None:
    cookies = thieves_cookies(server)
    token = server.session_for(account)
    taken = tried = ran = 0
    for number in range(200):
        victim = StreamlitClient(server, cookies={SESSION: token})
        victim.rerun(page="users")
        choice = next(
            str(part.delta.new_element.button_group.id)
            for part in victim.messages
            if part.delta.new_element.WhichOneof("type") == "button_group"
        )
        if number % 2:
            victim.socket.close()
        with StreamlitClient(server, cookies=random.Random(number).choice(cookies), resume=victim.session_id) as thief:
            seen = texts(thief.rerun(page="users", widgets={choice: "en"}))
        tried += 1
        taken += thief.session_id == victim.session_id or f'body: "{account.title()}"' in seen
        ran += language_of(server.db, account) is not None
        victim.socket.close()
    print(f"take-overs that gave anything: {taken} of {tried}; callbacks run: {ran}")
    assert (taken, ran, tried) == (0, 0, 200)


@pytest.mark.soak
def test_open_sockets_after_every_cause(server: Server) -> None:
    drawn = tried = 0
    for number in range(200):
        cause = list(CAUSES)[number % len(CAUSES)]
        name = new_account(server.db)
        token = server.session_for(name)
        with StreamlitClient(server, cookies={SESSION: token}) as client:
            client.rerun(page="users")
            choice = next(
                str(part.delta.new_element.button_group.id)
                for part in client.messages
                if part.delta.new_element.WhichOneof("type") == "button_group"
            )
            CAUSES[cause](server.db, name, token)
            drawn += len(send_and_expect_nothing(client, MESSAGES[number // 5 % 4], choice)) > 0
            drawn += language_of(server.db, name) is not None
            tried += 1
        assert server.get("/_stcore/metrics", cookies={SESSION: token}).status == 401
    print(f"open sockets that still drew or ran something after the end of the session: {drawn} of {tried}")
    assert (drawn, tried) == (0, 200)
