"""Delivered text files: the encoding is proved over the whole file, then rows are read as text."""

from __future__ import annotations

import codecs
import csv
import itertools
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from data_access.imports.errors import refuse

BLOCK = 1 << 20
CHUNK_ROWS = 5_000
CELL_CHARACTERS = 100_000
MIXED_SHARE = 0.05
_FOREIGN_MARKS = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE, codecs.BOM_UTF32_LE, codecs.BOM_UTF32_BE)
_NOT_TEXT = (b"PK\x03\x04", b"\x89PNG", b"%PDF", b"\x1f\x8b", b"GIF8", b"\xff\xd8\xff")


def read_encoding(path: Path) -> str:
    """Return ``utf-8-sig`` or ``gb18030``; raises ``FileRefused`` for anything else or a mixture.

    GB18030 accepts almost any bytes, so a file is taken for it only when hardly a line with Chinese
    reads as UTF-8: one broken byte in a UTF-8 file is refused, never read as other characters.
    """
    with path.open("rb") as handle:
        start = handle.read(4)
        if not start or (start == codecs.BOM_UTF8 and not handle.read(1)):
            raise refuse("file_empty")
        if start.startswith(_FOREIGN_MARKS):
            raise refuse("encoding", expected="UTF-8, GB18030")
        if start.startswith(_NOT_TEXT):
            raise refuse("file_kind", expected="CSV, XLSX")
        handle.seek(0)
        if _reads_throughout(handle, "utf-8"):
            return "utf-8-sig"
        handle.seek(0)
        if not start.startswith(codecs.BOM_UTF8) and _reads_throughout(handle, "gb18030"):
            row = _mixed_line(path)
            if row is None:
                return "gb18030"
            raise refuse("encoding", row=row, expected="UTF-8, GB18030")
    raise refuse("encoding", row=_first_bad_line(path), expected="UTF-8, GB18030")


def _reads_throughout(handle: Any, encoding: str) -> bool:
    decoder = codecs.getincrementaldecoder(encoding)("strict")
    try:
        while block := handle.read(BLOCK):
            decoder.decode(block)
        decoder.decode(b"", final=True)
    except UnicodeDecodeError:
        return False
    return True


def _is_utf8(line: bytes) -> bool:
    try:
        line.decode()
    except UnicodeDecodeError:
        return False
    return True


def _mixed_line(path: Path) -> int | None:
    """Return the first line that is not UTF-8 when noticeably many other lines are, else None."""
    first, chinese_utf8, other = None, 0, 0
    with path.open("rb") as handle:
        for number, line in enumerate(handle, 1):
            if line.isascii():
                continue
            if _is_utf8(line):
                # three-byte sequences only: GB18030 pairs often happen to be valid two-byte ones
                chinese_utf8 += any(0xE0 <= byte <= 0xEF for byte in line)
            else:
                other += 1
                first = first or number
    return first if chinese_utf8 > MIXED_SHARE * (chinese_utf8 + other) else None


def _first_bad_line(path: Path) -> int | None:
    with path.open("rb") as handle:
        return next((number for number, line in enumerate(handle, 1) if not _is_utf8(line)), None)


def read_text_rows(path: Path) -> Iterator[tuple[list[int], list[list[str]]]]:
    """Yield chunks of (row numbers, rows of cells), the header first as a chunk of one row.

    Comma-separated, RFC 4180 quoting, any line end. Rows without any cell are skipped. Raises
    ``FileRefused`` with the row for an unclosed quote, a NUL or an overlong cell.
    """
    encoding = read_encoding(path)
    csv.field_size_limit(CELL_CHARACTERS)
    with path.open(encoding=encoding, newline="") as handle:
        reader = csv.reader(handle, strict=True)
        row_number = 0
        size = 1
        while True:
            try:
                rows = list(itertools.islice(reader, size))
            except csv.Error as error:
                code = "too_long" if "field larger" in str(error) else "quote"
                expected = f"<= {CELL_CHARACTERS}" if code == "too_long" else ""
                raise refuse(code, row=reader.line_num, expected=expected) from None
            if not rows:
                return
            numbers = list(range(row_number + 1, row_number + 1 + len(rows)))
            row_number += len(rows)
            if not all(rows):
                kept = [(number, row) for number, row in zip(numbers, rows, strict=True) if row]
                numbers, rows = [number for number, _ in kept], [row for _, row in kept]
            if rows:
                if size == 1 and len(rows[0]) == 1 and any(mark in rows[0][0] for mark in ";\t，|"):
                    raise refuse("separator", row=row_number, expected=",")
                yield numbers, rows
                size = CHUNK_ROWS
