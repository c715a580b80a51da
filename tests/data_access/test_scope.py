"""The statement of a person's clients is made once and asks for the day on which it is run."""

from datetime import date

import pytest
from sqlalchemy import event, select

from data_access import scope as scope_module
from data_access.database import Database
from data_access.scope import Scope, clients_in
from data_access.tables import client


def test_the_clients_of_a_person_are_those_of_the_day_of_the_reading(
    sqlite_db: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = []
    days = [date(2026, 3, 1), date(2026, 3, 2)]
    with sqlite_db.reading() as connection:

        @event.listens_for(connection, "before_cursor_execute")
        def _seen(*given: object) -> None:
            asked.append(given[3])

        for day in days:
            monkeypatch.setattr(scope_module, "business_date", lambda day=day: day)
            for person in (7, 8):
                reach = clients_in(Scope(staff_ids=frozenset({person})), client.c.client_id, client.c.office_id)
                connection.execute(select(client.c.client_id).where(reach)).all()
    found = [values for values in asked if len(values) > 1]
    assert [(values[0], values[2], values[3]) for values in found] == [
        (person, day.isoformat(), day.isoformat()) for day in days for person in (7, 8)
    ]
