"""One portable backup for both engines: a consistent snapshot as a zip of tables in PostgreSQL's COPY text form.

Keys are never inside. Sessions and one-time tickets are left out: everyone signs in again after a restore. So are the
months' columns (``client_column``), which are derived from the client rows and written anew after a restore.
"""

from __future__ import annotations

import hashlib
import hmac
import json
import os
import re
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC
from itertools import islice
from pathlib import Path
from typing import IO, Any

from sqlalchemy import Boolean, Connection, LargeBinary, Table, func, select, text

from data_access.check import Violation, check_invariants
from data_access.clock import now
from data_access.database import Database
from data_access.keys import audit_mac
from data_access.schema import read_revision, upgrade
from data_access.tables import metadata
from data_access.tables.types import UtcDateTime

FORMAT = 1
LEFT_OUT = frozenset({"app_session", "sign_in_ticket", "export_ticket", "sign_in_counter", "client_column"})
SEEDED = frozenset({"rule_set", "relationship_type"})
"""Tables that an installation without data holds rows of."""
_MANIFEST = "manifest.json"
_ROWS = 2_000
_ESCAPES = {"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"}
_UNESCAPES = {"t": "\t", "n": "\n", "r": "\r", "\\": "\\"}
_MOMENT = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)(?:\.(\d{1,6}))?\+00")


class BackupRefused(RuntimeError):
    """The backup or restore was not done; the message says why and what to do."""


@dataclass(frozen=True)
class BackupSummary:
    """What a backup holds or a restore brought back: rows by table, and what the check found afterwards."""

    rows: dict[str, int]
    violations: tuple[Violation, ...] = ()


