"""A column of cells to values: whole columns at once where all cells have the plain form."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Any

from data_access.imports.checks import Chunk
from data_access.imports.kinds import AMOUNT, IDENTIFIER, MONTH, Column
from data_access.imports.workbooks import typed_text
from domain.file_values import BadValue, moment_parts
from domain.months import month_of

_TWO_DECIMALS = re.compile(r"(?:(?:-?[0-9]{1,12}\.[0-9]{2})?\n)*+")
_WHOLE_YUAN = re.compile(r"(?:(?:-?[0-9]{1,12})?\n)*+")
_PLAIN_CODE = re.compile(r"(?:[0-9A-Za-z_.-]{1,64}\n)*+")
_MEMO = 50_000


class ColumnReader:
    """Reads the cells of one column, remembering the values of repeated cells."""

    def __init__(self, column: Column, translation: dict[str, str] | None, today: date) -> None:
        self.column = column
        self.translation = translation
        self.today = today
        self._memo: dict[str, Any] = {}

    def read(self, cells: list[Any], chunk: Chunk) -> list[Any]:
        """Return the values, None where blank or faulty; faults go to ``chunk.problems``."""
        fast = self._read_plain(cells) if self.translation is None else None
        if fast is not None:
            return fast
        memo, out = self._memo, []
        for row, cell in zip(chunk.rows, cells, strict=True):
            if cell.__class__ is str and cell in memo:
                out.append(memo[cell])
                continue
            try:
                value = self._value(cell)
            except BadValue as error:
                chunk.problems.add(error.code, row, self.column.name, error.expected)
                value = None
            else:
                if cell.__class__ is str and len(memo) < _MEMO:
                    memo[cell] = value
            out.append(value)
        return out

    def _value(self, cell: Any) -> Any:
        column = self.column
        text = typed_text(cell, column.form.typed)
        if text is None:
            raise BadValue("number_cell", "a cell formatted as text")
        text = text.strip()
        if self.translation is not None:
            text = self.translation.get(text, text)
        if text.startswith("#") and text in ("#REF!", "#N/A", "#VALUE!", "#DIV/0!", "#NAME?", "#NUM!", "#NULL!"):
            raise BadValue("formula_error", "a value")
        if not text:
            if column.required:
                raise BadValue("required", "a value")
            return None
        value = column.form.parse(text)
        if value == "":
            raise BadValue("required", "a value")
        if column.not_future:
            self._check_past(value)
        return value

    def _check_past(self, value: Any) -> None:
        if isinstance(value, int):
            late = value > month_of(self.today)
        else:
            late = isinstance(value, (date, datetime)) and moment_parts(value)[1] > self.today
        if late:
            raise BadValue("date_future", f"<= {self.today.isoformat()}")

    def _read_plain(self, cells: list[Any]) -> list[Any] | None:
        """Return all values when every cell has the plain form of its column, else None (read one by one)."""
        form = self.column.form
        if form is MONTH or (form is not AMOUNT and form is not IDENTIFIER):
            return None
        try:
            text = "\n".join(cells) + "\n"
        except TypeError:
            return None
        if form is IDENTIFIER:
            return cells if text.isascii() and _PLAIN_CODE.fullmatch(text) else None
        if self.column.required:
            return None
        if _TWO_DECIMALS.fullmatch(text):
            return [int(cell) if cell else None for cell in text[:-1].replace(".", "").split("\n")]
        if _WHOLE_YUAN.fullmatch(text):
            return [int(cell) * 100 if cell else None for cell in text[:-1].split("\n")]
        return None
