"""A delivered file becomes a private scratch database of parsed rows; nothing of the product is touched.

Reading, checking and finding repeated keys happen here, outside any transaction on the product's
database and with memory that does not grow with the file. The scratch file lives in a directory of
mode 0700 and holds document and phone numbers only as hash, mask and cipher.
"""

from __future__ import annotations

import hashlib
import itertools
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from data_access.clock import business_date
from data_access.imports.cells import ColumnReader
from data_access.imports.checks import Chunk
from data_access.imports.errors import FileRefused, Problems, refuse
from data_access.imports.headers import Reading, read_header
from data_access.imports.kinds import DAY, KINDS, Kind, as_staged
from data_access.imports.mapping import Mapping
from data_access.imports.text_files import read_text_rows
from data_access.imports.workbooks import read_workbook_rows
from domain.file_values import BadValue, moment_parts, parse_moment

UNPACKED_BYTES = 100 << 20
Progress = Callable[[str, int, int], None]
"""Called with the step, how much is done and the total (0 = not known)."""


@dataclass(frozen=True)
class Staged:
    """The parsed rows of one file in table ``stage`` of a SQLite file, one row per kept row."""

    path: Path
    kind: str
    file_name: str
    rows_read: int
    rows_dropped: int
    content_hash: str
    # columns of ours that the file delivers; the others stay as they are in the database
    present: frozenset[str]
    first_month: int | None = None
    last_month: int | None = None

    def __enter__(self) -> Staged:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None
    ) -> None:
        shutil.rmtree(self.path.parent, ignore_errors=True)

    def rows(self, order_by: tuple[str, ...]) -> Iterator[sqlite3.Row]:
        """Yield every row in the order of the given columns (NULL first)."""
        connection = sqlite3.connect(f"file:{self.path}?mode=ro", uri=True)
        connection.row_factory = sqlite3.Row
        try:
            yield from connection.execute(f"SELECT * FROM stage ORDER BY {', '.join(order_by)}, row_number")
        finally:
            connection.close()


def new_folder() -> Path:
    """Make a private folder (0700) for one scratch database."""
    return Path(tempfile.mkdtemp(prefix="import-"))


def stage_file(
    kind_name: str,
    path: Path,
    *,
    file_name: str | None = None,
    mapping: Mapping | None = None,
    ignore_extra: bool = False,
    progress: Progress | None = None,
    folder: Path | None = None,
    unpacked_bytes: int = UNPACKED_BYTES,
) -> Staged:
    """Read and check a whole file; raises ``FileRefused`` with every problem found.

    The caller removes the scratch by using the result as a context manager.
    """
    kind = KINDS[kind_name]
    if mapping:
        mapping.check(kind)
    place = folder or new_folder()
    try:
        with sqlite3.connect(place / "scratch.sqlite3", isolation_level=None) as scratch:
            staged = _Stager(kind, scratch, mapping, progress).run(path, ignore_extra, unpacked_bytes)
        scratch.close()
        return Staged(place / "scratch.sqlite3", kind.name, file_name or path.name, **staged)
    except BaseException:
        shutil.rmtree(place, ignore_errors=True)
        raise


def read_chunks(path: Path, unpacked_bytes: int) -> Iterator[tuple[list[int], list[list[Any]]]]:
    """Yield the rows of a CSV or XLSX file, told apart by the first bytes, not by the name."""
    try:
        with path.open("rb") as handle:
            start = handle.read(4)
    except OSError:
        raise refuse("file_missing") from None
    if start == b"PK\x03\x04":
        return read_workbook_rows(path, unpacked_bytes=unpacked_bytes)
    if start == b"\xd0\xcf\x11\xe0":
        raise refuse("file_damaged", expected="XLSX")
    return read_text_rows(path)


