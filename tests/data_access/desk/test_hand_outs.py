"""A campaign's distribution is committed whole or not at all, once per form, and can be undone while unworked."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, insert, select, update

from data_access.actor import NotAllowed, OperatorActor
from data_access.audit import first_broken_audit
from data_access.clock import frozen
from data_access.commands.acting import Refused
from data_access.commands.campaigns import close_campaign
from data_access.commands.contacts import log_contact
from data_access.commands.hand_outs import HandOutResult, UndoResult, commit_hand_out, undo_hand_out
from data_access.commands.task_steps import extend_tasks, reassign_tasks
from data_access.commands.tasks import assign_tasks
from data_access.database import Database
from data_access.reads.campaign_members import read_members_to_hand_out
from data_access.scope import FIRM
from data_access.tables import audit_event, client, complaint, hand_out, reactivation_task, task_event
from domain.decision import Reason
from tests.support.book_rows import NOW, TODAY, Book, add_clients, add_staff, signed_in
from tests.support.campaign_book import add_pool, arms_of, chosen, make, open_tasks


def commit(db: Database, book: Book, campaign_no: str, placed: Mapping[str, str], *, user: str = "o011",
           request_id: str = "h1", **more: Any) -> HandOutResult:  # fmt: skip
    return commit_hand_out(db, actor=signed_in(db, book, user), campaign_no=campaign_no, placed=placed,
                           measures={"uneven_bp": 12}, digest="d", request_id=request_id, **more)  # fmt: skip


def codes(result: HandOutResult) -> dict[str, str]:
    return {number: reason.code for number, reason in result.refused.items()}


@pytest.fixture
def campaign_no(db: Database, book: Book) -> str:
    """Ten clients of O011, none held back."""
    add_pool(db, book, 10)
    return make(db, book, holdout_bp=0).campaign_no


P = [f"P{number:05d}" for number in range(1, 11)]


def test_a_commit_makes_every_task_with_its_cost_and_is_kept(db: Database, book: Book, campaign_no: str) -> None:
    placed = {number: ("S1", "S2")[place % 2] for place, number in enumerate(P)}
    done = commit(db, book, campaign_no, placed, priority="high", note=" soon ")
    assert (done.refused, done.undo_until_at) == ({}, NOW + timedelta(minutes=30))
    assert [number for number, _ in done.created] == P
    assert open_tasks(db) == placed
    assert commit(db, book, campaign_no, placed) == done
    with db.reading() as connection:
        rows = connection.execute(select(reactivation_task)).all()
        assert {(row.hand_out_id, row.priority, row.note, row.due_on, row.pool_status, row.effort) for row in rows} == {
            (done.hand_out_id, "high", "soon", date(2024, 10, 10), "silent", 35)}  # fmt: skip
        kept = connection.execute(select(hand_out)).one()
        assert (kept.tasks_count, kept.digest, json.loads(kept.measures)) == (10, "d", {"uneven_bp": 12})
        assert connection.execute(select(func.count()).select_from(task_event)).scalar() == 10
        last = connection.execute(select(audit_event).where(audit_event.c.action == "hand_out.commit")).one()
        assert json.loads(last.details) == {"hand_out_id": done.hand_out_id, "created": 10, "refused": 0,
                                            "request": "h1", "digest": "d"}  # fmt: skip
        assert first_broken_audit(connection) is None
        assert read_members_to_hand_out(connection, FIRM, kept.campaign_id) == []


def test_one_refusal_leaves_nothing_and_names_the_winner(db: Database, book: Book, campaign_no: str) -> None:
    assign_tasks(db, actor=signed_in(db, book, "b01"), client_nos=[P[2]], staff_no="S2", request_id="a")
    with db.writing() as connection:
        connection.execute(update(client).where(client.c.client_no == P[3]).values(marketing_opt_out=True))
        connection.execute(insert(complaint).values(
            complaint_no="K1", client_id=book.clients[P[4]], at=NOW, category="service"))  # fmt: skip
        add_staff(connection, book, "GONE", left_on=TODAY - timedelta(days=1))
        add_clients(connection, book, ["OTHER"])
    placed = dict.fromkeys([*P, "OTHER"], "S1") | {P[5]: "GONE", P[6]: "S3", P[7]: "NOBODY"}
    done = commit(db, book, campaign_no, placed)
    assert (done.hand_out_id, done.created) == (None, [])
    assert done.refused[P[2]] == Reason("R-26.open_task", {
        "task_no": "T00000001", "staff_no": "S2", "staff_name": "Name S2", "since": "2024-07-10"})  # fmt: skip
    assert codes(done) == {
        P[2]: "R-26.open_task", P[3]: "R-26.opt_out", P[4]: "hand_out.complaint", P[5]: "R-26.left",
        P[6]: "R-26.staff_not_found", P[7]: "R-26.staff_not_found", "OTHER": "hand_out.not_member"}  # fmt: skip
    assert open_tasks(db) == {P[2]: "S2"}
    assert commit(db, book, campaign_no, placed) == done
    with db.reading() as connection:
        assert connection.execute(select(func.count()).select_from(hand_out)).scalar() == 0


def test_the_ceiling_counts_the_whole_plan(db: Database, book: Book, campaign_no: str) -> None:
    with db.writing() as connection:
        add_clients(connection, book, [f"M{number:03d}" for number in range(95)])
    full = [f"M{number:03d}" for number in range(95)]
    assign_tasks(db, actor=signed_in(db, book, "o011"), client_nos=full, staff_no="S1", request_id="a")
    done = commit(db, book, campaign_no, dict.fromkeys(P, "S1"))
    assert done.refused[P[5]] == Reason("hand_out.ceiling", {"staff_no": "S1", "open_count": 100, "limit": 100})
    assert sorted(done.refused) == P[5:]
    assert len(commit(db, book, campaign_no, dict.fromkeys(P[:5], "S1"), request_id="h2").created) == 5


def test_held_back_clients_are_nobodys(db: Database, book: Book) -> None:
    numbers = add_pool(db, book, 110)
    made = make(db, book, holdout_bp=2_000)
    with db.reading() as connection:
        held = [number for number, arm in arms_of(connection, made.campaign_no).items() if arm == "holdout"]
    assert len(held) == 22
    done = commit(db, book, made.campaign_no, dict.fromkeys(numbers, "S1"))
    assert codes(done) == dict.fromkeys(held, "hand_out.held_out")
    assert done.refused[held[0]].params == {"campaign": made.campaign_no, "until": "2024-10-10"}
    by_hand = assign_tasks(db, actor=signed_in(db, book, "hq"), client_nos=held, staff_no="S1", request_id="a")
    assert {reason.code for _, reason in by_hand.refused} == {"hand_out.held_out"}
    assert open_tasks(db) == {}


def test_who_may_commit_and_when(db: Database, book: Book, campaign_no: str) -> None:
    placed = {P[0]: "S1"}
    for user in ("s1", "analyst"):
        with pytest.raises(NotAllowed):
            commit(db, book, campaign_no, placed, user=user)
    with pytest.raises(NotAllowed):
        commit_hand_out(db, actor=OperatorActor("root"), campaign_no=campaign_no, placed=placed, measures={},
                        digest="", request_id="x")  # fmt: skip
    for user in ("o012", "o021"):
        with pytest.raises(Refused, match="not found"):
            commit(db, book, campaign_no, placed, user=user, request_id=f"h-{user}")
    with pytest.raises(Refused, match="2024-07-09 has passed"):
        commit(db, book, campaign_no, placed, due_on=TODAY - timedelta(days=1))
    close_campaign(db, actor=signed_in(db, book, "o011"), campaign_no=campaign_no, version=1, request_id="close")
    with pytest.raises(Refused, match="is Finished"):
        commit(db, book, campaign_no, placed)


def test_list_lengths_and_foreign_numbers(db: Database, book: Book, campaign_no: str) -> None:
    with pytest.raises(Refused, match="at least one"):
        commit(db, book, campaign_no, {})
    with pytest.raises(Refused, match="100000 were chosen"):
        commit(db, book, campaign_no, {f"X{number}": "S1" for number in range(100_000)})
    done = commit(db, book, campaign_no, {P[0]: "S1", "NO SUCH": "S1"})
    assert codes(done) == {"NO SUCH": "R-26.client_not_found"}
    assert open_tasks(db) == {}


def test_an_undone_hand_out_counts_as_never_held(db: Database, book: Book, campaign_no: str) -> None:
    head = signed_in(db, book, "o011")
    done = commit(db, book, campaign_no, dict.fromkeys(P, "S1"))
    number = dict(done.created)
    assert done.hand_out_id is not None
    with frozen(NOW + timedelta(minutes=5)):
        log_contact(db, actor=signed_in(db, book, "s1"), task_no=number[P[0]], channel="phone", result="not_reached",
                    request_id="k")  # fmt: skip
        reassign_tasks(db, actor=head, versions={number[P[1]]: 1}, staff_no="S2", request_id="r")
        extend_tasks(db, actor=head, versions={number[P[2]]: 1}, request_id="e")
    with frozen(NOW + timedelta(minutes=30)):
        head = signed_in(db, book, "o011")
        undone = undo_hand_out(db, actor=head, hand_out_id=done.hand_out_id, request_id="u1")
        assert undo_hand_out(db, actor=head, hand_out_id=done.hand_out_id, request_id="u1") == undone
        with pytest.raises(Refused, match="undone already"):
            undo_hand_out(db, actor=head, hand_out_id=done.hand_out_id, request_id="u2")
    assert undone == UndoResult([number[one] for one in P[3:]], [
        (number[one], Reason("hand_out.worked", {"staff_no": who}))
        for one, who in ((P[0], "S1"), (P[1], "S2"), (P[2], "S1"))])  # fmt: skip
    assert open_tasks(db) == {P[0]: "S1", P[1]: "S2", P[2]: "S1"}
    with db.reading() as connection:
        why = connection.execute(select(reactivation_task.c.result_reason, func.count()).group_by("result_reason"))
        assert dict(why.all()) == {None: 3, "undone": 7}
        assert read_members_to_hand_out(connection, FIRM, 1) == P[3:]
    again = commit(db, book, campaign_no, dict.fromkeys(P[3:], "S1"), request_id="h2")
    assert len(again.created) == 7


def test_an_undo_comes_in_time_and_from_somebody_who_has_all_clients(db: Database, book: Book) -> None:
    numbers = add_pool(db, book, 3)
    with db.writing() as connection:
        add_clients(connection, book, ["N1"], office="O012")
    made = make(db, book, chosen([*numbers, "N1"]), user="b01", holdout_bp=0)
    done = commit(db, book, made.campaign_no, dict.fromkeys(numbers, "S1") | {"N1": "S3"}, user="b01")
    assert done.hand_out_id is not None

    def undo(user: str) -> UndoResult:
        actor = signed_in(db, book, user)
        return undo_hand_out(db, actor=actor, hand_out_id=done.hand_out_id or 0, request_id=f"u-{user}")

    with pytest.raises(Refused, match="not found"):
        undo("o021")
    with pytest.raises(Refused, match="outside your reach"):
        undo("o011")
    with pytest.raises(Refused, match="was not found"):
        undo_hand_out(db, actor=signed_in(db, book, "hq"), hand_out_id=99, request_id="u")
    with frozen(NOW + timedelta(minutes=30, seconds=1)), pytest.raises(Refused, match="until 2024-07-10 10:30"):
        undo("b01")
    assert len(undo("b01").undone) == 4
