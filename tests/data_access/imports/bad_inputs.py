"""Bad and unusual inputs 1-41, one row each: what comes, what becomes of it. ``docs/imports.md`` prints the table."""

from __future__ import annotations

import csv
import io
import struct
import tempfile
import zipfile
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import xlsxwriter

from tests.data_access.imports.files import CLIENT, CLIENT_MONTH, as_workbook

AS_IS, NORMALISED, REFUSED = "as is", "normalised", "refused"


@dataclass(frozen=True)
class Case:
    """One input. ``staged`` holds the values read (accepted cases); code, row and column the refusal."""

    number: int
    what: str
    outcome: str
    body: bytes | Callable[[], bytes]
    kind: str = "client"
    code: str = ""
    row: int | None = None
    column: str | None = None
    staged: dict[str, Any] = field(default_factory=dict)

    def data(self) -> bytes:
        return self.body() if callable(self.body) else self.body


def _csv(rows: list[list[str]]) -> bytes:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n", quoting=csv.QUOTE_ALL).writerows(rows)
    return out.getvalue().encode("utf-8", "surrogatepass")


def client(**values: str) -> bytes:
    row = {"client_no": "900001", "name": "测试", "kind": "individual", "office_code": "O011",
           "opened_on": "2020-05-01", **values}  # fmt: skip
    return _csv([list(row), list(row.values())])


def month(**values: str) -> bytes:
    row = {"client_no": "000123", "month": "2025-05", "end_assets": "1.00", **values}
    return _csv([list(row), list(row.values())])


def unit(*rows: str) -> bytes:
    return ("unit_code,name,kind,parent_code,valid_from,valid_to\n" + "\n".join(rows) + "\n").encode()


def relation(*rows: str) -> bytes:
    return ("relationship_no,client_no,type,valid_from,valid_to,staff_no,share\n" + "\n".join(rows) + "\n").encode()


def book(fill: Callable[[Any, Any], None] | None = None, text: str = CLIENT) -> bytes:
    """A workbook of a CSV text, changed by ``fill(book, sheet)``."""
    with tempfile.TemporaryDirectory() as folder:
        if fill is None:
            return as_workbook(Path(folder), text)
        path = Path(folder) / "x.xlsx"
        with xlsxwriter.Workbook(str(path)) as made:
            sheet = made.add_worksheet()
            for r, row in enumerate(csv.reader(io.StringIO(text))):
                for c, cell in enumerate(row):
                    sheet.write_string(r, c, cell)
            fill(made, sheet)
        return path.read_bytes()


def zipped(extra: dict[str, bytes] | None = None, replace: dict[str, bytes] | None = None) -> bytes:
    """A good workbook with parts added or replaced."""
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(book())) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, (replace or {}).get(name, old.read(name)))
        for name, body in (extra or {}).items():
            new.writestr(name, body)
    return out.getvalue()


def lying_directory() -> bytes:
    """The directory says every part unpacks to one byte."""
    data = bytearray(book())
    place = data.find(b"PK\x01\x02")
    while place != -1:
        data[place + 24 : place + 28] = struct.pack("<I", 1)
        place = data.find(b"PK\x01\x02", place + 4)
    return bytes(data)


def number_at(row: int, column: int, value: float) -> Callable[[Any, Any], None]:
    return lambda _book, sheet: sheet.write_number(row, column, value)


def corner(_book: Any, sheet: Any) -> None:
    sheet.write_string(1_048_575, 16_383, "x")


def two_sheets(made: Any, _sheet: Any) -> None:
    made.add_worksheet()


def hidden_sheet(made: Any, _sheet: Any) -> None:
    made.add_worksheet().hide()


def merged(_book: Any, sheet: Any) -> None:
    sheet.merge_range(5, 0, 6, 1, "x")


def wide(_book: Any, sheet: Any) -> None:
    sheet.write_string(0, 16_383, "x")


def header_below_title() -> bytes:
    return book(text="客户清单\n\n" + CLIENT)


_BOMB = b"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a 'aaaa'><!ENTITY b '&a;&a;'>]><x>&b;</x>"
_EXTERNAL = b"<?xml version='1.0'?><!DOCTYPE x [<!ENTITY a SYSTEM 'file:///etc/passwd'>]><x>&a;</x>"
_HEAD, _ROW = CLIENT.splitlines()[0], CLIENT.splitlines()[1]
_SHORT = "client_no,name,kind,office_code,opened_on\n"


