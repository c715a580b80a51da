"""Who can take more: loads, absences and qualifications of a small office, and the sample for spot checks."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

from sqlalchemy import insert, update

from data_access.clock import frozen
from data_access.commands.capacity import set_capacity, set_neighbours
from data_access.commands.contact_checks import check_contact
from data_access.database import Database
from data_access.reads.capacity import read_capacity, read_capacity_entries, read_office_neighbours
from data_access.reads.contact_checks import read_check_sample, read_checks
from data_access.scope import FIRM, Scope, read_scope
from data_access.tables import contact_log, reactivation_task, staff, staff_absence, staff_qualification
from domain.policies import FIRST_RULE_SET
from tests.support.book_rows import NOW, TODAY, Book, add_clients, add_staff, signed_in, write_book
from tests.support.register_rows import add_link


def _fill(db: Database) -> Book:
    """S1 holds two tasks, one late, and a core client; S2 is full, absent and in the team; G1 left with a task."""
    book = write_book(db)
    with db.writing() as connection:
        add_clients(connection, book, ["C1", "C2", "C3", "C4", "C5"])
        add_staff(connection, book, "A1", category="agent")
        add_staff(connection, book, "G1", left_on=TODAY - timedelta(days=5))
        add_staff(connection, book, "G2", left_on=TODAY - timedelta(days=5))
        connection.execute(update(staff).where(staff.c.staff_no == "S2").values(unit_id=book.units["T0111"]))
        add_link(connection, book, "R1", "C5", "core_service")
        for number, (client, person, due, effort, value, state) in enumerate((
            ("C1", "S1", TODAY - timedelta(days=1), 30, 700, "open"), ("C2", "S1", TODAY, None, None, "preregistered"),
            ("C3", "S2", TODAY, 15, 100, "open"), ("C4", "G1", TODAY, 10, 0, "open"),
            ("C5", "S1", TODAY, 99, 99, "withdrawn"),
        )):  # fmt: skip
            connection.execute(insert(reactivation_task).values(
                task_no=f"T{number}", client_id=book.clients[client], staff_id=book.staff[person],
                office_id=book.units["O011"], state=state, pool_status="silent", priority="normal", due_on=due,
                effort=effort, value_fen=value, assigned_by=1, assigned_at=NOW, request_id=f"r{number}",
                version=1))  # fmt: skip
        for person, start, end in (("S2", 0, 3), ("S2", 60, 70), ("S1", 61, 62), ("S3", -5, -1)):
            connection.execute(insert(staff_absence).values(
                staff_id=book.staff[person], from_on=TODAY + timedelta(days=start), to_on=TODAY + timedelta(days=end),
                reason="leave"))  # fmt: skip
        connection.execute(insert(staff_qualification).values(
            staff_id=book.staff["S3"], kind="advisory", valid_from=date(2020, 1, 1),
            valid_to=date(2024, 8, 1)))  # fmt: skip
    return book


def test_loads_of_a_reach(db: Database) -> None:
    with frozen(NOW):
        book = _fill(db)
        set_capacity(db, actor=signed_in(db, book, "o011"), staff_no="S2", capacity=50, ceiling=1, reason="half a post",
                     request_id="q1")  # fmt: skip
        set_neighbours(db, actor=signed_in(db, book, "b01"), office_code="O011", neighbour_codes=["O012"],
                       request_id="q2")  # fmt: skip
        with db.reading() as connection:
            rows = {row.staff_no: row for row in read_capacity(connection, FIRM, on=TODAY, rules=FIRST_RULE_SET)}
            head = read_scope(connection, role="office_head", unit_id=book.units["O011"], staff_id=None)
            team = read_scope(connection, role="office_head", unit_id=book.units["T0111"], staff_id=None)
            one = Scope(staff_ids=frozenset({book.staff["S1"]}))
            seen = [[row.staff_no for row in read_capacity(connection, reach, on=TODAY, rules=FIRST_RULE_SET)]
                    for reach in (head, team, one)]  # fmt: skip
            entries = [(entry.valid_from, entry.capacity, entry.ceiling, entry.reason, entry.set_by)
                       for entry in read_capacity_entries(connection, head, "S2")]  # fmt: skip
            foreign = read_capacity_entries(connection, one, "S2")
            near = {office.unit_code: office.neighbours for office in read_office_neighbours(connection, FIRM, TODAY)}
            inside = [office.unit_code for office in read_office_neighbours(connection, head, TODAY)]
    assert list(rows) == ["S2", "S1", "G1", "S3", "S9"]  # the fullest first; leavers only with open tasks
    first = rows["S1"].load
    assert (first.open_tasks, first.overdue, first.effort, first.value_fen, first.core_clients) == (2, 1, 50, 700, 1)
    assert (first.ceiling, first.core_limit, rows["S1"].room, rows["S1"].load_bp) == (100, 100, 98, 200)
    assert (first.away, list(rows["S1"].problems)) == ((), ["overdue"])
    second = rows["S2"]
    assert (second.own_ceiling, second.load.capacity, second.team, second.office_code) == (1, 50, "Unit T0111", "O011")
    assert list(second.problems) == ["absent", "full", "absent_soon"]
    assert [(away.from_on, away.reason) for away in second.load.away] == [
        (TODAY, "leave"), (TODAY + timedelta(days=60), "leave")]  # fmt: skip
    assert (list(rows["G1"].problems), list(rows["S3"].problems)) == (["left"], ["expiring"])
    assert rows["S3"].load.ends == {"licence": None, "advisory": date(2024, 8, 1)}
    assert seen == [["S2", "S1", "G1"], ["S2"], ["S1"]]
    assert (entries, foreign) == ([(TODAY, 50, 1, "half a post", "User o011")], [])
    assert (near, inside) == ({"O011": ("O012",), "O012": (), "O021": ()}, ["O011"])


def test_a_sample_is_drawn_and_never_chosen(db: Database) -> None:
    with frozen(NOW):
        book = write_book(db)
        with db.writing() as connection:
            add_clients(connection, book, ["C1"], status=None)
            for number in range(30):
                connection.execute(insert(contact_log).values(
                    client_id=1, staff_id=book.staff["S9" if number > 24 else "S1"], channel="visit", result="reached",
                    at=datetime(2024, 6, 1 + number % 28, tzinfo=UTC), note=f"n{number}",
                    request_id=f"c{number}"))  # fmt: skip
        period = {"from_at": datetime(2024, 6, 1, tzinfo=UTC), "until_at": datetime(2024, 7, 1, tzinfo=UTC)}
        office = Scope(office_ids=frozenset({4}), unit_ids=frozenset({book.units["O011"]}))
        with db.reading() as connection:
            drawn = [[row.contact_id for row in read_check_sample(connection, office, seed=seed, **period)]
                     for seed in ("a", "a", "b")]  # fmt: skip
        first = drawn[0][0]
        check_contact(db, actor=signed_in(db, book, "o011"), contact_id=first, result="unclear", note="no answer",
                      request_id="q1")  # fmt: skip
        with db.reading() as connection:
            rest = read_check_sample(connection, office, seed="a", size=99, **period)
            done = read_checks(connection, office, **period)
            masked = read_checks(connection, Scope(everything=True, masks_names=True), staff_no="S1", **period)
    assert drawn[0] == drawn[1] != drawn[2]
    assert len(drawn[0]) == 10
    assert {row.staff_no for row in rest} == {"S1"}
    assert (len(rest), first in {row.contact_id for row in rest}) == (24, False)
    assert [(row.contact_id, row.found, row.check_note, row.checked_by) for row in done] == [
        (first, "unclear", "no answer", "User o011")]  # fmt: skip
    assert [(row.client, row.note, row.check_note) for row in masked] == [("C****", None, None)]
