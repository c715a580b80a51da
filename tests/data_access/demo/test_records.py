"""The demo firm's register: every kind of verdict, approval and record is there to be looked at."""

from __future__ import annotations

from sqlalchemy import func, select

from data_access.database import Database
from data_access.tables import account_match, approval_candidate, approval_chain, approval_step, preregistration
from data_access.tables import relationship as held


def counts(db: Database, column: object) -> dict[str, int]:
    with db.reading() as connection:
        return {row[0]: row[1] for row in connection.execute(select(column, func.count()).group_by(column))}


def test_every_verdict_is_there(demo_db: Database) -> None:
    assert set(counts(demo_db, account_match.c.outcome)) == {"relationship", "chain", "natural", "none"}
    assert {"in_time", "makeup", "duplicate"} <= set(counts(demo_db, approval_chain.c.kind))
    assert {"active", "expired", "matched", "withdrawn"} == set(counts(demo_db, preregistration.c.state))
    assert set(counts(demo_db, preregistration.c.route)) >= {"ordinary", "task"}


def test_every_step_of_an_approval_has_somebody_who_can_decide(demo_db: Database) -> None:
    with demo_db.reading() as connection:
        steps = connection.execute(select(approval_step.c.chain_id, approval_step.c.position)).all()
        known = set(connection.execute(
            select(approval_candidate.c.chain_id, approval_candidate.c.position).distinct()).all())  # fmt: skip
    assert {tuple(step) for step in steps} <= {tuple(row) for row in known}


def test_what_the_matching_made_names_its_event_and_record(demo_db: Database) -> None:
    with demo_db.reading() as connection:
        made = connection.execute(select(held).where(held.c.prereg_id.is_not(None))).all()
    assert {row.state for row in made} == {"confirmed", "pending"}
    assert all(row.event_id is not None and (row.state == "pending") == (row.confirmed_at is None) for row in made)
