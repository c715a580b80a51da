"""K-33 on the small firm; the numbers were worked out by hand.

Assets in 10,000 yuan / turnover of 12 months in 100,000 / net income of 12 months in 100, full steps, points:
01 100/600/120 -> 830; 02 50/300/60 -> 420; 03 20/120/24 -> 174; 04 10/60/12 -> 92; 05 200/180/36 -> 426;
06 5/30/6 -> 51; 07 8/0/0 -> 18; 14 3/9/1 -> 23; the other four none. 10 of the points are for trading.
Half the share of assets (3,962,299.99) and half of turnover: 01 35.7 %, 05 32.2 %, 02 17.9 %, 03 7.1 %, …
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from data_access.reads.generation import read_generation
from data_access.scope import FIRM, Scope
from metrics.tier_measures import PAIRS, PUBLISHED, Comparison, compare_measures
from tests.support.firm import AS_OF

OFFICE, PERSON = Scope(office_ids=frozenset({4})), Scope(staff_ids=frozenset({2, 4}))
BY_WEIGHT, BY_POINTS, LAST = PAIRS


def compared(db, scope=FIRM, settings=PUBLISHED, month=AS_OF) -> Comparison:
    with db.reading() as connection:
        return compare_measures(connection, read_generation(connection), month, scope, settings)


def test_tiers_of_the_firm(firm_db):
    found = compared(firm_db)
    assert found.crossed == {
        BY_WEIGHT: [[1, 0, 0], [0, 1, 0], [0, 1, 9]],  # 12 with a value: 1 in A, 3 in A and B: 01, 05, 02
        BY_POINTS: [[1, 0, 0], [0, 0, 1], [0, 1, 9]],  # 8 with a value: 1 in A, 2 in A and B: 01, 05
        LAST: [[1, 0, 0], [0, 1, 1], [0, 0, 9]],
    }
    assert [found.agreement(pair) for pair in PAIRS] == [(11, 12), (10, 12), (11, 12)]
    assert [found.both_in_a(pair) for pair in PAIRS] == [(1, 1)] * 3
    assert found.all_agree == 10  # all but 02 and 05
    assert found.client_ids.tolist() == [5, 1, 2, 3, 4, 7, 6, 14, 9, 8, 10, 11]
    assert found.points.tolist() == [426, 830, 420, 174, 92, 18, 51, 23, 0, 0, 0, 0]
    assert (found.totals.clients, found.totals.income_fen, found.totals.assets_fen, found.totals.turnover_fen) == (
        12, 2_599_000, 396_229_999, 12_995_000_000)  # fmt: skip
    assert found.top["points"] == found.top["net_income"]


def test_the_clients_of_a_cell(firm_db):
    found = compared(firm_db)
    assert found.client_ids[found.places_of(BY_WEIGHT, "C", "B")].tolist() == [5]
    assert found.client_ids[found.places_of(BY_POINTS, "B", "C")].tolist() == [2]
    for pair in PAIRS:
        for place, one in enumerate("ABC"):
            assert [len(found.places_of(pair, one, other)) for other in "ABC"] == found.crossed[pair][place]


@pytest.mark.parametrize(("scope", "ids", "table"), [
    (OFFICE, [1, 2, 7, 14, 8, 11], [[1, 0, 0], [0, 1, 0], [0, 0, 4]]),
    (PERSON, [1, 3, 7, 14, 8], [[1, 0, 0], [0, 0, 0], [0, 0, 4]]),
    (Scope(), [], [[0, 0, 0], [0, 0, 0], [0, 0, 0]]),
])  # fmt: skip
def test_a_reach_counts_its_own_clients_in_the_firms_tiers(firm_db, scope, ids, table):
    found = compared(firm_db, scope)
    assert (found.client_ids.tolist(), found.crossed[BY_WEIGHT]) == (ids, table)


@pytest.mark.parametrize(("settings", "highest"), [
    (replace(PUBLISHED, assets_percent=100), 5), (replace(PUBLISHED, assets_percent=0), 1),
])  # fmt: skip
def test_weights_turn_the_ranking(firm_db, settings, highest):
    found = compared(firm_db, settings=settings)
    assert [int(found.client_ids[place]) for place in range(12) if found.tiers[place, 1] == 0] == [highest]


def test_points_of_nothing_put_everybody_in_c(firm_db):
    found = compared(firm_db, settings=replace(PUBLISHED, assets_points=0, turnover_points=0, income_points=0,
                                               active_points=0))  # fmt: skip
    assert found.crossed[BY_POINTS] == [[0, 0, 1], [0, 0, 1], [0, 0, 10]]


def test_a_month_with_less_history_takes_what_there_is(firm_db):
    found = compared(firm_db, month=202405)  # the first month
    assert (found.totals.turnover_fen, found.totals.income_fen) == (500_000 * 2_000, 200_000)
