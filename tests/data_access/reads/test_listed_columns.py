"""Lists by move or value segment: found in columns they are those of the statement, page by page."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete

from data_access.reads.client_filter import ClientFilter
from data_access.reads.client_lists import count_clients, read_clients
from data_access.reads.generation import read_generation
from data_access.reads.listed_columns import find_listed
from data_access.reads.moves import DIMENSIONS, Move
from data_access.refresh.prepare import prepare_columns
from data_access.scope import FIRM, Scope
from data_access.tables import client_column
from tests.support.month_rows import LAST, MONTHS, month_rows, put_rows

SOME = settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
REACHES = (FIRM, Scope(), Scope(office_ids=frozenset({4, 6})))
PLAIN = ClientFilter(segment="other")


@st.composite
def filters(draw):
    dimension = draw(st.sampled_from(sorted(DIMENSIONS)))
    codes = st.sampled_from(["", "", "not_yet", "lost", "elsewhere", *(one.value for one in DIMENSIONS[dimension])])
    move = Move(dimension, draw(st.sampled_from((MONTHS[0], MONTHS[9], LAST))), draw(codes), draw(codes))
    segment = draw(st.sampled_from(("", "most_valuable", "lost_valuable", "other", "robot")))
    kept = ClientFilter(move=draw(st.sampled_from((move, move, None))), segment=segment)
    narrowed = ({}, {}, {"kinds": ("individual", "product")}, {"tiers": ("A", "B")}, {"statuses": ("lost", "silent")},
                {"tiers_before": ("C",)})  # fmt: skip
    return replace(kept, **draw(st.sampled_from(narrowed)))


def read(db, month, scope, kept, limit):
    """The list's count and its ids, page by page."""
    pages, after = [], None
    with db.reading() as connection:
        generation = read_generation(connection)
        count = count_clients(connection, generation, month, scope, kept)
        while rows := read_clients(connection, generation, month, scope, kept, after=after, limit=limit):
            pages.append([row["client_id"] for row in rows])
            after = (rows[-1]["sort_value"], rows[-1]["client_id"])
    return count, pages


@SOME
@given(st.data())
def test_columns_find_what_the_statement_finds(month_db, data):
    with month_db.writing() as connection:
        put_rows(connection, data.draw(month_rows((3, 4, 6))))
    asked = [(data.draw(st.sampled_from((MONTHS[9], LAST))), scope, data.draw(filters()), data.draw(st.integers(1, 5)))
             for scope in REACHES for _ in range(3)]  # fmt: skip
    expected = [read(month_db, *one) for one in asked]
    prepare_columns(month_db)
    assert [read(month_db, *one) for one in asked] == expected
    with month_db.writing() as connection:
        connection.execute(delete(client_column))


@pytest.mark.parametrize(("scope", "kept"), [
    (FIRM, ClientFilter()), (FIRM, ClientFilter(tiers=("A",))), (Scope(staff_ids=frozenset({1})), PLAIN),
    (FIRM, replace(PLAIN, has_task=True)), (FIRM, replace(PLAIN, quiet_from=3)),
    (FIRM, ClientFilter(move=Move("tier", LAST, "A", ""))), (FIRM, ClientFilter(move=Move("tier", 209901, "A", ""))),
])  # fmt: skip
def test_other_lists_are_left_to_the_statement(month_db, scope, kept):
    prepare_columns(month_db)
    with month_db.reading() as connection:
        assert find_listed(connection, read_generation(connection), LAST, scope, kept) is None
