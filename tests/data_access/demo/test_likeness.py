"""The demo looks like a broker's book, not like noise: every figure inside a stated band, each with its reason.

Read from the facts with plain SQL. The bands and their reasons stand in ``docs/demo.md`` too.
"""

from __future__ import annotations

import json
from math import ceil

import numpy as np
import pandas as pd
import pytest
from sqlalchemy import text

from data_access.database import Database
from data_access.demo.days import festival_month
from domain.months import month_add
from tests.data_access.demo.conftest import CLIENTS, MONTHS, UNTIL

MONTHLY = """
    SELECT month, count(*) AS clients, sum(end_assets_fen) AS assets, sum(turnover_fen) AS turnover,
           sum(trades_count) AS trades, sum(CASE WHEN trades_count > 0 THEN 1 ELSE 0 END) AS active
    FROM client_month GROUP BY month ORDER BY month
"""


@pytest.fixture(scope="module")
def monthly(demo_db: Database) -> pd.DataFrame:
    return read(demo_db, MONTHLY).set_index("month")


def read(db: Database, statement: str) -> pd.DataFrame:
    with db.reading() as connection:
        return pd.read_sql(text(statement), connection)


def truth(db: Database) -> dict[str, list[float]]:
    return json.loads(read(db, "SELECT value FROM app_setting WHERE key = 'demo.truth'").value[0])


