"""The demo firm's permission register obeys R-04 and has work waiting in every view."""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy import select

from data_access.actor import ActingUser, user_from_row
from data_access.database import Database
from data_access.reads.grants import read_application, read_gaps, read_officer
from data_access.reads.holders import read_branches
from data_access.scope import FIRM
from data_access.tables import access_grant, app_user
from domain.permissions import decide_approve, decide_execute


def test_every_step_was_taken_by_who_may(demo_db: Database) -> None:
    with demo_db.reading() as connection:
        branches = read_branches(connection)
        officers = {row.user_id: read_officer(connection, user_from_row(connection, row))
                    for row in connection.execute(select(app_user)).all()}  # fmt: skip
        grants = connection.execute(select(access_grant).order_by(access_grant.c.grant_id)).all()
    assert sorted({row.state for row in grants}) == ["applied", "approved", "executed", "refused", "withdrawn"]
    for row in grants:
        now = read_application(row, branches)
        decider = row.approved_by or row.refused_by
        if decider:
            asked = replace(now, state="applied", approved_by=None, approved_at=None)
            assert decide_approve(asked, officers[decider]).reason.code == "R-04.approved"
        if row.executed_by:
            approved = replace(now, state="approved")
            assert decide_execute(approved, officers[row.executed_by], row.executed_at).reason.code == "R-04.executed"


def test_some_accounts_are_gaps_and_some_are_not(demo_db: Database) -> None:
    operator = ActingUser(None, "op", "op", "hq", None, None, FIRM)
    with demo_db.reading() as connection:
        gaps = {row.username for row in read_gaps(connection, operator)}
    assert not gaps & {"branch_head", "branch_reviewer", "office_head", "staff", "auditor", "analyst", "branch_admin"}
    assert {"hq", "user_admin"} < gaps
