"""Sessions end when they should: every cause, every token, idle and absolute time; tickets work once."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select

from data_access import own_account, users
from data_access.actor import NotSignedIn, OperatorActor, SessionActor, acting_user
from data_access.clock import frozen
from data_access.database import Database
from data_access.export_tickets import issue_export_ticket, redeem_export_ticket
from data_access.sessions import (
    begin_session,
    end_session,
    is_known_device,
    is_session_live,
    issue_ticket,
    known_device,
    new_device,
    read_session_user,
    redeem_ticket,
)
from data_access.tables import app_session, app_user
from tests.support.accounts import PASSWORD, cheapen_hashes, seed_user

START = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)
OPERATOR = OperatorActor("op")
NEW = "another sentence only tests know"


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    cheapen_hashes(monkeypatch)


def signed_in(db: Database, username: str = "lead", count: int = 1) -> list[str]:
    with db.writing() as connection:
        row = connection.execute(select(app_user).where(app_user.c.username == username)).one()
        return [begin_session(connection, user_id=row.user_id, access_version=row.access_version) for _ in range(count)]


def change_password(db: Database, token: str) -> None:
    own_account.change_own_password(db, actor=SessionActor(token), current=PASSWORD, new=NEW, device="b")


CAUSES: dict[str, Callable[[Database, str], object]] = {
    "password change": change_password,
    "role change": lambda db, _token: users.set_role(db, actor=OPERATOR, username="lead", role="auditor"),
    "disabled": lambda db, _token: users.disable_user(db, actor=OPERATOR, username="lead"),
    "all sessions ended": lambda db, _token: users.end_user_sessions(db, actor=OPERATOR, username="lead"),
    "password reset": lambda db, _token: users.reset_password(db, actor=OPERATOR, username="lead"),
}


def refused_by_commands(db: Database, token: str) -> bool:
    with db.reading() as connection:
        try:
            acting_user(connection, SessionActor(token))
        except NotSignedIn:
            return True
    return False


@pytest.mark.parametrize("cause", CAUSES)
def test_every_old_token_is_dead_after(db: Database, cause: str) -> None:
    seed_user(db, "lead")
    seed_user(db, "chief")
    tokens, other = signed_in(db, count=3), signed_in(db, "chief")[0]
    assert [is_session_live(db, token) for token in tokens] == [True] * 3
    CAUSES[cause](db, tokens[0])
    assert [is_session_live(db, token) for token in tokens] == [False] * 3
    assert [read_session_user(db, token) for token in tokens] == [None] * 3
    assert [refused_by_commands(db, token) for token in tokens] == [True] * 3
    assert is_session_live(db, other)


def test_enabling_again_revives_nothing(db: Database) -> None:
    seed_user(db, "lead")
    seed_user(db, "chief")
    token = signed_in(db)[0]
    users.disable_user(db, actor=OPERATOR, username="lead")
    users.enable_user(db, actor=OPERATOR, username="lead")
    assert not is_session_live(db, token)


def test_sign_out_ends_this_session_only(db: Database) -> None:
    seed_user(db, "lead")
    first, second = signed_in(db, count=2)
    end_session(db, first)
    assert (is_session_live(db, first), is_session_live(db, second)) == (False, True)


@pytest.mark.parametrize(("minutes", "live"), [(29, True), (30, False), (31, False)])
def test_idle_time(sqlite_db: Database, minutes: int, live: bool) -> None:
    with frozen(START):
        seed_user(sqlite_db, "lead")
        token = signed_in(sqlite_db)[0]
    with frozen(START + timedelta(minutes=minutes)):
        assert is_session_live(sqlite_db, token) is live


@pytest.mark.parametrize(("minutes", "live"), [(719, True), (720, False)])
def test_absolute_time_however_busy(sqlite_db: Database, minutes: int, live: bool) -> None:
    with frozen(START):
        seed_user(sqlite_db, "lead")
        token = signed_in(sqlite_db)[0]
    for step in range(10, minutes, 10):
        with frozen(START + timedelta(minutes=step)):
            assert read_session_user(sqlite_db, token).username == "lead"
    with frozen(START + timedelta(minutes=minutes)):
        assert is_session_live(sqlite_db, token) is live


def test_reading_moves_the_idle_clock_but_looking_does_not(sqlite_db: Database) -> None:
    with frozen(START):
        seed_user(sqlite_db, "lead")
        read, looked = signed_in(sqlite_db, count=2)
    with frozen(START + timedelta(minutes=20)):
        read_session_user(sqlite_db, read)
        is_session_live(sqlite_db, looked)
    with frozen(START + timedelta(minutes=40)):
        assert (is_session_live(sqlite_db, read), is_session_live(sqlite_db, looked)) == (True, False)


@pytest.mark.parametrize("token", ["", "x", "0" * 43, "' OR 1=1 --", "\x00", "令牌"])
def test_no_invented_token_holds(sqlite_db: Database, token: str) -> None:
    seed_user(sqlite_db, "lead")
    signed_in(sqlite_db)
    assert (is_session_live(sqlite_db, token), read_session_user(sqlite_db, token)) == (False, None)


def test_the_token_itself_is_not_stored(sqlite_db: Database) -> None:
    seed_user(sqlite_db, "lead")
    token = signed_in(sqlite_db)[0]
    with sqlite_db.reading() as connection:
        stored = connection.execute(select(app_session.c.token_hash)).scalar_one()
    assert (len(token), stored != token, len(stored)) == (43, True, 64)


def test_a_ticket_works_once_for_its_browser_within_a_minute(db: Database) -> None:
    user_id = seed_user(db, "lead")
    browser, other = new_device(), new_device()
    with frozen(START):
        ticket = issue_ticket(db, user_id=user_id, device=browser)
        assert redeem_ticket(db, ticket=ticket, device=other) is None
        token, username = redeem_ticket(db, ticket=ticket, device=known_device(browser, "lead"))
        assert (username, is_session_live(db, token)) == ("lead", True)
        assert redeem_ticket(db, ticket=ticket, device=browser) is None
        late = issue_ticket(db, user_id=user_id, device=browser)
    with frozen(START + timedelta(seconds=60)):
        assert redeem_ticket(db, ticket=late, device=browser) is None


def test_a_ticket_in_flight_dies_with_the_sessions(db: Database) -> None:
    user_id = seed_user(db, "lead")
    ticket = issue_ticket(db, user_id=user_id, device="b")
    users.end_user_sessions(db, actor=OPERATOR, username="lead")
    assert redeem_ticket(db, ticket=ticket, device="b") is None


def test_the_ticket_of_a_password_change_begins_a_live_session(db: Database) -> None:
    seed_user(db, "lead", must_change=True)
    ticket = own_account.change_own_password(
        db, actor=SessionActor(signed_in(db)[0]), current=PASSWORD, new=NEW, device="b"
    )
    token, _name = redeem_ticket(db, ticket=ticket, device="b")
    user = read_session_user(db, token)
    assert (user.username, user.must_change_password) == ("lead", False)


def test_the_seal_of_a_browser_is_for_one_account() -> None:
    device = known_device(new_device(), "lead")
    assert [
        is_known_device(value, name)
        for value, name in (
            (device, "lead"),
            (device, "chief"),
            (device[:-1] + "x", "lead"),
            (None, "lead"),
            ("", "lead"),
            ("a.", "lead"),
            (".", ""),
        )
    ] == [True] + [False] * 6


def test_an_export_ticket_works_once_for_its_session(db: Database) -> None:
    seed_user(db, "lead")
    mine, other = (SessionActor(token) for token in signed_in(db, count=2))
    ticket = issue_export_ticket(db, actor=mine, kind="clients", params={"as_of": 202610})
    assert redeem_export_ticket(db, actor=other, ticket=ticket) is None
    user, kind, params = redeem_export_ticket(db, actor=mine, ticket=ticket)
    assert (user.username, kind, params) == ("lead", "clients", {"as_of": 202610})
    assert redeem_export_ticket(db, actor=mine, ticket=ticket) is None


def test_an_export_ticket_runs_out_and_dies_with_its_session(sqlite_db: Database) -> None:
    with frozen(START):
        seed_user(sqlite_db, "lead")
        first, second = (SessionActor(token) for token in signed_in(sqlite_db, count=2))
        late = issue_export_ticket(sqlite_db, actor=first, kind="clients", params={})
        ended = issue_export_ticket(sqlite_db, actor=second, kind="clients", params={})
        end_session(sqlite_db, second.token)
        with pytest.raises(NotSignedIn):
            redeem_export_ticket(sqlite_db, actor=second, ticket=ended)
    with frozen(START + timedelta(minutes=5)):
        assert redeem_export_ticket(sqlite_db, actor=first, ticket=late) is None


@pytest.mark.soak
def test_100_old_tokens_for_each_of_six_causes(sqlite_db: Database) -> None:
    alive = tried = 0
    causes = {**CAUSES, "sign-out": None}
    for number, (_name, cause) in enumerate(causes.items()):
        seed_user(sqlite_db, f"chief{number}")
        if number:
            with sqlite_db.writing() as connection:
                connection.execute(
                    app_user.update().where(app_user.c.username == "lead").values(username=f"gone{number}")
                )
        seed_user(sqlite_db, "lead")
        tokens = signed_in(sqlite_db, count=100)
        assert all(is_session_live(sqlite_db, token) for token in tokens)
        if cause is None:
            for token in tokens:
                end_session(sqlite_db, token)
        else:
            cause(sqlite_db, tokens[0])
        for token in tokens:
            tried += 1
            alive += is_session_live(sqlite_db, token) or not refused_by_commands(sqlite_db, token)
    print(f"old tokens that still worked: {alive} of {tried}")
    assert (alive, tried) == (0, 600)
