"""How far back a change reaches: a nightly file of clients does not rebuild the history."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import insert, update

from data_access.actor import OperatorActor
from data_access.clock import now
from data_access.database import Database
from data_access.refresh import refresh
from data_access.tables import client, client_revision, client_version, import_batch
from tests.support.books import add_client, firm, month_row, version, write_batch, write_book

ACTOR = OperatorActor("tests")
ALL = [202401, 202402, 202403, 202404]


@pytest.fixture
def published(sqlite_db: Database) -> Database:
    """One client opened in January, published to April."""
    book = firm()
    add_client(book, 1, date(2024, 1, 10), risk_level="C1", closed_on=None)
    book.client_month = [month_row(1, month, end_assets_fen=1, trades_count=0) for month in ALL]
    with sqlite_db.writing() as connection:
        write_book(connection, book)
    assert refresh(sqlite_db, actor=ACTOR).months_built == ALL
    return sqlite_db


def _revise(db: Database, **values: object) -> None:
    """Re-import the client with other values, as a client file does."""
    with db.writing() as connection:
        batch = write_batch(connection, "client")
        body = {"kind": "individual", "closed_on": None, "archived_on": None, "designation_withdrawn_on": None}
        connection.execute(
            insert(client_revision).values(client_id=1, body=json.dumps(body), superseded_at=now(), superseded_by=batch)
        )
        connection.execute(update(client).values(**values, batch_id=batch))


@pytest.mark.parametrize(("values", "built"), [
    ({"phone_hash": "p"}, [202404]),
    ({"kind": "product"}, ALL),
    ({"closed_on": date(2024, 3, 5)}, [202403, 202404]),
    ({"archived_on": date(2024, 2, 29)}, [202402, 202403, 202404]),
    ({"designation_withdrawn_on": date(2024, 3, 1)}, [202403, 202404]),
])  # fmt: skip
def test_a_changed_client_counts_from_the_day_it_speaks_of(published: Database, values, built) -> None:
    _revise(published, **values)
    assert refresh(published, actor=ACTOR).months_built == built


@pytest.mark.parametrize(("valid_from", "built"), [(date(2024, 5, 2), []), (date(2024, 3, 2), [202403, 202404])])
def test_a_new_version_counts_from_its_first_day(published: Database, valid_from: date, built: list[int]) -> None:
    with published.writing() as connection:
        batch = write_batch(connection, "client")
        connection.execute(update(client_version).values(valid_to=valid_from))
        connection.execute(
            insert(client_version).values(**version(1, valid_from, None, 3, risk_level="C4") | {"batch_id": batch})
        )
    assert refresh(published, actor=ACTOR).months_built == built


@pytest.mark.parametrize(
    ("kind", "month", "built"),
    [("client_month", 202403, [202403, 202404]), ("client", None, ALL), ("contact", None, ALL), ("target", None, [])],
)
def test_a_rolled_back_batch_counts_from_its_first_month(published: Database, kind, month, built) -> None:
    with published.writing() as connection:
        batch = write_batch(connection, kind, [month] if month else None)
    refresh(published, actor=ACTOR, full=True)
    with published.writing() as connection:
        connection.execute(
            update(import_batch)
            .where(import_batch.c.batch_id == batch)
            .values(rolled_back_at=now() + timedelta(seconds=1), state="rolled_back")
        )
    assert refresh(published, actor=ACTOR).months_built == built


def test_a_batch_rolled_back_before_any_refresh_saw_it_counts_for_nothing(published: Database) -> None:
    with published.writing() as connection:
        batch = write_batch(connection, "client")
        connection.execute(
            update(import_batch)
            .where(import_batch.c.batch_id == batch)
            .values(rolled_back_at=datetime(2999, 1, 1, tzinfo=UTC), state="rolled_back")
        )
    assert refresh(published, actor=ACTOR).months_built == []
