"""Core lists, marks and waiting entries of the demo firm: what a reviewer and headquarters find on their screens."""

from __future__ import annotations

from datetime import date

from sqlalchemy import func, select

from data_access.actor import ActingUser, user_from_row
from data_access.database import Database
from data_access.reads.core_lists import ListHead, read_core_lines, read_core_lists, read_core_loads
from data_access.scope import FIRM
from data_access.tables import (
    app_user,
    approval_chain,
    approval_step,
    core_list,
    core_list_line,
    important_client,
    org_unit,
    relationship,
)

CLOSING = date(2025, 10, 31)


def user_of(db: Database, name: str) -> ActingUser:
    with db.reading() as connection:
        return user_from_row(connection, connection.execute(select(app_user).where(app_user.c.username == name)).one())


def heads_of(db: Database, name: str) -> list[ListHead]:
    with db.reading() as connection:
        return read_core_lists(connection, user_of(db, name))


def test_every_branch_company_sent_its_list_of_the_last_window(demo_db: Database) -> None:
    sent = [head for head in heads_of(demo_db, "hq") if head.state == "approved"]
    with demo_db.reading() as connection:
        branches = connection.execute(select(func.count()).where(org_unit.c.kind == "branch")).scalar_one()
        days = set(connection.execute(
            select(relationship.c.valid_from).join(core_list_line,
                                                   core_list_line.c.relationship_id == relationship.c.relationship_id)
        ).scalars())  # fmt: skip
    assert len(sent) == branches
    assert {head.month for head in sent} == {202507}
    assert days == {date(2025, 7, 15)}
    assert all(head.asked == head.done + head.rejected and head.rejected == 1 for head in sent)


def test_the_home_draws_up_its_next_list_with_one_client_too_young(demo_db: Database) -> None:
    draft = next(head for head in heads_of(demo_db, "branch_reviewer") if head.state == "draft")
    assert (draft.month, draft.is_editable) == (202601, True)
    with demo_db.reading() as connection:
        lines = read_core_lines(connection, user_of(demo_db, "branch_reviewer"), draft, CLOSING)
    assert len(lines) == 13
    assert [line.reason.code for line in lines if line.reason] == ["R-30.too_young"]


def test_clients_are_marked_and_entries_wait_for_the_named_person(demo_db: Database) -> None:
    with demo_db.reading() as connection:
        marks = connection.execute(select(func.count()).select_from(important_client)).scalar_one()
        waiting = connection.execute(
            select(relationship.c.type, approval_step.c.post)
            .join(approval_chain, approval_chain.c.object_id == relationship.c.relationship_id)
            .join(approval_step, approval_step.c.chain_id == approval_chain.c.chain_id)
            .where(relationship.c.state == "pending", approval_chain.c.object_kind == "relationship",
                   approval_chain.c.kind == "stock")
        ).all()  # fmt: skip
    assert marks == 5
    assert [tuple(row) for row in waiting] == [("maintenance", "stock_approval")] * 4


def test_no_adviser_has_more_than_a_hundred(demo_db: Database) -> None:
    with demo_db.reading() as connection:
        loads = read_core_loads(connection, FIRM, CLOSING)
        lists = connection.execute(select(func.count()).select_from(core_list)).scalar_one()
    assert lists == 7
    assert 0 < max(row["clients"] for row in loads) <= 100
