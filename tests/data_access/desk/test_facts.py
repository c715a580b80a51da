from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, insert, update

from data_access.commands.tasks import assign_tasks
from data_access.database import Database
from data_access.desk.facts import DeskClient, read_desk_clients
from data_access.desk.limits import read_limits
from data_access.desk.people import DeskPerson, read_desk_people
from data_access.reads.holders import read_branches
from data_access.scope import FIRM, Scope
from data_access.tables import (
    build,
    campaign,
    campaign_member,
    client_status,
    complaint,
    contact_log,
    generation_month,
    hand_out,
    office_neighbour,
    reactivation_task,
    relationship,
    relationship_share,
    staff_absence,
    staff_capacity,
)
from domain.distribution import Absence, LastTask, decide_client
from domain.policies import FIRST_RULE_SET
from tests.support.book_rows import MONTH, NOW, TODAY, Book, add_clients, add_staff, signed_in
from tests.support.campaign_book import chosen, make

YESTERDAY = TODAY - timedelta(days=1)


def facts(connection: Connection, book: Book, *numbers: str, scope: Scope = FIRM, **more: Any) -> dict[str, DeskClient]:
    return read_desk_clients(connection, scope, client_nos=numbers or tuple(book.clients), on=TODAY,
                             rules=FIRST_RULE_SET, branches=read_branches(connection), **more)  # fmt: skip


def people(connection: Connection, book: Book, *offices: str, scope: Scope = FIRM, **more: Any
           ) -> dict[str, DeskPerson]:  # fmt: skip
    found = read_desk_people(connection, scope, [book.units[code] for code in offices], on=TODAY, **more)  # fmt: skip
    return {one.staff_no: one for one in found}


def add_task(connection: Connection, book: Book, number: str, staff_no: str, **fields: Any) -> None:
    key = len(fields) + 100 + book.clients[number] * 10
    values = {
        "task_id": key, "task_no": f"X{key}", "client_id": book.clients[number], "staff_id": book.staff[staff_no],
        "office_id": book.units["O011"], "state": "open", "pool_status": "silent", "priority": "normal",
        "due_on": TODAY, "assigned_by": 1, "assigned_at": NOW, "request_id": "old", "version": 1, **fields,
    }  # fmt: skip
    connection.execute(insert(reactivation_task).values(values))


def add_relationship(connection: Connection, book: Book, number: str, holders: dict[str, int], first: date,
                     last: date | None, state: str = "confirmed") -> None:  # fmt: skip
    key = connection.execute(insert(relationship).values(
        relationship_no=f"R{number}{first}{state}", client_id=book.clients[number], type="core_service", state=state,
        valid_from=first, valid_to=last).returning(relationship.c.relationship_id)).scalar_one()  # fmt: skip
    connection.execute(insert(relationship_share), [
        {"relationship_id": key, "staff_id": book.staff[staff_no], "share_bp": share}
        for staff_no, share in holders.items()
    ])  # fmt: skip


def test_what_a_client_is_and_brings(db: Database, book: Book) -> None:
    with db.writing() as connection:
        add_clients(connection, book, ["C1", "C2", "C3"], phone_hash="known")
        add_clients(connection, book, ["C4"], status=None)
        add_clients(connection, book, ["C5"], status="lost", kind="institution")
        connection.execute(insert(build).values(build_id=2, month=202312, rule_version=1, run_id=1, built_at=NOW))
        connection.execute(insert(generation_month).values(generation_id=1, month=202312, build_id=2))
        blanks = dict(connection.execute(client_status.select().limit(1)).mappings().one())
        connection.execute(insert(client_status), [
            {**blanks, "build_id": 2, "month": 202312, "client_id": book.clients[number], "value_fen": value}
            for number, value in (("C1", 90_000), ("C2", -500))
        ])  # fmt: skip
        for number, fields in {
            "C1": {"last_trade_month": 202312, "tier": "C", "tier_before": "A", "months_quiet": 24},
            "C2": {"last_trade_month": 202312}, "C3": {"last_trade_month": 202301, "end_assets_fen": 77},
        }.items():  # fmt: skip
            connection.execute(update(client_status).values(fields).where(
                client_status.c.build_id == 1, client_status.c.client_id == book.clients[number]))  # fmt: skip
        for day, result in ((3, "wrong_number"), (2, "reached")):
            connection.execute(insert(contact_log).values(
                client_id=book.clients["C2"], staff_id=book.staff["S1"], at=NOW - timedelta(days=day), channel="phone",
                result=result, request_id=f"l{day}"))  # fmt: skip
        connection.execute(insert(contact_log).values(
            client_id=book.clients["C3"], staff_id=book.staff["S1"], at=NOW, channel="phone", result="wrong_number",
            request_id="l0"))  # fmt: skip
    with db.reading() as connection:
        found = facts(connection, book)
        by_id = read_desk_clients(connection, FIRM, client_ids=[book.clients["C1"]], on=TODAY, rules=FIRST_RULE_SET,
                                  branches=read_branches(connection))  # fmt: skip
    assert by_id == {"C1": found["C1"]}
    assert {number: (one.tier, one.months_quiet, one.value_fen, one.reachable, one.effort)
            for number, one in found.items()} == {
        "C1": ("A", 24, 90_000, True, 50), "C2": (None, 12, 0, True, 20), "C3": (None, 12, 0, False, 35),
        "C4": (None, None, 0, False, 30), "C5": (None, 12, 0, False, 85)}  # fmt: skip
    assert {(one.office_code, one.office_id) for one in found.values()} == {("O011", book.units["O011"])}
    assert (found["C3"].assets_fen, found["C4"].status, found["C5"].kind) == (77, None, "institution")


