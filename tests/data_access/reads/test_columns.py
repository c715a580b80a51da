"""Columns of a month: the same from where they are kept ready as from the rows, on any rows and for any reach."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select, update

from data_access.reads.columns import CODES, NAMES, find_among, find_inside, find_places, read_columns
from data_access.refresh.prepare import prepare_columns
from data_access.scope import FIRM, Scope, clients_in
from data_access.tables import client_column, client_status
from tests.support.book_rows import STATUS_BLANKS
from tests.support.month_rows import MONTHS, month_rows, put_rows

SOME = settings(max_examples=8, deadline=None, suppress_health_check=list(HealthCheck))
OFFICES = (3, 4, 6)
NEWEST = len(MONTHS)
REACHES = (FIRM, Scope(), Scope(office_ids=frozenset({4})), Scope(staff_ids=frozenset({1})),
           Scope(office_ids=frozenset({3, 6}), staff_ids=frozenset({1})), Scope(unit_ids=frozenset({3})))  # fmt: skip


def told(row, name):
    """What the array holds at a client's place."""
    value = row[name]
    if name in CODES:
        return -1 if value is None else CODES[name].index(value)
    if name == "lost_on":
        return 0 if value is None else int(value.strftime("%Y%m%d"))
    return int(value or 0)


@SOME
@given(st.data())
def test_kept_ready_or_not_they_say_what_the_rows_say(month_db, data):
    rows = data.draw(month_rows(OFFICES))
    with month_db.writing() as connection:
        put_rows(connection, rows)
    names = (*NAMES, "turnover_fen")
    with month_db.reading() as connection:
        fresh = read_columns(connection, NEWEST, names)
    prepare_columns(month_db)
    with month_db.reading() as connection:
        stored = read_columns(connection, NEWEST, names)
    newest = sorted((row for row in rows if row["build_id"] == NEWEST), key=lambda row: row["client_id"])
    for name in names:
        assert fresh[name].tolist() == stored[name].tolist() == [told(row, name) for row in newest]
        assert fresh[name].dtype == stored[name].dtype == (np.int8 if name in CODES else np.int64)


@SOME
@given(st.data())
def test_inside_is_what_the_reach_says(month_db, data):
    rows = data.draw(month_rows(OFFICES))
    with month_db.writing() as connection:
        put_rows(connection, rows)
    row = client_status.c
    with month_db.reading() as connection:
        month = read_columns(connection, NEWEST, ("client_id", "office_id", "tier"))
        for scope in REACHES:
            reached = clients_in(scope, row.client_id, row.office_id)
            wanted = select(row.client_id).where(row.build_id == NEWEST, reached)
            inside = month["client_id"][find_inside(connection, scope, month)]
            assert inside.tolist() == sorted(connection.execute(wanted).scalars())
        tiers = [one["tier"] for one in rows if one["build_id"] == NEWEST]
        for codes in ((), ("A",), (None,), ("B", None), ("robot",)):
            assert find_among(month, "tier", codes).tolist() == [tier in codes for tier in tiers]


@pytest.mark.parametrize("step", [1, 1000])  # ids one after the other, and far apart
def test_places_of_clients(step):
    ids = np.array([2, 5, 9], dtype=np.int64) * step
    found, places = find_places(ids, np.array([1, 2, 9, 11], dtype=np.int64) * step)
    assert (found.tolist(), places.tolist()) == ([False, True, True, False], [0, 2])
    for one, other in ((ids[:0], ids), (ids, ids[:0]), (ids[:0], ids[:0])):
        found, places = find_places(one, other)
        assert (found.tolist(), places.tolist()) == ([False] * len(other), [])


def test_columns_of_another_list_of_codes_are_not_read(month_db):
    with month_db.writing() as connection:
        put_rows(connection, [
            {**STATUS_BLANKS, "build_id": NEWEST, "month": MONTHS[-1], "client_id": key, "branch_id": 2, "office_id": 3,
             "status": "silent", "value_fen": 7} for key in (1, 2)])  # fmt: skip
    prepare_columns(month_db)
    column = client_column.c
    with month_db.writing() as connection:
        other = {"codes": "lost,normal", "body": b"\0\0"}
        connection.execute(update(client_column).where(column.name == "status").values(other))
        connection.execute(delete(client_column).where(column.name == "value_fen"))
    with month_db.reading() as connection:
        found = read_columns(connection, NEWEST, ("status", "value_fen"))
    assert (found["status"].tolist(), found["value_fen"].tolist()) == ([1, 1], [7, 7])
    assert prepare_columns(month_db) == [MONTHS[-1]]
