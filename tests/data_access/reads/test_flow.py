"""Places and their parts, and how sums of units fold into them."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, update

from data_access.reads.flow import Changes, Node, fold, read_territory
from data_access.scope import FIRM, NOTHING, Scope
from data_access.tables import org_unit
from tests.support.books import firm


@pytest.fixture
def places(db):
    with db.writing() as connection:
        connection.execute(insert(org_unit), firm().org_unit)
        for code, region in (("B01", "East"), ("O012", "South"), ("O021", "South")):
            connection.execute(update(org_unit).where(org_unit.c.unit_code == code).values(region=region))
    with db.reading() as connection:
        yield connection


def parts(territory):
    return {node.code or node.part: node.unit_ids for node in (territory.whole, *territory.parts)}


def test_parts_of_the_firm_a_branch_an_office_and_a_region(places):
    assert parts(read_territory(places, FIRM)) == {
        "HQ": None, "B01": {2, 3, 4, 5}, "B02": {6, 7}, "rest": None}  # fmt: skip
    assert read_territory(places, FIRM).parts[-1].without == {2, 3, 4, 5, 6, 7}
    assert parts(read_territory(places, FIRM, unit="B01")) == {
        "B01": {2, 3, 4, 5}, "O011": {3, 5}, "O012": {4}, "rest": {2, 3, 4, 5}}  # fmt: skip
    assert parts(read_territory(places, FIRM, unit="O012")) == {"O012": {4}}
    # an office without a region lies in its branch's
    assert parts(read_territory(places, FIRM, region="East"))["whole"] == {3}
    assert parts(read_territory(places, FIRM, region="South"))["whole"] == {4, 7}


def test_a_reach_names_its_place_and_opens_no_other(places):
    reach = Scope(office_ids=frozenset({3, 4}))
    assert parts(read_territory(places, reach)) == {"B01": {3, 4}, "O011": {3}, "O012": {4}, "rest": {3, 4}}
    assert parts(read_territory(places, reach, unit="B01"))["B01"] == {3, 4}
    assert read_territory(places, reach, unit="B02") is None
    assert read_territory(places, Scope(office_ids=frozenset({3})), unit="B01") is None
    assert read_territory(places, NOTHING, unit="O011") is None
    assert parts(read_territory(places, NOTHING)) == {"whole": frozenset()}


def test_sums_fold_into_a_place_and_what_lies_in_none_of_its_parts_is_the_rest():
    sums = {"alive_count": 1, "end_assets_fen": 10, "new_count": 1}
    changes = Changes([202401], {202401: {1: sums, 3: sums, 4: sums}}, {202401: {(1, 3): (2, 30), (3, 4): (1, 5)}})
    whole, child = Node("HQ", "whole", None), Node("O011", "child", frozenset({3}))
    rest = Node(None, "rest", None, without=frozenset({3, 4}))
    found = {node.part: fold(changes, node)[0][1] for node in (whole, child, rest)}
    assert (found["whole"]["alive_count"], found["whole"]["clients_in"], found["whole"]["clients_out"]) == (3, 0, 0)
    assert {name: value for name, value in found["child"].items() if value} == {
        **sums, "clients_in": 2, "assets_in_fen": 30, "clients_out": 1, "assets_out_fen": 5}  # fmt: skip
    assert found["rest"]["end_assets_fen"] == 10
    assert (found["rest"]["clients_out"], found["rest"]["assets_out_fen"]) == (2, 30)
