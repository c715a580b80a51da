"""What SQL finds of holders is what the rule says of each person on the first day, on random people and days."""

from __future__ import annotations

import random
from collections import defaultdict
from collections.abc import Iterator
from datetime import date, timedelta

import pytest
from sqlalchemy import insert

from data_access.clock import frozen
from data_access.database import Database
from data_access.reads.holder_facts import read_holder_facts
from data_access.register.conflicts import read_faults
from data_access.tables import staff_qualification
from domain.holders import decide_holder
from domain.relationship_types import FIRST_TYPE_RULES
from domain.words import QualificationKind, StaffCategory
from tests.support.book_rows import NOW, add_clients, add_staff, write_book
from tests.support.register_rows import add_link

PEOPLE, CODES = 40, ("R-01.category", "R-01.contract", "R-03.not_joined", "R-03.left", "R-03.qualification")
FIRST = date(2024, 1, 1)


@pytest.fixture(autouse=True)
def _clock() -> Iterator[None]:
    with frozen(NOW):
        yield


@pytest.mark.parametrize("seed", [1, 2])
def test_holders_are_judged_alike(db: Database, seed: int) -> None:
    draw = random.Random(seed)
    book = write_book(db)

    def day() -> date:
        return FIRST + timedelta(days=draw.randrange(8))

    links = {}
    with db.writing() as connection:
        for number in range(PEOPLE):
            category = draw.choice([one.value for one in StaffCategory])
            add_staff(connection, book, f"P{number}", category=category, licence=None,
                      agency_contract_no=draw.choice([None, "K"]), joined_on=draw.choice([None, day()]),
                      left_on=draw.choice([None, None, None, day()]))  # fmt: skip
            for kind in QualificationKind:
                if draw.random() < 0.95:
                    start = FIRST + timedelta(days=draw.randrange(4))
                    end = draw.choice([None, None, start + timedelta(days=draw.randrange(8))])
                    row = {"staff_id": book.staff[f"P{number}"], "kind": kind.value}
                    connection.execute(insert(staff_qualification).values(**row, valid_from=start, valid_to=end))
        rules = list(FIRST_TYPE_RULES) * (3 * PEOPLE // len(FIRST_TYPE_RULES))
        add_clients(connection, book, [f"C{place}" for place in range(len(rules))], status=None)
        for place, rule in enumerate(rules):
            person, since = f"P{draw.randrange(PEOPLE)}", day()
            links[f"R{place}"] = (rule, person, since)
            add_link(connection, book, f"R{place}", f"C{place}", rule.type, {person: 10_000}, since=since)
    found: dict[str, set[str]] = defaultdict(set)
    with db.reading() as connection:
        for fault in read_faults(connection):
            if fault.relationship_no and fault.reason.code in CODES:
                found[fault.relationship_no].add(fault.reason.code)
        said = {}
        for number, (rule, person, since) in links.items():
            key = book.staff[person]
            said[number] = decide_holder(rule, read_holder_facts(connection, [key], since)[key], since)
    assert {number for number, decision in said.items() if not decision} == set(found)
    assert all(decision.reason.code in found[number] for number, decision in said.items() if not decision)
    assert 10 < len(found) < len(links) - 10
