"""Files out: bytes as spreadsheets read them, rows inside the reach, an audit row at the end."""

from __future__ import annotations

import csv
import io
import json
from decimal import Decimal

import pytest
from python_calamine import CalamineWorkbook
from sqlalchemy import select, update

from data_access.actor import ActingUser
from data_access.scope import FIRM, Scope
from data_access.tables import audit_event, client, generation
from metrics import query
from metrics.errors import QuestionError
from metrics.export import lists as export_lists
from metrics.export.files import Column, Sheet, Summary, neutral_text, write_csv, write_xlsx
from metrics.export.lists import EXPORTERS
from metrics.units import COUNT, RATIO, YUAN
from tests.support.firm import small_firm

HQ = ActingUser(1, "hq", "HQ", "hq", 1, None, FIRM)
COLUMNS = (Column("text", "Text"), Column("yuan", "Yuan", YUAN), Column("count", "Count", COUNT),
           Column("ratio", "Ratio", RATIO))  # fmt: skip


def read_csv(chunks):
    data = b"".join(chunks)
    assert data.startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))


@pytest.mark.parametrize("sign", list("=+-@＝＋－＠\t\r\n\0"))
def test_a_leading_formula_sign_is_quoted(sign):
    assert neutral_text(f"{sign}1+1") == f"'{sign.strip(chr(0)) if sign.isprintable() else ''}1+1"


def test_other_texts_stay_as_they_are():
    assert [neutral_text(text) for text in ("NA", "1=1", "欧阳·文", "", "a\x07b")] == ["NA", "1=1", "欧阳·文", "", "ab"]


def test_csv_is_quoted_exact_and_counted():
    summary = Summary()
    rows = [{"text": 'a,"b"', "yuan": Decimal("1234.5"), "count": 3, "ratio": Decimal("0.5")},
            {"text": "=cmd()", "yuan": None, "count": 0, "ratio": None}]  # fmt: skip
    found = read_csv(write_csv(Sheet("List", COLUMNS, rows), str, summary))
    assert found == [
        ["Text", "Yuan", "Count", "Ratio"],
        ['a,"b"', "1234.50", "3", "0.500000"],
        ["'=cmd()", "", "0", ""],
    ]
    assert (summary.row_count, len(summary.sha256)) == (2, 64)


def test_xlsx_keeps_numbers_as_numbers_and_texts_as_texts():
    summary = Summary()
    rows = [{"text": "=1+1", "yuan": Decimal("-0.01"), "count": 7}, {"text": "https://example.com"}]
    data = b"".join(write_xlsx(Sheet("List", COLUMNS, rows, [("As of", "2025-06")]), str, summary))
    book = CalamineWorkbook.from_filelike(io.BytesIO(data))
    assert book.sheet_names == ["List", "Definitions"]
    assert book.get_sheet_by_index(0).to_python() == [
        ["Text", "Yuan", "Count", "Ratio"], ["=1+1", -0.01, 7.0, ""], ["https://example.com", "", "", ""]]  # fmt: skip
    assert book.get_sheet_by_index(1).to_python() == [["As of", "2025-06"]]
    assert b"<f>" not in data
    assert summary.row_count == 2


def test_every_list_holds_the_rows_of_its_figure(firm_db):
    def count(kind, **params):
        made = EXPORTERS[kind](firm_db, HQ, {"as_of": "2025-06", **params})
        return len(read_csv(made.chunks)) - 1

    figures = query(["pool_silent", "pool_lost", "clients"], db=firm_db).iloc[0].tolist()
    assert [count("pool", status="silent"), count("pool", status="lost")] == figures[:2] == [2, 2]
    assert count("client_list", status=["normal", "silent", "archived", "undetermined"]) == figures[2] == 12
    assert count("tier_list", tier="A") == 1
    assert count("tier_list", tier=["A", "B"], unit="B02") == 0
    assert count("staff_performance") == 5
    assert count("staff_performance", category=["adviser"]) == 1
    assert count("task_list") == 2
    assert count("client_list", unit="O012") == 4


def test_a_reach_bounds_the_file_and_masks_names(firm_db):
    analyst = ActingUser(9, "a", "A", "analyst", 3, None, Scope(office_ids=frozenset({6}), masks_names=True))
    found = read_csv(EXPORTERS["client_list"](firm_db, analyst, {"unit": "B01"}).chunks)
    assert found[1:] == []
    found = read_csv(EXPORTERS["client_list"](firm_db, analyst, {}).chunks)
    assert {row[2] for row in found[1:]} == {"O021"}
    assert {row[1][1:] for row in found[1:]} <= {"*", "**", "***", "****"}


def test_pages_of_a_long_list_join_without_gap_or_repeat(firm_db, monkeypatch):
    monkeypatch.setattr(export_lists, "PAGE_LIMIT", 3)
    real = export_lists.read_clients
    monkeypatch.setattr(export_lists, "read_clients", lambda *given, **kept: real(*given, **kept, limit=3))
    found = read_csv(EXPORTERS["client_list"](firm_db, HQ, {}).chunks)
    assert sorted(row[0] for row in found[1:]) == [f"{number:08d}" for number in range(1, 15)]


def test_a_finished_export_is_in_the_audit_trail_and_hostile_names_are_harmless(sqlite_db):
    small_firm(sqlite_db, refreshed=True)
    with sqlite_db.writing() as connection:
        connection.execute(update(client).where(client.c.client_id == 1).values(name="=HYPERLINK(1)"))
    made = EXPORTERS["client_list"](sqlite_db, HQ, {"as_of": "2025-06", "language": "zh_CN"})
    rows = read_csv(made.chunks)
    assert rows[1][:2] == ["00000001", "'=HYPERLINK(1)"]
    assert made.file_name == "clients_2025-06.csv"
    with sqlite_db.reading() as connection:
        row = connection.execute(select(audit_event).where(audit_event.c.action == "export")).one()
        published = connection.execute(select(generation.c.generation_id)).scalar_one()
    details = json.loads(row.details)
    assert (row.user_id, row.object_key, details["row_count"], details["generation"]) == (1, "clients", 14, published)
    assert details["filter"] == {"as_of": "2025-06", "language": "zh_CN"}
    assert details["columns"][:2] == ["client_no", "name"]
    assert len(details["sha256"]) == 64


def test_an_unknown_format_is_refused(firm_db):
    with pytest.raises(QuestionError, match="allowed are csv, xlsx"):
        EXPORTERS["pool"](firm_db, HQ, {"format": "pdf"})
