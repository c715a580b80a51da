"""Guesses are counted before the hash, by account, browser and address."""

from __future__ import annotations

import multiprocessing
import os
import signal
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import bcrypt
import pytest

from data_access import counters, sessions
from data_access.actor import OperatorActor
from data_access.clock import frozen
from data_access.database import Database
from data_access.sessions import account_key, check_password, known_device, new_device
from data_access.users import unlock_user
from tests.support.accounts import PASSWORD, cheapen_hashes, seed_user

START = datetime(2026, 11, 2, 1, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    cheapen_hashes(monkeypatch)


def guess(
    db: Database,
    username: str = "lead",
    password: str = "not this one, sorry",
    address: str = "10.0.0.1",
    device: str | None = None,
) -> sessions.SignInResult:
    return check_password(db, username=username, password=password, address=address, device=device)


def count_comparisons(monkeypatch: pytest.MonkeyPatch) -> list[bytes]:
    seen: list[bytes] = []
    monkeypatch.setattr(bcrypt, "checkpw", lambda given, stored: seen.append(given) or False)
    return seen


def test_five_guesses_then_locked_until_the_window_has_passed(db: Database) -> None:
    seed_user(db, "lead")
    with frozen(START):
        assert [guess(db).retry_at for _ in range(5)] == [None] * 5
        assert guess(db, password=PASSWORD).retry_at == START + timedelta(minutes=15)
    with frozen(START + timedelta(minutes=15) - timedelta(seconds=1)):
        assert not guess(db, password=PASSWORD)
    with frozen(START + timedelta(minutes=15)):
        assert guess(db, password=PASSWORD)


def test_refused_guesses_do_not_lengthen_the_lock(sqlite_db: Database) -> None:
    seed_user(sqlite_db, "lead")
    with frozen(START):
        for _ in range(5):
            guess(sqlite_db)
    for minutes in range(1, 15):
        with frozen(START + timedelta(minutes=minutes)):
            guess(sqlite_db)
    with frozen(START + timedelta(minutes=15)):
        assert guess(sqlite_db, password=PASSWORD)


def test_no_span_of_15_minutes_sees_more_than_ten(sqlite_db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    seed_user(sqlite_db, "lead")
    seen = count_comparisons(monkeypatch)
    at: list[int] = []
    for second in range(0, 3600, 20):
        with frozen(START + timedelta(seconds=second)):
            before = len(seen)
            guess(sqlite_db, address=f"10.0.{second}.1")
            at += [second] * (len(seen) - before)
    most = max(sum(1 for other in at if first <= other < first + 900) for first in at)
    assert (len(at), most) == (20, 5)


def test_a_right_password_is_not_counted(sqlite_db: Database) -> None:
    seed_user(sqlite_db, "lead")
    with frozen(START):
        assert [bool(guess(sqlite_db, password=PASSWORD)) for _ in range(12)] == [True] * 12


def test_an_address_is_limited_over_all_accounts(sqlite_db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = count_comparisons(monkeypatch)
    with frozen(START):
        for number in range(300):
            guess(sqlite_db, username=f"person{number}")
        assert len(seen) == counters.PER_ADDRESS
        guess(sqlite_db, username="person0", address="10.0.0.2")
    assert len(seen) == counters.PER_ADDRESS + 1


def test_upper_case_and_spaces_do_not_make_another_counter(
    sqlite_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = count_comparisons(monkeypatch)
    with frozen(START):
        for name in ("lead", "LEAD", " Lead ", "lEAD", "lead  ", "LeAd", "leaD"):
            guess(sqlite_db, username=name)
    assert len(seen) == 5


def test_the_owner_on_a_known_browser_gets_in_while_others_guess(sqlite_db: Database) -> None:
    seed_user(sqlite_db, "lead")
    device = known_device(new_device(), "lead")
    with frozen(START):
        for _ in range(20):
            guess(sqlite_db)
        assert not guess(sqlite_db, password=PASSWORD)
        assert not guess(sqlite_db, password=PASSWORD, device=new_device() + ".0123456789abcdef0123456789abcdef")
        assert not guess(sqlite_db, password=PASSWORD, device=known_device(new_device(), "somebody.else"))
        assert guess(sqlite_db, password=PASSWORD, device=device)


def test_a_known_browser_is_limited_too(sqlite_db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = count_comparisons(monkeypatch)
    device = known_device(new_device(), "lead")
    with frozen(START):
        for _ in range(30):
            guess(sqlite_db, device=device)
    assert len(seen) == 5


def test_unlock_opens_at_once(sqlite_db: Database) -> None:
    seed_user(sqlite_db, "lead")
    with frozen(START):
        for _ in range(6):
            guess(sqlite_db)
        unlock_user(sqlite_db, actor=OperatorActor("op"), username="lead")
        assert guess(sqlite_db, password=PASSWORD)


def test_a_clock_that_goes_back_frees_no_lock(sqlite_db: Database) -> None:
    seed_user(sqlite_db, "lead")
    with frozen(START):
        for _ in range(5):
            guess(sqlite_db)
    with frozen(START - timedelta(minutes=5)):
        assert not guess(sqlite_db, password=PASSWORD)


def test_ten_at_once_on_one_account(db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    seed_user(db, "lead")
    seen = count_comparisons(monkeypatch)
    with ThreadPoolExecutor(10) as pool:
        list(pool.map(lambda number: guess(db, address=f"10.1.0.{number}"), range(40)))
    assert len(seen) == counters.PER_ACCOUNT


def _guess_until_killed(url: str, keys: str) -> None:
    os.environ["DASHBOARD_KEYS_DIR"] = keys
    db = Database(url)
    reached: list[bytes] = []

    def compare(given: bytes, _stored: bytes) -> bool:
        reached.append(given)
        if len(reached) == 3:
            os.kill(os.getpid(), signal.SIGKILL)
        return False

    bcrypt.checkpw = compare
    while True:
        guess(db)


def test_the_counter_survives_kill_9(sqlite_db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    seed_user(sqlite_db, "lead")
    child = multiprocessing.get_context("spawn").Process(
        target=_guess_until_killed,
        args=(sqlite_db.url.render_as_string(hide_password=False), os.environ["DASHBOARD_KEYS_DIR"]),
    )
    child.start()
    child.join(60)
    assert child.exitcode == -signal.SIGKILL
    seen = count_comparisons(monkeypatch)
    for _ in range(20):
        guess(sqlite_db)
    assert len(seen) == counters.PER_ACCOUNT - 3


@pytest.mark.soak
def test_10_000_guesses_with_50_threads_reach_the_hash_at_most_ten_times(
    db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    seed_user(db, "lead")
    seen = count_comparisons(monkeypatch)
    with ThreadPoolExecutor(50) as pool:
        list(pool.map(lambda number: guess(db, address=f"10.{number % 200}.0.1"), range(10_000)))
    print(f"10,000 guesses, 50 threads, {db.url.get_backend_name()}: {len(seen)} reached the hash")
    assert len(seen) <= 10
    with db.reading() as connection:
        assert counters.locked_until(connection, account_key("lead")) is not None
