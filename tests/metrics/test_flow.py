"""Client flow: every movement alone, transfers inside a place, reach, refusals."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from data_access.scope import Scope
from metrics.errors import QuestionError
from metrics.flow import client_flow, flow_total
from tests.metrics.published import published
from tests.support.flow_book import FEBRUARY, JANUARY, MARCH, O011, O012, O021

COLUMNS = ["opening", "new", "returned", "lost", "transferred_in", "transferred_out", "closing"]
ASKED = {"first": JANUARY, "last": FEBRUARY}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def flow_db(request, tmp_path_factory, template_folder) -> Iterator:
    yield from published(request.param, tmp_path_factory.mktemp("flow"), template_folder)


@pytest.mark.parametrize(("place", "row"), [
    ({}, [8, 2, 2, 4, 0, 0, 8]),
    ({"unit": "HQ"}, [8, 2, 2, 4, 0, 0, 8]),
    ({"unit": "B01"}, [7, 2, 1, 3, 0, 2, 5]),
    ({"unit": "B02"}, [1, 0, 1, 1, 2, 0, 3]),
    ({"unit": "O011"}, [3, 2, 0, 1, 0, 1, 3]),
    ({"unit": "O012"}, [4, 0, 1, 2, 0, 1, 2]),
    ({"unit": "O021"}, [1, 0, 1, 1, 2, 0, 3]),
    ({"region": "East"}, [7, 2, 1, 3, 0, 2, 5]),
    ({"scope": Scope(office_ids=frozenset({O011, O012}))}, [7, 2, 1, 3, 0, 2, 5]),
    ({"scope": Scope(office_ids=frozenset({O021})), "unit": "O021"}, [1, 0, 1, 1, 2, 0, 3]),
    ({"scope": Scope(staff_ids=frozenset({1}))}, [2, 0, 0, 0, 0, 0, 2]),
    ({"scope": Scope()}, [0, 0, 0, 0, 0, 0, 0]),
])  # fmt: skip
def test_a_places_flow(flow_db, place, row):
    frame = client_flow(**ASKED, **place, db=flow_db)
    assert frame.columns.tolist() == ["month", *COLUMNS]
    assert frame.values.tolist() == [["2024-02", *row]]
    new, returned, lost, came, went = row[1:6]
    assert row[0] + new + returned - lost + came - went == row[6]


def test_months_are_chained_and_added_up(flow_db):
    frame = client_flow(first="2024-01", last="2024-03", unit="O021", db=flow_db)
    assert frame.values.tolist() == [["2024-02", 1, 0, 1, 1, 2, 0, 3], ["2024-03", 3, 0, 0, 0, 0, 0, 3]]
    assert flow_total(frame) == dict(zip(COLUMNS, [1, 0, 1, 1, 2, 0, 3], strict=True))


def test_children_and_the_transfers_between_them(flow_db):
    frame = client_flow(**ASKED, children=True, db=flow_db)
    assert frame[["unit", "part", "transferred_in", "transferred_out"]].values.tolist() == [
        ["HQ", "whole", 0, 0], ["B01", "child", 0, 2], ["B02", "child", 2, 0]]  # fmt: skip
    offices = client_flow(**ASKED, children=True, unit="B01", db=flow_db)
    assert offices["unit"].tolist() == ["B01", "O011", "O012"]
    assert offices["lost"].tolist() == [3, 1, 2]
    reach = client_flow(**ASKED, children=True, scope=Scope(office_ids=frozenset({O011, O021})), db=flow_db)
    assert reach[["unit", "opening", "transferred_in", "transferred_out"]].fillna("").values.tolist() == [
        ["", 4, 1, 0], ["O011", 3, 0, 1], ["O021", 1, 2, 0]]  # fmt: skip


@pytest.mark.parametrize(("asked", "words"), [
    ({"unit": "B09"}, "Unit 'B09' was not found;"),
    ({"unit": "T0111"}, "Unit 'T0111' was not found;"),
    ({"unit": "B01", "scope": Scope(office_ids=frozenset({O011}))}, "Unit 'B01' was not found;"),
    ({"unit": "HQ", "scope": Scope(office_ids=frozenset({O011}))}, "Unit 'HQ' was not found;"),
    ({"unit": "O021", "scope": Scope(office_ids=frozenset({O011}))}, "Unit 'O021' was not found;"),
    ({"unit": "O011", "scope": Scope(staff_ids=frozenset({1}))}, "Unit 'O011' was not found;"),
    ({"region": "North"}, "Region 'North' was not found;"),
    ({"region": "East", "scope": Scope(office_ids=frozenset({O021}))}, "Region 'East' was not found;"),
    ({"region": "East", "unit": "B01"}, "Name a unit or a region, not both."),
    ({"first": 202402}, "2024-02 does not lie before 2024-02;"),
    ({"first": 202312}, "2023-12 is not published; published are 2024-01 to 2024-03."),
    ({"last": "2024-04"}, "2024-04 is not published;"),
    ({"last": "04/2024"}, "Not a month: '04/2024'; write YYYY-MM."),
    ({"known_at": "2000-01-01"}, "No figures are kept as known at 2000-01-01"),
])  # fmt: skip
def test_refusals_are_one_sentence(flow_db, asked, words):
    with pytest.raises(QuestionError, match=f"^{words}"):
        client_flow(**{**ASKED, **asked}, db=flow_db)


def test_a_flow_ends_where_the_next_begins(flow_db):
    one = client_flow(**ASKED, unit="B01", db=flow_db)
    two = client_flow(first=FEBRUARY, last=MARCH, unit="B01", db=flow_db)
    assert one["closing"].tolist() == two["opening"].tolist() == [5]
