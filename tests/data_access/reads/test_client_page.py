"""A client opens where a list of the month or its office of today shows it, and nowhere else."""

from __future__ import annotations

import pytest
from sqlalchemy import insert, select, update

from data_access.reads.client_page import read_client_page
from data_access.reads.generation import read_generation
from data_access.reads.reach import opens
from data_access.reads.trace_facts import read_trace_facts
from data_access.scope import FIRM, NOTHING, Scope
from data_access.tables import client, client_month
from domain.months import month_add
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


@pytest.mark.parametrize("scope", [
    FIRM, NOTHING, O012, Scope(office_ids=frozenset({4, 6})), Scope(office_ids=frozenset({4, 5, 6})),
    Scope(staff_ids=frozenset({1})), Scope(staff_ids=frozenset({2, 3})),
    Scope(office_ids=frozenset({6}), staff_ids=frozenset({1, 2})), Scope(unit_ids=frozenset({4})),
])  # fmt: skip
def test_a_page_opens_for_the_clients_of_the_reach_and_no_others(sqlite_db, scope):
    small_firm(sqlite_db, refreshed=True)
    with sqlite_db.reading() as connection:
        generation = read_generation(connection)
        numbers = select(client.c.client_no)
        inside = connection.execute(numbers.where(opens(scope, generation.builds[AS_OF]))).scalars().all()
        found = [number for number in connection.execute(numbers).scalars().all()
                 if read_client_page(connection, generation, AS_OF, scope, number)]  # fmt: skip
    assert sorted(found) == sorted(inside)
    assert bool(found) != (scope.is_empty or scope.unit_ids == {4})


def test_the_labels_of_the_page_rest_on_the_facts_that_a_trace_reads_alone(db):
    small_firm(db, refreshed=True)
    with db.reading() as connection:
        generation = read_generation(connection)
        numbers = connection.execute(select(client.c.client_no)).scalars().all()
        traced = 0
        for month in (AS_OF, month_add(AS_OF, -5)):
            for number in numbers:
                page = read_client_page(connection, generation, month, FIRM, number)
                assert page.trace == read_trace_facts(connection, generation, month, FIRM, number)
                assert (page.trace is None) == (page.status is None)
                traced += page.trace is not None
                assert page.status is None or page.status.items() >= page.history[-1].items()
    assert traced > len(numbers)


def test_months_that_are_not_published_are_shown_and_explain_nothing(sqlite_db):
    small_firm(sqlite_db, refreshed=True)
    with sqlite_db.reading() as connection:
        generation = read_generation(connection)
    early, late = month_add(min(generation.builds), -1), month_add(AS_OF, 1)
    with sqlite_db.writing() as connection:
        key = connection.execute(select(client.c.client_id).where(client.c.client_no == "00000001")).scalar_one()
        connection.execute(insert(client_month), [{"month": month, "client_id": key} for month in (early, late)])
    with sqlite_db.reading() as connection:
        page = read_client_page(connection, generation, AS_OF, FIRM, "00000001")
    shown = [row["month"] for row in page.months]
    assert (shown[0], shown[-1]) == (early, AS_OF)
    assert [*page.trace.facts.months] == shown[1:]
