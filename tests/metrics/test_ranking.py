"""People by a figure: dense ranks, ties by number, people who have moved on since."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from sqlalchemy import insert, update

from data_access.actor import ActingUser
from data_access.reads.staff_results import read_people
from data_access.scope import Scope
from data_access.tables import staff, staff_version
from metrics.export.lists import EXPORTERS
from metrics.ranking import STAFF_KEYS, ranked_people
from tests.metrics.test_export import read_csv
from tests.support.firm import LOADED_AT, small_firm

PEOPLE = {number: {"name": number, "category": kind} for number, kind in
          (("S1", "agent"), ("S2", "adviser"), ("S3", "agent"), ("S4", "agent"))}  # fmt: skip
B01 = Scope(office_ids=frozenset({4, 5}), unit_ids=frozenset({2, 4, 5, 7}))


def test_equal_values_share_a_rank_and_no_rank_is_left_out():
    values = [
        {"staff": number, **dict.fromkeys(STAFF_KEYS), "staff_assets": value}
        for number, value in (
            ("S3", Decimal(5)),
            ("S1", None),
            ("S4", Decimal(9)),
            ("S2", Decimal(5)),
            ("S9", Decimal(99)),
        )
    ]
    found = ranked_people(values, PEOPLE, "staff_assets")
    assert [(row["rank"], row["staff_no"]) for row in found] == [(1, "S4"), (2, "S2"), (2, "S3"), (3, "S1")]
    agents = ranked_people(values, PEOPLE, "staff_assets", ("agent",))
    assert [(row["rank"], row["staff_no"]) for row in agents] == [(1, "S4"), (2, "S3"), (3, "S1")]


def test_a_person_who_moved_away_keeps_the_results_of_the_reach(sqlite_db):
    small_firm(sqlite_db, refreshed=True)
    moved = date(2025, 7, 1)  # S0001 sat in T0111 until the last published month, and sits in O021 today
    with sqlite_db.writing() as connection:
        connection.execute(update(staff).where(staff.c.staff_no == "S0001").values(unit_id=6))
        connection.execute(update(staff_version).where(staff_version.c.staff_id == 1).values(valid_to=moved))
        connection.execute(insert(staff_version).values(staff_id=1, valid_from=moved, category="adviser", unit_id=6,
                                                        loaded_at=LOADED_AT))  # fmt: skip
    with sqlite_db.reading() as connection:
        people = read_people(connection, B01)
    assert {number: (row["name"], row["unit_code"]) for number, row in people.items()} == {
        "S0001": ("陈思远", None), "S0002": ("李娜", "T0111"), "S0003": ("王强", "O012"), "S0004": ("赵敏", "O011"),
        "S0006": ("周平", "O011")}  # fmt: skip
    head = ActingUser(2, "b", "B", "branch_head", 2, None, B01)
    found = read_csv(EXPORTERS["staff_performance"](sqlite_db, head, {}).chunks)
    assert [(row[0], row[1], row[3], row[5], row[6]) for row in found[1:]] == [
        ("S0001", "陈思远", "", "1", "1125.00"), ("S0002", "李娜", "T0111", "2", "496.66"),
        ("S0003", "王强", "O012", "3", "146.66"), ("S0004", "赵敏", "O011", "4", "10.00")]  # fmt: skip
