"""Moves between two months' groups, and the clients behind a cell."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from data_access.reads.client_filter import ClientFilter
from data_access.reads.client_lists import count_clients, read_clients
from data_access.reads.generation import read_generation
from data_access.reads.moves import Move, read_move
from data_access.scope import Scope
from metrics.errors import QuestionError
from metrics.moves import groups, moved_clients, moves
from metrics.terms import ENDS, MOVE_TERMS
from tests.metrics.published import published
from tests.support.flow_book import FEBRUARY, JANUARY, O011, O012, O021

ASKED = {"first": JANUARY, "last": FEBRUARY}


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def flow_db(request, tmp_path_factory, template_folder) -> Iterator:
    yield from published(request.param, tmp_path_factory.mktemp("moves"), template_folder)


def cells(frame):
    return {(row["origin"], row["goal"]): row["clients"] for row in frame.to_dict("records")}


@pytest.mark.parametrize(("place", "expected"), [
    ({}, {("normal", "normal"): 6, ("normal", "lost"): 2, ("lost", "normal"): 1, ("lost", "lost"): 1,
          ("not_yet", "normal"): 1, ("not_yet", "lost"): 1}),
    ({"unit": "O011"}, {("normal", "normal"): 2, ("normal", "elsewhere"): 1, ("not_yet", "normal"): 1,
                        ("not_yet", "lost"): 1}),
    ({"unit": "O021"}, {("normal", "normal"): 1, ("lost", "normal"): 1, ("elsewhere", "normal"): 1,
                        ("elsewhere", "lost"): 1}),
    ({"unit": "B01"}, {("normal", "normal"): 4, ("normal", "elsewhere"): 2, ("normal", "lost"): 1, ("lost", "lost"): 1,
                       ("not_yet", "normal"): 1, ("not_yet", "lost"): 1}),
    ({"region": "East", "scope": Scope(office_ids=frozenset({O012, O021}))},
     {("normal", "normal"): 2, ("normal", "lost"): 1, ("normal", "elsewhere"): 1, ("lost", "lost"): 1}),
    ({"scope": Scope(staff_ids=frozenset({1}))}, {("normal", "normal"): 2}),
    ({"scope": Scope()}, {}),
    ({"where": {"client_kind": "product"}}, {}),
    ({"where": {"client_kind": ["product", "individual"]}, "unit": "O012"},
     {("normal", "normal"): 2, ("normal", "lost"): 1, ("normal", "elsewhere"): 1, ("lost", "lost"): 1}),
])  # fmt: skip
def test_moves_between_statuses(flow_db, place, expected):
    assert cells(moves("status", **ASKED, **place, db=flow_db)) == expected


def test_amounts_stand_at_both_ends(flow_db):
    frame = moves("status", **ASKED, unit="O011", db=flow_db)
    assert frame.columns.tolist() == ["origin", "goal", *MOVE_TERMS]
    assert frame[["origin", "goal"]].values.tolist() == [
        ["not_yet", "normal"], ["not_yet", "lost"], ["normal", "normal"], ["normal", "elsewhere"]]  # fmt: skip
    assert frame["assets_before"].tolist() == [None, None, 1250, 600]
    assert frame["assets"].tolist() == [500, 5, 1200, None]
    assert frame["value_before"].tolist() == [None, None, 2, 1]
    assert frame["value"].tolist() == [1, 1, 4, None]
    assert groups("tier") == ["not_yet", "A", "B", "C", "lost", "elsewhere"]
    assert set(ENDS) == {"not_yet", "lost", "elsewhere"}


@pytest.mark.parametrize(("origin", "goal", "place", "clients"), [
    ("normal", "normal", {}, [1, 5, 6, 8, 9, 10]),
    ("normal", "lost", {}, [3, 7]),
    ("not_yet", "", {}, [2, 11]),
    ("lost", "normal", {}, [4]),
    ("normal", "elsewhere", {"unit": "B01"}, [6, 7]),
    ("elsewhere", "lost", {"unit": "O021"}, [7]),
    ("elsewhere", "", {"unit": "O021"}, [6, 7]),
    ("", "normal", {"unit": "O021"}, [4, 6, 9]),
    ("normal", "normal", {"scope": Scope(staff_ids=frozenset({1}))}, [1, 6]),
    ("normal", "normal", {"scope": Scope(office_ids=frozenset({O012}))}, [5, 10]),
    ("normal", "normal", {"kept": ClientFilter(kinds=("product",))}, []),
])  # fmt: skip
def test_the_clients_behind_a_cell(flow_db, origin, goal, place, clients):
    rows = moved_clients("status", origin, goal, **ASKED, **place, order="client_no", db=flow_db)
    assert [row["client_id"] for row in rows] == clients


def test_the_list_of_a_cell_is_read_page_by_page(flow_db):
    asked = ("status", "normal", "normal")
    pages, after = [], None
    while True:
        rows = moved_clients(*asked, **ASKED, order="assets", after=after, limit=4, db=flow_db)
        if not rows:
            break
        pages.append([row["client_id"] for row in rows])
        after = (rows[-1]["sort_value"], rows[-1]["client_id"])
    assert pages == [[1, 6, 5, 10], [9, 8]]


def test_the_filter_of_a_list_counts_what_it_shows(flow_db):
    kept = ClientFilter(move=Move("status", JANUARY, "normal", "lost"))
    reach = Scope(office_ids=frozenset({O011, O012}))
    with flow_db.reading() as connection:
        generation = read_generation(connection)
        assert count_clients(connection, generation, FEBRUARY, reach, kept) == 1
        rows = read_clients(connection, generation, FEBRUARY, reach, kept)
        assert [row["client_id"] for row in rows] == [3]
        for month in (FEBRUARY, 209901):
            nobody = ClientFilter(move=Move("status", month, "normal", ""))
            assert count_clients(connection, generation, FEBRUARY, reach, nobody) == 0


@pytest.mark.parametrize("text", ["tier.2024-01.A.B", "status.2024-01.not_yet.", "stage.2024-01..lost",
                                  "tier.2024-01.elsewhere.C"])  # fmt: skip
def test_a_move_is_written_into_an_address_and_read_back(text):
    assert str(read_move(text)) == text


@pytest.mark.parametrize("text", [None, "", "tier", "tier.2024-01.A", "colour.2024-01.A.B", "tier.2024-13.A.B",
                                  "tier.2024-01.D.B", "tier.2024-01.A.B.C",
                                  "tier.2024-01.A.'; DROP TABLE x"])  # fmt: skip
def test_anything_else_is_no_move(text):
    assert read_move(text) is None


@pytest.mark.parametrize(("asked", "words"), [
    ({"dimension": "colour"}, "Unknown dimension 'colour'; moves are told by tier, stage, status."),
    ({"where": {"tier": "A"}}, "Moves cannot be filtered by tier; allowed are client_kind,"),
    ({"where": {"client_kind": "robot"}}, "Unknown client_kind 'robot'; allowed are individual,"),
    ({"unit": "O021", "scope": Scope(office_ids=frozenset({O011}))}, "Unit 'O021' was not found;"),
    ({"first": 202312}, "2023-12 is not published;"),
])  # fmt: skip
def test_refusals_are_one_sentence(flow_db, asked, words):
    with pytest.raises(QuestionError, match=f"^{words}"):
        moves(**{"dimension": "tier", **ASKED, **asked}, db=flow_db)


def test_unknown_cells_are_refused(flow_db):
    with pytest.raises(QuestionError, match=r"^Unknown tier 'D'; allowed are not_yet, A, B, C, lost, elsewhere"):
        moved_clients("tier", "D", "A", **ASKED, db=flow_db)
