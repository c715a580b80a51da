"""Imports from start to end: stage, then write everything or nothing in one transaction with its audit row."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sqlalchemy import Connection

from data_access.actor import Actor
from data_access.database import Database
from data_access.imports.batch_log import BatchResult, close_batch, open_batch, record_refusal
from data_access.imports.batches import Batch
from data_access.imports.client_months import write_client_months
from data_access.imports.clients import write_account_events, write_clients
from data_access.imports.errors import FileRefused, Problem
from data_access.imports.kinds import KINDS
from data_access.imports.mapping import Mapping
from data_access.imports.organisation import write_absences, write_org_units, write_staff
from data_access.imports.records import (
    prepare_secrets,
    write_calendar,
    write_complaints,
    write_contacts,
    write_targets,
    write_users,
)
from data_access.imports.relationships import write_preregistrations, write_relationships
from data_access.imports.rights import importer
from data_access.imports.sources import safe_name, stage_path, stage_upload
from data_access.imports.staging import Progress, Staged
from data_access.register.conflicts import read_faults
from data_access.register.faults import Fault
from data_access.settings import settings
from data_access.user_accounts import Secret

SAMPLE_ROWS = 20

WRITERS: dict[str, Callable[[Batch], None]] = {
    "calendar": write_calendar, "org_unit": write_org_units, "staff": write_staff, "staff_absence": write_absences,
    "client": write_clients, "account_event": write_account_events, "client_month": write_client_months,
    "relationship": write_relationships, "preregistration": write_preregistrations, "contact": write_contacts,
    "complaint": write_complaints, "target": write_targets, "user": write_users,
}  # fmt: skip
"""Who writes each kind."""


@dataclass(frozen=True)
class Preview:
    """A dry run of an upload: counts, the first problems and the number of all, and a sample of rows."""

    kind: str
    rows_read: int = 0
    new: int = 0
    changed: int = 0
    same: int = 0
    dropped: int = 0
    errors: list[Problem] = field(default_factory=list)
    error_count: int = 0
    sample_columns: list[str] = field(default_factory=list)
    sample: list[list[Any]] = field(default_factory=list)
    faults: tuple[Fault, ...] = ()


class _DryRun(Exception):
    def __init__(self, result: BatchResult) -> None:
        super().__init__()
        self.result = result


def import_file(
    db: Database,
    *,
    actor: Actor,
    kind: str,
    path: Path,
    mapping: Mapping | None = None,
    ignore_extra: bool = False,
    dry_run: bool = False,
    progress: Progress | None = None,
) -> BatchResult:
    """Import one file of any size; raises ``FileRefused`` with every problem and writes nothing then.

    A refusal is itself recorded (batch of state ``refused`` with its errors, and an audit row).
    """
    _check_rights(db, actor, kind)
    name = safe_name(path.name)
    try:
        with stage_path(kind, path, name, mapping, ignore_extra, progress) as staged:
            return _write(db, actor, staged, dry_run=dry_run, progress=progress)
    except FileRefused as refused:
        if not dry_run:
            record_refusal(db, actor, kind, name, refused.problems)
        raise


def inspect_upload(
    db: Database,
    *,
    actor: Actor,
    kind: str,
    name: str,
    data: bytes,
    mapping: str | None = None,
    ignore_extra: bool = False,
) -> Preview:
    """Dry-run an uploaded file (``mapping`` is TOML text); problems come back in the preview, none is raised."""
    _check_rights(db, actor, kind)
    try:
        with stage_upload(kind, name, data, mapping, ignore_extra=ignore_extra) as staged:
            columns, sample = _sample(staged)
            result = _write(db, actor, staged, dry_run=True, progress=None)
    except FileRefused as refused:
        return Preview(kind, errors=refused.problems.shown, error_count=refused.problems.count)
    return Preview(
        kind,
        result.rows_read,
        result.new,
        result.changed,
        result.same,
        result.dropped,
        sample_columns=columns,
        sample=sample,
        faults=result.faults,
    )


def confirm_import(
    db: Database,
    *,
    actor: Actor,
    kind: str,
    name: str,
    data: bytes,
    mapping: str | None = None,
    ignore_extra: bool = False,
) -> BatchResult:
    """Import an uploaded file; it is read and checked again, and refused as ``import_file`` does."""
    _check_rights(db, actor, kind)
    try:
        with stage_upload(kind, name, data, mapping, ignore_extra=ignore_extra) as staged:
            return _write(db, actor, staged, dry_run=False, progress=None)
    except FileRefused as refused:
        record_refusal(db, actor, kind, safe_name(name), refused.problems)
        raise


def _sample(staged: Staged) -> tuple[list[str], list[list[Any]]]:
    columns = [
        column.name
        for column in KINDS[staged.kind].columns
        if column.name in staged.present and column.name not in KINDS[staged.kind].sealed
    ]
    rows = []
    for row in staged.rows(("row_number",)):
        rows.append([row[name] for name in columns])
        if len(rows) == SAMPLE_ROWS:
            break
    return columns, rows


def _check_rights(db: Database, actor: Actor, kind: str) -> None:
    with db.reading() as connection:
        importer(connection, actor, kind)


def _write(db: Database, actor: Actor, staged: Staged, *, dry_run: bool, progress: Progress | None) -> BatchResult:
    made_files: list[Path] = []
    secrets: dict[str, Secret] | None = None
    if staged.kind == "user" and not dry_run:
        _write(db, actor, staged, dry_run=True, progress=None)  # a file that is refused costs no hashing
        secrets = prepare_secrets(db, staged)

    def work(connection: Connection) -> BatchResult:
        user = importer(connection, actor, staged.kind)
        batch_id = open_batch(connection, staged, user)
        batch = Batch(connection, batch_id, staged, user, secrets, progress)
        WRITERS[staged.kind](batch)
        if batch.problems:
            raise FileRefused(batch.problems)
        result = BatchResult(
            batch_id, staged.kind, staged.rows_read, batch.new, batch.changed, batch.same, staged.rows_dropped,
            passwords=() if dry_run else tuple(batch.password_rows),
            faults=tuple(read_faults(connection, batch_id=batch_id)) if staged.kind == "relationship" else (),
        )  # fmt: skip
        if dry_run:
            raise _DryRun(result)
        close_batch(connection, staged, result, user)
        if batch.password_rows:
            made_files.append(_write_passwords(batch_id, batch.password_rows))
        return result

    try:
        result = db.transact(work)
    except _DryRun as dry:
        return replace(dry.result, batch_id=None)
    except BaseException:
        for path in made_files:
            path.unlink(missing_ok=True)
        raise
    for path in made_files[:-1]:  # of attempts that the database asked to repeat
        path.unlink(missing_ok=True)
    return replace(result, password_file=made_files[-1] if made_files else None)


def _write_passwords(batch_id: int, rows: list[tuple[str, str]]) -> Path:
    folder = settings().files_dir
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = folder / f"one-time-passwords-{batch_id}-{os.urandom(4).hex()}.csv"
    descriptor = os.open(path, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out)
        writer.writerow(("username", "one_time_password"))
        writer.writerows(rows)
    return path
