"""Relationships of one type on one client are one list of shares, in the published figures and in the rows behind."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from data_access.actor import OperatorActor
from data_access.refresh import refresh
from metrics import query, rows
from tests.support.books import add_client, add_relationship, firm, month_row, write_book

D = Decimal


def test_shares_of_one_type_are_split_as_one_and_a_persons_add_up(db):
    # S001 33.33 %, S005 33.33 % and 33.34 % of 1.01 yuan: 0.33, then up to 0.67, then up to 1.01
    book = firm()
    add_client(book, 1, date(2020, 1, 1))
    book.client_month = [month_row(1, 202401, end_assets_fen=0, trades_count=1, net_income_fen=101)]
    add_relationship(book, 1, "new_development", date(2023, 1, 1), None, {1: 3_333})
    add_relationship(book, 1, "new_development", date(2023, 1, 1), None, {1: 3_334, 2: 3_333})
    add_relationship(book, 1, "core_service", date(2023, 1, 1), None, {1: 6_000})
    with db.writing() as connection:
        write_book(connection, book)
    refresh(db, actor=OperatorActor("tests"))
    keys = ["staff_net_income", "staff_clients"]
    # 66.67 % together beat the 60 % of the other type
    assert query(keys, by="staff", db=db).values.tolist() == [["S001", D("0.33"), 1], ["S005", D("0.68"), 1]]
    assert rows("staff_net_income", by="staff", db=db).values.tolist() == [
        ["S001", "C00001", "new_development", D("0.33"), 3_333],
        ["S005", "C00001", "new_development", D("0.68"), 6_667],
    ]
    assert rows("staff_clients", by="staff", db=db)["staff_clients"].tolist() == [1, 1]
    by_type = query("attributed_net_income", by="relationship_type", db=db).set_index("relationship_type")
    assert by_type.loc[["new_development", "core_service"], "attributed_net_income"].tolist() == [D("1.01"), D("0.60")]
