from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

import pytest
from sqlalchemy import func, insert, select, update

from data_access.actor import NotAllowed, OperatorActor
from data_access.audit import first_broken_audit
from data_access.clock import frozen
from data_access.commands.acting import Refused
from data_access.commands.tasks import AssignResult, assign_tasks
from data_access.database import Database
from data_access.tables import (
    account,
    account_event,
    audit_event,
    client,
    client_month,
    client_spell,
    reactivation_task,
    staff_absence,
    task_event,
)
from domain.decision import Reason
from tests.support.book_rows import NOW, TODAY, Book, add_clients, add_staff, set_ceiling, signed_in


def hand_out(
    db: Database,
    book: Book,
    numbers: list[str],
    *,
    user: str = "o011",
    staff_no: str = "S1",
    request_id: str = "r1",
    **more: Any,
) -> AssignResult:
    return assign_tasks(
        db, actor=signed_in(db, book, user), client_nos=numbers, staff_no=staff_no, request_id=request_id, **more
    )


def codes(result: AssignResult) -> dict[str, str]:
    return {number: reason.code for number, reason in result.refused}


def test_pool_clients_are_handed_out_with_history_and_one_audit_row(db: Database, book: Book) -> None:
    with db.writing() as connection:
        add_clients(connection, book, ["C1"], status="silent")
        add_clients(connection, book, ["C2"], status="lost")
        add_clients(connection, book, ["C3"], status="archived")
    result = hand_out(db, book, ["C1", "C2", "C3"], priority="high", note=" call first ")
    assert result == AssignResult([("C1", "T00000001"), ("C2", "T00000002"), ("C3", "T00000003")], [])
    with db.reading() as connection:
        rows = connection.execute(select(reactivation_task).order_by(reactivation_task.c.task_id)).all()
        assert [(row.pool_status, row.priority, row.due_on, row.note, row.assigned_by) for row in rows] == [
            (status, "high", date(2024, 10, 10), "call first", book.users["o011"])
            for status in ("silent", "lost", "archived")
        ]
        assert (
            connection.execute(select(task_event.c.sequence, task_event.c.kind, task_event.c.to_state)).all()
            == [(1, "assigned", "open")] * 3
        )
        audit = connection.execute(select(audit_event.c.action, audit_event.c.details)).one()
        assert audit.action == "tasks.assign"
        assert json.loads(audit.details) == {
            "created": 3,
            "refused": 0,
            "request": "r1",
            "tasks": ["T00000001", "T00000002", "T00000003"],
        }
        assert first_broken_audit(connection) is None


def test_second_hand_out_is_told_who_holds_the_client(db: Database, book: Book) -> None:
    with db.writing() as connection:
        add_clients(connection, book, ["C1", "C2"])
    hand_out(db, book, ["C1"])
    with frozen(NOW + timedelta(days=1)):
        result = hand_out(db, book, ["C1", "C2"], staff_no="S2", request_id="r2")
    assert [number for number, _ in result.created] == ["C2"]
    assert result.refused == [
        (
            "C1",
            Reason(
                "R-26.open_task",
                {"task_no": "T00000001", "staff_no": "S1", "staff_name": "Name S1", "since": "2024-07-10"},
            ),
        )
    ]


def test_same_request_has_one_effect(db: Database, book: Book) -> None:
    with db.writing() as connection:
        add_clients(connection, book, ["C1"])
        add_clients(connection, book, ["C2"], status="normal")
    first = hand_out(db, book, ["C1", "C2"])
    assert hand_out(db, book, ["C1", "C2"]) == first
    with db.reading() as connection:
        assert connection.execute(select(func.count()).select_from(reactivation_task)).scalar() == 1
        assert connection.execute(select(func.count()).select_from(audit_event)).scalar() == 1
    with pytest.raises(Refused, match="already used"):
        hand_out(db, book, ["C1"], user="b01")


@pytest.mark.parametrize(("user", "number", "code"), [
    ("o011", "C12", "R-26.client_not_found"),  # another office
    ("b01", "C21", "R-26.client_not_found"),  # another branch company
    ("hq", "C21", "R-26.other_branch"),
    ("hq", "NO SUCH", "R-26.client_not_found"),
    ("t0111", "C11", None),  # a team lead hands out the whole office's pool
    ("b01", "C12", "hand_out.other_office"),  # S1 works elsewhere, and O011 is no neighbour
])  # fmt: skip
def test_reach_bounds_the_hand_out(db: Database, book: Book, user: str, number: str, code: str | None) -> None:
    with db.writing() as connection:
        for client_no, office in (("C11", "O011"), ("C12", "O012"), ("C21", "O021")):
            add_clients(connection, book, [client_no], office=office)
    result = hand_out(db, book, [number], user=user)
    assert codes(result) == ({number: code} if code else {})


@pytest.mark.parametrize("user", ["s1", "analyst", "auditor"])
def test_only_heads_hand_out(db: Database, book: Book, user: str) -> None:
    with pytest.raises(NotAllowed):
        hand_out(db, book, ["C1"], user=user)


