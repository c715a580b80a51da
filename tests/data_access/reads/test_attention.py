"""What needs attention, counted by hand from any rows, from the columns of a month and from its rows."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, insert

from data_access.actor import ActingUser
from data_access.reads.attention import read_attention
from data_access.reads.generation import read_generation
from data_access.refresh.prepare import prepare_columns
from data_access.scope import FIRM, Scope
from data_access.tables import reactivation_task
from domain.profiles import Profile
from tests.support.book_rows import NOW
from tests.support.month_rows import LAST, month_rows, put_rows

SOME = settings(max_examples=5, deadline=None, suppress_health_check=list(HealthCheck))
OFFICES = (3, 4, 6)
HELD = {1: {1, 4}}
"""Clients by the person whose relationships name them."""
REACHES = (FIRM, Scope(), Scope(office_ids=frozenset({4, 6})), Scope(staff_ids=frozenset({1})),
           Scope(office_ids=frozenset({6}), staff_ids=frozenset({1})))  # fmt: skip
PROFILES = (Profile(), Profile(kinds=("individual", "product")), Profile(kinds=("",)), Profile(tiers=("A", "C")))


def count_by_hand(rows, scope, profile, with_task):
    """The counts of clients, from the rows as they were drawn."""
    own = {client for person in scope.staff_ids for client in HELD[person]}
    seen = [row for row in rows if row["month"] == LAST and (not profile.kinds or row["client_kind"] in profile.kinds)
            and (scope.everything or row["office_id"] in scope.office_ids or row["client_id"] in own)]  # fmt: skip
    tiered = [row for row in seen if not profile.tiers or row["tier"] in profile.tiers]
    return {
        "near_silent": sum(row["status"] == "normal" and 9 <= row["months_quiet"] <= 11 for row in tiered),
        "newly_silent": sum(row["status"] == "silent" and row["months_quiet"] == 12 for row in tiered),
        "data_gap": sum(row["status"] == "undetermined" for row in tiered),
        "lost_valuable": sum(row["status"] == "lost" and row["lost_count"] > 0 and row["tier_before"] == "A"
                             for row in seen),
        "pool_unassigned": sum(row["status"] in ("lost", "archived", "silent") and row["client_id"] not in with_task
                               for row in tiered),
    }  # fmt: skip


@SOME
@pytest.mark.parametrize("ready", [True, False], ids=["columns", "rows"])
@given(st.data())
def test_counts_are_those_of_the_rows(month_db, ready, data):
    rows = data.draw(month_rows(OFFICES))
    # of persons' clients the task of another person: a task of their own would widen the reach
    closed, with_task = ({*data.draw(st.sets(st.integers(1, 12), max_size=4))} for _ in range(2))
    with month_db.writing() as connection:
        put_rows(connection, rows)
        connection.execute(delete(reactivation_task))
        for state, clients in (("withdrawn", closed), ("open", with_task)):
            for key in clients:
                connection.execute(insert(reactivation_task).values(
                    task_no=f"{state}{key}", version=1, client_id=key, staff_id=2, office_id=3, pool_status="silent",
                    state=state, priority="normal", due_on=NOW.date(), assigned_by=1, assigned_at=NOW,
                    request_id=f"{state}{key}"))  # fmt: skip
    if ready:
        prepare_columns(month_db)
    with month_db.reading() as connection:
        generation = read_generation(connection)
        for scope in REACHES:
            for profile in PROFILES:
                user = ActingUser(0, "somebody", "Somebody", "branch_head", None, None, scope)
                found = read_attention(connection, generation, LAST, scope, user, profile)
                expected = count_by_hand(rows, scope, profile, with_task)
                if not ready and not scope.staff_ids:
                    del expected["data_gap"]  # of a place it is read from the cube, which these rows do not fill
                assert {name: found[name] for name in expected} == expected
