from __future__ import annotations

import pytest
from sqlalchemy import insert, update

from data_access.clock import frozen
from data_access.reads.client_filter import ClientFilter
from data_access.reads.client_lists import count_clients
from data_access.reads.generation import read_generation
from data_access.reads.list_sets import Warned
from data_access.reads.warned import WarningFilter, count_reasons, count_warned, read_warned
from data_access.scope import FIRM, Scope
from data_access.tables import client_status, cube_client
from tests.support.book_rows import MONTH, NOW, add_clients, write_book

ASSETS, TRADE, COMPLAINT = 1, 2, 16
CLIENTS = {  # tier, value in fen, reasons
    "C1": ("B", 500, ASSETS | TRADE), "C2": ("A", 100, ASSETS | COMPLAINT),
    "C3": ("A", 900, ASSETS | TRADE | COMPLAINT), "C4": ("A", 5_000, TRADE),
    "C5": ("C", 9_000, None), "C6": ("B", 500, TRADE | COMPLAINT),
}  # fmt: skip


@pytest.fixture
def warned(db):
    """The limit is 2: C4 has one point, C5 is not rated; C6 stands in O021."""
    with frozen(NOW):
        book = write_book(db)
        with db.writing() as connection:
            add_clients(connection, book, ["C1", "C2", "C3", "C4", "C5"], status="normal")
            add_clients(connection, book, ["C6"], office="O021", status="normal")
            for number, (tier, value, reasons) in CLIENTS.items():
                row = client_status.c.client_id == book.clients[number]
                connection.execute(update(client_status).where(row).values(
                    tier=tier, value_fen=value, warning_reasons=reasons,
                    warning_points=None if reasons is None else reasons.bit_count()))  # fmt: skip
            blanks = {column.name: 0 for column in cube_client.c if column.name.endswith(("_count", "_fen"))}
            connection.execute(insert(cube_client), [
                {**blanks, "build_id": 1, "month": MONTH, "branch_id": book.units["B01"], "status": "normal",
                 "office_id": book.units[office], "client_kind": "individual", "tier": tier, "warned_count": count,
                 "trades_count": 0} for office, tier, count in (("O011", "A", 2), ("O011", "B", 1), ("O021", "B", 1))
            ])  # fmt: skip
        yield book


def listed(db, scope=FIRM, **kept):
    wanted = WarningFilter(**kept)
    with db.reading() as connection:
        pinned = read_generation(connection)
        found = read_warned(connection, pinned, MONTH, scope, wanted)
        assert count_warned(connection, pinned, MONTH, scope, wanted) == len(found)
        of_set = ClientFilter(among=Warned(wanted))
        assert count_clients(connection, pinned, MONTH, scope, of_set) == len(found)
    return [(row["client_no"], row["points"], row["reasons"]) for row in found]


def test_by_tier_then_value_with_points_and_reasons(db, warned):
    assert listed(db) == [("C3", 3, 19), ("C2", 2, 17), ("C1", 2, 3), ("C6", 2, 18)]


@pytest.mark.parametrize(("kept", "found"), [
    ({"tiers": ("A",)}, ["C3", "C2"]),
    ({"tiers": ("B",), "kinds": ("individual",)}, ["C1", "C6"]),
    ({"reasons": (TRADE,)}, ["C3", "C1", "C6"]),
    ({"reasons": (ASSETS, COMPLAINT)}, ["C3", "C2", "C1", "C6"]),
    ({"office_codes": ("O021",)}, ["C6"]),
    ({"points": 3}, ["C3"]),
    ({"points": 1}, ["C3", "C2", "C1", "C6"]),
])  # fmt: skip
def test_filters_keep_the_same_in_list_and_count(db, warned, kept, found):
    assert [row[0] for row in listed(db, **kept)] == found


def test_a_reach_sees_its_own(db, warned):
    assert [row[0] for row in listed(db, Scope(office_ids=frozenset({warned.units["O021"]})))] == ["C6"]
    assert listed(db, Scope()) == []


def test_pages_follow_each_other(db, warned):
    with db.reading() as connection:
        pinned = read_generation(connection)
        first = read_warned(connection, pinned, MONTH, FIRM, WarningFilter(), limit=3)
        after = (first[-1]["sort_value"], first[-1]["client_id"])
        rest = read_warned(connection, pinned, MONTH, FIRM, WarningFilter(), after=after)
    assert [row["client_no"] for row in (*first, *rest)] == ["C3", "C2", "C1", "C6"]


def test_a_client_counts_in_each_of_its_reasons(db, warned):
    with db.reading() as connection:
        found = count_reasons(connection, read_generation(connection), MONTH, FIRM)
    assert found == {1: 3, 2: 3, 4: 0, 8: 0, 16: 3, 32: 0}