def festival_months(monthly: pd.DataFrame) -> list[int]:
    found = [festival_month(year) for year in {month // 100 for month in monthly.index}]
    # neighbours on both sides are needed to see the dip
    return [month for month in found if month_add(month, -2) in monthly.index and month_add(month, 2) in monthly.index]


def test_top_five_percent_bring_half_to_four_fifths_of_the_income(demo_db: Database) -> None:
    # brokers' books are heavy-tailed: a twentieth of the clients carries more than half, yet not everything
    income = read(
        demo_db,
        f"SELECT client_id, sum(net_income_fen) AS fen FROM client_month "
        f"WHERE month > {month_add(UNTIL, -12)} GROUP BY client_id",
    ).fen
    income = income[income > 0].sort_values(ascending=False)
    share = income.head(ceil(0.05 * len(income))).sum() / income.sum()
    assert 0.45 <= share <= 0.80
    assert 0.75 <= income.head(ceil(0.20 * len(income))).sum() / income.sum() <= 0.95


def test_about_a_third_trades_in_a_month(monthly: pd.DataFrame) -> None:
    # retail accounts: a quarter to under a half trades in an ordinary month, never nearly all
    share = monthly.active / monthly.clients
    assert 0.30 <= share.median() <= 0.45
    assert share.min() >= 0.18
    assert share.max() <= 0.60


def test_about_half_a_percent_of_the_clients_is_lost_in_a_month(demo_db: Database, monthly: pd.DataFrame) -> None:
    # a yearly loss of 4 to 10 % is what an established retail book sees
    lost = read(
        demo_db,
        "SELECT count(*) AS n FROM account_event WHERE event IN ('closed', 'designation_withdrawn') "
        f"AND on_date >= '{month_add(UNTIL, 1 - MONTHS) // 100}-01-01'",
    ).n[0]
    churn = lost / MONTHS / monthly.clients.mean()
    assert 0.0035 <= churn <= 0.0090


def test_a_tenth_to_a_quarter_is_silent(demo_db: Database, monthly: pd.DataFrame) -> None:
    # emptied accounts that nobody closes are common; more than a quarter would be a dead book
    silent = read(
        demo_db,
        f"""
        SELECT count(*) AS n FROM (
            SELECT client_id FROM client_month WHERE month > {month_add(UNTIL, -12)} GROUP BY client_id
            HAVING count(*) = 12 AND max(end_assets_fen) < 100000 AND max(trades_count) = 0) AS quiet""",
    ).n[0]
    assert 0.08 <= silent / monthly.clients.iloc[-1] <= 0.25


def test_assets_follow_the_market(demo_db: Database) -> None:
    # what is left of the growth after money in and out is the market, spread only by cash and products
    pairs = read(
        demo_db,
        """
        SELECT now.month, sum(now.end_assets_fen - now.inflow_fen + now.outflow_fen) AS kept,
               sum(before.end_assets_fen) AS before
        FROM client_month AS now JOIN client_month AS before ON before.client_id = now.client_id
             AND before.month = CASE WHEN now.month % 100 = 1 THEN now.month - 89 ELSE now.month - 1 END
        GROUP BY now.month ORDER BY now.month""",
    )
    market = dict(zip(truth(demo_db)["months"], truth(demo_db)["market_returns"], strict=True))
    growth = pairs.kept / pairs.before - 1
    factor = pairs.month.map(market)
    assert np.corrcoef(growth, factor)[0, 1] >= 0.95
    # beta 1 on about four fifths of the assets
    assert 0.6 <= np.polyfit(factor, growth, 1)[0] <= 1.0


def test_trading_dips_in_the_month_of_spring_festival(monthly: pd.DataFrame) -> None:
    # a week closed and quiet days around it: fewer trades than in the months on both sides
    assert len(festival_months(monthly)) >= 2
    for month in festival_months(monthly):
        around = monthly.trades.loc[[month_add(month, step) for step in (-2, 2)]].mean()
        assert monthly.trades.loc[month] / around <= 0.90, month


def test_turnover_rises_and_falls_with_the_market(demo_db: Database, monthly: pd.DataFrame) -> None:
    # rising months are lively, falling ones quiet: positive, and far from a fixed link
    returns = np.array(truth(demo_db)["market_returns"])
    per_asset = (monthly.turnover / monthly.assets).to_numpy()
    assert 0.2 <= np.corrcoef(per_asset, returns)[0, 1] <= 0.95


def test_clients_turn_their_assets_over_about_once_a_month(monthly: pd.DataFrame) -> None:
    # Chinese accounts trade lively: a book's monthly turnover lies near its assets, which makes the income believable
    per_asset = monthly.turnover / monthly.assets
    assert per_asset.min() >= 0.4
    assert per_asset.max() <= 1.6


def test_commission_is_about_two_and_a_half_basis_points(demo_db: Database) -> None:
    rates = (
        read(
            demo_db,
            """
        SELECT client.kind, 1e4 * sum(commission_fen) / sum(turnover_fen) AS bp FROM client_month
        JOIN client ON client.client_id = client_month.client_id WHERE turnover_fen > 1000000
        GROUP BY client.client_id, client.kind""",
        )
        .groupby("kind")
        .bp.median()
    )
    # the market's usual retail rate; institutions trade for about half of it
    assert 2.2 <= rates["individual"] <= 2.8
    assert 0.9 <= rates["institution"] <= 1.5


def test_individuals_follow_the_survey(demo_db: Database) -> None:
    # D-01, within four percentage points at this size
    people = read(demo_db, "SELECT education, birth_on, opened_on FROM client WHERE kind = 'individual'")
    share = people.education.value_counts(normalize=True)
    for level, expected in (("大专", 0.40), ("本科", 0.28), ("中专", 0.23), ("初中以下", 0.06), ("硕士", 0.03)):
        assert abs(share[level] - expected) <= 0.04, level
    tenure = (pd.Timestamp("2025-10-31") - pd.to_datetime(people.opened_on)).dt.days / 365.25
    assert abs((tenure < 1).mean() - 0.14) <= 0.04
    assert abs(((tenure >= 3) & (tenure < 5)).mean() - 0.36) <= 0.04


def test_clients_grow_slowly_and_every_one_is_there(demo_db: Database, monthly: pd.DataFrame) -> None:
    assert read(demo_db, "SELECT count(*) AS n FROM client").n[0] == CLIENTS
    # 35 % opened within three years (D-01), some were lost: the book grows by a fifth to a half
    assert 1.15 <= monthly.clients.iloc[-1] / monthly.clients.iloc[0] <= 1.55
