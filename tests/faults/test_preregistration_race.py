"""Pairs of registrations of one client at the same moment, the document written in two ways: one legal outcome each.

Agents: one record stands, the other is refused with the reason. Front-line staff: both stand, and the matching makes
an approval for several registrants of them. ``RACE_PAIRS`` sets the number of pairs of the long run.
"""

from __future__ import annotations

import os
import threading
from datetime import timedelta

import pytest

from data_access.actor import SessionActor
from data_access.audit import first_broken_audit
from data_access.clock import business_date, frozen
from data_access.commands.acting import Refused
from data_access.commands.preregistrations import preregister
from data_access.database import Database
from data_access.keys import match_hash
from data_access.reads.holder_facts import read_holder_facts
from data_access.reads.registered import read_registered
from data_access.reads.type_rules import read_type_rules
from data_access.reads.working_days import read_working_days
from domain.match_facts import ClientFacts, EventFacts, Match
from domain.matching import match
from domain.preregistration import Moment
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


def verdicts(db: Database, documents: list[str]) -> list[Match]:
    """Match an opening three days later with what stands for each document."""
    moment = NOW + timedelta(days=3)
    event = EventFacts("account_opening", "opened", Moment(moment, business_date(moment)))
    with db.reading() as connection:
        assert first_broken_audit(connection) is None
        records = read_registered(connection, [match_hash(document) for document in documents])
        holders = {one.staff_id for found in records.values() for record in found for one in record.holders}
        people = read_holder_facts(connection, holders, event.moment.on)
        rules = read_type_rules(connection, event.moment.on)
        days = read_working_days(connection, [event.moment.on.year])
    client = ClientFacts("王小明", event.moment.on, holders=people)
    return [match(event, records[match_hash(document)], client, rules, days) for document in documents]


def check_agents(db: Database, pairs: int) -> None:
    results = run_pairs(db, pairs, agents=True)
    assert [(len(made), refused) for _, made, refused in results] == [(1, ["R-37.taken"])] * pairs
    found = verdicts(db, [document for document, _, _ in results])
    assert [[(claim.prereg_no, claim.chain_kind) for claim in one.claims] for one in found] == [
        [(made[0], "in_time")] for _, made, _ in results]  # fmt: skip


def check_frontline(db: Database, pairs: int) -> None:
    results = run_pairs(db, pairs, agents=False)
    assert [(len(made), refused) for _, made, refused in results] == [(2, [])] * pairs
    found = verdicts(db, [document for document, _, _ in results])
    assert [sorted((claim.prereg_no, claim.chain_kind) for claim in one.claims) for one in found] == [
        sorted((number, "duplicate") for number in made) for _, made, _ in results]  # fmt: skip
    assert {one.outcome for one in found} == {"chain"}


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
