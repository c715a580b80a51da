"""Approvals through their commands: the persons of the posts in order, each once, on what they were shown."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, insert, select, update

from data_access.actor import NotAllowed, OperatorActor
from data_access.audit import first_broken_audit
from data_access.clock import frozen
from data_access.commands.acting import Refused
from data_access.commands.approvals import decide_step_of_chain, resubmit_chain, withdraw_chain
from data_access.commands.posts import end_post, name_post_holder, record_delegation
from data_access.database import Database
from data_access.register.chains import open_chain
from data_access.tables import (
    app_user,
    approval_candidate,
    approval_chain,
    approval_step,
    audit_event,
    org_unit,
    preregistration,
    relationship,
    relationship_share,
    stored_document,
)
from tests.support.approval_book import disable, open_for, press, shown, write_approval_book
from tests.support.book_rows import NOW, TODAY, Book, signed_in


@pytest.fixture
def book(db: Database) -> Book:
    return write_approval_book(db)


def state_of(db: Database, chain_no: str) -> tuple[Any, ...]:
    """Return the chain's state, the relationship's state, who approved it and from when it holds."""
    with db.reading() as connection:
        return tuple(connection.execute(
            select(approval_chain.c.state, relationship.c.state, relationship.c.how_confirmed,
                   relationship.c.valid_from)
            .join(relationship, relationship.c.relationship_id == approval_chain.c.object_id)
            .where(approval_chain.c.chain_no == chain_no)
        ).one())  # fmt: skip


def refused(db: Database, book: Book, username: str, chain_no: str, **how: Any) -> str:
    with pytest.raises(Refused) as refusal:
        press(db, book, username, chain_no, **how)
    return refusal.value.reason.code


def decisions(db: Database, chain_no: str) -> list[tuple[str, str | None]]:
    with db.reading() as connection:
        return [tuple(row) for row in connection.execute(
            select(approval_step.c.post, approval_step.c.decision)
            .join(approval_chain, approval_chain.c.chain_id == approval_step.c.chain_id)
            .where(approval_chain.c.chain_no == chain_no).order_by(approval_step.c.position)
        )]  # fmt: skip


def test_three_persons_in_order_confirm_from_the_day_of_the_event(db: Database, book: Book) -> None:
    chain_no = open_for(db, book)
    assert chain_no == "A00000001"
    assert [press(db, book, name, chain_no).state for name in ("opening", "outlet", "b01")] == [
        "running", "running", "approved"]  # fmt: skip
    assert state_of(db, chain_no) == ("approved", "confirmed", "approved", date(2024, 7, 8))
    with db.reading() as connection:
        assert first_broken_audit(connection) is None


@pytest.mark.parametrize("name", ["outlet", "b01", "hq", "special", "deputy"])
def test_a_level_is_decided_by_its_post_alone(db: Database, book: Book, name: str) -> None:
    chain_no = open_for(db, book)
    assert refused(db, book, name, chain_no) == "approval.not_yours"
    assert decisions(db, chain_no)[0] == ("opening_review", None)


def test_no_level_before_the_one_below_and_none_twice(db: Database, book: Book) -> None:
    chain_no = open_for(db, book)
    assert refused(db, book, "b01", chain_no, level=3) == "approval.order"
    first = shown(db, chain_no)
    press(db, book, "opening", chain_no)
    assert refused(db, book, "opening", chain_no, seen=first, request_id="again") == "approval.decided"
    assert refused(db, book, "opening", chain_no) == "approval.not_yours"
    assert decisions(db, chain_no) == [("opening_review", "approved"), ("outlet_review", None),
                                       ("final_approval", None)]  # fmt: skip


def test_a_rejection_ends_it_with_its_reason(db: Database, book: Book) -> None:
    chain_no = open_for(db, book)
    press(db, book, "opening", chain_no)
    press(db, book, "outlet", chain_no, "rejected", reason="client denies it")
    assert state_of(db, chain_no)[:2] == ("rejected", "rejected")
    assert refused(db, book, "b01", chain_no, level=3) == "approval.closed"
    with db.reading() as connection:
        reasons = connection.execute(select(approval_step.c.reason).where(approval_step.c.position == 2)).scalars()
        assert list(reasons) == ["client denies it"]


def test_nobody_approves_what_they_registered(db: Database, book: Book) -> None:
    chain_no = open_for(db, book, created_by="opening")
    assert refused(db, book, "opening", chain_no) == "approval.own_registration"
    other = open_for(db, book, client="C2", submitted_by="opening")
    assert refused(db, book, "opening", other) == "approval.own_registration"


def test_nobody_approves_a_relationship_they_would_hold(db: Database, book: Book) -> None:
    with db.writing() as connection:
        connection.execute(update(app_user).where(app_user.c.username == "opening")
                           .values(staff_id=book.staff["S2"]))  # fmt: skip
    chain_no = open_for(db, book, holders={"S1": 6000, "S2": 4000})
    assert refused(db, book, "opening", chain_no) == "approval.own_relationship"


def test_the_registrant_of_a_rival_neither_approves_nor_withdraws(db: Database, book: Book) -> None:
    with db.writing() as connection:
        connection.execute(insert(preregistration).values(
            prereg_no="P2", type="new_development", client_name="Client", document_hash="x", registered_at=NOW,
            expires_on=date(2024, 8, 10), state="active", registered_by=book.users["opening"]))  # fmt: skip
    chain_no = open_for(db, book, kind="duplicate", rivals=("P2",))
    assert refused(db, book, "opening", chain_no) == "approval.own_registration"
    with pytest.raises(Refused, match="Only those"):
        withdraw_chain(db, actor=signed_in(db, book, "opening"), chain_no=chain_no, seen_version=1, reason="mine",
                       request_id="w")  # fmt: skip


def test_nobody_decides_two_steps_of_one_approval(db: Database, book: Book) -> None:
    chain_no = open_for(db, book)
    press(db, book, "opening", chain_no)
    record_delegation(db, actor=signed_in(db, book, "b01"), post="final_approval", unit_code="B01",
                      to_username="opening", valid_from=TODAY, valid_to=TODAY, request_id="d")  # fmt: skip
    press(db, book, "outlet", chain_no)
    assert refused(db, book, "opening", chain_no) == "approval.two_steps"
    assert press(db, book, "b01", chain_no).state == "approved"


def test_a_delegate_decides_within_the_days_and_the_step_names_the_delegation(db: Database, book: Book) -> None:
    chain_no = open_for(db, book)
    key = record_delegation(db, actor=signed_in(db, book, "b01"), post="final_approval", unit_code="B01",
                            to_username="deputy", valid_from=date(2024, 7, 11), valid_to=date(2024, 7, 12),
                            request_id="d")  # fmt: skip
    press(db, book, "opening", chain_no)
    press(db, book, "outlet", chain_no)
    assert refused(db, book, "deputy", chain_no) == "approval.post_ended"
    with frozen(NOW + timedelta(days=2)):
        assert press(db, book, "deputy", chain_no, request_id="in time").state == "approved"
    with db.reading() as connection:
        last = select(approval_step.c.decided_by, approval_step.c.delegation_id).where(approval_step.c.position == 3)
        assert connection.execute(last).one() == (book.users["deputy"], key)
    later = open_for(db, book, client="C2")
    press(db, book, "opening", later)
    press(db, book, "outlet", later)
    with frozen(NOW + timedelta(days=3)):
        assert refused(db, book, "deputy", later) == "approval.post_ended"


def test_what_changed_after_the_screen_was_opened_is_not_approved(db: Database, book: Book) -> None:
    chain_no = open_for(db, book, holders={"S1": 6000, "S2": 4000})
    screen = shown(db, chain_no)
    with db.writing() as connection:
        connection.execute(update(relationship_share).where(relationship_share.c.staff_id == book.staff["S2"])
                           .values(share_bp=3000))  # fmt: skip
    assert refused(db, book, "opening", chain_no, seen=screen) == "approval.content_changed"
    press(db, book, "opening", open_for(db, book, client="C2"))
    forged = shown(db, chain_no).__class__("running", 1, screen.version, "0" * 64, 1)
    assert refused(db, book, "opening", chain_no, seen=forged) == "approval.content_changed"


def test_returned_and_submitted_again_every_level_decides_anew(db: Database, book: Book) -> None:
    chain_no = open_for(db, book, submitted_by="s1")
    press(db, book, "opening", chain_no)
    press(db, book, "outlet", chain_no, "returned", reason="the share is missing")
    assert refused(db, book, "b01", chain_no, level=3) == "approval.closed"
    with db.writing() as connection:
        connection.execute(update(relationship_share).values(share_bp=5000))
    seen = shown(db, chain_no)
    outcome = resubmit_chain(db, actor=signed_in(db, book, "s1"), chain_no=chain_no, seen_version=seen.version,
                             request_id="again")  # fmt: skip
    assert (outcome.state, outcome.level) == ("running", 1)
    assert shown(db, chain_no).content_hash != seen.content_hash
    assert decisions(db, chain_no) == [
        ("opening_review", "approved"), ("outlet_review", "returned"), ("final_approval", None),
        ("opening_review", None), ("outlet_review", None), ("final_approval", None)]  # fmt: skip
    for name in ("opening", "outlet", "b01"):
        press(db, book, name, chain_no)
    assert state_of(db, chain_no)[:2] == ("approved", "confirmed")


def test_only_its_own_people_withdraw_and_then_nothing_moves(db: Database, book: Book) -> None:
    chain_no = open_for(db, book)
    act = {"chain_no": chain_no, "seen_version": 1, "reason": "a mistake"}
    for name in ("s2", "o012"):
        with pytest.raises(Refused, match="not found"):
            withdraw_chain(db, actor=signed_in(db, book, name), request_id=f"w-{name}", **act)
    with pytest.raises(Refused, match="Only those"):
        withdraw_chain(db, actor=signed_in(db, book, "opening"), request_id="w-opening", **act)
    with pytest.raises(Refused, match="Give a reason"):
        withdraw_chain(db, actor=signed_in(db, book, "s1"), request_id="w", **{**act, "reason": ""})
    assert withdraw_chain(db, actor=signed_in(db, book, "s1"), request_id="w", **act).state == "withdrawn"
    assert refused(db, book, "opening", chain_no) == "approval.closed"
    assert state_of(db, chain_no)[:2] == ("withdrawn", "rejected")


def test_one_form_has_one_effect(db: Database, book: Book) -> None:
    chain_no, actor = open_for(db, book), signed_in(db, book, "opening")
    screen = shown(db, chain_no)
    outcomes = [press(db, book, "opening", chain_no, seen=screen, request_id="r", actor=actor) for _ in range(3)]
    assert outcomes[0] == outcomes[1] == outcomes[2]
    with db.reading() as connection:
        count = select(func.count()).select_from(audit_event).where(audit_event.c.action == "approval.approve")
        assert connection.execute(count).scalar() == 1


@pytest.mark.parametrize("name", ["s1", "analyst", "auditor", "admin"])
def test_other_roles_decide_nothing(db: Database, book: Book, name: str) -> None:
    chain_no = open_for(db, book)
    with pytest.raises(NotAllowed):
        press(db, book, name, chain_no)


def test_the_operator_decides_nothing(db: Database, book: Book) -> None:
    chain_no = open_for(db, book)
    screen = shown(db, chain_no)
    with pytest.raises(NotAllowed):
        decide_step_of_chain(db, actor=OperatorActor("root"), chain_no=chain_no, level=1, decision="approved",
                             seen_version=1, seen_hash=screen.content_hash, request_id="r")  # fmt: skip


def test_branch_companies_confirm_beside_each_other_then_headquarters(db: Database, book: Book) -> None:
    chain_no = open_for(db, book, kind="cross_branch", confirming=("B01", "B02"), holders={"S1": 5000, "S9": 5000})
    screen = shown(db, chain_no)
    assert press(db, book, "b02", chain_no).level == 1
    assert refused(db, book, "b02", chain_no, seen=screen, request_id="twice") == "approval.decided"
    assert press(db, book, "b01", chain_no, seen=screen).level == 2
    assert refused(db, book, "hq", chain_no) == "R-37.no_form"
    with db.writing() as connection:
        key = connection.execute(select(approval_chain.c.chain_id)).scalar_one()
        connection.execute(stored_document.insert().values(
            object_kind="approval", object_id=key, kind="statement", file_name="a.pdf", media_type="application/pdf",
            size_bytes=1, file_hash="0" * 64, stored_at=NOW))  # fmt: skip
    assert press(db, book, "hq", chain_no, request_id="with statement").state == "approved"


def test_a_person_who_moved_away_does_not_decide(db: Database, book: Book) -> None:
    chain_no = open_for(db, book)
    press(db, book, "opening", chain_no)
    press(db, book, "outlet", chain_no)
    with db.writing() as connection:
        connection.execute(update(app_user).where(app_user.c.username == "b01").values(unit_id=book.units["B02"]))
    assert refused(db, book, "b01", chain_no) == "approval.post_ended"


def test_a_new_person_of_the_post_takes_over_what_is_open(db: Database, book: Book) -> None:
    chain_no = open_for(db, book)
    name_post_holder(db, actor=signed_in(db, book, "b01"), post="opening_review", unit_code="B01", username="deputy",
                     valid_from=TODAY, request_id="n")  # fmt: skip
    assert refused(db, book, "opening", chain_no) == "approval.not_yours"
    assert press(db, book, "deputy", chain_no).level == 2


def test_a_post_that_ended_leaves_the_step_to_nobody_until_one_is_named(db: Database, book: Book) -> None:
    chain_no = open_for(db, book)
    end_post(db, actor=signed_in(db, book, "b01"), post="opening_review", unit_code="B01", on=TODAY, request_id="e")
    assert refused(db, book, "opening", chain_no) == "approval.not_yours"
    name_post_holder(db, actor=signed_in(db, book, "hq"), post="opening_review", unit_code="O011", username="o011",
                     valid_from=TODAY, request_id="n")  # fmt: skip
    assert press(db, book, "o011", chain_no).level == 2


def test_places_moved_in_the_tree_do_not_move_an_open_approval(db: Database, book: Book) -> None:
    chain_no = open_for(db, book)
    with db.writing() as connection:
        connection.execute(update(org_unit).where(org_unit.c.unit_code == "O011")
                           .values(parent_id=book.units["B02"], path="/HQ/B02/O011/"))  # fmt: skip
    assert press(db, book, "opening", chain_no).level == 2


def test_a_disabled_account_is_not_asked(db: Database, book: Book) -> None:
    disable(db, book, "opening")
    chain_no = open_for(db, book)
    with db.reading() as connection:
        steps = connection.execute(select(approval_candidate.c.position, approval_candidate.c.user_id)
                                   .order_by(approval_candidate.c.position)).all()  # fmt: skip
    assert steps == [(2, book.users["outlet"]), (3, book.users["b01"])]
    assert shown(db, chain_no).level == 1


def test_a_confirmation_that_the_rules_refuse_undoes_the_last_press(db: Database, book: Book) -> None:
    first, second = open_for(db, book), open_for(db, book, holders={"S2": 10_000})
    for chain_no in (first, second):
        press(db, book, "opening", chain_no)
        press(db, book, "outlet", chain_no)
    press(db, book, "b01", first)
    with pytest.raises(Refused):
        press(db, book, "b01", second)
    assert state_of(db, second)[:2] == ("running", "pending")
    press(db, book, "b01", second, "rejected", reason="the client is another's")
    assert state_of(db, second)[:2] == ("rejected", "rejected")


def test_an_object_has_one_open_approval(db: Database, book: Book) -> None:
    open_for(db, book)
    with db.writing() as connection, pytest.raises(Refused) as refusal:
        open_chain(connection, object_kind="relationship", object_id=1, kind="stock", type="maintenance",
                   levels=(("stock_approval",),), branch_id=book.units["B01"], office_id=None, client_id=None,
                   content={}, submitted_by=None)  # fmt: skip
    assert refusal.value.reason.code == "approval.open_already"
