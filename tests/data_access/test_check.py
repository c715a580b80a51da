from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date, timedelta

import pytest
from sqlalchemy import Connection, delete, insert, select, text, update

from data_access.check import check_invariants, check_warnings
from data_access.clock import frozen
from data_access.commands.task_steps import withdraw_tasks
from data_access.commands.tasks import assign_tasks
from data_access.database import Database
from data_access.tables import (
    CUBE_SUMS,
    account,
    account_event,
    audit_event,
    client,
    client_status,
    client_version,
    cube_client,
    generation_month,
    reactivation_task,
    relationship,
    relationship_share,
    staff_month,
    task_event,
)
from tests.support.book_rows import MONTH, NOW, Book, add_clients, signed_in, write_book


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with frozen(NOW):
        yield


@pytest.fixture
def whole(db: Database) -> Book:
    """Two silent clients of one office with income, one shared out, two tasks with history, and their cube."""
    book = write_book(db)
    with db.writing() as connection:
        add_clients(connection, book, ["C1", "C2"])
        connection.execute(update(client).values(loaded_at=NOW - timedelta(days=1)))
        connection.execute(update(client_status).values(net_income_fen=10_001, end_assets_fen=500))
        connection.execute(
            insert(cube_client).values(
                {
                    **dict.fromkeys(CUBE_SUMS, 0),
                    "build_id": 1,
                    "month": MONTH,
                    "branch_id": book.units["B01"],
                    "office_id": book.units["O011"],
                    "client_kind": "individual",
                    "status": "silent",
                    "clients_count": 2,
                    "alive_count": 2,
                    "net_income_fen": 20_002,
                    "end_assets_fen": 1_000,
                }
            )
        )
        connection.execute(
            insert(relationship).values(
                relationship_id=1,
                relationship_no="R1",
                client_id=book.clients["C1"],
                type="core_service",
                state="confirmed",
                valid_from=date(2024, 1, 1),
            )
        )
        for number, share in (("S1", 3_333), ("S2", 3_334)):
            connection.execute(
                insert(relationship_share).values(relationship_id=1, staff_id=book.staff[number], share_bp=share)
            )
        # 3,333 bp of 10,001 fen are 3,333; 6,667 bp are 6,667
        for number, part in (("S1", 3_333), ("S2", 3_334)):
            connection.execute(
                insert(staff_month).values(
                    build_id=1,
                    type="core_service",
                    client_office_id=book.units["O011"],
                    staff_id=book.staff[number],
                    month=MONTH,
                    client_branch_id=book.units["B01"],
                    staff_unit_id=book.units["O011"],
                    staff_category="adviser",
                    client_count=1,
                    weighted_bp=part,
                    end_assets_fen=0,
                    net_income_fen=part,
                    turnover_fen=0,
                    net_inflow_fen=0,
                    started_count=0,
                    started_bp=0,
                )
            )
    head = signed_in(db, book, "o011")
    assign_tasks(db, actor=head, client_nos=["C1", "C2"], staff_no="S1", request_id="a")
    withdraw_tasks(db, actor=head, versions={"T00000002": 1}, reason="x", request_id="w")
    return book


def codes(db: Database) -> list[str]:
    return [violation.code for violation in check_invariants(db)]


def test_a_whole_database_has_nothing_to_report(db: Database, whole: Book) -> None:
    assert check_invariants(db) == []
    assert check_warnings(db) == []


def second_open_task(connection: Connection) -> None:
    connection.execute(text("DROP INDEX uq_reactivation_task_open_client"))
    connection.execute(text("UPDATE reactivation_task SET state = 'open', client_id = 1 WHERE task_id = 2"))


def wide_share(connection: Connection) -> None:
    connection.execute(update(relationship_share).values(share_bp=5_001))
    connection.execute(update(staff_month).values(net_income_fen=5_001))


def another_relationship(connection: Connection, **values: object) -> None:
    connection.execute(insert(relationship).values({
        "relationship_id": 2, "relationship_no": "R2", "client_id": 1, "type": "core_service", "state": "confirmed",
        **values}))  # fmt: skip
    staff_id = connection.execute(text("SELECT MIN(staff_id) FROM relationship_share")).scalar_one()
    connection.execute(insert(relationship_share).values(relationship_id=2, staff_id=staff_id, share_bp=10_000))


def second_core_service(connection: Connection) -> None:
    start = connection.execute(select(relationship.c.valid_from)).scalar_one()
    another_relationship(connection, valid_from=start, valid_to=start + timedelta(days=1))


