"""What is wrong with a delivered file: stable codes, the place, what was expected; never the cell itself."""

from __future__ import annotations

from dataclasses import dataclass, field

SHOWN = 200
"""Problems kept with their place; beyond that they are only counted."""


@dataclass(frozen=True)
class Problem:
    """One fault. ``row`` is the spreadsheet row (the header is row 1); None concerns the whole file."""

    code: str
    row: int | None = None
    column: str | None = None
    expected: str = ""


@dataclass
class Problems:
    """The collected faults of one file: the first ``SHOWN`` with their place, all of them counted."""

    shown: list[Problem] = field(default_factory=list)
    count: int = 0

    def add(self, code: str, row: int | None = None, column: str | None = None, expected: str = "") -> None:
        """Record one fault."""
        self.count += 1
        if len(self.shown) < SHOWN:
            self.shown.append(Problem(code, row, column, expected))

    def __bool__(self) -> bool:
        return self.count > 0


class FileRefused(Exception):
    """The file is refused and nothing of it is written."""

    def __init__(self, problems: Problems) -> None:
        first = problems.shown[0].code if problems.shown else "refused"
        super().__init__(first)
        self.problems = problems


class RollbackRefused(Exception):
    """The batch cannot be taken back; the message is a stable code."""


def refuse(code: str, *, row: int | None = None, column: str | None = None, expected: str = "") -> FileRefused:
    """Return the refusal of a whole file for one fault, to be raised."""
    problems = Problems()
    problems.add(code, row, column, expected)
    return FileRefused(problems)


MEANINGS = {
    # the file as such
    "file_missing": "The file does not exist or cannot be read",
    "file_empty": "The file is empty",
    "file_too_large": "The file is too large",
    "file_kind": "The file is neither CSV nor XLSX",
    "encoding": "The text is neither UTF-8 nor GB18030 throughout",
    "separator": "The columns are not separated by commas",
    "quote": "A quotation mark is not closed",
    "too_slow": "Reading took too long or too much memory; use the command line",
    "no_rows": "The file has a header but no rows",
    "file_damaged": "The workbook is damaged, protected by a password or of the old .xls form",
    "workbook_entries": "The workbook holds too many parts",
    "workbook_unpacked": "The workbook unpacks to too much data",
    "workbook_macro": "The workbook holds macros, links to other files or embedded files",
    "workbook_sheets": "The workbook must have exactly one sheet, and it must be visible",
    "workbook_merged": "The sheet has merged cells",
    "workbook_size": "The sheet has more rows or columns than a file of this kind can have",
    # the header and the shape
    "column_missing": "A required column is missing",
    "column_unknown": "The file has a column that this kind does not know",
    "column_duplicate": "A column stands twice in the header",
    "mapping": "The mapping file is not valid",
    "row_width": "The row has more or fewer cells than the header",
    # cells
    "required": "A required cell is blank",
    "number_cell": "A number or code stands as a spreadsheet number; format the cell as text",
    "formula_error": "The cell holds an error value of the spreadsheet",
    "hidden_character": "The text holds control or invisible characters",
    "number_rounded": "The number was rounded by a spreadsheet",
    "too_long": "The text is too long",
    "identifier_form": "Not a number or code",
    "amount_form": "Not an amount",
    "amount_decimals": "Too many decimals",
    "amount_range": "The amount is too large",
    "count_form": "Not a whole number",
    "share_form": "Not a share",
    "share_decimals": "Too many decimals",
    "share_range": "The share is out of range",
    "date_form": "Not a date",
    "date_impossible": "The date does not exist",
    "date_range": "The date is out of range",
    "date_future": "The date lies in the future",
    "month_form": "Not a month",
    "moment_form": "Not a date or moment",
    "truth_form": "Neither true nor false",
    "period_form": "Not a period",
    "metric_form": "Not a metric",
    "score_form": "Not a score",
    "code_unknown": "The code is not in the list",
    "document_kind_missing": "A document number needs its kind",
    "document_check": "The document number has a wrong check digit, birth date or region",
    "document_old": "A 15-digit identity card number; the 18-digit number is needed",
    "document_form": "Not a document number",
    "phone_form": "Not a phone number",
    # rows together and against the database
    "order_of_days": "The end lies before the start",
    "before_opening": "The day lies before the opening of the client",
    "key_duplicate": "The same key stands in more than one row",
    "rows_disagree": "Rows of the same key disagree",
    "share_sum": "The shares of one relationship add up to more than 1",
    "own_parent": "The unit is its own parent",
    "cycle": "The rows name each other as parent or manager in a circle",
    "parent_kind": "A unit of this kind cannot stand below that parent",
    "parent_missing": "A unit other than the headquarters needs a parent",
    "second_hq": "There is one headquarters only",
    "kind_changed": "The kind cannot be changed",
    "unit_unknown": "The unit is not known",
    "unit_kind": "The unit is of the wrong kind",
    "unit_closed": "The unit was closed by then",
    "staff_unknown": "The staff member is not known",
    "staff_left": "The staff member had left by then",
    "client_unknown": "The client is not known",
    "scope_unknown": "Neither a unit nor a staff member of this code is known",
    "scope_ambiguous": "Both a unit and a staff member have this code",
    "user_differs": "The account exists with other data; change it with the user commands",
    "user_refused": "The account cannot be created",
    "role_not_yours": "Only headquarters gives the role Headquarters",
    "share_sum_client": "The shares of one client and type active on one day add up to more than 1",
}
"""Every code and its sentence (the gettext message id)."""