def backup(db: Database, target: Path) -> BackupSummary:
    """Write a consistent snapshot to ``target`` while others go on writing.

    The file appears under its name only when it is complete and read back; an existing file is replaced.
    """
    part = target.with_name(f".{target.name}.{os.getpid()}.part")
    try:
        with os.fdopen(os.open(part, os.O_CREAT | os.O_TRUNC | os.O_WRONLY, 0o600), "wb") as handle:
            with zipfile.ZipFile(handle, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
                rows = _write(db, archive)
            handle.flush()
            os.fsync(handle.fileno())
        with zipfile.ZipFile(part) as archive:
            _verify(archive)
        part.replace(target)
        folder = os.open(target.resolve().parent, os.O_RDONLY)
        os.fsync(folder)
        os.close(folder)
    finally:
        part.unlink(missing_ok=True)
    return BackupSummary(rows)


def restore(db: Database, source: Path, *, replace: bool = False) -> BackupSummary:
    """Bring a backup back in one transaction, on either engine, and run the check.

    Raises ``BackupRefused`` for a damaged or edited file, another schema revision, other keys, or a database
    that holds data (unless ``replace``); nothing has changed then.
    """
    try:
        archive = zipfile.ZipFile(source)
    except (OSError, zipfile.BadZipFile) as error:
        raise BackupRefused(f"{source} is not a backup: {error}.") from None
    with archive:
        manifest = _verify(archive)
        revision = upgrade(db)
        if manifest["revision"] != revision:
            raise BackupRefused(f"The backup is of schema revision {manifest['revision']}, this program of {revision}. "
                                "Restore it with the program that wrote it, then upgrade.")  # fmt: skip
        with db.writing() as connection:
            _empty(connection, replace=replace)
            for table in _tables():
                if table.name in manifest["tables"]:
                    with archive.open(_entry(table)) as stream:
                        _load(connection, table, stream)
                    _require_count(connection, table, manifest["tables"][table.name]["rows"])
            _advance_sequences(connection)
    return BackupSummary({name: entry["rows"] for name, entry in manifest["tables"].items()},
                         tuple(check_invariants(db)))  # fmt: skip


def key_fingerprint() -> str:
    """Return a short mark of the audit key, by which a backup knows the keys it belongs to."""
    return audit_mac("backup", "key fingerprint")[:16]


def _tables() -> list[Table]:
    return [table for table in metadata.sorted_tables if table.name not in LEFT_OUT]


def _entry(table: Table) -> str:
    return f"tables/{table.name}.tsv"


def _write(db: Database, archive: zipfile.ZipFile) -> dict[str, int]:
    tables: dict[str, dict[str, Any]] = {}
    with db.reading() as connection:
        revision = read_revision(connection)
        if revision is None:
            raise BackupRefused("The database has no schema yet; there is nothing to back up.")
        for table in _tables():
            digest, rows = hashlib.sha256(), 0
            with archive.open(_entry(table), "w", force_zip64=True) as stream:
                for block, count in _blocks(connection, table):
                    digest.update(block)
                    stream.write(block)
                    rows += count
            tables[table.name] = {"rows": rows, "sha256": digest.hexdigest(),
                                  "columns": [column.name for column in table.c]}  # fmt: skip
    manifest = {"format": FORMAT, "revision": revision, "at": now().astimezone(UTC).isoformat(),
                "keys": key_fingerprint(), "tables": tables}  # fmt: skip
    body = json.dumps(manifest, sort_keys=True)
    archive.writestr(_MANIFEST, json.dumps({"manifest": body, "mac": audit_mac("backup", body)}))
    return {name: entry["rows"] for name, entry in tables.items()}


def _verify(archive: zipfile.ZipFile) -> dict[str, Any]:
    """Return the manifest after checking its keys, its seal and every table's hash."""
    try:
        sealed = json.loads(archive.read(_MANIFEST))
        manifest: dict[str, Any] = json.loads(sealed["manifest"])
        if manifest["format"] != FORMAT:
            raise BackupRefused(f"The backup has format {manifest['format']}, this program reads {FORMAT}.")
        if manifest["keys"] != key_fingerprint():
            raise BackupRefused("The backup belongs to other keys. Put the keys folder of its installation in place "
                                "first; without them its personal data and audit trail cannot be read.")  # fmt: skip
        if not hmac.compare_digest(sealed["mac"], audit_mac("backup", sealed["manifest"])):
            raise BackupRefused("The backup's list of contents has been changed.")
        for name, entry in manifest["tables"].items():
            digest = hashlib.sha256()
            with archive.open(f"tables/{name}.tsv") as stream:
                while block := stream.read(1 << 20):
                    digest.update(block)
            if digest.hexdigest() != entry["sha256"]:
                raise BackupRefused(f"The backup is damaged in table {name}.")
    except (KeyError, ValueError, zipfile.BadZipFile, EOFError) as error:
        raise BackupRefused(f"The backup is damaged: {error}.") from None
    return manifest


def _blocks(connection: Connection, table: Table) -> Iterator[tuple[bytes, int]]:
    """Yield (bytes, rows) of a table in COPY text form."""
    names = ", ".join(f'"{column.name}"' for column in table.c)
    if connection.dialect.name == "postgresql":
        connection.execute(text("SET LOCAL TimeZone = 'UTC'"))
        connection.execute(text("SET LOCAL DateStyle = 'ISO'"))
        raw: Any = connection.connection.driver_connection
        with raw.cursor() as cursor, cursor.copy(f'COPY "{table.name}" ({names}) TO STDOUT') as copy:
            for block in copy:
                yield bytes(block), bytes(block).count(b"\n")
        return
    writers = [_writer(column.type) for column in table.c]
    result = connection.exec_driver_sql(f'SELECT {names} FROM "{table.name}"')
    while rows := result.fetchmany(_ROWS):
        lines = ("\t".join("\\N" if value is None else write(value)
                           for write, value in zip(writers, row, strict=True)) for row in rows)  # fmt: skip
        yield ("\n".join(lines) + "\n").encode(), len(rows)


def _writer(kind: object) -> Callable[[Any], str]:
    """Return how SQLite's stored value is written in COPY text form."""
    if isinstance(kind, Boolean):
        return lambda value: "t" if value else "f"
    if isinstance(kind, LargeBinary):
        return lambda value: "\\\\x" + bytes(value).hex()
    if isinstance(kind, UtcDateTime):
        return lambda value: f"{value}+00"
    return _escaped


def _escaped(value: object) -> str:
    plain = str(value)
    if "\\" in plain or "\t" in plain or "\n" in plain or "\r" in plain:
        return "".join(_ESCAPES.get(char, char) for char in plain)
    return plain


def _reader(kind: object) -> Callable[[str], Any]:
    """Return how COPY text is turned into SQLite's stored value; integers are left to the column's affinity."""
    if isinstance(kind, Boolean):
        return lambda value: 1 if value == "t" else 0
    if isinstance(kind, LargeBinary):
        return lambda value: bytes.fromhex(_plain(value)[2:])
    if isinstance(kind, UtcDateTime):
        return _moment
    return _plain


def _moment(value: str) -> str:
    match = _MOMENT.fullmatch(value)
    if match is None:
        raise BackupRefused(f"The backup holds a moment that cannot be read: {value}.")
    return f"{match[1]}.{(match[2] or '').ljust(6, '0')}"


def _plain(value: str) -> str:
    return re.sub(r"\\(.)", lambda match: _UNESCAPES.get(match[1], match[1]), value) if "\\" in value else value


def _load(connection: Connection, table: Table, stream: IO[bytes]) -> None:
    names = ", ".join(f'"{column.name}"' for column in table.c)
    raw: Any = connection.connection.driver_connection
    if connection.dialect.name == "postgresql":
        with raw.cursor() as cursor, cursor.copy(f'COPY "{table.name}" ({names}) FROM STDIN') as copy:
            while block := stream.read(1 << 20):
                copy.write(block)
        return
    readers = [_reader(column.type) for column in table.c]
    statement = f'INSERT INTO "{table.name}" ({names}) VALUES ({", ".join("?" * len(readers))})'
    # COPY text escapes every line end inside a value, so a line is a row
    while lines := list(islice(stream, _ROWS)):
        raw.executemany(statement, [
            [None if value == "\\N" else read(value)
             for read, value in zip(readers, line.decode().removesuffix("\n").split("\t"), strict=True)]
            for line in lines])  # fmt: skip


def _empty(connection: Connection, *, replace: bool) -> None:
    holding = [table.name for table in metadata.sorted_tables if table.name not in SEEDED
               and connection.execute(select(table).limit(1)).first() is not None]  # fmt: skip
    if holding and not replace:
        raise BackupRefused(f"The database holds data ({', '.join(holding[:3])} …). Restore into an empty one, or give "
                            "--replace to put the backup in its place.")  # fmt: skip
    if connection.dialect.name == "postgresql":
        names = ", ".join(f'"{table.name}"' for table in metadata.sorted_tables)
        connection.execute(text(f"TRUNCATE {names}"))
        connection.execute(text("SET LOCAL TimeZone = 'UTC'"))
        return
    connection.exec_driver_sql("PRAGMA defer_foreign_keys = ON")
    for table in reversed(metadata.sorted_tables):
        connection.exec_driver_sql(f'DELETE FROM "{table.name}"')


def _require_count(connection: Connection, table: Table, rows: int) -> None:
    stored = connection.execute(select(func.count()).select_from(table)).scalar_one()
    if stored != rows:
        raise BackupRefused(f"Table {table.name} took {stored} of {rows} rows; nothing was restored.")


def _advance_sequences(connection: Connection) -> None:
    """Let PostgreSQL's sequences go on after the largest restored id."""
    if connection.dialect.name != "postgresql":
        return
    for table in metadata.sorted_tables:
        column = table.autoincrement_column
        if column is None:
            continue
        sequence = connection.execute(text("SELECT pg_get_serial_sequence(:table, :column)"),
                                      {"table": table.name, "column": column.name}).scalar()  # fmt: skip
        newest = connection.execute(select(func.max(column))).scalar()
        if sequence is not None and newest is not None:
            connection.execute(text("SELECT setval(:sequence, :newest)"), {"sequence": sequence, "newest": newest})
