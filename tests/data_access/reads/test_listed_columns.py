"""Lists by value: found in columns they are those of the statement, page by page."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, func, insert, select

from data_access.reads.client_filter import ClientFilter
from data_access.reads.client_lists import count_clients, count_lists, read_clients, select_list_ids
from data_access.reads.columns import NAMES
from data_access.reads.generation import read_generation
from data_access.reads.list_sets import ClientNumbers
from data_access.reads.listed_columns import count_listed, find_listed
from data_access.reads.moves import DIMENSIONS, Move
from data_access.refresh.prepare import prepare_columns
from data_access.scope import FIRM, Scope
from data_access.tables import client_column, reactivation_task
from tests.support.book_rows import NOW, STATUS_BLANKS
from tests.support.month_rows import LAST, MONTHS, month_rows, put_rows

SOME = settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
REACHES = (FIRM, Scope(), Scope(office_ids=frozenset({4, 6})))
PLAIN = ClientFilter(segment="other")
PARTS = {
    "statuses": (("lost",), ("lost", "silent"), ("normal", "robot")), "tiers": (("A", "B"), ("D",)),
    "tiers_before": (("C",), ("",)), "kinds": (("individual", "product"), ("",)),
    "office_codes": (("O011",), ("O012", "O021", "O999")), "quiet_from": (9, 12), "quiet_to": (0, 11), "newly": (12,),
    "has_task": (True, False), "moved": ("new", "lost", "returned"), "active": ("quarter",),
    "segment": ("most_valuable", "lost_valuable", "other", "robot"),
}  # fmt: skip


@st.composite
def filters(draw):
    dimension = draw(st.sampled_from(sorted(DIMENSIONS)))
    codes = st.sampled_from(["", "", "not_yet", "lost", "elsewhere", *(one.value for one in DIMENSIONS[dimension])])
    move = Move(dimension, draw(st.sampled_from((MONTHS[0], MONTHS[9], LAST))), draw(codes), draw(codes))
    named = draw(st.sets(st.sampled_from(sorted(PARTS)), max_size=3))
    kept = ClientFilter(move=draw(st.sampled_from((move, None, None))))
    return replace(kept, **{part: draw(st.sampled_from(PARTS[part])) for part in sorted(named)})


def read(db, month, scope, kept, limit):
    """The list's count and its ids, page by page."""
    pages, after = [], None
    with db.reading() as connection:
        generation = read_generation(connection)
        ids = select_list_ids(connection, generation, month, scope, kept)
        count = connection.execute(select(func.count()).select_from(ids.subquery())).scalar_one()
        while rows := read_clients(connection, generation, month, scope, kept, after=after, limit=limit):
            pages.append([row["client_id"] for row in rows])
            after = (rows[-1]["sort_value"], rows[-1]["client_id"])
    return count, pages


def add_tasks(connection, client_ids):
    """Tasks of clients, every second of them closed."""
    connection.execute(delete(reactivation_task))
    for place, client_id in enumerate(sorted(client_ids)):
        connection.execute(insert(reactivation_task).values(
            task_no=f"T{client_id}", version=1, client_id=client_id, staff_id=1, office_id=3, pool_status="silent",
            state="withdrawn" if place % 2 else "open", priority="normal", due_on=NOW.date(), assigned_by=1,
            assigned_at=NOW, request_id=f"r{client_id}"))  # fmt: skip


@SOME
@given(st.data())
def test_columns_find_what_the_statement_finds(month_db, data):
    rows = data.draw(month_rows((3, 4, 6)))
    with month_db.writing() as connection:
        put_rows(connection, rows)
        add_tasks(connection, data.draw(st.sets(st.integers(1, 12), max_size=6)))
    asked = [(data.draw(st.sampled_from((MONTHS[9], LAST))), scope, data.draw(filters()), data.draw(st.integers(1, 5)))
             for scope in REACHES for _ in range(6)]  # fmt: skip
    expected = [read(month_db, *one) for one in asked]
    prepare_columns(month_db)
    assert [read(month_db, *one) for one in asked] == expected
    with month_db.writing() as connection:
        generation = read_generation(connection)
        for (month, scope, kept, _), (count, _) in zip(asked, expected, strict=True):
            ends = [month, *([kept.move.month] if kept.move else [])]
            if len(set(ends)) == len(ends) and {row["month"] for row in rows} >= set(ends):
                assert find_listed(connection, generation, month, scope, kept) is not None
                both = [kept, ClientFilter(active="month"), ClientFilter(quiet_from=9)]
                known = count_listed(connection, generation, month, scope, both)
                assert known.keys() == {both[0], both[2]}
                assert known[kept] == count
                assert count_lists(connection, generation, month, scope, both) == [count, 0, known[both[2]]]
        connection.execute(delete(client_column))


@pytest.mark.parametrize(("scope", "kept"), [
    (Scope(staff_ids=frozenset({1})), PLAIN), (Scope(office_ids=frozenset({3}), staff_ids=frozenset({1})), PLAIN),
    (FIRM, replace(PLAIN, active="month")), (FIRM, ClientFilter(watch_from=1)),
    (FIRM, ClientFilter(client_ids=(1,))), (FIRM, ClientFilter(among=ClientNumbers(("C1",)))),
    (FIRM, ClientFilter(move=Move("tier", LAST, "A", ""))), (FIRM, ClientFilter(move=Move("tier", 209901, "A", ""))),
])  # fmt: skip
def test_other_lists_are_left_to_the_statement(month_db, scope, kept):
    prepare_columns(month_db)
    with month_db.reading() as connection:
        generation = read_generation(connection)
        assert find_listed(connection, generation, LAST, scope, kept) is None
        assert count_listed(connection, generation, LAST, scope, [kept]) == {}


def test_a_month_with_fewer_columns_is_read_from_its_rows_until_all_are_written(month_db):
    """As after an upgrade to a program that keeps one column more."""
    row = {"build_id": len(MONTHS), "month": LAST, "branch_id": 2, "office_id": 3, "status": "normal"}
    near = ClientFilter(quiet_from=9)
    with month_db.writing() as connection:
        put_rows(connection, [{**STATUS_BLANKS, **row, "client_id": key, "months_quiet": key + 7} for key in (1, 2, 3)])
    prepare_columns(month_db)
    with month_db.writing() as connection:
        connection.execute(delete(client_column).where(client_column.c.name == "months_quiet"))
        generation = read_generation(connection)
        assert find_listed(connection, generation, LAST, FIRM, near) is None
        assert find_listed(connection, generation, LAST, FIRM, ClientFilter()) is not None
        assert count_clients(connection, generation, LAST, FIRM, near) == 2
    assert prepare_columns(month_db) == [LAST]
    with month_db.reading() as connection:
        names = connection.execute(select(client_column.c.name).where(client_column.c.build_id == len(MONTHS)))
        assert set(names.scalars()) == set(NAMES)
        assert find_listed(connection, generation, LAST, FIRM, near)["client_id"].tolist() == [2, 3]
