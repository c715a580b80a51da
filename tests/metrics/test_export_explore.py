"""The file of an answer holds exactly the table that the page shows, inside the reach of whoever asks."""

from __future__ import annotations

import csv
import io

import pytest
from sqlalchemy import select

from data_access.actor import ActingUser, user_from_row
from data_access.database import Database
from data_access.tables import app_user
from metrics.errors import QuestionError
from metrics.export import answers as export_explore
from metrics.export.answers import export_answer


def user_of(db: Database, name: str) -> ActingUser:
    with db.reading() as connection:
        return user_from_row(connection, connection.execute(select(app_user).where(app_user.c.username == name)).one())


def lines(db: Database, name: str, **params: object) -> list[list[str]]:
    made = export_answer(db, user_of(db, name), {"format": "csv", **params})
    return list(csv.reader(io.StringIO(b"".join(made.chunks).decode("utf-8-sig"))))


def test_the_table_with_rest_parts_and_comparison(firm_db: Database) -> None:
    assert lines(firm_db, "hq", measure=["active_ratio"], by=["branch"], compare=["previous"], sort=["code"]) == [
        ["Branch company", "Active share of clients", "Active share of clients · numerator",
         "Active share of clients · denominator", "Active share of clients · before",
         "Active share of clients · difference", "Active share of clients · change"],
        *lines(firm_db, "hq", measure="active_ratio", by="branch", compare="previous", sort="code")[1:]]  # fmt: skip
    table = lines(firm_db, "hq", measure=["clients", "net_income"], by=["office"], sort=["code"])
    assert [row[1:] for row in table] == [["Clients", "Net income"], ["6", "1540.00"], ["3", "305.00"], ["3", "350.00"],
                                          ["12", "2195.00"]]  # fmt: skip
    assert table[-1][0] == "Total"


def test_dividing_by_zero_is_not_applicable(firm_db: Database) -> None:
    table = lines(firm_db, "hq", measure=["active_ratio"], by=["status"])
    assert [row[1] for row in table if row[0] == "Lost"] == ["n/a"]


def test_a_narrow_reader_gets_the_own_part(firm_db: Database) -> None:
    table = lines(firm_db, "branch_head", by=["office"], where=["office:O021"])
    assert [row[1] for row in table[1:]] == ["0"]
    assert [row[1] for row in lines(firm_db, "office_head", by=["office"])[1:]] == ["6", "6"]


def test_a_distribution(firm_db: Database) -> None:
    table = lines(firm_db, "hq", language="zh_CN", chart=["spread"], spread=["assets"])
    assert sum(int(row[1]) for row in table[1:]) == 12
    assert table[0] == ["期末资产", "客户"]


def test_a_runaway_question_is_refused(firm_db: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(export_explore, "DEADLINE_S", 0.0)
    with pytest.raises(QuestionError, match="was stopped"):
        lines(firm_db, "hq")
