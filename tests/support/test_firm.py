"""The small firm holds what its description says."""

from __future__ import annotations

from sqlalchemy import func, select

from data_access.check import check_invariants
from data_access.database import Database
from data_access.tables import client, client_month
from domain.identity import normal_document
from tests.support.firm import _CLIENTS, AS_OF, small_firm


def test_the_last_month_adds_up_to_the_written_totals(db: Database) -> None:
    firm = small_firm(db)
    with db.reading() as connection:
        row = connection.execute(
            select(
                func.sum(client_month.c.end_assets_fen),
                func.sum(client_month.c.net_income_fen),
                func.sum(client_month.c.turnover_fen),
                func.sum(client_month.c.inflow_fen - client_month.c.outflow_fen),
            ).where(client_month.c.month == AS_OF)
        ).one()
        assert connection.execute(select(func.count()).select_from(client)).scalar() == 14
    assert tuple(int(value) for value in row) == (397_229_999, 219_500, 1_097_500_000, 10_000_000)
    assert firm.units["T0111"] == 7


def test_the_documents_have_right_check_digits() -> None:
    for row in _CLIENTS:
        kind = "id_card" if row[1] == "individual" else "company_code"
        assert normal_document(kind, row[5]) == row[5]


def test_the_invariants_of_the_product_hold(sqlite_db: Database) -> None:
    small_firm(sqlite_db, refreshed=True)
    assert check_invariants(sqlite_db) == []
