from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import insert, select, update

from data_access.actor import NotAllowed, OperatorActor, acting_user
from data_access.clock import frozen
from data_access.commands.acting import Refused
from data_access.commands.task_nights import expire_tasks
from data_access.commands.task_steps import StepResult, reassign_tasks, withdraw_tasks
from data_access.commands.tasks import assign_tasks
from data_access.database import Database
from data_access.reads.tasks import count_open_and_late, read_assignable_staff, read_task_history, read_tasks
from data_access.scope import FIRM, Scope
from data_access.tables import complaint, reactivation_task, staff_capacity
from domain.decision import Reason
from tests.support.book_rows import NOW, TODAY, Book, add_clients, add_staff, set_ceiling, signed_in


@pytest.fixture
def handed(db: Database, book: Book) -> Book:
    """Two tasks of S1 in O011 (T1 due 9 August, T2 due today) and one of S9 in O021 (T3)."""
    with db.writing() as connection:
        add_clients(connection, book, ["C1", "C2"])
        add_clients(connection, book, ["C9"], office="O021")
    head = signed_in(db, book, "o011")
    assign_tasks(db, actor=head, client_nos=["C1"], staff_no="S1", due_on=date(2024, 8, 9), request_id="a1")
    assign_tasks(db, actor=head, client_nos=["C2"], staff_no="S1", due_on=TODAY, request_id="a2")
    assign_tasks(db, actor=signed_in(db, book, "hq"), client_nos=["C9"], staff_no="S9", request_id="a3")
    return book


T1, T2, T3 = "T00000001", "T00000002", "T00000003"


def test_withdraw_frees_the_client_and_keeps_the_reason(db: Database, handed: Book) -> None:
    head = signed_in(db, handed, "o011")
    done = withdraw_tasks(db, actor=head, versions={T1: 1, T3: 1, "T99": 1}, reason="moved away", request_id="w1")
    assert done == StepResult(
        [T1], [(T3, Reason("task.not_found", {"task_no": T3})), ("T99", Reason("task.not_found", {"task_no": "T99"}))]
    )
    assert (
        withdraw_tasks(db, actor=head, versions={T1: 1, T3: 1, "T99": 1}, reason="moved away", request_id="w1") == done
    )
    again = withdraw_tasks(db, actor=head, versions={T1: 2}, reason="x", request_id="w2")
    assert again.refused == [(T1, Reason("task.state", {"task_no": T1, "state": "withdrawn"}))]
    with db.reading() as connection:
        row = connection.execute(select(reactivation_task).where(reactivation_task.c.task_no == T1)).one()
        assert (row.state, row.version, row.closed_on, row.result_reason) == ("withdrawn", 2, TODAY, "moved away")
        steps = read_task_history(connection, FIRM, T1)
        assert [(step.sequence, step.kind, step.from_state, step.to_state, step.reason, step.by) for step in steps] == [
            (1, "assigned", None, "open", None, "User o011"),
            (2, "withdrawn", "open", "withdrawn", "moved away", "User o011"),
        ]
    result = assign_tasks(db, actor=head, client_nos=["C1"], staff_no="S2", request_id="a4")
    assert [number for number, _ in result.created] == ["C1"]


def test_a_withdrawal_needs_a_reason(db: Database, handed: Book) -> None:
    result = withdraw_tasks(db, actor=signed_in(db, handed, "o011"), versions={T1: 1}, reason="  ", request_id="w")
    assert result == StepResult([], [(T1, Reason("task.reason_missing"))])


def test_hand_on_compares_the_version_seen(db: Database, handed: Book) -> None:
    head = signed_in(db, handed, "o011")
    assert reassign_tasks(db, actor=head, versions={T1: 1}, staff_no="S2", request_id="h1").done == [T1]
    stale = withdraw_tasks(db, actor=head, versions={T1: 1}, reason="late", request_id="h2")
    assert stale.refused == [(T1, Reason("task.changed", {"task_no": T1}))]
    same = reassign_tasks(db, actor=head, versions={T1: 2}, staff_no="S2", request_id="h3")
    assert same.refused == [(T1, Reason("task.same_staff", {"task_no": T1, "staff_no": "S2"}))]
    foreign = reassign_tasks(db, actor=head, versions={T1: 2}, staff_no="S9", request_id="h4")
    assert foreign.refused == [(T1, Reason("R-26.staff_not_found", {"staff_no": "S9"}))]
    with db.reading() as connection:
        user = acting_user(connection, head)
        rows = read_tasks(connection, user.scope, user, states=["open"])
        assert [(row.task_no, row.staff_no, row.version) for row in rows] == [(T2, "S1", 1), (T1, "S2", 2)]


def test_headquarters_may_not_move_a_task_across_branches(db: Database, handed: Book) -> None:
    result = reassign_tasks(db, actor=signed_in(db, handed, "hq"), versions={T1: 1}, staff_no="S9", request_id="h")
    assert result.refused == [(T1, Reason("R-26.other_branch"))]


