"""A question that runs away is stopped; the connection serves the next reader as before."""

from __future__ import annotations

import time

import pytest
from sqlalchemy import text

from data_access.database import Database
from data_access.deadline import TookTooLong

ENDLESS = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000000000) SELECT count(*) FROM n"


def test_a_runaway_statement_is_stopped_in_one_sentence(db: Database) -> None:
    sentence = r"^The question took longer than 0\.3 seconds and was stopped; narrow it\.$"
    with pytest.raises(TookTooLong, match=sentence), db.reading(deadline_s=0.3) as connection:
        connection.execute(text(ENDLESS))


def test_many_short_statements_share_one_deadline(db: Database) -> None:
    with pytest.raises(TookTooLong), db.reading(deadline_s=0.2) as connection:
        while True:
            connection.execute(text("SELECT 1"))


def test_the_deadline_goes_with_its_reader(db: Database) -> None:
    for _round in range(3):
        with db.reading(deadline_s=0.05) as connection:
            assert connection.execute(text("SELECT 1")).scalar() == 1
    time.sleep(0.06)
    with db.reading() as connection:
        shorter = ENDLESS.replace("2000000000", "300000")
        assert connection.execute(text(shorter)).scalar() == 300_000
        if not db.is_sqlite:
            assert connection.execute(text("SHOW statement_timeout")).scalar() == "0"


def test_other_errors_stay_what_they_are(db: Database) -> None:
    with pytest.raises(Exception, match="nothing_of_the_kind") as caught, db.reading(deadline_s=5) as connection:
        connection.execute(text("SELECT * FROM nothing_of_the_kind"))
    assert not isinstance(caught.value, TookTooLong)
