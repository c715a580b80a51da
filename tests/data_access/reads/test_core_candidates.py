"""Clients for a core list: looked for by value in columns they are those of the statement."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import update

from data_access.reads import core_candidates
from data_access.reads.generation import read_generation
from data_access.refresh.prepare import prepare_columns
from data_access.scope import FIRM, Scope
from data_access.tables import client
from tests.support.month_rows import LAST, month_rows, put_rows

REACHES = (FIRM, Scope(), Scope(office_ids=frozenset({4, 6})), Scope(staff_ids=frozenset({1})))


@settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_columns_find_what_the_statement_finds(month_db, data):
    rows = data.draw(month_rows((3, 4, 6)))
    with month_db.writing() as connection:
        put_rows(connection, rows)
        for number in range(1, 13):
            opened_on = data.draw(st.sampled_from((date(2019, 1, 31), date(2024, 6, 30))))
            connection.execute(update(client).where(client.c.client_id == number).values(
                opened_on=opened_on, office_id=data.draw(st.sampled_from((3, 4, 6)))))  # fmt: skip

    def read(limit):
        with pytest.MonkeyPatch.context() as patch, month_db.reading() as connection:
            patch.setattr(core_candidates, "LIMIT", limit)
            patch.setattr(core_candidates, "_SPARE", 1)
            patch.setattr(core_candidates, "_AT_ONCE", 2)
            generation = read_generation(connection)
            return [core_candidates.read_core_candidates(connection, generation, LAST, scope, date(2024, 7, 10))
                    for scope in REACHES]  # fmt: skip

    expected = [read(limit) for limit in (3, 200)]
    alive = {row["client_id"] for row in rows if row["month"] == LAST and row["status"] != "lost"}
    assert {row["client_id"] for row in expected[1][0]} <= alive
    prepare_columns(month_db)
    assert [read(limit) for limit in (3, 200)] == expected