class _Stager:
    def __init__(
        self, kind: Kind, scratch: sqlite3.Connection, mapping: Mapping | None, progress: Progress | None
    ) -> None:
        self.kind = kind
        self.scratch = scratch
        self.mapping = mapping
        self.progress = progress
        self.problems = Problems()
        self.columns = [name for name, _ in kind.staged()]

    def run(self, path: Path, ignore_extra: bool, unpacked_bytes: int) -> dict[str, Any]:  # noqa: FBT001
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-32000", "locking_mode=EXCLUSIVE"):
            self.scratch.execute(f"PRAGMA {pragma}")
        typed = ", ".join(f"{name} {kind}" for name, kind in self.kind.staged())
        self.scratch.execute(f"CREATE TABLE stage (row_number INTEGER PRIMARY KEY, newest TEXT, {typed})")
        chunks = read_chunks(path, unpacked_bytes)
        first = next(chunks, None)
        if first is None:
            raise refuse("file_empty")
        header = first[1][0]
        readings, newest = read_header(self.kind, header, mapping=self.mapping, ignore_extra=ignore_extra)
        present = self._present(readings)
        rows_read = self._stage_rows(chunks, readings, newest, len(header))
        if self.problems:
            raise FileRefused(self.problems)
        if rows_read == 0:
            raise refuse("no_rows", row=1)
        dropped = self._keep_newest() if self.mapping and self.mapping.newest_by else 0
        self._refuse_repeated_keys()
        months = (
            self.scratch.execute("SELECT min(month), max(month) FROM stage").fetchone()
            if "month" in self.columns
            else (None, None)
        )
        return {
            "rows_read": rows_read,
            "rows_dropped": dropped,
            "content_hash": self._content_hash(),
            "present": frozenset(present),
            "first_month": months[0],
            "last_month": months[1],
        }

    def _present(self, readings: list[Reading]) -> set[str]:
        present = {reading.column.name for reading in readings}
        if {"commission", "fees"} <= present and self.kind.name == "client_month":
            present.add("net_income")
        return present

    def _stage_rows(
        self,
        chunks: Iterator[tuple[list[int], list[list[Any]]]],
        readings: list[Reading],
        newest: int | None,
        width: int,
    ) -> int:
        today = business_date()
        translations = self.mapping.values if self.mapping else {}
        readers = {
            reading.column.name: ColumnReader(reading.column, translations.get(reading.column.name), today)
            for reading in readings
        }
        names = ["row_number", "newest", *self.columns]
        statement = f"INSERT INTO stage ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"
        self.scratch.execute("BEGIN")
        rows_read = 0
        for numbers, rows in chunks:
            rows_read += len(rows)
            kept_numbers, kept = self._of_width(numbers, rows, width)
            if kept:
                chunk = Chunk({}, kept_numbers, self.problems)
                cells = list(zip(*kept, strict=True))
                for reading in readings:
                    column = (
                        list(cells[reading.position])
                        if reading.position is not None
                        else [reading.constant] * len(kept)
                    )
                    chunk.columns[reading.column.name] = readers[reading.column.name].read(column, chunk)
                for column_of_kind in self.kind.columns:
                    chunk.columns.setdefault(column_of_kind.name, [None] * len(kept))
                for check in self.kind.checks:
                    check(chunk)
                if not self.problems:
                    order = self._newest_values(cells[newest], chunk) if newest is not None else [None] * len(kept)
                    self.scratch.executemany(
                        statement, zip(kept_numbers, order, *self._staged_columns(chunk), strict=True)
                    )
            if self.progress:
                self.progress("read", rows_read, 0)
        self.scratch.execute("COMMIT")
        return rows_read

    def _of_width(self, numbers: list[int], rows: list[list[Any]], width: int) -> tuple[list[int], list[list[Any]]]:
        if all(len(row) == width for row in rows):
            return numbers, rows
        kept = []
        for number, row in zip(numbers, rows, strict=True):
            if len(row) == width:
                kept.append((number, row))
            else:
                self.problems.add("row_width", number, None, str(width))
        return [number for number, _ in kept], [row for _, row in kept]

    def _newest_values(self, cells: tuple[Any, ...], chunk: Chunk) -> list[str | None]:
        column = self.mapping.newest_by if self.mapping else None
        out: list[str | None] = []
        for row, cell in zip(chunk.rows, cells, strict=True):
            try:
                text = cell.isoformat() if hasattr(cell, "isoformat") else str(cell)
                out.append(moment_parts(parse_moment(text))[0].isoformat() if text.strip() else None)
            except BadValue as error:
                chunk.problems.add(error.code, row, column, error.expected)
                out.append(None)
        return out

    def _staged_columns(self, chunk: Chunk) -> list[list[Any]]:
        for column in self.kind.columns:
            if column.form.parts:
                parts = [
                    (None, None, None) if value is None else moment_parts(value) for value in chunk.columns[column.name]
                ]
                chunk.columns[column.name] = [None if at is None else _utc_text(at) for at, _, _ in parts]
                chunk.columns[column.name + "_on"] = [day for _, day, _ in parts]
                chunk.columns[column.name + "_has_time"] = [known for _, _, known in parts]
        days = {column.name for column in self.kind.columns if column.form is DAY} | {
            name for name in self.columns if name.endswith("_on")
        }
        return [
            [as_staged(value) for value in chunk.columns[name]] if name in days else chunk.columns[name]
            for name in self.columns
        ]

    def _keep_newest(self) -> int:
        key = ", ".join(name for name in self.kind.key if name != "effective_on")
        return self.scratch.execute(
            "DELETE FROM stage WHERE row_number IN (SELECT row_number FROM (SELECT row_number, row_number() OVER "
            f"(PARTITION BY {key} ORDER BY newest DESC, row_number DESC) AS place FROM stage) WHERE place > 1)"
        ).rowcount

    def _refuse_repeated_keys(self) -> None:
        keys = ", ".join(self.kind.key)
        self.scratch.execute(f"CREATE INDEX stage_key ON stage ({keys})")
        same = " AND ".join(f"again.{name} IS first.{name}" for name in self.kind.key)
        repeated = self.scratch.execute(
            f"SELECT again.row_number, first.row_number FROM (SELECT {keys}, min(row_number) AS row_number FROM stage "
            f"GROUP BY {keys} HAVING count(*) > 1) AS first JOIN stage AS again ON {same} "
            "WHERE again.row_number > first.row_number ORDER BY again.row_number"
        )
        for again, first in repeated:
            self.problems.add("key_duplicate", again, self.kind.key[0], f"row {first}")
        if self.problems:
            raise FileRefused(self.problems)

    def _content_hash(self) -> str:
        """SHA-256 over the canonical rows in the order of their key: file order and form do not matter."""
        names = [name for name in self.columns if not name.endswith("_cipher")]
        digest = hashlib.sha256(self.kind.name.encode())
        cursor = self.scratch.execute(f"SELECT {', '.join(names)} FROM stage ORDER BY {', '.join(self.kind.key)}")
        while rows := cursor.fetchmany(10_000):
            digest.update("\n".join(map(repr, itertools.chain(rows))).encode())
        return digest.hexdigest()


def _utc_text(moment: datetime) -> str:
    return moment.replace(tzinfo=None).isoformat(sep=" ", timespec="microseconds")