def ok(number: int, what: str, column: str, cell: str, staged: Any = None, *, kind: str = "client") -> Case:
    """A cell that is read; ``staged`` is the value when it differs from the cell."""
    outcome = AS_IS if staged is None else NORMALISED
    body = (client if kind == "client" else month)(**{column: cell})
    return Case(number, what, outcome, body, kind, staged={column: cell if staged is None else staged})


def bad(number: int, what: str, column: str, cell: str, code: str, *, kind: str = "client", **more: str) -> Case:
    """A cell that is refused in row 2."""
    return Case(
        number, what, REFUSED, (client if kind == "client" else month)(**{column: cell}, **more), kind, code, 2, column
    )


def refused(
    number: int,
    what: str,
    body: bytes | Callable[[], bytes],
    code: str,
    row: int | None = None,
    column: str | None = None,
    kind: str = "client",
) -> Case:
    return Case(number, what, REFUSED, body, kind, code, row, column)


def doc(number: int, what: str, kind: str, cell: str, code: str = "") -> Case:
    """A document number, accepted when no code is given."""
    body = client(document_kind=kind, document_no=cell)
    return refused(number, what, body, code, 2, "document_no") if code else Case(number, what, AS_IS, body)


def phone(number: int, what: str, cell: str, masked: str = "") -> Case:
    body = client(phone=cell)
    if not masked:
        return refused(number, what, body, "phone_form", 2, "phone")
    return Case(number, what, NORMALISED, body, staged={"phone_masked": masked})


