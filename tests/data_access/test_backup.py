from __future__ import annotations

import json
import threading
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import func, insert, select, text, update
from typer.testing import CliRunner

from data_access import keys
from data_access.audit import append_audit, first_broken_audit
from data_access.backup import LEFT_OUT, BackupRefused, backup, restore
from data_access.check import check_invariants
from data_access.cli import maintenance, nightly
from data_access.commands.tasks import assign_tasks
from data_access.database import Database
from data_access.keys import decrypt, encrypt
from data_access.settings import settings
from data_access.tables import (
    audit_event,
    client,
    contact_log,
    metadata,
    reactivation_task,
)
from tests.support import postgres
from tests.support.book_rows import Book, add_clients, set_ceiling, signed_in, write_book
from tests.support.databases import fresh_sqlite

HOSTILE = "tab\there\\N line\nend\rback\\slash 𠮷 '; --"


@pytest.fixture
def book(db: Database) -> Book:
    """Twenty clients, one with hostile text and a phone, and three tasks; the cube is left empty."""
    book = write_book(db)
    with db.writing() as connection:
        add_clients(connection, book, [f"C{number}" for number in range(20)])
        connection.execute(text("DELETE FROM client_status"))
        connection.execute(text("DELETE FROM generation_month"))
        connection.execute(text("DELETE FROM generation"))
        connection.execute(
            update(client)
            .where(client.c.client_no == "C1")
            .values(name=HOSTILE, phone_cipher=encrypt("13800138000"), segment="", marketing_opt_out=True)
        )
        connection.execute(
            insert(reactivation_task).values(
                task_id=41,
                task_no="T00000041",
                client_id=1,
                staff_id=1,
                office_id=4,
                state="withdrawn",
                pool_status="lost",
                priority="normal",
                due_on=book_day(),
                assigned_by=1,
                assigned_at=moment(),
                request_id="r",
            )
        )
        connection.execute(
            text(
                "INSERT INTO task_event (task_id, sequence, kind, to_state, at) "
                "SELECT 41, 1, 'assigned', 'open', assigned_at FROM reactivation_task"
            )
        )
        connection.execute(
            text(
                "INSERT INTO task_event (task_id, sequence, kind, from_state, to_state, at) "
                "SELECT 41, 2, 'withdrawn', 'open', 'withdrawn', assigned_at FROM reactivation_task"
            )
        )
        for number in range(3):
            append_audit(connection, action="test", operator="op", details={"number": number})
    return book


def book_day() -> object:
    from tests.support.book_rows import TODAY

    return TODAY


def moment() -> object:
    from tests.support.book_rows import NOW

    return NOW


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path, template_folder: Path) -> Iterator[Database]:
    """An empty database of each engine to restore into."""
    if request.param == "sqlite":
        (tmp_path / "other").mkdir()
        other = fresh_sqlite(tmp_path / "other", template_folder)
        yield other
        other.dispose()
    else:
        url = postgres.fresh_url()
        other = Database(url)
        yield other
        other.dispose()
        postgres.drop(url)


def contents(db: Database) -> dict[str, list[tuple[object, ...]]]:
    with db.reading() as connection:
        return {
            table.name: sorted((tuple(row) for row in connection.execute(select(table))), key=repr)
            for table in metadata.sorted_tables
            if table.name not in LEFT_OUT
        }


def test_every_row_returns_on_either_engine(db: Database, book: Book, empty: Database, tmp_path: Path) -> None:
    before = contents(db)
    backup(db, tmp_path / "book.zip")
    summary = restore(empty, tmp_path / "book.zip")
    assert summary.violations == ()
    assert (summary.rows["client"], summary.rows["audit_event"]) == (20, 3)
    assert contents(empty) == before
    with empty.reading() as connection:
        row = connection.execute(select(client).where(client.c.client_no == "C1")).one()
        assert (row.name, decrypt(row.phone_cipher), row.segment, row.marketing_opt_out, row.document_cipher) == (
            HOSTILE,
            "13800138000",
            "",
            True,
            None,
        )
    with empty.writing() as connection:  # new rows go on after the restored ids
        key = connection.execute(
            insert(contact_log)
            .values(client_id=1, staff_id=1, at=moment(), channel="phone", request_id="x")
            .returning(contact_log.c.contact_id)
        )
        assert key.scalar() == 1
        assert append_audit(connection, action="after", operator="op") == 4


def test_the_file_holds_neither_keys_nor_sessions(db: Database, book: Book, tmp_path: Path) -> None:
    signed_in(db, book, "hq")
    backup(db, tmp_path / "book.zip")
    assert (tmp_path / "book.zip").stat().st_mode & 0o777 == 0o600
    assert [path.name for path in tmp_path.iterdir() if ".part" in path.name] == []
    with zipfile.ZipFile(tmp_path / "book.zip") as archive:
        assert "tables/app_session.tsv" not in archive.namelist()
        everything = b"".join(archive.read(name) for name in archive.namelist())
    for path in settings().keys_dir.glob("*.key"):
        assert path.read_bytes() not in everything
        assert path.read_bytes().hex().encode() not in everything


