"""Writes the flat kinds: calendar, contacts, complaints, targets, user accounts."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Mapping
from itertools import islice

from sqlalchemy import select

from data_access.database import Database
from data_access.imports.batches import CHUNK, Batch, Record
from data_access.imports.staging import Staged
from data_access.tables import app_user, calendar_day, complaint, contact_log, target
from data_access.user_accounts import Secret, UserRefused, create_user, may_grant, one_time_secret

_UNUSED = Secret("", "")
"""Stands for the password in a dry run, which stores nothing."""


def _chunks(records: Iterator[Record]) -> Iterator[list[Record]]:
    while chunk := list(islice(records, CHUNK)):
        yield chunk


def write_calendar(batch: Batch) -> None:
    """Write calendar days."""
    names = [name for name in ("day", "is_working_day", "is_trading_day", "source") if name in batch.staged.present]
    for chunk in _chunks(batch.records(("day",))):
        for outcome in batch.upsert(calendar_day, "day", ("day",), [{name: r[name] for name in names} for r in chunk]):
            batch.count(outcome)


def write_contacts(batch: Batch) -> None:
    """Write contacts; the content of the row is its key, so the same contact is stored once."""
    people = batch.staff()
    plain = ("at", "channel", "counterpart_level", "topic", "result", "satisfaction")
    for chunk in _chunks(batch.records()):
        clients = batch.client_ids(record["client_no"] for record in chunk)
        _check_people(batch, chunk, clients, people)
        if batch.problems:
            continue
        rows = []
        for record in chunk:
            content = repr([record["client_no"], record["staff_no"], *(record[name] for name in plain)])
            rows.append(
                {
                    "client_id": clients[record["client_no"]],
                    "staff_id": people[record["staff_no"]].staff_id,
                    **{name: record[name] for name in plain},
                    "request_id": "import:" + hashlib.sha256(content.encode()).hexdigest(),
                }
            )
        for outcome in batch.upsert(contact_log, "contact_id", ("request_id",), rows):
            batch.count(outcome)


def _check_people(batch: Batch, chunk: list[Record], clients: dict[str, int], people: Mapping[str, object]) -> None:
    for record in chunk:
        if record["client_no"] not in clients:
            batch.problems.add("client_unknown", record["row_number"], "client_no", "client_no")
        if record["staff_no"] is not None and record["staff_no"] not in people:
            batch.problems.add("staff_unknown", record["row_number"], "staff_no", "staff_no")


def write_complaints(batch: Batch) -> None:
    """Write complaints."""
    people = batch.staff()
    for chunk in _chunks(batch.records()):
        clients = batch.client_ids(record["client_no"] for record in chunk)
        _check_people(batch, chunk, clients, people)
        if batch.problems:
            continue
        rows = []
        for record in chunk:
            row = {
                "complaint_no": record["complaint_no"],
                "client_id": clients[record["client_no"]],
                "at": record["at"],
            }
            if "staff_no" in batch.staged.present:
                row["staff_id"] = people[record["staff_no"]].staff_id if record["staff_no"] else None
            row |= {name: record[name] for name in ("category", "closed_at") if name in batch.staged.present}
            rows.append(row)
        for outcome in batch.upsert(complaint, "complaint_id", ("complaint_no",), rows):
            batch.count(outcome)


def write_targets(batch: Batch) -> None:
    """Write targets of units and persons; a code that is both is refused."""
    people, units = batch.staff(), batch.units()
    for chunk in _chunks(batch.records()):
        rows = []
        for record in chunk:
            code = record["scope_code"]
            if (code in people) == (code in units):
                batch.problems.add(
                    "scope_ambiguous" if code in people else "scope_unknown",
                    record["row_number"],
                    "scope_code",
                    "unit_code, staff_no",
                )
                continue
            rows.append(
                {
                    "scope_code": code,
                    "unit_id": units[code].unit_id if code in units else None,
                    "staff_id": people[code].staff_id if code in people else None,
                    "period": record["period"],
                    "metric": record["metric"],
                    "value_hundredths": record["value"],
                }
            )
        if not batch.problems:
            for outcome in batch.upsert(target, "target_id", ("scope_code", "period", "metric"), rows):
                batch.count(outcome)


def prepare_secrets(db: Database, staged: Staged) -> dict[str, Secret]:
    """Return a one-time password with its hash for every account that the file adds, by user name.

    Hashing is slow on purpose, so it happens before the transaction that writes the accounts.
    """
    with db.reading() as connection:
        known = set(connection.execute(select(app_user.c.username)).scalars())
    names = {row["username"].casefold() for row in staged.rows(("username",))}
    return {name: one_time_secret() for name in sorted(names - known)}


def write_users(batch: Batch) -> None:
    """Create accounts with one-time passwords; an existing account is never changed by a file."""
    people, units = batch.staff(), batch.units()
    known = {row.username: row for row in batch.connection.execute(select(app_user))}
    for record in batch.records():
        row, name = record["row_number"], record["username"].casefold()
        unit, person = units.get(record["unit_code"]), people.get(record["staff_no"] or "")
        if unit is None:
            batch.problems.add("unit_unknown", row, "unit_code", "unit_code")
        if record["staff_no"] is not None and person is None:
            batch.problems.add("staff_unknown", row, "staff_no", "staff_no")
        if not may_grant(batch.user, record["role"]):
            batch.problems.add("role_not_yours", row, "role", "")
        if batch.problems or unit is None:
            continue
        staff_id = person.staff_id if person else None
        old = known.get(name)
        if old is not None:
            if (old.display_name, old.role, old.unit_id, old.staff_id) != (
                record["display_name"],
                record["role"],
                unit.unit_id,
                staff_id,
            ):
                batch.problems.add("user_differs", row, "username", "")
            batch.count("same")
            continue
        try:
            password = create_user(
                batch.connection,
                username=name,
                display_name=record["display_name"],
                role=record["role"],
                unit_id=unit.unit_id,
                staff_id=staff_id,
                batch_id=batch.batch_id,
                actor=batch.user,
                secret=_UNUSED if batch.secrets is None else batch.secrets.get(name),
            )
        except UserRefused as refused:
            batch.problems.add("user_refused", row, "username", refused.reason.code)
            continue
        batch.password_rows.append((name, password))
        batch.count("new")
