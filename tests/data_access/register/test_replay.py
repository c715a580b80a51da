"""Replaying every event of the demo firm: twice, from files in another order; a late event opens a conflict."""

from __future__ import annotations

import csv
import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import delete, select, update

from data_access import user_accounts
from data_access.actor import OperatorActor
from data_access.clock import frozen
from data_access.database import Database
from data_access.demo import build
from data_access.imports import import_file
from data_access.register.canonical import canonical_register
from data_access.register.match_run import MatchSummary, match_events
from data_access.tables import account, account_event, client, org_unit, relationship
from tests.support.databases import fresh_sqlite

ACTOR = OperatorActor("test")
BUILT = datetime(2025, 11, 3, 2, tzinfo=UTC)
CLOSING = datetime(2025, 10, 31, 15, 30, tzinfo=UTC)
HEADER = ("client_no", "account_no", "account_kind", "event", "at", "office_code", "amount", "note")
CLIENTS = 700

Row = dict[str, Any]


@pytest.fixture(autouse=True)
def _no_slow_hashes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(user_accounts, "hash_password", lambda password: "not a hash")


def grow(db: Database, clients: int = CLIENTS) -> None:
    with frozen(BUILT), pytest.MonkeyPatch.context() as patch:
        # an opening that comes late is decided by when it came: no order of files but its own leads there
        patch.setattr(build, "store_late_event", lambda _connection: False)
        build.build_demo(db, clients=clients, months=12, seed=11, until=202510)


def run(db: Database) -> MatchSummary:
    with frozen(CLOSING):
        return match_events(db, actor=ACTOR)


def register(db: Database) -> str:
    with db.reading() as connection:
        return canonical_register(connection)


def read_events(db: Database) -> list[Row]:
    """Return every event as a row of an import file."""
    event = account_event.c
    with db.reading() as connection:
        rows = connection.execute(
            select(client.c.client_no, account.c.account_no, account.c.account_kind, event.event, event.at,
                   event.on_date, event.has_time, org_unit.c.unit_code, event.amount_fen, event.note)
            .join(account, account.c.account_id == event.account_id)
            .join(client, client.c.client_id == event.client_id)
            .outerjoin(org_unit, org_unit.c.unit_id == event.office_id)
        ).all()  # fmt: skip
    return [
        {"client_no": row.client_no, "account_no": row.account_no, "account_kind": row.account_kind,
         "event": row.event, "office_code": row.unit_code, "note": row.note,
         "at": row.at.astimezone(ZoneInfo("Asia/Shanghai")).strftime("%Y-%m-%d %H:%M:%S") if row.has_time
         else row.on_date.isoformat(),
         "amount": None if row.amount_fen is None else f"{row.amount_fen / 100:.2f}"}
        for row in rows
    ]  # fmt: skip


def bring(db: Database, folder: Path, rows: list[Row], *, files: int, seed: int) -> None:
    """Import the rows from some files, shuffled within and between them."""
    shuffled = list(rows)
    random.Random(seed).shuffle(shuffled)
    for part in range(files):
        path = folder / f"account_event-{seed}-{part}.csv"
        with path.open("w", encoding="utf-8", newline="") as out:
            writer = csv.DictWriter(out, HEADER)
            writer.writeheader()
            writer.writerows(shuffled[part::files])
        import_file(db, actor=ACTOR, kind="account_event", path=path)


@pytest.fixture
def unmatched(monkeypatch: pytest.MonkeyPatch) -> Callable[[Database], list[Row]]:
    """Grow the same firm without its matching, take its events away and return them as rows of a file."""

    def prepare(db: Database) -> list[Row]:
        monkeypatch.setattr(build, "match_events", lambda *_args, **_more: None)
        grow(db)
        monkeypatch.undo()
        rows = read_events(db)
        with db.writing() as connection:
            connection.execute(delete(account_event))
        return rows

    return prepare


def test_replayed_twice_and_in_another_file_order(
    db: Database, tmp_path: Path, template_folder: Path, unmatched: Callable[[Database], list[Row]]
) -> None:
    (tmp_path / "first").mkdir()
    first = fresh_sqlite(tmp_path / "first", template_folder)
    grow(first)
    made = register(first)
    first.dispose()
    rows = unmatched(db)
    bring(db, tmp_path, rows, files=3, seed=1)
    assert run(db).decided == len([row for row in rows if row["event"] in {
        "opened", "activated", "designation_made", "first_repo"
    } and not (row["event"] == "opened" and row["account_kind"] == "repo")])  # fmt: skip
    assert register(db) == made
    assert run(db).decided == 0
    bring(db, tmp_path, rows, files=5, seed=2)
    assert run(db).decided == 0
    assert register(db) == made
    outcomes = {line.split('"outcome": "')[1].split('"')[0] for line in made.splitlines() if '"verdict"' in line}
    assert outcomes >= {"relationship", "chain", "natural", "none"}


def test_the_canonical_form_holds_no_id_and_no_clock(
    sqlite_db: Database, tmp_path: Path, template_folder: Path
) -> None:
    """The same firm whose rows got other ids and whose matching ran at another hour is the same register."""
    grow(sqlite_db, 150)
    (tmp_path / "other").mkdir()
    other = fresh_sqlite(tmp_path / "other", template_folder)
    grow(other, 150)
    with other.writing() as connection:
        connection.execute(update(relationship).values(confirmed_at=BUILT, created_at=BUILT, version=7))
    assert register(other) == register(sqlite_db)
    with other.writing() as connection:
        connection.execute(
            update(relationship).where(relationship.c.relationship_id == 1).values(how_confirmed="other")
        )
    assert register(other) != register(sqlite_db)
    other.dispose()


def test_a_late_event_of_the_demo_firm_opens_a_conflict(sqlite_db: Database, tmp_path: Path) -> None:
    grow(sqlite_db)
    before = register(sqlite_db).splitlines()
    with sqlite_db.reading() as connection:
        row = connection.execute(
            select(client.c.client_no, account.c.account_no, account_event.c.at)
            .join(account_event, account_event.c.event_id == relationship.c.event_id)
            .join(account, account.c.account_id == account_event.c.account_id)
            .join(client, client.c.client_id == relationship.c.client_id)
            .where(relationship.c.state == "confirmed", relationship.c.type == "new_development")
            .order_by(client.c.client_no).limit(1)
        ).one()  # fmt: skip
    earlier = row.at.astimezone(ZoneInfo("Asia/Shanghai")) - timedelta(days=40)
    bring(sqlite_db, tmp_path, [{
        "client_no": row.client_no, "account_no": row.account_no, "account_kind": "cash", "event": "opened",
        "at": earlier.strftime("%Y-%m-%d %H:%M:%S"),
    }], files=1, seed=9)  # fmt: skip
    assert run(sqlite_db).outcomes == {"conflict": 1}
    after = register(sqlite_db).splitlines()
    assert set(before) <= set(after)
    facts = [line.split('"fact": "')[1].split('"')[0] for line in set(after) - set(before)]
    assert sorted(facts) == ["conflict", "verdict"]
    assert run(sqlite_db).decided == 0
    assert register(sqlite_db).splitlines() == after
