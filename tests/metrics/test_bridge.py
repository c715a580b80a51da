"""Asset bridge: every term alone, parts and whole, months in a chain, what was learnt since."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

import pytest
from sqlalchemy import delete, select, update

from data_access.actor import OperatorActor
from data_access.refresh import refresh
from data_access.scope import Scope
from data_access.tables import client_month, client_status, generation_month
from metrics.bridge import asset_bridge
from metrics.errors import QuestionError
from metrics.flow import client_flow
from metrics.moves import moved_clients, moves
from metrics.terms import BRIDGE_TERMS
from tests.metrics.published import published
from tests.support.flow_book import FEBRUARY, JANUARY, MARCH, O011, O012, O021, publish_flow_firm

ASKED = {"first": JANUARY, "last": FEBRUARY}
TERMS = list(BRIDGE_TERMS)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def flow_db(request, tmp_path_factory, template_folder) -> Iterator:
    yield from published(request.param, tmp_path_factory.mktemp("bridge"), template_folder)


def terms(frame, place=0):
    return {key: int(value) for key, value in frame[TERMS].iloc[place].items() if value}


@pytest.mark.parametrize(("place", "expected"), [
    ({}, {"opening": 2780, "net_inflow": 190, "market_effect": 65, "won": 570, "lost": -370, "data_gaps": -215,
          "closing": 3020}),
    ({"unit": "B01"}, {"opening": 2820, "net_inflow": 140, "market_effect": 70, "won": 500, "lost": -280,
                       "transferred_out": 690, "data_gaps": -215, "closing": 2345}),
    ({"unit": "O011"}, {"opening": 1850, "net_inflow": 120, "market_effect": 80, "won": 500, "transferred_out": 600,
                        "data_gaps": -245, "closing": 1705}),
    ({"unit": "O012"}, {"opening": 970, "net_inflow": 20, "market_effect": -10, "lost": -280, "transferred_out": 90,
                        "data_gaps": 30, "closing": 640}),
    ({"unit": "O021"}, {"opening": -40, "net_inflow": 50, "market_effect": -5, "won": 70, "lost": -90,
                        "transferred_in": 690, "closing": 675}),
    ({"region": "East"}, {"opening": 2820, "net_inflow": 140, "market_effect": 70, "won": 500, "lost": -280,
                          "transferred_out": 690, "data_gaps": -215, "closing": 2345}),
    ({"scope": Scope(office_ids=frozenset({O011, O021}))},
     {"opening": 1810, "net_inflow": 170, "market_effect": 75, "won": 570, "lost": -90, "transferred_in": 90,
      "data_gaps": -245, "closing": 2380}),
    ({"scope": Scope(staff_ids=frozenset({1}))},
     {"opening": 1600, "net_inflow": 170, "market_effect": 90, "closing": 1860}),
    ({"scope": Scope(office_ids=frozenset({O012}), staff_ids=frozenset({1}))},
     {"opening": 2570, "net_inflow": 190, "market_effect": 80, "lost": -280, "transferred_out": 90, "data_gaps": 30,
      "closing": 2500}),
])  # fmt: skip
def test_a_places_bridge(flow_db, place, expected):
    frame = asset_bridge(**ASKED, **place, db=flow_db)
    assert frame.columns.tolist() == TERMS
    assert terms(frame) == expected
    row = frame.iloc[0]
    assert row["opening"] + sum(term.sign * row[key] for key, term in BRIDGE_TERMS.items()) == row["closing"]
    assert row["opening"] == row["opening"].quantize(Decimal("0.01"))


def test_a_number_that_comes_back_closes_the_gap(flow_db):
    frame = asset_bridge(first=FEBRUARY, last=MARCH, unit="O011", db=flow_db)
    assert terms(frame) == {"opening": 1705, "data_gaps": 260, "closing": 1965}
    both = asset_bridge(first=JANUARY, last=MARCH, unit="O011", db=flow_db)
    assert terms(both) == {"opening": 1850, "net_inflow": 120, "market_effect": 80, "won": 500,
                           "transferred_out": 600, "data_gaps": 15, "closing": 1965}  # fmt: skip
    months = asset_bridge(first=JANUARY, last=MARCH, unit="O011", by_month=True, db=flow_db)
    assert months["month"].tolist() == ["2024-02", "2024-03"]
    assert [terms(months, place)["opening"] for place in (0, 1)] == [1850, 1705]


def test_the_whole_is_the_sum_of_its_parts_but_for_transfers_between_them(flow_db):
    frame = asset_bridge(**ASKED, children=True, db=flow_db)
    assert frame[["unit", "part"]].values.tolist() == [["HQ", "whole"], ["B01", "child"], ["B02", "child"]]
    for key in set(TERMS) - {"transferred_in", "transferred_out"}:
        assert frame[key].iloc[0] == frame[key].iloc[1:].sum()
    assert frame["transferred_in"].tolist() == [0, 0, 690]
    assert frame["transferred_out"].tolist() == [0, 690, 0]


def test_what_was_learnt_since_is_a_correction(db):
    first = publish_flow_firm(db)
    with db.writing() as connection:
        connection.execute(update(client_month)
                           .where(client_month.c.month == JANUARY, client_month.c.client_id.in_([1, 10]))
                           .values(end_assets_fen=client_month.c.end_assets_fen + 10_050))  # fmt: skip
    refresh(db, full=True, actor=OperatorActor("tests"))
    asked = {**ASKED, "unit": "B01", "db": db}
    then, now = asset_bridge(**asked, generation=first), asset_bridge(**asked)
    assert terms(then)["opening"] == 2820
    assert now["opening"].iloc[0] == Decimal("3021.00")
    assert now["corrections"].iloc[0] == then["corrections"].iloc[0] == 0
    known = asset_bridge(**asked, opening_generation=first, children=True)
    assert known["opening"].tolist() == [2820, 1850, 970]
    assert known["corrections"].tolist() == [Decimal("201.00"), Decimal("100.50"), Decimal("100.50")]
    assert known["market_effect"].iloc[0] == Decimal("70.00") - Decimal("100.50")
    assert known["data_gaps"].iloc[0] == Decimal("-215.00") - Decimal("100.50")
    assert known["closing"].iloc[0] == 2345
    months = asset_bridge(first=JANUARY, last=MARCH, unit="B01", opening_generation=first, by_month=True, db=db)
    assert months["corrections"].tolist() == [Decimal("201.00"), 0]
    person = asset_bridge(**ASKED, scope=Scope(staff_ids=frozenset({1})), opening_generation=first, db=db)
    assert person["corrections"].iloc[0] == Decimal("100.50")
    with db.writing() as connection:  # old generations keep sums only
        old = select(generation_month.c.build_id).where(generation_month.c.generation_id == first)
        connection.execute(delete(client_status).where(client_status.c.build_id.in_(old)))
    assert asset_bridge(**asked, opening_generation=first)["corrections"].iloc[0] == Decimal("201.00")
    for ask in (lambda: asset_bridge(**ASKED, scope=Scope(staff_ids=frozenset({1})), opening_generation=first, db=db),
                lambda: client_flow(**ASKED, scope=Scope(staff_ids=frozenset({1})), generation=first, db=db),
                lambda: moves("tier", **ASKED, generation=first, db=db),
                lambda: moved_clients("tier", "A", "", **ASKED, generation=first, db=db)):  # fmt: skip
        with pytest.raises(QuestionError, match="are kept as sums only"):
            ask()


@pytest.mark.parametrize(("asked", "words"), [
    ({"unit": "B01", "scope": Scope(office_ids=frozenset({O012}))}, "Unit 'B01' was not found;"),
    ({"opening_known_at": "2000-01-01"}, "No figures are kept as known at 2000-01-01"),
    ({"first": 202311}, "2023-11 is not published;"),
])  # fmt: skip
def test_refusals_are_one_sentence(flow_db, asked, words):
    with pytest.raises(QuestionError, match=f"^{words}"):
        asset_bridge(**{**ASKED, **asked}, db=flow_db)


def test_every_place_of_the_reach_is_open(flow_db):
    reach = Scope(office_ids=frozenset({O011, O012, O021}))
    for unit in ("HQ", "B01", "B02", "O011", "O012", "O021"):
        assert len(asset_bridge(**ASKED, unit=unit, scope=reach, db=flow_db)) == 1
