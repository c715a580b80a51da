from __future__ import annotations

from datetime import date

from sqlalchemy import insert, select, update

from data_access.actor import OperatorActor
from data_access.reads.generation import read_generation
from data_access.reads.survival import CohortMonth, Lives, quarter_of, read_cohort_months, read_lives
from data_access.refresh import refresh
from data_access.scope import FIRM, Scope
from data_access.tables import account_event, client_status


def lives(db, start, last, scope=FIRM):
    with db.reading() as connection:
        return read_lives(connection, read_generation(connection), start, last, scope)


def cohort_months(db, last, scope=FIRM):
    with db.reading() as connection:
        return read_cohort_months(connection, read_generation(connection), last, scope)


def test_quarters_end_with_their_third_month():
    assert [quarter_of(month) for month in (202401, 202403, 202404, 202412)] == [202403, 202403, 202406, 202412]


def test_lives_are_counted_by_the_tier_of_the_start(firm_db):
    # of the 13 clients of 2024-06, 14 is lost after six months, 13 after eight, 12 after twelve
    assert lives(firm_db, 202406, 202506) == [
        Lives("A", 12, False, 1), Lives("B", 12, False, 1), Lives("C", 6, True, 1), Lives("C", 8, True, 1),
        Lives("C", 12, True, 1), Lives("C", 12, False, 8)]  # fmt: skip
    assert sum(life.count for life in lives(firm_db, 202412, 202502)) == 12


def test_lives_of_a_place_are_those_of_its_clients_at_the_start(firm_db):
    o012 = Scope(office_ids=frozenset({5}))
    assert [(life.lost, life.months, life.count) for life in lives(firm_db, 202406, 202506, o012)
            if life.lost] == [(True, 12, 1)]  # fmt: skip
    assert sum(life.count for life in lives(firm_db, 202406, 202506, o012)) == 4
    own = Scope(staff_ids=frozenset({3}))
    assert sum(life.count for life in lives(firm_db, 202406, 202506, own)) == 3


def test_cohorts_are_quarters_published_in_full(firm_db):
    # client 7 was opened in 2025-06; 2024-05 opens the second quarter of 2024 in its middle
    assert cohort_months(firm_db, 202506) == [CohortMonth(202506, 202506, 1, 0, 0)]
    assert cohort_months(firm_db, 202505) == []
    assert cohort_months(firm_db, 202506, Scope(office_ids=frozenset({6}))) == []


def test_a_cohort_keeps_whom_another_place_took_over_and_knows_losses_and_returns(sqlite_db):
    """Client 7 is opened 2024-08 in O011, moves to O012, is lost 2025-02 and back 2025-05."""
    from tests.support.firm import small_firm

    small_firm(sqlite_db)
    with sqlite_db.writing() as connection:
        from data_access.tables import client, client_month

        connection.execute(update(client).where(client.c.client_id == 7).values(opened_on=date(2024, 8, 6)))
        connection.execute(update(account_event).where(account_event.c.client_id == 7)
                           .values(on_date=date(2024, 8, 6), at=_at(2024, 8, 6)))  # fmt: skip
        row = dict(connection.execute(
            select(client_month).where(client_month.c.client_id == 7)).mappings().one())  # fmt: skip
        connection.execute(
            insert(client_month),
            [{**row, "month": month, "office_id": 4 if month == 202408 else 5} for month in (202408, 202409)],
        )
        connection.execute(insert(account_event), [
            {"client_id": 7, "account_id": 7, "event": event, "on_date": day, "at": _at(*day.timetuple()[:3]),
             "has_time": True} for event, day in (("closed", date(2025, 2, 3)), ("opened", date(2025, 5, 6)))
        ])  # fmt: skip
    refresh(sqlite_db, actor=OperatorActor("test"))
    with sqlite_db.reading() as connection:
        office = connection.execute(select(client_status.c.office_id).where(
            client_status.c.client_id == 7, client_status.c.month == 202409)).scalar_one()  # fmt: skip
    assert office == 5
    expected = [CohortMonth(202409, 202408, 1, 0, 0), CohortMonth(202409, 202502, 0, 1, 0),
                CohortMonth(202409, 202505, 0, 0, 1)]  # fmt: skip
    assert cohort_months(sqlite_db, 202506) == expected
    assert cohort_months(sqlite_db, 202506, Scope(office_ids=frozenset({4}))) == expected
    assert cohort_months(sqlite_db, 202506, Scope(office_ids=frozenset({5}))) == []


def _at(year, month, day):
    from datetime import UTC, datetime

    return datetime(year, month, day, 2, 30, tzinfo=UTC)
