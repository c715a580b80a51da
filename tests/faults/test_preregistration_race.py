"""Pairs of registrations of one client at the same moment, the document written in two ways: one legal outcome each.

Agents: one record stands, the other is refused with the reason. Front-line staff: both stand, and what the matching
sees are two claims, so that an approval decides. ``RACE_PAIRS`` sets the number of pairs of the long run.
"""

from __future__ import annotations

import os
import threading
from collections import Counter
from datetime import timedelta

import pytest
from sqlalchemy import select

from data_access.actor import SessionActor
from data_access.audit import first_broken_audit
from data_access.clock import business_date, frozen
from data_access.commands.acting import Refused
from data_access.commands.preregistrations import preregister
from data_access.database import Database
from data_access.keys import match_hash
from data_access.reads.registered import read_registered
from data_access.tables import preregistration
from domain.preregistration import Moment, distinct_claims, is_valid_at
from tests.support.book_rows import NOW, add_staff, add_user, signed_in, write_book

PAIRS = int(os.environ.get("RACE_PAIRS", "1000"))
WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
TAILS = "10X98765432"


def card(number: int) -> str:
    """Return a valid identity card; every eleventh or so ends in X."""
    body = f"1101011980010{number // 1000 + 1:01d}{number % 1000:03d}"[:17]
    return body + TAILS[sum(int(digit) * weight for digit, weight in zip(body, WEIGHTS, strict=True)) % 11]


def ways(number: str) -> list[str]:
    """Return ways in which people write one number."""
    wide = "".join(chr(ord(char) + 0xFEE0) for char in number)
    return [number, number.lower(), wide, " ".join((number[:6], number[6:14], number[14:])), wide.lower(),
            f"\u3000{number}\u200b"]  # fmt: skip


def run_pairs(db: Database, pairs: int, *, agents: bool) -> list[tuple[str, list[str], list[str]]]:
    """Let two people register each client at once; return document, record numbers and refusal codes per client."""
    book = write_book(db)
    names = ("A1", "A2") if agents else ("S1", "S2")
    if agents:
        with db.writing() as connection:
            for name in names:
                add_staff(connection, book, name, category="agent", agency_contract_no=f"K{name}")
                add_user(connection, book, name.lower(), role="staff", unit="O011", staff_no=name)
    actors: list[SessionActor] = [signed_in(db, book, name.lower()) for name in names]
    documents = [card(number) for number in range(pairs)]
    outcomes: list[list[tuple[int, str]]] = [[] for _ in range(pairs)]
    faults: list[BaseException] = []
    barrier = threading.Barrier(2)

    def person(place: int) -> None:
        with frozen(NOW):
            for number, document in enumerate(documents):
                forms = ways(document)
                barrier.wait()
                try:
                    made = preregister(
                        db, actor=actors[place], type="agent_development" if agents else "new_development",
                        client_name="王小明", document_kind="id_card", contact="13800138000",
                        document_no=forms[(number + place * (number % 5 + 1)) % len(forms)],
                        holders=[(names[place], 10_000)], request_id=f"{place}-{number}")  # fmt: skip
                    outcomes[number].append((place, made))
                except Refused as refused:
                    outcomes[number].append((place, refused.reason.code))
                except BaseException as error:  # noqa: BLE001 -- shown by the assertion below
                    faults.append(error)

    with frozen(NOW):
        threads = [threading.Thread(target=person, args=(place,)) for place in (0, 1)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert faults == []
    return [
        (document, [text for _, text in found if text.startswith("PR-")],
         [text for _, text in found if not text.startswith("PR-")])
        for document, found in zip(documents, outcomes, strict=True)
    ]  # fmt: skip


def check_agents(db: Database, pairs: int) -> None:
    results = run_pairs(db, pairs, agents=True)
    assert [(len(made), refused) for _, made, refused in results] == [(1, ["R-37.taken"])] * pairs
    with db.reading() as connection:
        stored = connection.execute(select(preregistration.c.document_hash, preregistration.c.prereg_no)).all()
        assert first_broken_audit(connection) is None
    assert max(Counter(row.document_hash for row in stored).values()) == 1
    assert {row.prereg_no for row in stored} == {made[0] for _, made, _ in results}


def check_frontline(db: Database, pairs: int) -> None:
    results = run_pairs(db, pairs, agents=False)
    assert [(len(made), refused) for _, made, refused in results] == [(2, [])] * pairs
    opening = Moment(NOW + timedelta(days=3), business_date(NOW + timedelta(days=3)))
    with db.reading() as connection:
        records = read_registered(connection, [match_hash(document) for document, _, _ in results])
        assert first_broken_audit(connection) is None
    for document, made, _ in results:
        found = records[match_hash(document)]
        assert {one.prereg_no for one in found} == set(made)
        assert all(is_valid_at(one, opening) for one in found)
        assert len(distinct_claims(found)) == 2


def test_cards_are_valid_and_written_in_many_ways() -> None:
    assert len({card(number) for number in range(1000)}) == 1000
    assert any(card(number).endswith("X") for number in range(40))


@pytest.mark.parametrize("check", [check_agents, check_frontline])
def test_a_few_pairs(db: Database, check) -> None:
    check(db, 12)


@pytest.mark.soak
@pytest.mark.parametrize("check", [check_agents, check_frontline])
def test_many_pairs(db: Database, check) -> None:
    check(db, PAIRS)
