"""The demo firm's register: every kind of verdict, approval and record is there to be looked at."""

from __future__ import annotations

import json

from sqlalchemy import func, select

from data_access.database import Database
from data_access.demo.late_events import EARLIER
from data_access.tables import (
    account_event,
    account_match,
    approval_candidate,
    approval_chain,
    approval_step,
    conflict_item,
    preregistration,
)
from data_access.tables import relationship as held
from domain.register_words import ConflictKind


def counts(db: Database, column: object) -> dict[str, int]:
    with db.reading() as connection:
        return {row[0]: row[1] for row in connection.execute(select(column, func.count()).group_by(column))}


def test_every_verdict_is_there(demo_db: Database) -> None:
    assert set(counts(demo_db, account_match.c.outcome)) == {"relationship", "chain", "natural", "none", "conflict"}
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


def test_one_opening_came_late_and_waits_for_people(demo_db: Database) -> None:
    item, link, event = conflict_item.c, held.c, account_event.c
    with demo_db.reading() as connection:
        row = connection.execute(
            select(item.state, item.details, event.at, event.on_date, event.note, link.relationship_no, link.valid_from)
            .join(account_event, event.event_id == item.event_id)
            .join(held, link.relationship_id == item.relationship_id)
            .where(item.kind == ConflictKind.LATE_EVENT.value)
        ).one()  # fmt: skip
        made = connection.execute(select(event.at).join(held, link.event_id == event.event_id)
                                  .where(link.relationship_no == row.relationship_no)).scalar_one()  # fmt: skip
    assert (row.state, row.on_date, made - row.at) == ("open", row.valid_from, EARLIER)
    assert json.loads(row.details)["params"]["relationship_no"] == row.relationship_no
