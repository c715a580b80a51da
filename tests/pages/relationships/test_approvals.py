"""Approvals on the screen: the queue, the evidence, a decision that moves it, and what is refused."""

from __future__ import annotations

from datetime import date

import pytest
from sqlalchemy import insert, select, update

from data_access.database import Database
from data_access.register.chains import open_chain
from data_access.tables import app_user, approval_chain, post_holder, relationship, relationship_share
from domain.relationship_types import FIRST_TYPE_RULES
from pages._ui.navigation import SCREENS
from tests.pages.conftest import NOW
from tests.support.apptest import Open, Screen

LEVELS = next(rule for rule in FIRST_TYPE_RULES if rule.type == "maintenance").levels("stock")
READERS = ("hq", "branch_head", "branch_reviewer", "office_head", "staff", "auditor")


@pytest.fixture
def chain_no(firm: Database) -> str:
    """A relationship of S0002 with client 00000002 that waits for the named person, the branch reviewer."""
    with firm.writing() as connection:
        users = {row.username: row.user_id for row in connection.execute(select(app_user))}
        connection.execute(insert(post_holder).values(post="stock_approval", unit_id=2, type="", named_at=NOW,
                                                      user_id=users["branch_reviewer"],
                                                      valid_from=date(2025, 1, 1)))  # fmt: skip
        connection.execute(insert(relationship).values(
            relationship_id=99, relationship_no="REL-00000099", client_id=2, type="maintenance", state="pending",
            valid_from=date(2025, 7, 1), created_at=NOW, version=1))  # fmt: skip
        connection.execute(insert(relationship_share).values(relationship_id=99, staff_id=2, share_bp=5000))
        open_chain(connection, object_kind="relationship", object_id=99, kind="stock", type="maintenance",
                   levels=LEVELS, branch_id=2, office_id=4, client_id=2, content={"reason": "asked for"},
                   submitted_by=users["office_head"])  # fmt: skip
        return str(connection.execute(select(approval_chain.c.chain_no)).scalar_one())


def state_of(firm: Database) -> tuple[str, str]:
    with firm.reading() as connection:
        chain = connection.execute(select(approval_chain.c.state)).scalar_one()
        held = connection.execute(select(relationship.c.state).where(relationship.c.relationship_id == 99)).scalar_one()
    return chain, held


def evidence(screen: Screen) -> dict[str, str]:
    table = screen.table("Field", "Value")
    return dict(zip(table["Field"], table["Value"], strict=True))


def test_the_queue_shows_the_evidence_and_an_approval_confirms(firm: Database, chain_no: str,
                                                               open_screen: Open) -> None:  # fmt: skip
    screen = open_screen("approvals", "branch_reviewer")
    assert screen.heading == "Approvals"
    row = screen.table("Approval", "Level").iloc[0].to_dict()
    assert (row["Approval"], row["Level"], row["Next"], row["Days waiting"]) == (
        chain_no, "1 / 1", "Approval of assigned relationships", 0)  # fmt: skip
    screen.select_rows("approvals_mine_0", 0)
    assert screen.blocks == [f"Approval {chain_no}"]
    assert evidence(screen) == {"Relationship type": "Maintenance", "From": "2025-07-01", "Reason": "asked for",
                                "Holder of the relationship": "李娜 S0002 50%"}  # fmt: skip
    screen.press("Approve")
    assert screen.says("success")[0] == f"{chain_no}: Approved."
    assert state_of(firm) == ("approved", "confirmed")
    assert "No approval waits for you." in screen.says("success")


@pytest.mark.parametrize(("user", "count"), [("branch_reviewer", "**1**"), ("hq", "**0**"), ("staff", None)])
def test_the_overview_counts_what_waits(chain_no: str, open_screen: Open, user: str, count: str | None) -> None:
    screen = open_screen("overview", user)
    labels = [entry.proto.label for entry in screen.at.get("page_link")]
    assert ("Approvals that wait for you" in labels) == (count is not None)
    if count:
        assert [text for text in screen.says("markdown") if text.startswith("**")][-1] == count


def test_a_rejection_needs_its_reason(firm: Database, chain_no: str, open_screen: Open) -> None:
    screen = open_screen("approvals", "branch_reviewer", query={"approval": chain_no})
    screen.press("Reject")
    assert screen.says("error") == ["Give a reason."]
    assert state_of(firm) == ("running", "pending")
    screen.at.text_area[0].set_value("no need")
    screen.press("Reject")
    assert state_of(firm) == ("rejected", "rejected")


def test_a_screen_that_is_behind_decides_nothing(firm: Database, chain_no: str, open_screen: Open) -> None:
    screen = open_screen("approvals", "branch_reviewer", query={"approval": chain_no})
    with firm.writing() as connection:
        connection.execute(update(relationship_share).where(relationship_share.c.relationship_id == 99)
                           .values(share_bp=10_000))  # fmt: skip
    screen.press("Approve")
    assert "has changed since you opened it" in screen.says("error")[0]
    assert state_of(firm) == ("running", "pending")


def test_the_submitter_withdraws(firm: Database, chain_no: str, open_screen: Open) -> None:
    screen = open_screen("approvals", "office_head", query={"approval": chain_no, "view": "open"})
    assert "Approve" not in [button.label for button in screen.at.button]
    screen.at.text_area[0].set_value("a mistake")
    screen.press("Withdraw")
    assert state_of(firm) == ("withdrawn", "rejected")


@pytest.mark.parametrize(("user", "view", "listed"), [
    ("hq", "open", 1), ("branch_head", "mine", 1), ("branch_reviewer", "mine", 1), ("staff", "open", 1),
    ("auditor", "open", 1), ("other_staff", "open", 0), ("other_office_head", "open", 0), ("hq", "closed", 0),
    ("hq", "mine", 0),
])  # fmt: skip
def test_who_sees_it(chain_no: str, open_screen: Open, user: str, view: str, listed: int) -> None:
    screen = open_screen("approvals", user, query={"view": view})
    rows = screen.table("Approval", "Level") if listed else []
    assert len(rows) == listed == int(screen.has_table("Approval", "Level"))


@pytest.mark.parametrize("user", ["other_staff", "other_office_head"])
def test_a_foreign_number_reads_not_found(chain_no: str, open_screen: Open, user: str) -> None:
    screen = open_screen("approvals", user, query={"approval": chain_no, "view": "open"})
    assert screen.says("warning") == ["Not found."]
    assert screen.blocks == []


def test_an_empty_book_says_there_is_nothing_to_do(look: Open) -> None:
    screen = look("approvals", "hq")
    assert screen.says("success") == ["No approval waits for you."]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_documents_are_offered_beside_it(chain_no: str, open_screen: Open, language: str) -> None:
    screen = open_screen("approvals", "office_head", language=language, query={"approval": chain_no, "view": "open"})
    assert {"en": "**Documents on file**", "zh": "**存档文件**"}[language] in screen.says("markdown")


def test_the_screen_is_offered_to_those_who_decide_or_submit() -> None:
    offered = next(screen.roles for screen in SCREENS if screen.address == "approvals")
    assert offered == set(READERS)
