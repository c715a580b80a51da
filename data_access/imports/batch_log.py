"""Batches as they are kept: opened, closed or refused in the import's own transaction, read back for the Data page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, insert, select, update

from data_access.actor import ActingUser, Actor
from data_access.audit import append_audit
from data_access.clock import now
from data_access.database import Database
from data_access.imports.errors import Problems
from data_access.imports.rights import importer
from data_access.imports.staging import Staged
from data_access.register.faults import Fault
from data_access.tables import import_batch, import_error


@dataclass(frozen=True)
class BatchResult:
    """What an import did (or, for a dry run, would do): rows of the file by outcome.

    ``passwords`` holds user name and one-time password of every account made, to be shown once;
    ``password_file`` holds the same.
    """

    batch_id: int | None
    kind: str
    rows_read: int
    new: int
    changed: int
    same: int
    dropped: int
    password_file: Path | None = None
    passwords: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    faults: tuple[Fault, ...] = ()
    """What the register's checks find in the relationships of the file; a fault is reported and refuses nothing."""


def open_batch(connection: Connection, staged: Staged, user: ActingUser) -> int:
    """Open the batch of a staged file and return its number."""
    return int(
        connection.execute(
            insert(import_batch)
            .values(
                kind=staged.kind,
                file_name=staged.file_name,
                content_hash=staged.content_hash,
                state="committed",
                rows_read=staged.rows_read,
                rows_dropped=staged.rows_dropped,
                by_user_id=user.user_id,
                operator=user.operator,
                started_at=now(),
            )
            .returning(import_batch.c.batch_id)
        ).scalar_one()
    )


def close_batch(connection: Connection, staged: Staged, result: BatchResult, user: ActingUser) -> None:
    """Write what a batch did, with its audit row."""
    written = bool(result.new or result.changed)
    connection.execute(
        update(import_batch)
        .where(import_batch.c.batch_id == result.batch_id)
        .values(
            state="committed" if written else "unchanged",
            rows_new=result.new,
            rows_changed=result.changed,
            rows_same=result.same,
            first_month=staged.first_month if written else None,
            last_month=staged.last_month if written else None,
            committed_at=now(),
        )
    )
    append_audit(
        connection,
        action="import.commit" if written else "import.unchanged",
        user_id=user.user_id,
        operator=user.operator,
        object_kind="import_batch",
        object_key=str(result.batch_id),
        details={
            "kind": staged.kind,
            "read": result.rows_read,
            "new": result.new,
            "changed": result.changed,
            "same": result.same,
            "dropped": result.dropped,
            "content": staged.content_hash,
        },
    )


def record_refusal(db: Database, actor: Actor, kind: str, file_name: str, problems: Problems) -> None:
    """Record a refused file with its problems, in a transaction of its own."""

    def work(connection: Connection) -> None:
        user = importer(connection, actor, kind)
        batch_id = connection.execute(
            insert(import_batch)
            .values(
                kind=kind,
                file_name=file_name,
                content_hash="",
                state="refused",
                by_user_id=user.user_id,
                operator=user.operator,
                started_at=now(),
            )
            .returning(import_batch.c.batch_id)
        ).scalar_one()
        connection.execute(
            insert(import_error),
            [
                {
                    "batch_id": batch_id,
                    "row_number": problem.row,
                    "column_name": problem.column,
                    "code": problem.code,
                    "expected": problem.expected,
                }
                for problem in problems.shown
            ],
        )
        append_audit(
            connection,
            action="import.refuse",
            user_id=user.user_id,
            operator=user.operator,
            object_kind="import_batch",
            object_key=str(batch_id),
            details={"kind": kind, "problems": problems.count, "first": problems.shown[0].code},
        )

    db.transact(work)


def read_batches(connection: Connection, limit: int = 50) -> Sequence[Any]:
    """Return the newest batches, newest first, refused and unchanged ones included."""
    return connection.execute(select(import_batch).order_by(import_batch.c.batch_id.desc()).limit(limit)).all()


def read_errors(connection: Connection, batch_id: int) -> Sequence[Any]:
    """Return the recorded problems of a refused batch in the order of the file."""
    return connection.execute(
        select(import_error).where(import_error.c.batch_id == batch_id).order_by(import_error.c.error_id)
    ).all()
