"""Follow-up calls, visits, spot checks and meetings with prospects of one month, worked out by hand (K-84 to K-87)."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import Connection, insert, update

from data_access.database import Database
from data_access.scope import Scope
from data_access.tables import (
    contact_check,
    contact_log,
    follow_up,
    org_unit,
    prospect,
    prospect_contact,
    staff_version,
)
from metrics import query, rows
from tests.support.book_rows import NOW, Book, add_clients, write_book
from tests.support.register_rows import add_link

KEYS = ["follow_up_rate", "visits", "visits_open_issues", "clients_visited_by_several", "contacts_checked",
        "prospects_met"]  # fmt: skip
RATIOS = [KEYS[0], KEYS[4], KEYS[5]]


def _contact(connection: Connection, book: Book, client: str, staff_no: str, day: int, channel: str = "visit",
             next_step: date | None = None, month: int = 6) -> int:  # fmt: skip
    return int(connection.execute(
        insert(contact_log).values(
            client_id=book.clients[client], staff_id=book.staff[staff_no], channel=channel, result="reached",
            at=datetime(2024, month, day, 2, tzinfo=UTC), next_step_on=next_step,
            request_id=f"{client}-{staff_no}-{month}-{day}-{channel}")
        .returning(contact_log.c.contact_id)).scalar_one())  # fmt: skip


def _prospect(connection: Connection, book: Book, number: int, staff_no: str, meetings: int, **values: Any) -> None:
    fields = {"need": "target", "state": "potential", "entered_at": datetime(2024, 3, 1, tzinfo=UTC), **values}
    connection.execute(insert(prospect).values(
        prospect_id=number, name=f"P{number}", client_kind="individual", office_id=book.units["O011"],
        staff_id=book.staff[staff_no], request_id=f"p{number}", version=1, **fields))  # fmt: skip
    for day in range(1, meetings + 1):
        connection.execute(insert(prospect_contact).values(
            prospect_id=number, staff_id=book.staff[staff_no], on_date=date(2024, 6, day), entered_at=NOW,
            channel="visit" if day % 2 else "branch", request_id=f"m{number}-{day}"))  # fmt: skip


@pytest.fixture
def worked(db: Database) -> Book:
    """June 2024 of the small firm: S1 and S2 in O011, S3 in O012."""
    book = write_book(db)
    june = {"confirmed_at": datetime(2024, 6, 3, 2, tzinfo=UTC)}
    with db.writing() as connection:
        connection.execute(update(org_unit).where(org_unit.c.unit_code == "O011").values(region="East"))
        add_clients(connection, book, ["C1", "C2", "C3", "C4"], status=None)
        asked = add_link(connection, book, "R1", "C1", "maintenance", {"S1": 5_000, "S2": 5_000}, **june)
        unreached = add_link(connection, book, "R2", "C2", "key_service", **june)
        add_link(connection, book, "R3", "C3", "maintenance", how_confirmed="import", **june)
        add_link(connection, book, "R4", "C4", "maintenance")  # confirmed in March
        for number, (link, result) in enumerate(
            ((asked, "not_reached"), (asked, "disputed"), (unreached, "not_reached"))
        ):
            connection.execute(insert(follow_up).values(relationship_id=link, at=NOW, result=result,
                                                        request_id=f"f{number}"))  # fmt: skip
        checked = _contact(connection, book, "C1", "S1", 5, next_step=date(2024, 6, 20))
        _contact(connection, book, "C1", "S2", 12)  # answers the next step of S1; C1 is visited by two
        _contact(connection, book, "C2", "S1", 12, next_step=date(2024, 7, 2))  # open at the month's end
        _contact(connection, book, "C2", "S1", 2, month=7)  # answers it only in July
        _contact(connection, book, "C3", "S3", 8)
        _contact(connection, book, "C3", "S1", 9, channel="phone", next_step=date(2024, 6, 30))  # no visit
        _contact(connection, book, "C4", "S2", 1, month=5)  # before the month
        connection.execute(insert(contact_check).values(contact_id=checked, result="confirmed", checked_by=1,
                                                        checked_at=NOW))  # fmt: skip
        _prospect(connection, book, 1, "S1", 7)
        _prospect(connection, book, 2, "S1", 6)
        _prospect(connection, book, 3, "S2", 9, state="won")
        _prospect(connection, book, 4, "S2", 0, need="none")
        _prospect(connection, book, 5, "S2", 0, entered_at=datetime(2024, 7, 1, tzinfo=UTC))
    return book


def _by_person(db: Database, **asked: Any) -> dict[str, list[Any]]:
    frame = query(KEYS, by="staff", db=db, **asked)
    names = [
        name for name in frame.columns if name not in ("staff", "follow_up_rate", "contacts_checked", "prospects_met")
    ]
    return {row["staff"]: [row[name] for name in names] for row in frame.to_dict("records")}


def test_the_work_of_a_month(db: Database, worked: Book) -> None:
    whole = query(KEYS, db=db).iloc[0]
    assert [(whole[f"{key}_numerator"], whole[f"{key}_denominator"]) for key in RATIOS] == [
        (1, 2), (1, 5), (1, 2)]  # fmt: skip
    assert [whole[key] for key in KEYS[1:4]] == [4, 1, 1]
    # calls, relationships, visits, open issues, of several, checked, contacts, met, prospects
    assert _by_person(db) == {"S1": [1, 2, 2, 1, 1, 1, 3, 1, 2], "S2": [1, 1, 1, 0, 1, 0, 1, 0, 0],
                              "S3": [0, 0, 1, 0, 0, 0, 1, 0, 0]}  # fmt: skip
    assert query(KEYS[1:4], period="quarter", db=db).iloc[0].tolist() == [4, 1, 1]  # of the published months alone
    by_type = query("follow_up_rate", by="relationship_type", db=db).set_index("relationship_type")
    assert by_type["follow_up_rate_denominator"][by_type["follow_up_rate_denominator"] > 0].to_dict() == {
        "maintenance": 1, "key_service": 1}  # fmt: skip
    places = query("visits", by="office", db=db).values.tolist()
    assert places == [["O011", 3], ["O012", 1]]

    one = Scope(staff_ids=frozenset({worked.staff["S2"]}))
    assert list(_by_person(db, scope=one)) == ["S2"]
    team = Scope(office_ids=frozenset({worked.units["O011"]}), unit_ids=frozenset({worked.units["T0111"]}))
    with db.writing() as connection:
        connection.execute(update(staff_version).where(staff_version.c.staff_id == worked.staff["S2"])
                           .values(unit_id=worked.units["T0111"]))  # fmt: skip
    assert {number: line[:7] for number, line in _by_person(db, scope=team).items()} == {
        "S1": [0, 0, 0, 0, 0, 0, 0], "S2": [1, 1, 1, 0, 1, 0, 1]}  # fmt: skip


def test_the_rows_behind(db: Database, worked: Book) -> None:
    del worked
    found = {key: rows(key, db=db) for key in KEYS}
    assert found["follow_up_rate"][["staff_no", "client_no", "relationship_no"]].values.tolist() == [
        ["S1", "C1", "R1"], ["S1", "C2", "R2"]]  # fmt: skip
    assert found["visits"][["staff_no", "client_no"]].values.tolist() == [
        ["S1", "C1"], ["S1", "C2"], ["S2", "C1"], ["S3", "C3"]]  # fmt: skip
    assert found["visits_open_issues"][["staff_no", "client_no"]].values.tolist() == [["S1", "C2"]]
    assert found["clients_visited_by_several"].values.tolist() == [["C1", 1]]
    assert found["contacts_checked"]["contacts_checked_numerator"].tolist().count(1) == 1
    assert found["prospects_met"][["staff_no", "prospect_id", "prospects_met_numerator"]].values.tolist() == [
        ["S1", 1, 1], ["S1", 2, 0]]  # fmt: skip
    each = rows("clients_visited_by_several", by="staff", db=db)
    assert each.values.tolist() == [["S1", "C1", 1], ["S2", "C1", 1]]
