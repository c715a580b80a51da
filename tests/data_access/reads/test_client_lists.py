"""Counts of several lists are those of each list, and a person's pool that waits is a list too."""

from __future__ import annotations

import pytest

from data_access.actor import ActingUser
from data_access.reads.attention import read_attention
from data_access.reads.client_filter import ClientFilter
from data_access.reads.client_lists import count_lists, read_clients
from data_access.reads.generation import read_generation
from data_access.reads.narrowing import narrow_clients
from data_access.scope import FIRM, NOTHING, Scope
from domain.profiles import EVERYTHING, Profile
from domain.words import POOL, Status
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


@pytest.mark.parametrize(
    ("profile", "waiting"),
    [(EVERYTHING, True), (Profile(kinds=("individual",)), True), (Profile(tiers=("A", "B", "C")), False)],
    ids=["all", "kinds", "tiers"],
)
def test_a_person_s_pool_without_a_task_is_the_list_that_the_count_leads_to(firm_db, profile, waiting):
    scope = Scope(staff_ids=frozenset(range(1, 7)))
    user = ActingUser(0, "somebody", "Somebody", "staff", None, 1, scope)
    pool = ClientFilter(statuses=tuple(code.value for code in POOL), has_task=False)
    with firm_db.reading() as connection:
        generation = read_generation(connection)
        found = read_attention(connection, generation, AS_OF, scope, user, profile)["pool_unassigned"]
        rows = read_clients(connection, generation, AS_OF, scope, narrow_clients(pool, profile))
    assert found == len(rows)
    assert (found > 0) == waiting
