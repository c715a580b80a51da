"""A small firm as CSV texts, and the short way to import them."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import xlsxwriter

from data_access.actor import OperatorActor
from data_access.database import Database
from data_access.imports import BatchResult, import_file

OPERATOR = OperatorActor("tester")

ORG_UNIT = """unit_code,name,kind,parent_code,city,region
HQ,总部,hq,,,
B01,江苏分公司,branch,HQ,南京,江苏
O011,南京中山路营业部,office,B01,南京,江苏
O012,苏州营业部,office,B01,苏州,江苏
T01,一组,team,O011,,
"""
STAFF = """staff_no,name,category,unit_code,manager_no,licence_no,licence_on,left_on
S002,李强,agent,O011,S001,,,
S001,王芳,adviser,O011,,L1,2018-04-01,
S003,赵敏,account_manager,O012,,,,2024-01-31
"""
CLIENT = """client_no,name,kind,office_code,opened_on,document_kind,document_no,phone,segment,risk_level
000123,张三,individual,O011,2016-05-09,id_card,11010519491231002X,13800138000,Mass,C3
000124,NA,individual,O012,2020-02-29,passport,E12345678,,Premium,
000125,中山投资,institution,O011,2019-01-02,,,,,C5
"""
ACCOUNT_EVENT = """client_no,account_no,account_kind,event,at,amount
000123,A1,cash,opened,2016-05-09T10:15:00,
000123,A1,cash,closed,2025-06-30,
000124,A2,margin,opened,2020-02-29T09:00:00+08:00,100.00
"""
CLIENT_MONTH = """client_no,month,end_assets,inflow,outflow,turnover,trades,commission,fees
000123,2025-01,1000.00,10.00,0.00,500.00,2,5.00,1.00
000123,2025-02,1100.50,,,,,,
000124,2025-01,-20.00,0.00,0.00,0.00,0,0.00,0.00
"""
RELATIONSHIP = """relationship_no,client_no,type,valid_from,valid_to,staff_no,share
R1,000123,core_service,2025-01-15,,S001,0.6
R1,000123,core_service,2025-01-15,,S002,0.4
R2,000124,maintenance,2025-02-01,2025-08-01,S001,1
"""
FIRM = {"org_unit": ORG_UNIT, "staff": STAFF, "client": CLIENT, "account_event": ACCOUNT_EVENT,
        "client_month": CLIENT_MONTH, "relationship": RELATIONSHIP}  # fmt: skip


def write(folder: Path, kind: str, body: str | bytes, name: str | None = None) -> Path:
    """Write a file and return its path."""
    path = folder / (name or f"{kind}.csv")
    path.write_bytes(body if isinstance(body, bytes) else body.encode())
    return path


def load(db: Database, folder: Path, kind: str, body: str | bytes, **options) -> BatchResult:
    """Import one body as a file of the kind."""
    name = options.pop("name", None)
    return import_file(db, actor=OPERATOR, kind=kind, path=write(folder, kind, body, name), **options)


def load_firm(db: Database, folder: Path, *kinds: str) -> dict[str, BatchResult]:
    """Import the small firm, or the named kinds of it, in order."""
    return {kind: load(db, folder, kind, FIRM[kind]) for kind in (kinds or FIRM)}


def as_workbook(folder: Path, text: str, name: str = "file.xlsx", *, numbers: tuple[str, ...] = ()) -> bytes:
    """Return the rows of a CSV text as XLSX; the named columns become numbers, all others text."""
    rows = list(csv.reader(io.StringIO(text)))
    path = folder / name
    with xlsxwriter.Workbook(str(path)) as book:
        sheet = book.add_worksheet()
        for r, row in enumerate(rows):
            for c, cell in enumerate(row):
                if r and cell and numbers and rows[0][c] in numbers:
                    sheet.write_number(r, c, float(cell))
                elif cell:
                    sheet.write_string(r, c, cell)
    return path.read_bytes()