def test_the_operator_hands_nothing_out(db: Database, book: Book) -> None:
    with pytest.raises(NotAllowed):
        assign_tasks(db, actor=OperatorActor("root"), client_nos=["C1"], staff_no="S1", request_id="r")


def test_clients_are_decided_again_on_present_facts(db: Database, book: Book) -> None:
    with db.writing() as connection:
        add_clients(connection, book, ["NORMAL"], status="normal")
        add_clients(connection, book, ["GAP"], status="undetermined")
        add_clients(connection, book, ["NEW"], status=None)
        add_clients(connection, book, ["OPT"], marketing_opt_out=True)
        add_clients(connection, book, ["BACK", "REOPENED", "STILL"], status="lost")
        add_clients(connection, book, ["TRADED", "QUIET"], status="silent")
        connection.execute(
            update(client_spell).where(client_spell.c.client_id == book.clients["BACK"]).values(to_on=date(2024, 7, 2))
        )
        key = book.clients["REOPENED"]
        connection.execute(insert(account).values(account_id=1, client_id=key, account_no="A1", account_kind="cash"))
        connection.execute(
            insert(account_event).values(
                client_id=key, account_id=1, event="opened", at=NOW, on_date=TODAY, has_time=True, batch_id=7
            )
        )
        for name, trades, assets in (("TRADED", 1, 0), ("QUIET", 0, 99_999)):
            connection.execute(
                insert(client_month).values(
                    month=202407, client_id=book.clients[name], trades_count=trades, end_assets_fen=assets
                )
            )
    result = hand_out(db, book, ["NORMAL", "GAP", "NEW", "OPT", "BACK", "REOPENED", "STILL", "TRADED", "QUIET"])
    assert [number for number, _ in result.created] == ["STILL", "QUIET"]
    assert dict(result.refused) == {
        "NORMAL": Reason("R-26.not_in_pool", {"status": "normal"}),
        "GAP": Reason("R-26.not_in_pool", {"status": "undetermined"}),
        "NEW": Reason("R-26.no_status"),
        "OPT": Reason("R-26.opt_out"),
        "BACK": Reason("R-26.returned", {"on": "2024-07-02"}),
        "REOPENED": Reason("R-26.returned", {"on": "2024-07-10"}),
        "TRADED": Reason("R-26.moved", {"month": "2024-07"}),
    }


@pytest.mark.parametrize(("staff_no", "code"), [
    ("AGENT", "R-26.not_frontline"), ("NONE", "R-26.no_licence"), ("EXPIRED", "R-26.licence_expired"),
    ("LASTDAY", None), ("LEFT", "R-26.left"), ("ABSENT", "R-26.absent"), ("S9", "R-26.staff_not_found"),
    ("NOBODY", "R-26.staff_not_found"), ("S3", "hand_out.other_office"), ("S2", None),
])  # fmt: skip
def test_the_holder_is_checked(db: Database, book: Book, staff_no: str, code: str | None) -> None:
    with db.writing() as connection:
        add_clients(connection, book, ["C1"])
        add_staff(connection, book, "AGENT", category="agent")
        add_staff(connection, book, "NONE", licence=None)
        add_staff(connection, book, "EXPIRED", licence=(date(2020, 1, 1), TODAY))
        add_staff(connection, book, "LASTDAY", licence=(date(2020, 1, 1), TODAY + timedelta(days=1)))
        add_staff(connection, book, "LEFT", left_on=TODAY - timedelta(days=1))
        add_staff(connection, book, "ABSENT")
        connection.execute(insert(staff_absence).values(staff_id=book.staff["ABSENT"], from_on=TODAY, to_on=TODAY))
    result = hand_out(db, book, ["C1"], staff_no=staff_no)
    assert codes(result) == ({"C1": code} if code else {})


def test_due_date_in_the_past_and_list_lengths_are_refused(db: Database, book: Book) -> None:
    with pytest.raises(Refused, match="2024-07-09 has passed"):
        hand_out(db, book, ["C1"], due_on=TODAY - timedelta(days=1))
    with pytest.raises(Refused, match="at least one"):
        hand_out(db, book, [])
    with pytest.raises(Refused, match="5001 were chosen"):
        hand_out(db, book, [f"C{number}" for number in range(5_001)])


def test_bulk_hand_out_takes_few_statements(db: Database, book: Book) -> None:
    from sqlalchemy import event

    numbers = [f"C{number:04d}" for number in range(1_500)]
    with db.writing() as connection:
        add_clients(connection, book, numbers)
        connection.execute(update(client).where(client.c.client_no == "C0007").values(marketing_opt_out=True))
        set_ceiling(connection, book, "S1", 1_000)
    statements: list[str] = []
    event.listen(db.engine, "before_cursor_execute", lambda *args: statements.append(args[2]))
    result = hand_out(db, book, [*numbers, "C0001"])
    full = dict.fromkeys(numbers[1_001:], "hand_out.ceiling")
    assert (len(result.created), codes(result)) == (1_000, {"C0007": "R-26.opt_out", **full})
    assert len(statements) <= 55
