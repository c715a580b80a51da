"""Notes and reasons are free text about a person: readers of masked names get none, on pages and in files."""

from __future__ import annotations

import csv
import io

import pytest
from sqlalchemy import update

from data_access.actor import ActingUser
from data_access.reads.client_page import read_client_page
from data_access.reads.generation import read_generation
from data_access.reads.tasks import read_task_history, read_tasks
from data_access.scope import Scope
from data_access.tables import contact_log, reactivation_task, task_event
from metrics.export.lists import EXPORTERS
from tests.support.firm import AS_OF, small_firm


@pytest.fixture
def written(sqlite_db):
    small_firm(sqlite_db, refreshed=True)
    with sqlite_db.writing() as connection:
        connection.execute(update(reactivation_task).values(note="call Ms Lin"))
        connection.execute(update(task_event).values(reason="Ms Lin asked"))
        connection.execute(update(contact_log).values(note="Ms Lin moves"))
    return sqlite_db


@pytest.mark.parametrize(("masked", "note", "reason", "contact"), [
    (True, None, None, None), (False, "call Ms Lin", "Ms Lin asked", "Ms Lin moves")])  # fmt: skip
def test_only_readers_of_names_read_notes_and_reasons(written, masked, note, reason, contact):
    scope = Scope(everything=True, masks_names=masked)
    user = ActingUser(1, "u", "U", "auditor" if masked else "hq", 1, None, scope)
    with written.reading() as connection:
        generation = read_generation(connection)
        page = read_client_page(connection, generation, AS_OF, scope, "00000008")
        assert {row.note for row in read_tasks(connection, scope, user)} == {note}
        assert {step.reason for step in read_task_history(connection, scope, "T00000001")} == {reason}
    assert {row["reason"] for row in page.task_steps} == {reason}
    assert {row["note"] for row in page.contacts} == {contact}
    data = b"".join(EXPORTERS["task_list"](written, user, {}).chunks).decode("utf-8-sig")
    assert {row["Note"] for row in csv.DictReader(io.StringIO(data, newline=""))} == {note or ""}
