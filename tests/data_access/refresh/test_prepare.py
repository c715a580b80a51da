"""Columns of published months are written after publishing, once, and go with the client rows."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import delete, insert, select, text

from data_access.actor import OperatorActor
from data_access.database import Database
from data_access.reads.columns import NAMES, read_columns
from data_access.refresh import prepare, refresh
from data_access.refresh.prepare import prepare_columns
from data_access.tables import client_column, client_status
from tests.support.books import add_client, firm, month_row, write_book
from tests.support.published import current

ACTOR = OperatorActor("tests")
MONTHS = [202401, 202402, 202403]


@pytest.fixture
def small_db(db: Database) -> Database:
    book = firm()
    for key in (1, 2):
        add_client(book, key, date(2023, 1, 1))
        book.client_month += [month_row(key, month, end_assets_fen=key * 100, trades_count=1) for month in MONTHS]
    with db.writing() as connection:
        write_book(connection, book)
    refresh(db, actor=ACTOR)
    return db


def builds_with_columns(db: Database) -> set[int]:
    with db.reading() as connection:
        return set(connection.execute(select(client_column.c.build_id)).scalars())


def test_a_refresh_leaves_figures_that_are_read_without_columns(small_db: Database) -> None:
    assert builds_with_columns(small_db) == set()
    with small_db.reading() as connection:
        build_id = current(connection).builds[202403]
        assert read_columns(connection, build_id, ("end_assets_fen",))["end_assets_fen"].tolist() == [100, 200]


def test_missing_months_are_written_once_the_newest_first(small_db: Database) -> None:
    said: list[tuple[str, int, int]] = []
    assert prepare_columns(small_db, progress=lambda *step: said.append(step)) == MONTHS[::-1]
    assert said == [("columns 2024-03", 1, 3), ("columns 2024-02", 2, 3), ("columns 2024-01", 3, 3)]
    assert prepare_columns(small_db) == []
    with small_db.reading() as connection:
        builds = current(connection).builds
        names = connection.execute(select(client_column.c.name).where(client_column.c.build_id == builds[202402]))
        assert sorted(names.scalars()) == sorted(NAMES)
        dtypes = dict(connection.execute(select(client_column.c.name, client_column.c.dtype)).all())
        assert (dtypes["client_id"], dtypes["lost_on"], dtypes["end_assets_fen"]) == ("|i1", "|i1", "<i2")


def test_the_planner_is_told_of_the_rows(small_db: Database) -> None:
    if not small_db.is_sqlite:
        known = text("SELECT count(*) FROM pg_stats WHERE tablename = 'client_status'")
    else:
        with small_db.reading() as connection:
            assert not connection.execute(text("SELECT 1 FROM sqlite_master WHERE name = 'sqlite_stat1'")).all()
        known = text("SELECT count(*) FROM sqlite_stat1 WHERE tbl = 'client_status'")
    prepare_columns(small_db)
    with small_db.reading() as connection:
        assert connection.execute(known).scalar_one() > 0


def test_a_month_is_written_whole_or_not_at_all(small_db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(name, values):
        if name == NAMES[-1]:
            raise MemoryError
        return values

    with monkeypatch.context() as patch:
        patch.setattr(prepare, "_pack", broken)
        with pytest.raises(MemoryError):
            prepare_columns(small_db)
    assert builds_with_columns(small_db) == set()
    assert prepare_columns(small_db) == MONTHS[::-1]


def test_columns_go_with_the_client_rows(small_db: Database) -> None:
    prepare_columns(small_db)
    with small_db.reading() as connection:
        first = set(current(connection).builds.values())
    assert builds_with_columns(small_db) == first
    for _ in range(3):
        refresh(small_db, actor=ACTOR, full=True)
    assert builds_with_columns(small_db) == set()
    prepare_columns(small_db)
    with small_db.reading() as connection:
        newest = current(connection).builds
    assert builds_with_columns(small_db) == set(newest.values())
    with small_db.writing() as connection:  # what a build dropped while it was prepared would leave behind
        connection.execute(insert(client_column).values(build_id=99, name="tier", dtype="|i1", codes="", body=b""))
        connection.execute(delete(client_status).where(client_status.c.build_id == newest[202401]))
    assert prepare_columns(small_db) == []
    assert builds_with_columns(small_db) == {newest[202402], newest[202403]}
