"""Files out: CSV and XLSX written piece by piece, formulas neutralised, definitions beside the data."""

from __future__ import annotations

import csv
import hashlib
import io
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import xlsxwriter

from data_access.clock import SHANGHAI
from domain.words import Word
from metrics.units import Unit

CSV_TYPE = "text/csv; charset=utf-8"
XLSX_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_DANGEROUS = ("=", "+", "-", "@", "\t", "\r", "\n", "\0", "＝", "＋", "－", "＠")
_PIECE = 64 * 1024
_SHEET_ROWS = 1_048_575
"""Data rows that one worksheet holds below its header."""


@dataclass(frozen=True)
class Export:
    """One file on its way out: its name, media type and bytes, written piece by piece."""

    file_name: str
    media_type: str
    chunks: Iterator[bytes]


@dataclass(frozen=True)
class Column:
    """One column: the row's key, the English heading, the unit of a number, the closed list of a code."""

    name: str
    label: str
    unit: Unit | None = None
    words: type[Word] | None = None


@dataclass
class Summary:
    """What was written, complete once the last piece has left: data rows and the SHA-256 of the file."""

    row_count: int = 0
    sha256: str = ""


@dataclass(frozen=True)
class Sheet:
    """A table on its way out: columns, plain rows (numbers in shown units) and notes for the definitions sheet."""

    title: str
    columns: Sequence[Column]
    rows: Iterable[Mapping[str, Any]]
    notes: Sequence[tuple[str, str]] = ()


def neutral_text(text: str) -> str:
    """Return a text that no spreadsheet runs: control characters removed, a leading formula sign quoted."""
    quoted = text.startswith(_DANGEROUS)
    clean = "".join(char for char in text if char >= " " and char != "\x7f")
    return f"'{clean}" if quoted or clean.startswith(_DANGEROUS) else clean


def write_csv(sheet: Sheet, translate: Callable[[str], str], summary: Summary) -> Iterator[bytes]:
    """Yield the CSV file: UTF-8 with byte order mark, RFC 4180 quoting, no data empty."""
    digest, buffer = hashlib.sha256(), io.StringIO(newline="")
    writer = csv.writer(buffer, lineterminator="\r\n")
    buffer.write("\ufeff")
    writer.writerow([neutral_text(translate(column.label)) for column in sheet.columns])
    for row in sheet.rows:
        writer.writerow([_csv_cell(row.get(column.name), column, translate) for column in sheet.columns])
        summary.row_count += 1
        if buffer.tell() >= _PIECE:
            yield _taken(buffer, digest)
    yield _taken(buffer, digest)
    summary.sha256 = digest.hexdigest()


def write_xlsx(sheet: Sheet, translate: Callable[[str], str], summary: Summary) -> Iterator[bytes]:
    """Yield the XLSX file: the data, and a sheet with the definitions; rows go to disk, not to memory.

    Numbers are numbers, texts are texts: nothing becomes a formula or a link. Raises ``ValueError`` beyond the
    rows that one worksheet holds.
    """
    digest = hashlib.sha256()
    with tempfile.TemporaryFile() as file:
        book = xlsxwriter.Workbook(file, {"constant_memory": True, "strings_to_formulas": False,
                                          "strings_to_urls": False, "strings_to_numbers": False})  # fmt: skip
        bold = book.add_format({"bold": True})
        data = book.add_worksheet(_sheet_name(translate(sheet.title)))
        data.freeze_panes(1, 0)
        formats = [book.add_format({"num_format": column.unit.excel}) if column.unit else None
                   for column in sheet.columns]  # fmt: skip
        for place, column in enumerate(sheet.columns):
            data.set_column(place, place, 16)
            data.write_string(0, place, translate(column.label), bold)
        for number, row in enumerate(sheet.rows, start=1):
            if number > _SHEET_ROWS:
                raise ValueError(f"More than {_SHEET_ROWS:,} rows do not fit into one sheet; export as CSV.")
            for place, column in enumerate(sheet.columns):
                _xlsx_cell(data, number, place, row.get(column.name), column, formats[place], translate)
            summary.row_count = number
        notes = book.add_worksheet(_sheet_name(translate("Definitions")))
        notes.set_column(0, 0, 28)
        notes.set_column(1, 1, 110)
        for number, (name, text) in enumerate(sheet.notes):
            notes.write_string(number, 0, _printable(name), bold)
            notes.write_string(number, 1, _printable(text))
        book.close()
        file.seek(0)
        while piece := file.read(_PIECE):
            digest.update(piece)
            yield piece
    summary.sha256 = digest.hexdigest()


def _taken(buffer: io.StringIO, digest: Any) -> bytes:
    piece = buffer.getvalue().encode("utf-8")
    buffer.seek(0)
    buffer.truncate()
    digest.update(piece)
    return piece


def _plain(value: Any, column: Column, translate: Callable[[str], str]) -> Any:
    """Return a number, or the text of anything else; codes become the words of their closed list."""
    if value is None or (isinstance(value, (int, float, Decimal)) and not isinstance(value, bool)):
        return value
    if isinstance(value, datetime):
        return value.astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M")
    if isinstance(value, date):
        return value.isoformat()
    if column.words is not None:
        labels = {word.value: word.label for word in column.words}
        return translate(labels.get(str(value), str(value)))
    return str(value)


def _csv_cell(value: Any, column: Column, translate: Callable[[str], str]) -> str:
    plain = _plain(value, column, translate)
    if plain is None:
        return ""
    if isinstance(plain, str):
        return neutral_text(plain)
    return str(column.unit.exact(plain)) if column.unit else str(plain)


def _xlsx_cell(sheet: Any, number: int, place: int, value: Any, column: Column, form: Any,
               translate: Callable[[str], str]) -> None:  # fmt: skip
    plain = _plain(value, column, translate)
    if plain is None:
        return
    if isinstance(plain, str):
        sheet.write_string(number, place, _printable(plain)[:32_767])
    else:
        sheet.write_number(number, place, plain, form)


def _printable(text: str) -> str:
    return "".join(char for char in text if char >= " " or char == "\n")


def _sheet_name(text: str) -> str:
    return "".join(char for char in text if char not in "[]:*?/\\'")[:31] or "Sheet"


FORMATS: dict[str, tuple[str, Callable[[Sheet, Callable[[str], str], Summary], Iterator[bytes]]]] = {
    "csv": (CSV_TYPE, write_csv),
    "xlsx": (XLSX_TYPE, write_xlsx),
}
"""File format to media type and writer."""
