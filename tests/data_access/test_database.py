"""Connections: what a failed reader leaves behind, who waits for whom."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
import threading
from pathlib import Path

import pytest
from sqlalchemy import Connection, delete, func, insert, select

from data_access.database import Database
from data_access.tables import app_setting


def _add(db: Database, key: str) -> None:
    with db.writing() as connection:
        connection.execute(insert(app_setting).values(key=key, value=""))


def _count(db: Database) -> int:
    with db.reading() as connection:
        return int(connection.execute(select(func.count()).select_from(app_setting)).scalar_one())


def test_a_reader_that_failed_with_an_open_cursor_leaves_no_old_snapshot(db: Database):
    for key in ("a", "b"):
        _add(db, key)
    kept = []
    with pytest.raises(ZeroDivisionError), db.reading() as connection:
        rows = connection.execute(select(app_setting.c.key))
        kept.append(rows)  # the cursor lives on, as it does inside a traceback
        rows.fetchone()
        raise ZeroDivisionError
    _add(db, "c")
    assert _count(db) == 3


def test_writers_of_one_process_do_not_wait_for_each_other_on_postgresql(postgres_db: Database):
    inside = threading.Barrier(2, timeout=10)

    def write(key: str) -> None:
        with postgres_db.writing() as connection:
            connection.execute(insert(app_setting).values(key=key, value=""))
            inside.wait()  # both transactions are open at once

    writers = [threading.Thread(target=write, args=(key,)) for key in ("a", "b")]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(15)
    assert _count(postgres_db) == 2
    assert not inside.broken


def test_a_failed_transaction_keeps_nothing(db: Database):
    with pytest.raises(ZeroDivisionError), db.writing() as connection:
        connection.execute(insert(app_setting).values(key="a", value=""))
        raise ZeroDivisionError
    assert _count(db) == 0


def _keys(connection: Connection) -> list[str]:
    return list(connection.execute(select(app_setting.c.key).order_by(app_setting.c.key)).scalars())


def test_work_beside_a_transaction_sees_the_facts_as_at_its_start(db: Database):
    _add(db, "a")
    with db.writing() as connection:
        connection.execute(insert(app_setting).values(key="b", value=""))
        with db.beside(connection, _keys) as found:
            assert found.result(30) == ["a"]
        assert _keys(connection) == ["a", "b"]


def test_work_beside_a_transaction_on_postgresql_does_not_see_later_commits(postgres_db: Database):
    _add(postgres_db, "a")
    with postgres_db.writing() as connection:
        connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        assert _keys(connection) == ["a"]
        _add(postgres_db, "b")
        with postgres_db.beside(connection, _keys) as found:
            assert found.result(30) == ["a"]


def test_the_error_of_work_beside_a_transaction_comes_with_its_result(db: Database):
    def fail(_connection: Connection) -> None:
        raise ZeroDivisionError

    with db.writing() as connection, db.beside(connection, fail) as found, pytest.raises(ZeroDivisionError):
        found.result(30)
    assert _count(db) == 0


def test_a_database_in_memory_does_the_work_first():
    memory = Database("sqlite://")
    with memory.writing() as connection:
        connection.exec_driver_sql("CREATE TABLE one (n INTEGER)")
        with memory.beside(connection, lambda other: other is connection) as found:
            assert found.done()
            assert found.result()


def _fill(connection: Connection) -> None:
    connection.execute(insert(app_setting), [{"key": f"k{n}", "value": "v" * 1000} for n in range(400)])


def _in_file_alone(db: Database, folder: Path) -> int:
    """Return how many rows the file has without its log."""
    copy = "import shutil, sys; shutil.copy(*sys.argv[1:])"
    # another process: closing the file in this one would drop SQLite's locks
    subprocess.run([sys.executable, "-c", copy, str(db.path), str(folder / "alone.sqlite3")], check=True)
    alone = sqlite3.connect(folder / "alone.sqlite3")
    try:
        return int(alone.execute("SELECT count(*) FROM app_setting").fetchone()[0])
    finally:
        alone.close()


@pytest.fixture
def short_log(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("data_access.database.CHECKPOINT_BYTES", 100_000)


@pytest.mark.usefixtures("short_log")
def test_a_long_log_is_settled_after_a_transaction_or_left_to_the_next(sqlite_db: Database, tmp_path: Path):
    sqlite_db.transact(_fill, settles=False)
    assert _in_file_alone(sqlite_db, tmp_path) == 0
    _add(sqlite_db, "a")
    assert _in_file_alone(sqlite_db, tmp_path) == 401


@pytest.mark.usefixtures("short_log")
def test_a_writer_settles_the_log_while_others_read(sqlite_db: Database, tmp_path: Path):
    sqlite_db.transact(_fill, settles=False)
    with sqlite_db.writing() as connection, sqlite_db.reading() as reader:
        assert len(_keys(reader)) == 400
        sqlite_db.settle()
        assert _in_file_alone(sqlite_db, tmp_path) == 400
        connection.execute(delete(app_setting).where(app_setting.c.key == "k0"))
        assert len(_keys(reader)) == 400
    assert _count(sqlite_db) == 399