def test_what_binds_a_client(db: Database, book: Book) -> None:
    with db.writing() as connection:
        add_clients(connection, book, ["H1", "H2"], household="H")
        add_clients(connection, book, ["H9"], household="H", office="O021")
        add_clients(connection, book, ["K1", "K2"], controller="U", kind="institution")
        add_clients(connection, book, ["P1", "P2", "P3", "P4", "C1"])
        add_task(connection, book, "H1", "S2")
        add_task(connection, book, "K1", "S1")
        add_relationship(connection, book, "P1", {"S1": 4_000, "S3": 6_000}, date(2020, 1, 1), date(2022, 1, 1))
        add_relationship(connection, book, "P1", {"S2": 10_000}, date(2019, 1, 1), date(2020, 1, 1))
        add_relationship(connection, book, "P1", {"S9": 10_000}, date(2023, 1, 1), None, state="pending")
        add_relationship(connection, book, "P2", {"S1": 10_000}, date(2020, 1, 1), date(2022, 1, 1))
        add_relationship(connection, book, "P3", {"S1": 10_000}, date(2020, 1, 1), None)
        closed = {"state": "expired", "closed_on": YESTERDAY, "closed_at": NOW}
        add_task(connection, book, "P2", "S3", **closed)
        add_task(connection, book, "P3", "S3", **closed)
        connection.execute(insert(hand_out).values(
            hand_out_id=5, campaign_id=_a_campaign(connection), request_id="h", digest="d", tasks_count=1,
            measures="{}", committed_by=1, committed_at=NOW, undo_until_at=NOW, undone_at=NOW))  # fmt: skip
        add_task(connection, book, "P4", "S3", **closed | {"state": "withdrawn", "result_reason": "undone",
                                                            "hand_out_id": 5})  # fmt: skip
        connection.execute(insert(complaint), [
            {"complaint_no": number, "client_id": book.clients["C1"], "at": NOW - timedelta(days=days)}
            for number, days in (("K8", 2), ("K7", 5))
        ])  # fmt: skip
    with db.reading() as connection:
        found = {number: one.facts for number, one in facts(connection, book).items()}
    assert {number: one.kin_staff_no for number, one in found.items()} == {
        "H1": "S2", "H2": "S2", "H9": None, "K1": "S1", "K2": "S1", "P1": None, "P2": None, "P3": None, "P4": None,
        "C1": None}  # fmt: skip
    assert {number: found[number].previous_staff_no for number in ("P1", "P2", "P3", "P4")} == {
        "P1": "S3", "P2": "S3", "P3": "S1", "P4": None}  # fmt: skip
    assert {number: found[number].last_task for number in ("P1", "P2", "P4")} == {
        "P1": None, "P2": LastTask("S3", YESTERDAY), "P4": None}  # fmt: skip
    assert found["C1"].complaint_no == "K7"


def _a_campaign(connection: Connection) -> int:
    connection.execute(insert(campaign).values(
        campaign_id=7, campaign_no="OLD", name="Old", purpose="reactivation", source="pool", rule="{}", reach="[]",
        as_of_month=MONTH, generation_id=1, rule_version=1, predecessor="free", holdout_bp=0, worthwhile_bp=500,
        outcome_days=90, draw_key=b"k", drawn_at=NOW, drawn_on=TODAY, window_to_on=TODAY, said="holdout.none",
        said_params="{}", state="running", created_by=1, created_at=NOW, version=1))  # fmt: skip
    return 7