BREAKS: list[tuple[Callable[[Connection], object], set[str]]] = [
    (second_open_task, {"one_open_task", "task_state"}),
    (lambda c: c.execute(delete(task_event).where(task_event.c.kind == "assigned", task_event.c.task_id == 2)),
     {"task_history_gap"}),
    (lambda c: c.execute(update(task_event).where(task_event.c.kind == "withdrawn").values(to_state="recognised")),
     {"task_history_step", "task_state"}),
    (lambda c: c.execute(update(task_event).where(task_event.c.kind == "withdrawn").values(
        from_state="preregistered")), {"task_history_chain"}),
    (lambda c: c.execute(update(reactivation_task).where(reactivation_task.c.task_id == 1).values(state="expired")),
     {"task_state"}),
    (lambda c: c.execute(update(reactivation_task).where(reactivation_task.c.task_id == 1).values(assigned_by=99)),
     {"task_orphan"}),
    (second_core_service, {"client_shares"}),
    (wide_share, {"relationship_shares", "client_shares", "attribution_split"}),
    (lambda c: c.execute(insert(client_version).values(client_id=1, valid_from=date(2020, 1, 1), office_id=4,
                                                       loaded_at=NOW)), {"client_version_overlap"}),
    (lambda c: c.execute(delete(client_version).where(client_version.c.client_id == 1)), {"client_without_version"}),
    (lambda c: c.execute(update(cube_client).values(end_assets_fen=999)), {"cube_sums"}),
    (lambda c: c.execute(delete(cube_client)), {"cube_sums", "published_build", "attribution_whole"}),
    (lambda c: c.execute(update(generation_month).values(build_id=7)), {"published_build"}),
    (lambda c: c.execute(update(client_status).where(client_status.c.client_id == 1).values(client_id=900)),
     {"status_orphan", "status_missing", "attribution_split"}),
    (lambda c: c.execute(update(staff_month).values(weighted_bp=10_001)), {"attribution_whole"}),
    (lambda c: c.execute(text("UPDATE staff_month SET net_income_fen = net_income_fen + 1")), {"attribution_split"}),
    (lambda c: c.execute(update(audit_event).where(audit_event.c.sequence == 1).values(user_id=1)), {"audit_chain"}),
]  # fmt: skip


@pytest.mark.parametrize(("damage", "expected"), BREAKS, ids=[min(names) for _, names in BREAKS])
def test_each_damage_is_named(
    db: Database, whole: Book, damage: Callable[[Connection], object], expected: set[str]
) -> None:
    with db.writing() as connection:
        damage(connection)
    assert set(codes(db)) == expected


def test_the_flow_of_clients_is_held_month_by_month(db: Database, whole: Book) -> None:
    with db.writing() as connection:
        connection.execute(
            text(
                "INSERT INTO build (build_id, month, rule_version, run_id, built_at) "
                "SELECT 2, 202405, rule_version, run_id, built_at FROM build"
            )
        )
        connection.execute(insert(generation_month).values(generation_id=1, month=202405, build_id=2))
        connection.execute(
            text(
                "INSERT INTO client_status SELECT 2, client_id, 202405, "
                + ", ".join(column.name for column in list(client_status.c)[3:])
                + " FROM client_status WHERE client_id = 1"
            )
        )
        connection.execute(
            insert(cube_client).values(
                {
                    **dict.fromkeys(CUBE_SUMS, 0),
                    "build_id": 2,
                    "month": 202405,
                    "branch_id": whole.units["B01"],
                    "office_id": whole.units["O011"],
                    "client_kind": "individual",
                    "status": "silent",
                    "clients_count": 1,
                    "alive_count": 1,
                    "net_income_fen": 10_001,
                    "end_assets_fen": 500,
                }
            )
        )
    violations = check_invariants(db)
    assert [(violation.code, violation.text) for violation in violations] == [
        ("client_flow", "1 months where opening + new - lost + returned differs from closing: 202406.")
    ]


def test_two_developers_of_one_client_on_one_day_are_a_warning(db: Database, whole: Book) -> None:
    with db.writing() as connection:
        connection.execute(update(relationship).values(type="new_development", valid_from=date(2024, 1, 1),
                                                       valid_to=date(2024, 2, 1)))  # fmt: skip
        another_relationship(connection, type="redevelopment", valid_from=date(2024, 2, 1))
    assert check_warnings(db) == []
    with db.writing() as connection:
        connection.execute(update(relationship).where(relationship.c.relationship_id == 2)
                           .values(valid_from=date(2024, 1, 31)))  # fmt: skip
    assert [violation.text for violation in check_warnings(db)] == [
        "1 clients hold two development relationships of different types on one day: C1."
    ]


def test_opening_state_that_disagrees_with_events_is_a_warning(db: Database, whole: Book) -> None:
    with db.writing() as connection:
        connection.execute(update(client).where(client.c.client_no == "C1").values(closed_on=date(2024, 1, 1)))
        connection.execute(insert(account).values(account_id=1, client_id=1, account_no="A1", account_kind="cash"))
        connection.execute(
            insert(account_event).values(
                client_id=1, account_id=1, event="closed", at=NOW, on_date=date(2024, 1, 2), has_time=False
            )
        )
    assert [violation.text for violation in check_warnings(db)] == [
        "1 clients whose closing date differs from their closing events; the events rule: C1."
    ]
