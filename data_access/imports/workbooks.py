"""Delivered workbooks: the zip directory is checked before anything is unpacked, then one sheet is read."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import python_calamine

from data_access.imports.errors import refuse
from data_access.imports.text_files import CHUNK_ROWS

ENTRIES = 100
RATIO = 100
RATIO_FROM_BYTES = 1 << 20
COLUMNS = 200
_FAR_CELL = re.compile(rb' r="[A-Z]{3}[0-9]')
FORBIDDEN_PARTS = ("vbaproject", "externallink", "embeddings/", "activex", "macrosheets", "ddelink", "connections.xml")


@dataclass(frozen=True)
class FormulaError:
    """A cell that holds an error value such as #REF!."""


def check_directory(path: Path, *, unpacked_bytes: int) -> None:
    """Refuse what is no plain workbook: macros, links, nested archives, too many or too large parts."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError):
        # an encrypted workbook is an OLE container, not a zip archive
        raise refuse("file_damaged", expected="XLSX") from None
    if len(parts) > ENTRIES:
        raise refuse("workbook_entries", expected=f"<= {ENTRIES}")
    for part in parts:
        name = part.filename.lower()
        foreign = any(word in name for word in FORBIDDEN_PARTS) or name.endswith((".zip", ".xlsx", ".xlsm", ".bin"))
        # printer settings are the one binary part of a plain workbook
        if foreign and "printersettings" not in name:
            raise refuse("workbook_macro")
        if part.flag_bits & 1:
            raise refuse("file_damaged", expected="XLSX")
        if part.file_size > RATIO_FROM_BYTES and part.file_size > RATIO * max(part.compress_size, 1):
            raise refuse("workbook_unpacked", expected=f"1 : {RATIO}")
    if sum(part.file_size for part in parts) > unpacked_bytes:
        raise refuse("workbook_unpacked", expected=f"<= {unpacked_bytes >> 20} MB")
    if "xl/workbook.xml" not in {part.filename for part in parts}:
        raise refuse("file_kind", expected="CSV, XLSX")
    _check_true_sizes(path, unpacked_bytes)


def _check_true_sizes(path: Path, unpacked_bytes: int) -> None:
    """Unpack once without keeping anything: a directory that lies about sizes or holds a DTD is refused."""
    total = 0
    try:
        with zipfile.ZipFile(path) as archive:
            for part in archive.infolist():
                with archive.open(part) as stream:
                    head = stream.read(4096)
                    if b"<!DOCTYPE" in head or b"<!ENTITY" in head:
                        raise refuse("file_damaged", expected="XLSX")
                    if _FAR_CELL.search(head):
                        raise refuse("workbook_size", expected=f"<= {COLUMNS}")
                    total += len(head)
                    last = head
                    while block := stream.read(1 << 20):
                        # a reader lays sheets out as full rectangles: one far cell would cost gigabytes
                        if _FAR_CELL.search(last[-16:] + block):
                            raise refuse("workbook_size", expected=f"<= {COLUMNS}")
                        last = block
                        total += len(block)
                        if total > unpacked_bytes:
                            raise refuse("workbook_unpacked", expected=f"<= {unpacked_bytes >> 20} MB")
    except (zipfile.BadZipFile, OSError, EOFError, ValueError, NotImplementedError, RuntimeError):
        raise refuse("file_damaged", expected="XLSX") from None
    except Exception as error:
        if type(error).__module__ == "zlib":
            raise refuse("file_damaged", expected="XLSX") from None
        raise


def read_workbook_rows(path: Path, *, unpacked_bytes: int) -> Iterator[tuple[list[int], list[list[Any]]]]:
    """Yield chunks of (row numbers, rows of typed cells), the header first as a chunk of one row.

    Blank cells are ``""``; a row of blanks only is skipped. Hidden rows and filtered-out rows count as
    rows, as in any spreadsheet program. Raises ``FileRefused``.
    """
    check_directory(path, unpacked_bytes=unpacked_bytes)
    try:
        with python_calamine.CalamineWorkbook.from_path(str(path)) as book:
            sheets = book.sheets_metadata
            if len(sheets) != 1 or sheets[0].visible != python_calamine.SheetVisibleEnum.Visible:
                raise refuse("workbook_sheets", expected="1")
            if sheets[0].typ != python_calamine.SheetTypeEnum.WorkSheet:
                raise refuse("workbook_macro")
            sheet = book.get_sheet_by_name(sheets[0].name)
            if sheet.merged_cell_ranges:
                raise refuse("workbook_merged")
            if sheet.start is None or sheet.end is None:
                raise refuse("file_empty")
            if sheet.end[1] >= COLUMNS:
                raise refuse("workbook_size", expected=f"<= {COLUMNS}")
            yield from _chunks(sheet)
    except python_calamine.CalamineError:
        raise refuse("file_damaged", expected="XLSX") from None


def _chunks(sheet: python_calamine.CalamineSheet) -> Iterator[tuple[list[int], list[list[Any]]]]:
    numbers: list[int] = []
    rows: list[list[Any]] = []
    header = True
    for number, row in enumerate(sheet.iter_rows(), 1):
        if all(cell == "" for cell in row):
            continue
        numbers.append(number)
        rows.append(row)
        if header or len(rows) >= CHUNK_ROWS:
            header = False
            yield numbers, rows
            numbers, rows = [], []
    if rows:
        yield numbers, rows


def typed_text(cell: Any, typed: str) -> str | None:
    """Return the text of a spreadsheet cell for a column of that form; None when such a cell does not fit.

    Numbers have fifteen digits, as a spreadsheet shows them; only amounts, counts, shares and scores may
    stand as numbers, because a number or code would already have lost its zeros or its last digits.
    """
    if isinstance(cell, str):
        return cell
    if isinstance(cell, bool):
        return str(cell).lower() if typed == "truth" else None
    if isinstance(cell, (int, float)):
        return _number_text(cell) if typed == "number" else None
    if isinstance(cell, datetime):
        if typed != "date":
            return None
        return (
            cell.isoformat()
            if (cell.hour, cell.minute, cell.second, cell.microsecond) != (0, 0, 0, 0)
            else cell.date().isoformat()
        )
    if isinstance(cell, date):
        return cell.isoformat() if typed == "date" else None
    return None


def _number_text(number: float) -> str:
    text = f"{number:.15g}"
    if "e" in text:
        whole = float(text)
        text = f"{whole:.0f}" if whole.is_integer() and abs(whole) < 1e15 else f"{whole:.20f}".rstrip("0")
    return text