CASES: tuple[Case, ...] = (
    # files as such
    refused(1, "empty file", b"", "file_empty"),
    refused(2, "byte order mark only", b"\xef\xbb\xbf", "file_empty"),
    refused(3, "header only", (_HEAD + "\n").encode(), "no_rows", 1),
    refused(
        4, "upload of 20 MB + 1 byte (the command line takes it)", lambda: b"a" * ((20 << 20) + 1), "file_too_large"
    ),
    refused(5, "`.csv` that is a PNG", b"\x89PNG\r\n\x1a\n" + bytes(50), "file_kind"),
    Case(5, "`.xlsx` that is a CSV (told apart by content)", AS_IS, CLIENT.encode(), staged={"client_no": "000123"}),
    refused(5, "old `.xls`", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "file_damaged"),
    refused(6, "workbook with a macro", lambda: zipped({"xl/vbaProject.bin": b"x"}), "workbook_macro"),
    refused(
        6,
        "workbook with a link to another file",
        lambda: zipped({"xl/externalLinks/externalLink1.xml": b"<x/>"}),
        "workbook_macro",
    ),
    refused(
        6, "workbook with a data connection (DDE)", lambda: zipped({"xl/connections.xml": b"<x/>"}), "workbook_macro"
    ),
    refused(
        7, "zip bomb of ratio 400 and more", lambda: zipped({"xl/media/a.xml": bytes(40 << 20)}), "workbook_unpacked"
    ),
    refused(8, "zip inside the workbook", lambda: zipped({"xl/inner.zip": zipped()}), "workbook_macro"),
    refused(
        8,
        "100,000 parts (here 120)",
        lambda: zipped({f"xl/media/{n}.xml": b"" for n in range(120)}),
        "workbook_entries",
    ),
    refused(9, "zip directory that lies about sizes", lying_directory, "file_damaged"),
    refused(10, "XML entity bomb", lambda: zipped(replace={"xl/worksheets/sheet1.xml": _BOMB}), "file_damaged"),
    refused(10, "XML external entity", lambda: zipped(replace={"xl/worksheets/sheet1.xml": _EXTERNAL}), "file_damaged"),
    refused(11, "workbook with a password", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(4096), "file_damaged"),
    refused(12, "16,384 columns", lambda: book(wide), "workbook_size"),
    refused(12, "a cell at XFD1048576 only", lambda: book(corner), "workbook_size"),
    refused(13, "merged cells", lambda: book(merged), "workbook_merged"),
    refused(13, "two sheets", lambda: book(two_sheets), "workbook_sheets"),
    refused(13, "a hidden sheet", lambda: book(hidden_sheet), "workbook_sheets"),
    refused(13, "header in row 3", header_below_title, "column_missing", 1, "client_no"),
    refused(15, "truncated workbook", lambda: book()[:-200], "file_damaged"),
    # encoding
    Case(
        16,
        "GB18030 with rare characters (䶮, 㐂, 𠮷)",
        AS_IS,
        (_SHORT + "900002,䶮㐂𠮷,individual,O011,2020-05-01\n").encode("gb18030"),
        staged={"name": "䶮㐂𠮷"},
    ),
    refused(16, "UTF-16", CLIENT.encode("utf-16"), "encoding"),
    refused(16, "UTF-16 without a mark", CLIENT.encode("utf-16-le"), "encoding", 4),
    refused(
        16,
        "two encodings in one file",
        (_SHORT + "1,张三,individual,O011,2020-05-01\n").encode()
        + "2,李四,individual,O011,2020-05-01\n".encode("gb18030"),
        "encoding",
        3,
    ),
    refused(17, "a broken byte in UTF-8", CLIENT.encode().replace("山".encode(), b"\xe5\xb1"), "encoding", 4),
    refused(17, "a lone surrogate", client(name="\ud800"), "encoding", 2),
    refused(17, "NUL in a cell", client(name="a\0b"), "hidden_character", 2, "name"),
    Case(18, "CR only as line end", NORMALISED, CLIENT.replace("\n", "\r").encode(), staged={"client_no": "000123"}),
    Case(18, "mixed line ends", NORMALISED, CLIENT.replace("\n", "\r\n", 2).encode(), staged={"client_no": "000123"}),
    Case(18, "no last newline", NORMALISED, CLIENT.rstrip("\n").encode(), staged={"client_no": "000123"}),
    refused(19, "semicolons", CLIENT.replace(",", ";").encode(), "separator", 1),
    refused(19, "tabs", CLIENT.replace(",", "\t").encode(), "separator", 1),
    refused(19, "full-width commas", CLIENT.replace(",", "，").encode(), "separator", 1),
    refused(19, "unclosed quotation mark", (_SHORT + '1,"张三,individual,O011,2020-05-01\n').encode(), "quote", 2),
    refused(19, "quoted cell of 10 MB", lambda: client(name="x" * (10 << 20)), "too_long", 2),
    refused(19, "newline in a name", client(name="张\n三"), "hidden_character", 2, "name"),
    # columns
    refused(20, "missing column", CLIENT.replace("office_code", "office").encode(), "column_missing", 1, "office_code"),
    refused(20, "column twice", CLIENT.replace("phone", "name").encode(), "column_duplicate", 1, "name"),
    Case(20, "columns in another order", NORMALISED, client(), staged={"office_code": "O011"}),
    Case(
        20,
        "header with spaces, full-width or zero-width characters",
        NORMALISED,
        client().replace(b"client_no", "\u200b ｃｌｉｅｎｔ_no ".encode()),
        staged={"client_no": "900001"},
    ),
    Case(
        20,
        "Chinese header",
        NORMALISED,
        client().replace(b"client_no", "客户号".encode()),
        staged={"client_no": "900001"},
    ),
    *(
        refused(21, f"extra column `{name}`", client(**{name: "1"}), "column_unknown", 1, name)
        for name in ("org_id", "is_admin", "status", "version", "approved_by")
    ),
    refused(
        22,
        "one row with one cell too many",
        client() + "900002,甲,individual,O011,2020-05-01,1\n".encode(),
        "row_width",
        3,
    ),
    # identity values
    doc(23, "identity card of 18 characters", "id_card", "11010519491231002X"),
    doc(23, "lower-case x, full-width Ｘ and digits, spaces inside", "id_card", "１１0105 19491231 002ｘ"),
    doc(23, "17 digits", "id_card", "11010519491231002", "document_check"),
    doc(23, "19 digits", "id_card", "1101051949123100211", "document_check"),
    doc(23, "wrong check digit", "id_card", "110105194912310021", "document_check"),
    doc(23, "15-digit old number", "id_card", "110105491231002", "document_old"),
    doc(23, "birth date 19000229", "id_card", "110105190002290020", "document_check"),
    doc(23, "region 000000", "id_card", "000000194912310021", "document_check"),
    doc(24, "number rounded by a spreadsheet", "id_card", "110101199003071000", "document_check"),
    doc(24, "`1.10101E+17` as text", "id_card", "1.10101E+17", "document_check"),
    refused(
        24, "client number as a spreadsheet number", lambda: book(number_at(1, 0, 123)), "number_cell", 2, "client_no"
    ),
    bad(24, "rounded client number", "client_no", "1.10101E+17", "number_rounded"),
    doc(25, "passport", "passport", "E12345678"),
    doc(25, "Hong Kong and Macao permit", "hk_macao_permit", "H12345678"),
    doc(25, "company code", "company_code", "91110000600037341L"),
    phone(26, "+86 and dashes", "+86 138-0013-8000", "138****8000"),
    phone(26, "full-width digits", "１３８００１３８０００", "138****8000"),
    phone(26, "10 digits", "1380013800"),
    phone(26, "12 digits", "138001380001"),
    phone(26, "all digits equal", "11111111111"),
    *(
        ok(27, f"name `{name}`", "name", name)
        for name in ("NA", "null", "None", "nan", "TRUE", "·", "阿卜杜勒·热合曼", "王", "龘" * 200, "🙂")
    ),
    ok(27, "name in decomposed form", "name", "Jose\u0301", "José"),
    ok(27, "spaces around a name", "name", " 张三\u3000", "张三"),
    bad(27, "blank name", "name", "", "required"),
    bad(27, "name of spaces", "name", " \u3000", "required"),
    bad(27, "name of 201 characters", "name", "a" * 201, "too_long"),
    bad(27, "zero-width space in a name", "name", "张\u200b三", "hidden_character"),
    Case(
        28,
        "two clients of one name, phone and document",
        AS_IS,
        (
            "client_no,name,kind,office_code,opened_on,document_kind,document_no,phone\n"
            "900001,甲,individual,O011,2020-05-01,passport,E7654321,13800138000\n"
            "900002,甲,individual,O011,2020-05-01,passport,E7654321,13800138000\n"
        ).encode(),
    ),
    refused(28, "one client number twice", client() + client().split(b"\n", 1)[1], "key_duplicate", 3, "client_no"),
    # numbers and dates
    *(
        bad(29, f"amount `{cell}`", "end_assets", cell, code, kind="client_month")
        for cell, code in (
            ("1,234.56", "amount_form"),
            ("1e308", "amount_form"),
            ("NaN", "amount_form"),
            ("Infinity", "amount_form"),
            ("0.1+0.2", "amount_form"),
            ("10000000000000.00", "amount_range"),
            ("1.005", "amount_decimals"),
            ("(100)", "amount_form"),
            ("￥100", "amount_form"),
            ("100万", "amount_form"),
        )
    ),
    ok(29, "amount `１２３`", "end_assets", "１２３", 12_300, kind="client_month"),
    ok(29, "amount `-0`", "end_assets", "-0", 0, kind="client_month"),
    ok(29, "amount `1234.5`", "end_assets", "1234.5", 123_450, kind="client_month"),
    Case(
        29,
        "0.1 + 0.2 as a spreadsheet number (shown as 0.3)",
        NORMALISED,
        lambda: book(number_at(1, 2, 0.1 + 0.2), CLIENT_MONTH),
        "client_month",
        staged={"end_assets": 30},
    ),
    *(
        bad(30, f"date `{cell}`", "opened_on", cell, code)
        for cell, code in (
            ("2026-02-30", "date_impossible"),
            ("2026/2/3", "date_form"),
            ("03/02/2026", "date_form"),
            ("46054", "date_form"),
            ("0000-00-00", "date_impossible"),
            ("9999-12-31", "date_range"),
            ("2199-01-01", "date_future"),
        )
    ),
    refused(
        30, "spreadsheet serial number as a date", lambda: book(number_at(1, 4, 46_054)), "number_cell", 2, "opened_on"
    ),
    bad(30, "closed before opening", "closed_on", "2019-01-01", "before_opening"),
    refused(
        30,
        "23:59:60",
        b"client_no,account_no,account_kind,event,at\n000123,A1,cash,archived,2025-06-30T23:59:60\n",
        "date_impossible",
        2,
        "at",
        "account_event",
    ),
    Case(
        30,
        "moment with a zone",
        NORMALISED,
        b"client_no,account_no,account_kind,event,at\n000123,A1,cash,archived,2025-06-30T23:30:00Z\n",
        "account_event",
        staged={"at": "2025-06-30 23:30:00.000000", "at_on": "2025-07-01"},
    ),
    refused(
        31,
        "end before start",
        relation("R9,000123,maintenance,2025-05-01,2025-04-01,S001,1"),
        "order_of_days",
        2,
        "valid_to",
        "relationship",
    ),
    bad(31, "risk test in the future", "risk_on", "2199-01-01", "date_future"),
    # codes
    bad(32, "unknown office", "office_code", "O999", "unit_unknown"),
    bad(32, "a branch company as office", "office_code", "B01", "unit_kind"),
    bad(32, "closed office", "office_code", "O013", "unit_closed"),
    refused(32, "unit that is its own parent", unit("T09,组,team,T09,,"), "own_parent", 2, "parent_code", "org_unit"),
    refused(
        32,
        "circle of units",
        unit("O021,甲,office,O022,,", "O022,乙,office,O021,,"),
        "cycle",
        2,
        "parent_code",
        "org_unit",
    ),
    refused(32, "second headquarters", unit("HQ2,另一总部,hq,,,"), "second_hq", 2, "kind", "org_unit"),
    refused(
        33,
        "unknown staff member",
        relation("R9,000123,maintenance,2025-05-01,,S999,1"),
        "staff_unknown",
        2,
        "staff_no",
        "relationship",
    ),
    refused(
        33,
        "staff member who had left",
        relation("R9,000123,maintenance,2025-05-01,,S003,1"),
        "staff_left",
        2,
        "staff_no",
        "relationship",
    ),
    Case(
        33,
        "staff member of another office",
        AS_IS,
        relation("R9,000124,maintenance,2025-08-01,,S001,1"),
        "relationship",
        staged={"staff_no": "S001"},
    ),
    *(
        bad(34, f"risk level `{cell}`", "risk_level", cell, "code_unknown")
        for cell in ("C0", "C6", "C1-最低", "R2", "R6")
    ),
    ok(34, "risk level `c3`", "risk_level", "c3", "C3"),
    ok(34, "risk level `Ｃ３`", "risk_level", "Ｃ３", "C3"),
    ok(34, "risk level `C1-min`", "risk_level", "C1-min"),
    bad(35, "unknown event or status", "kind", "vip", "code_unknown"),
    # hostile text stays text
    *(
        ok(number, f"hostile text `{name}`", "name", name)
        for number, name in (
            (36, '=HYPERLINK("http://x")'),
            (36, "=cmd|'/c calc'!A1"),
            (36, "+1"),
            (36, "-1"),
            (36, "@SUM(1)"),
            (36, "＝1+1"),
            (37, "<script>alert(1)</script>"),
            (37, "<img src=x onerror=alert(1)>"),
            (37, "javascript:alert(1)"),
            (38, "![x](http://host/b.png)"),
            (38, "$\\href{x}{y}$"),
            (38, ":red[x]"),
            (38, "```"),
            (38, "a | b"),
            (39, "' OR 1=1--"),
            (39, '"; DROP TABLE client'),
            (39, "100%_\\["),
            (39, "') UNION SELECT 1"),
            (40, "{{7*7}}"),
            (40, "${jndi:ldap://x}"),
            (40, "{0.__class__}"),
            (40, "%s%n"),
            (41, "(a+)+$"),
        )
    ),
    bad(36, "carriage return inside a name", "name", "a\r=1", "hidden_character"),
    bad(41, "line break and a fake log line", "name", "a\r\nINFO ok", "hidden_character"),
    bad(41, "ANSI escape", "name", "\x1b[31mred", "hidden_character"),
    bad(41, "text that reverses direction", "name", "a\u202etxt", "hidden_character"),
    refused(41, "text of 1 MB", client(name="x" * (1 << 20)), "too_long", 2),
    bad(41, "99,000 combining marks", "name", "a" + "\u0301" * 99_000, "too_long"),
)

NAMES = (
    ("../../etc/passwd.csv", "passwd.csv"), ("CON.csv", "CON.csv"), ("x" * 300 + ".csv", "x" * 116 + ".csv"),
    ("a.csv\0.exe", "a.csv.exe"), ("a\u202evsc.exe", "avsc.exe"), ("C:\\tmp\\a.csv", "a.csv"),
)  # fmt: skip
"""Input 14: file names and what is kept of them."""


def table() -> str:
    """Return the Markdown table of ``docs/imports.md``."""
    rows = [(case.number, case.what, case.outcome, case.code, case.row or "", case.column or "") for case in CASES]
    rows += [
        (14, "path, reserved, long, NUL or reversing file name", NORMALISED, "", "", ""),
        (15, "one file twice at once: written once", NORMALISED, "", "", ""),
    ]
    lines = ["| # | input | outcome | code | row | column |", "|---|---|---|---|---|---|"]
    for number, what, *rest in sorted(rows, key=lambda row: row[0]):
        shown = what.replace("|", "\\|").replace("龘" * 200, "龘 × 200")
        lines.append(f"| {number} | {shown} | {' | '.join(map(str, rest))} |")
    return "\n".join(lines)