def test_tasks_expire_the_day_after_they_are_due(db: Database, handed: Book) -> None:
    assert expire_tasks(db, actor=OperatorActor("night")) == []
    with frozen(NOW + timedelta(days=1)):
        assert expire_tasks(db, actor=OperatorActor("night")) == [T2]
        assert expire_tasks(db, actor=OperatorActor("night")) == []
    with db.reading() as connection:
        steps = read_task_history(connection, FIRM, T2)
        assert [(step.kind, step.to_state, step.by) for step in steps] == [
            ("assigned", "open", "User o011"),
            ("expired", "expired", None),
        ]
    with pytest.raises(NotAllowed):
        expire_tasks(db, actor=signed_in(db, handed, "o011"))


def test_lists_follow_reach_person_state_and_due_date(db: Database, handed: Book) -> None:
    def numbers(username: str, **choice: object) -> list[str]:
        actor = signed_in(db, handed, username)
        with db.reading() as connection:
            user = acting_user(connection, actor)
            return [row.task_no for row in read_tasks(connection, user.scope, user, **choice)]  # type: ignore[arg-type]

    assert numbers("hq") == [T2, T1, T3]
    assert numbers("hq", office=handed.units["O021"]) == [T3]
    assert numbers("hq", after=(TODAY, -1, 5, 2), limit=1) == [T1]
    assert numbers("o011") == [T2, T1]
    assert numbers("o012") == []
    assert numbers("s1", whose="mine") == [T2, T1]
    assert numbers("s2") == []
    assert numbers("s1", overdue=True) == []
    with frozen(NOW + timedelta(days=1)):
        assert numbers("s1", overdue=True) == [T2]
        expire_tasks(db, actor=OperatorActor("night"))
        assert numbers("s1", states=["expired"]) == [T2]
        actor = signed_in(db, handed, "o011")
        with db.reading() as connection:
            user = acting_user(connection, actor)
            assert count_open_and_late(connection, user.scope, user)[0] == {"open": 1, "expired": 1}
            assert count_open_and_late(connection, user.scope, user, whose="mine")[0] == {}


def test_names_are_masked_for_analysts(db: Database, handed: Book) -> None:
    actor = signed_in(db, handed, "analyst")
    with db.reading() as connection:
        user = acting_user(connection, actor)
        assert {row.client_name for row in read_tasks(connection, user.scope, user)} == {"C****"}
        assert read_task_history(connection, user.scope, T3) == []


def test_people_are_listed_with_load_and_problem(db: Database, handed: Book) -> None:
    with db.writing() as connection:
        add_staff(connection, handed, "S4", licence=None, unit="T0111")
        add_staff(connection, handed, "S5", left_on=TODAY - timedelta(days=1))
        add_staff(connection, handed, "S6", category="back_office")
        set_ceiling(connection, handed, "S1", 2)
    with db.reading() as connection:
        people = read_assignable_staff(connection, FIRM, handed.units["O011"])
        assert [(person.staff_no, person.open_tasks, person.problem) for person in people] == [
            ("S2", 0, None),
            ("S4", 0, Reason("R-26.no_licence", {"staff_no": "S4"})),
            ("S1", 2, Reason("hand_out.ceiling", {"staff_no": "S1", "open_count": 2, "limit": 2})),
        ]
        outside = Scope(office_ids=frozenset({handed.units["O012"]}))
        assert read_assignable_staff(connection, outside, handed.units["O011"]) == []


def test_an_empty_list_is_refused(db: Database, handed: Book) -> None:
    with pytest.raises(Refused):
        withdraw_tasks(db, actor=signed_in(db, handed, "o011"), versions={}, reason="x", request_id="w")


def test_handing_on_obeys_ceilings_and_keeps_households_together(db: Database, book: Book) -> None:
    home = ["H1", "H2"]
    with db.writing() as connection:
        add_clients(connection, book, home, household="Home")
        add_clients(connection, book, ["C1", "C2"])
        set_ceiling(connection, book, "S2", 2)
    head = signed_in(db, book, "o011")
    task = dict(assign_tasks(db, actor=head, client_nos=[*home, "C1", "C2"], staff_no="S1", request_id="a").created)

    def hand_on(*numbers: str, version: int = 1, staff_no: str = "S2") -> dict[str, str]:
        done = reassign_tasks(db, actor=head, versions={task[number]: version for number in numbers},
                              staff_no=staff_no, request_id=f"{staff_no}{numbers}{version}")  # fmt: skip
        names = {task_no: number for number, task_no in task.items()}
        return {names[task_no]: reason.code for task_no, reason in done.refused}

    assert hand_on("H1") == {"H1": "hand_out.kin_elsewhere"}
    assert hand_on("C1", "H1", "H2") == {"H2": "hand_out.ceiling", "H1": "hand_out.kin_elsewhere"}
    assert hand_on("H1", "H2", "C2", staff_no="S3") == dict.fromkeys(["H1", "H2", "C2"], "hand_out.other_office")
    with db.writing() as connection:
        connection.execute(update(staff_capacity).values(ceiling=3))
    assert hand_on("H1", "H2", version=1) == {}
    with db.writing() as connection:
        connection.execute(insert(complaint).values(complaint_no="K1", client_id=book.clients["C2"], at=NOW))
    assert hand_on("C2", version=1, staff_no="S2") == {"C2": "hand_out.complaint"}
