"""Counts of several lists are those of each list, inside every kind of reach."""

from __future__ import annotations

import pytest

from data_access.reads.client_lists import ClientFilter, count_lists, read_clients
from data_access.reads.generation import read_generation
from data_access.scope import FIRM, NOTHING, Scope
from domain.words import Status
from tests.support.firm import AS_OF

LISTS = [
    ClientFilter(),
    ClientFilter(has_task=True),
    ClientFilter(kinds=("individual",), quiet_from=1),
    *(ClientFilter(statuses=(status.value,)) for status in Status),
]


@pytest.mark.parametrize(
    "scope",
    [FIRM, NOTHING, Scope(office_ids=frozenset({4}), unit_ids=frozenset({4})), Scope(staff_ids=frozenset({1, 2}))],
    ids=["firm", "nothing", "office", "persons"],
)
def test_lists_are_counted_together_as_one_by_one(firm_db, scope):
    with firm_db.reading() as connection:
        generation = read_generation(connection)
        counted = count_lists(connection, generation, AS_OF, scope, LISTS)
        rows = [len(read_clients(connection, generation, AS_OF, scope, kept)) for kept in LISTS]
    assert counted == rows
    assert (counted[0] > 0) == (scope != NOTHING)