def test_a_database_with_data_is_replaced_only_on_request(sqlite_db: Database, tmp_path: Path) -> None:
    book = write_book(sqlite_db)
    backup(sqlite_db, tmp_path / "book.zip")
    with sqlite_db.writing() as connection:
        add_clients(connection, book, ["LATER"], status=None)
    with pytest.raises(BackupRefused, match="holds data"):
        restore(sqlite_db, tmp_path / "book.zip")
    restore(sqlite_db, tmp_path / "book.zip", replace=True)
    with sqlite_db.reading() as connection:
        assert connection.execute(select(func.count()).select_from(client)).scalar() == 0


def rewritten(source: Path, target: Path, name: str, change: bytes) -> None:
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for entry in old.namelist():
            new.writestr(entry, change if entry == name else old.read(entry))


def test_damaged_edited_foreign_and_older_files_are_refused(
    sqlite_db: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good, bad = tmp_path / "good.zip", tmp_path / "bad.zip"
    backup(sqlite_db, good)
    bad.write_bytes(good.read_bytes()[:-200])
    with pytest.raises(BackupRefused, match="not a backup"):
        restore(sqlite_db, bad)
    rewritten(good, bad, "tables/rule_set.tsv", b"1\n")
    with pytest.raises(BackupRefused, match="damaged in table rule_set"):
        restore(sqlite_db, bad)
    with zipfile.ZipFile(good) as archive:
        sealed = json.loads(archive.read("manifest.json"))
    rewritten(good, bad, "manifest.json", json.dumps({**sealed, "mac": "0" * 64}).encode())
    with pytest.raises(BackupRefused, match="has been changed"):
        restore(sqlite_db, bad)
    with monkeypatch.context() as patch:
        patch.setattr("data_access.backup.upgrade", lambda db: "9999")
        with pytest.raises(BackupRefused, match="this program of 9999"):
            restore(sqlite_db, good)
    with monkeypatch.context() as patch:
        patch.setattr(keys, "_key", lambda name: b"another key")
        with pytest.raises(BackupRefused, match="other keys"):
            restore(sqlite_db, good)


def test_a_snapshot_is_whole_while_hand_outs_go_on(db: Database, empty: Database, tmp_path: Path) -> None:
    book = write_book(db)
    numbers = [f"C{number:03d}" for number in range(600)]
    with db.writing() as connection:
        add_clients(connection, book, numbers)
        set_ceiling(connection, book, "S1", 1_000)
        connection.execute(text("UPDATE client_status SET new_count = 0"))
    actor = signed_in(db, book, "o011")
    stop = threading.Event()
    batches: list[int] = []

    def hand_out() -> None:
        for start in range(0, 600, 5):
            if stop.is_set():
                return
            result = assign_tasks(
                db, actor=actor, client_nos=numbers[start : start + 5], staff_no="S1", request_id=f"load-{start}"
            )
            batches.append(len(result.created))

    writer = threading.Thread(target=hand_out)
    writer.start()
    while len(batches) < 3:
        pass
    backup(db, tmp_path / "book.zip")
    seen = len(batches)
    stop.set()
    writer.join()
    restore(empty, tmp_path / "book.zip")
    with empty.reading() as connection:
        tasks = connection.execute(select(func.count()).select_from(reactivation_task)).scalar_one()
        assert first_broken_audit(connection) is None
        assert connection.execute(select(func.count()).select_from(audit_event)).scalar() == tasks // 5
    assert tasks % 5 == 0
    assert 15 <= tasks <= 5 * (seen + 1)
    assert {violation.code for violation in check_invariants(empty)} <= {"cube_sums", "published_build"}


def test_the_command_line_says_what_is_broken(default_db: Database, tmp_path: Path) -> None:
    import typer

    app = typer.Typer()
    maintenance.register(app)
    nightly.register(app)
    runner = CliRunner()
    assert runner.invoke(app, ["check"]).output == "All invariants hold.\n"
    assert runner.invoke(app, ["expire-tasks"]).output.splitlines() == [
        "0 tasks expired.", "0 untouched tasks went back to the pool.", "0 pre-registrations ran out.",
        "0 campaigns ended with their window."]  # fmt: skip
    saved = runner.invoke(app, ["backup", str(tmp_path / "b.zip")])
    assert (saved.exit_code, "Backed up 11 rows" in saved.output) == (0, True), saved.output
    write_book(default_db)
    refused = runner.invoke(app, ["restore", str(tmp_path / "b.zip")])
    assert (refused.exit_code, "--replace" in refused.output) == (1, True)
    assert runner.invoke(app, ["restore", str(tmp_path / "b.zip"), "--replace"]).exit_code == 0
    with default_db.writing() as connection:
        append_audit(connection, action="a", operator="op")
        connection.execute(update(audit_event).values(action="b"))
    broken = runner.invoke(app, ["check"])
    assert (broken.exit_code, broken.output) == (1, "broken audit_chain: The audit trail is broken at row 1.\n")
