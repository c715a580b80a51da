"""One form sent many times at once, by double clicks, reloads and reconnects: one contact each, one audit row each.

``CONTACT_REPEATS`` sets the number of forms of the long run.
"""

from __future__ import annotations

import os
import threading

import pytest
from sqlalchemy import func, select

from data_access.audit import first_broken_audit
from data_access.clock import frozen
from data_access.commands.contacts import log_contact
from data_access.commands.tasks import assign_tasks
from data_access.database import Database
from data_access.tables import audit_event, contact_log
from tests.support.book_rows import NOW, add_clients, signed_in, write_book

REPEATS = int(os.environ.get("CONTACT_REPEATS", "1000"))
SENDERS = 4


def send_all(db: Database, forms: int) -> tuple[list[set[int]], list[BaseException]]:
    """Let several connections send every form at the same moment; return the answers per form, and faults."""
    with frozen(NOW):
        book = write_book(db)
        with db.writing() as connection:
            add_clients(connection, book, ["C1"])
        assign_tasks(db, actor=signed_in(db, book, "o011"), client_nos=["C1"], staff_no="S1", request_id="a")
        actor = signed_in(db, book, "s1")
    answers: list[set[int]] = [set() for _ in range(forms)]
    faults: list[BaseException] = []
    barrier = threading.Barrier(SENDERS)

    def sender(place: int) -> None:
        with frozen(NOW):
            for number in range(forms):
                barrier.wait()
                try:
                    answers[number].add(log_contact(
                        db, actor=actor, task_no="T00000001", channel="phone", result="reached", grade="ABCD"[place],
                        note=f"sent by {place}", request_id=f"form-{number}"))  # fmt: skip
                except BaseException as error:  # noqa: BLE001 -- shown by the assertion below
                    faults.append(error)

    threads = [threading.Thread(target=sender, args=(place,)) for place in range(SENDERS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers, faults


def check(db: Database, forms: int) -> None:
    answers, faults = send_all(db, forms)
    assert faults == []
    with db.reading() as connection:
        stored = set(connection.execute(select(contact_log.c.contact_id)).scalars())
        logged = connection.execute(
            select(func.count()).select_from(audit_event).where(audit_event.c.action == "contact.log")
        ).scalar()
        assert first_broken_audit(connection) is None
    assert [len(answer) for answer in answers] == [1] * forms
    assert (set.union(*answers), len(stored), logged) == (stored, forms, forms)


def test_a_form_sent_several_times_at_once_is_one_contact(db: Database) -> None:
    check(db, 6)


@pytest.mark.soak
def test_a_thousand_forms_sent_several_times_at_once(db: Database) -> None:
    check(db, REPEATS)
