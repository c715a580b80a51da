"""Grades and urgencies of all prospects in SQL are those of the rules for one; counts and pages hold each once."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import insert

from data_access.reads.prospects import FAR_DAY, ProspectFilter, count_prospects, read_prospects
from data_access.scope import FIRM, Scope
from data_access.tables import prospect
from domain.prospects import decide_grade, decide_urgency
from tests.support.book_rows import NOW, write_book

ON = date(2024, 3, 15)
STEPS = [None, *(ON + timedelta(days=step) for step in (-1, 0, 7, 8, 30, 31, 32, 91, 92, 93, 184, 185, 400))]


@pytest.fixture
def filled(db):
    book = write_book(db)
    plans = [(need, expected, act) for need in ("target", "potential", "none") for expected in STEPS for act in STEPS]
    offices = [book.units[code] for code in ("O021", "O011", "O011")]
    with db.writing() as connection:
        connection.execute(insert(prospect), [
            {"name": f"P{number}", "client_kind": "individual", "office_id": offices[number % 3],
             "need": need, "state": "potential", "expected_on": expected, "act_by": act, "entered_at": NOW,
             "request_id": f"p{number}", "version": 1}
            for number, (need, expected, act) in enumerate(plans)])  # fmt: skip
    return db, book


def test_sql_and_rules_agree(filled):
    db, _book = filled
    with db.reading() as connection:
        rows = [row for part in ("open", "closed")
                for row in read_prospects(connection, FIRM, ON, ProspectFilter(part))]  # fmt: skip
    assert len(rows) == 3 * len(STEPS) ** 2
    for row in rows:
        assert (row.grade, row.urgency) == (decide_grade(row.need, row.expected_on, ON), decide_urgency(row.act_by, ON))


def test_counts_are_the_register(filled):
    db, book = filled
    office = Scope(office_ids=frozenset({book.units["O021"]}))
    with db.reading() as connection:
        for scope in (FIRM, office):
            counts = count_prospects(connection, scope, ON)
            rows = read_prospects(connection, scope, ON, ProspectFilter())
            assert counts.parts["open"] == len(rows) == sum(counts.crossed.values()) == sum(counts.pipeline.values())
            for (grade, urgency), count in counts.crossed.items():
                kept = ProspectFilter(grades=(grade or "-",), urgencies=(urgency or "-",))
                assert len(read_prospects(connection, scope, ON, kept)) == count
        assert count_prospects(connection, FIRM, ON).parts == {"open": 392, "won": 0, "closed": 196}
        assert count_prospects(connection, FIRM, ON).pipeline[202403, "A"] == 4 * 14
        assert count_prospects(connection, Scope(), ON).parts["open"] == 0


def test_pages_hold_every_prospect_once(filled):
    db, _book = filled
    seen, after = [], None
    with db.reading() as connection:
        while page := read_prospects(connection, FIRM, ON, ProspectFilter(), after=after, limit=50):
            seen += [row.prospect_id for row in page]
            after = (page[-1].act_by or FAR_DAY, page[-1].prospect_id)
    assert len(seen) == len(set(seen)) == 392
