"""Eight persons press at once on one approval: one press counts, the others are told why theirs did not."""

from __future__ import annotations

import os
import random
import threading
from collections import Counter
from dataclasses import dataclass

import pytest
from sqlalchemy import select

from data_access.actor import SessionActor
from data_access.audit import first_broken_audit
from data_access.clock import frozen
from data_access.commands.acting import Refused
from data_access.commands.approvals import ChainOutcome, decide_step_of_chain
from data_access.commands.posts import record_delegation
from data_access.database import Database
from data_access.tables import approval_chain, approval_step, audit_event, relationship
from tests.support.approval_book import open_for, shown, write_approval_book
from tests.support.book_rows import NOW, TODAY, Book, add_clients, signed_in

ROUNDS = int(os.environ.get("APPROVAL_ROUNDS", "100"))
PRESSERS = (
    ("opening", "approved"), ("opening", "approved"), ("opening", "rejected"), ("deputy", "approved"),
    ("deputy", "returned"), ("outlet", "approved"), ("b01", "approved"), ("hq", "approved"),
)  # fmt: skip
"""Two windows of one person, a delegate who contradicts, and three persons whose turn it is not."""
LOST = {"approval.decided", "approval.changed", "approval.closed", "approval.not_yours"}


@dataclass(frozen=True)
class Pressed:
    """What one press did: the outcome, or the code of its refusal."""

    username: str
    decision: str
    outcome: ChainOutcome | None
    code: str


def press_together(db: Database, actors: dict[str, SessionActor], chain_no: str, number: int) -> list[Pressed]:
    """Let all press on what one screen showed, at the same moment."""
    screen, start = shown(db, chain_no), threading.Barrier(len(PRESSERS))
    order = random.Random(number).sample(PRESSERS, len(PRESSERS))
    results: list[Pressed | BaseException] = []

    def one(position: int, username: str, decision: str) -> None:
        start.wait()
        try:
            with frozen(NOW):
                outcome = decide_step_of_chain(
                    db, actor=actors[username], chain_no=chain_no, level=screen.level, seen_version=screen.version,
                    seen_hash=screen.content_hash, decision=decision, reason="pressed",
                    request_id=f"{chain_no}-{position}",
                )  # fmt: skip
            results.append(Pressed(username, decision, outcome, ""))
        except Refused as refused:
            results.append(Pressed(username, decision, None, refused.reason.code))
        except BaseException as error:  # noqa: BLE001 -- shown by the assertion below
            results.append(error)

    threads = [threading.Thread(target=one, args=(place, *who)) for place, who in enumerate(order)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [result for result in results if isinstance(result, BaseException)] == []
    return [result for result in results if isinstance(result, Pressed)]


def run_rounds(db: Database, rounds: int) -> Counter[str]:
    """Press on ``rounds`` approvals and hold each round to one legal outcome; return how often which press won."""
    with frozen(NOW):
        book = write_approval_book(db)
        clients = [f"X{number:03d}" for number in range(rounds)]
        with db.writing() as connection:
            add_clients(connection, book, clients, status=None)
        record_delegation(db, actor=signed_in(db, book, "b01"), post="opening_review", unit_code="B01",
                          from_username="opening", to_username="deputy", valid_from=TODAY, valid_to=TODAY,
                          request_id="delegation")  # fmt: skip
        actors = {name: signed_in(db, book, name) for name in dict(PRESSERS)}
        won: Counter[str] = Counter()
        for number, client in enumerate(clients):
            chain_no = open_for(db, book, client=client)
            results = press_together(db, actors, chain_no, number)
            winners = [result for result in results if result.outcome is not None]
            assert len(winners) == 1
            assert {result.code for result in results if result.outcome is None} <= LOST
            assert winners[0].username in ("opening", "deputy")
            require_one_step(db, book, chain_no, winners[0])
            won[winners[0].decision] += 1
        with db.reading() as connection:
            acts = connection.execute(select(audit_event.c.action).where(audit_event.c.object_kind == "approval"))
            assert Counter(acts.scalars())["approval.open"] == rounds
            assert first_broken_audit(connection) is None
    return won


def require_one_step(db: Database, book: Book, chain_no: str, winner: Pressed) -> None:
    """Hold a chain to exactly the winner's decision at its first level, and the relationship to what follows."""
    state = {"approved": "running", "rejected": "rejected", "returned": "returned"}[winner.decision]
    with db.reading() as connection:
        chain = connection.execute(
            select(approval_chain, relationship.c.state.label("held"))
            .join(relationship, relationship.c.relationship_id == approval_chain.c.object_id)
            .where(approval_chain.c.chain_no == chain_no)
        ).one()  # fmt: skip
        steps = connection.execute(select(approval_step).where(approval_step.c.chain_id == chain.chain_id)
                                   .order_by(approval_step.c.position)).all()  # fmt: skip
    assert (chain.state, chain.level, chain.version) == (state, 2 if state == "running" else 1, 2)
    assert chain.held == ("rejected" if state == "rejected" else "pending")
    decided = [(step.level, step.decision, step.decided_by) for step in steps if step.decision]
    assert decided == [(1, winner.decision, book.users[winner.username])]


def test_eight_presses_on_a_few_approvals(db: Database) -> None:
    assert run_rounds(db, 3).total() == 3


@pytest.mark.soak
def test_eight_presses_on_many_approvals(db: Database) -> None:
    won = run_rounds(db, ROUNDS)
    assert won.total() == ROUNDS
    assert set(won) == {"approved", "rejected", "returned"}