def test_a_campaign_holds_its_clients_against_every_hand_out(db: Database, book: Book) -> None:
    with db.writing() as connection:
        add_clients(connection, book, ["C1", "C2", "C3"])
    make(db, book, chosen(["C1", "C2"]), holdout_bp=0)
    with db.writing() as connection:
        connection.execute(update(campaign_member).values(arm="holdout").where(
            campaign_member.c.client_id == book.clients["C1"]))  # fmt: skip
    with db.reading() as connection:
        found = facts(connection, book)
        own = facts(connection, book, ignore_campaign_id=1)
    assert {number: (one.in_campaign, one.facts.held_by_campaign, one.facts.held_until_on)
            for number, one in found.items()} == {
        "C1": ("CMP-000001", "CMP-000001", date(2024, 10, 10)), "C2": ("CMP-000001", None, None),
        "C3": (None, None, None)}  # fmt: skip
    assert {number: (one.in_campaign, one.facts.held_by_campaign) for number, one in own.items()} == {
        "C1": (None, "CMP-000001"), "C2": (None, None), "C3": (None, None)}  # fmt: skip
    assert decide_client(own["C1"].facts, TODAY).reason.code == "hand_out.held_out"
    result = assign_tasks(db, actor=signed_in(db, book, "o011"), client_nos=["C1", "C2"], staff_no="S1",
                          request_id="t1")  # fmt: skip
    assert [number for number, _ in result.created] == ["C2"]
    assert [(number, reason.code, reason.params["campaign"]) for number, reason in result.refused] == [
        ("C1", "hand_out.held_out", "CMP-000001")]  # fmt: skip


def test_clients_outside_the_reach_are_not_there(db: Database, book: Book) -> None:
    with db.writing() as connection:
        add_clients(connection, book, ["C1"])
        add_clients(connection, book, ["F1"], office="O021")
    with db.reading() as connection:
        assert set(facts(connection, book, scope=Scope(office_ids=frozenset({book.units["O011"]})))) == {"C1"}
        assert facts(connection, book, "C9") == {}


def test_the_people_of_an_office_and_of_its_neighbours(db: Database, book: Book) -> None:
    with db.writing() as connection:
        add_staff(connection, book, "T1", unit="T0111")
        add_staff(connection, book, "OUT", left_on=YESTERDAY)
        add_staff(connection, book, "LAST", left_on=TODAY)
        add_staff(connection, book, "BACK", category="back_office")
        add_staff(connection, book, "NOLIC", licence=None)
        add_clients(connection, book, ["C1", "C2", "C3"])
        add_task(connection, book, "C1", "S1", effort=35, value_fen=900)
        add_task(connection, book, "C2", "S1")
        add_task(connection, book, "C3", "S1", state="expired", closed_on=TODAY)
        connection.execute(insert(staff_capacity), [
            {"staff_id": book.staff[who], "valid_from": day, "capacity": capacity, "ceiling": ceiling, "set_by": 1,
             "set_at": NOW}
            for who, day, capacity, ceiling in (("S1", date(2024, 1, 1), 50, 10), ("S1", TODAY, 80, None),
                                                ("S2", TODAY + timedelta(days=1), 0, 0))
        ])  # fmt: skip
        connection.execute(insert(staff_absence), [
            {"staff_id": book.staff["S2"], "from_on": first, "to_on": last}
            for first, last in ((date(2024, 7, 1), YESTERDAY), (TODAY, TODAY), (date(2024, 8, 1), date(2024, 8, 9)))
        ])  # fmt: skip
        connection.execute(insert(office_neighbour), [
            {"office_id": book.units["O011"], "neighbour_id": book.units[code], "valid_from": date(2024, 1, 1),
             "valid_to": last, "set_by": 1, "set_at": NOW} for code, last in (("O012", None), ("O021", TODAY))
        ])  # fmt: skip
    with db.reading() as connection:
        found = people(connection, book, "O011")
        assert set(found) == {"LAST", "NOLIC", "S1", "S2", "S3", "T1"}
        assert {found["T1"].office_id, found["S1"].office_id} == {book.units["O011"]}
        assert (found["S3"].office_code, found["T1"].office_code) == ("O012", "O011")
        one = found["S1"]
        assert (one.person.open_tasks, one.effort, one.value_fen) == (2, 55, 900)
        assert (one.person.capacity, one.person.ceiling) == (80, None)
        assert (found["S2"].person.capacity, found["S2"].person.ceiling) == (100, None)
        assert found["S2"].person.absences == (Absence(TODAY, TODAY), Absence(date(2024, 8, 1), date(2024, 8, 9)))
        assert found["S2"].person.holder.absent_to == TODAY
        assert set(people(connection, book, "O011", staff_nos=["OUT", "BACK", "S1", "S9"])) == {"OUT", "BACK", "S1"}
        near = Scope(office_ids=frozenset({book.units["O012"]}))
        assert set(people(connection, book, "O011", "O012", scope=near)) == {"S3"}
        limits = read_limits(connection, FIRST_RULE_SET, TODAY, "first")
        assert (limits.ceiling, limits.cool_off_days, limits.predecessor) == (100, 90, "first")
        assert limits.neighbours == {book.units["O011"]: frozenset({book.units["O012"]})}
