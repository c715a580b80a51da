"""A client opens where a list of the month or its office of today shows it, and nowhere else."""

from __future__ import annotations

import pytest
from sqlalchemy import update

from data_access.reads.client_page import read_client_page
from data_access.reads.generation import read_generation
from data_access.reads.trace_facts import read_trace_facts
from data_access.scope import NOTHING, Scope
from data_access.tables import client
from tests.support.firm import AS_OF, small_firm

O011, O012, O021 = (Scope(office_ids=frozenset({unit})) for unit in (4, 5, 6))


@pytest.mark.parametrize(("scope", "is_open"), [(O011, True), (O021, True), (O012, False), (NOTHING, False)])
def test_the_office_of_the_month_and_of_today_open_a_client(sqlite_db, scope, is_open):
    small_firm(sqlite_db, refreshed=True)
    with sqlite_db.writing() as connection:  # published in O011; moved to O021 since
        connection.execute(update(client).where(client.c.client_no == "00000001").values(office_id=6))
    with sqlite_db.reading() as connection:
        generation = read_generation(connection)
        page = read_client_page(connection, generation, AS_OF, scope, "00000001")
        trace = read_trace_facts(connection, generation, AS_OF, scope, "00000001")
    assert (page is not None, trace is not None) == (is_open, is_open)
    assert page is None or page.facts["office_code"] == "O021"
