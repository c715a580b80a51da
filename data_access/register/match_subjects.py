"""The clients of some events with all that the matching asks of them, read at once."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, exists, select

from data_access.listed import chunks
from data_access.reads.registered import read_registered
from data_access.register.match_events import own_record
from data_access.tables import (
    account,
    account_event,
    client,
    client_version,
    preregistration,
    relationship,
    staff,
    task_event,
)
from data_access.tables import reactivation_task as task
from domain.preregistration import Registered
from domain.words import RelationshipState

_LIVE = (RelationshipState.CONFIRMED.value, RelationshipState.PENDING.value)


@dataclass
class Held:
    """A confirmed or pending relationship; ``event_at``: the moment of the event that made it, None if none did."""

    relationship_id: int
    relationship_no: str
    type: str
    state: str
    valid_from: date
    valid_to: date | None
    event_id: int | None
    event_at: datetime | None
    prereg_id: int | None
    chain_id: int | None = None

    def holds_on(self, day: date) -> bool:
        """Tell whether it is confirmed and holds on a day."""
        return (self.state == RelationshipState.CONFIRMED and self.valid_from <= day
                and (self.valid_to is None or self.valid_to > day))  # fmt: skip


@dataclass
class Subject:
    """A client while its events are decided; ``held`` grows with every verdict."""

    row: Row[Any]
    life: list[Row[Any]] = field(default_factory=list)
    held: list[Held] = field(default_factory=list)
    hand_outs: list[tuple[Row[Any], list[Row[Any]]]] = field(default_factory=list)
    places: list[Row[Any]] = field(default_factory=list)
    records: list[Registered] = field(default_factory=list)
    namesakes: tuple[Registered, ...] = ()

    def before(self, event: Row[Any]) -> list[Row[Any]]:
        """Return the account events that came before one, in their order."""
        key = (event.at, event.account_no, event.event)
        return [row for row in self.life if (row.at, row.account_no, row.event) < key]

    def office_on(self, day: date) -> int:
        """Return the client's office on a day."""
        begun = [row for row in self.places if row.valid_from is None or row.valid_from <= day]
        then = [row.office_id for row in begun if row.valid_to is None or row.valid_to > day]
        return int(then[-1] if then else self.row.office_id)


def read_subjects(connection: Connection, ids: Sequence[int]) -> dict[int, Subject]:
    """Read some clients by id: events, places, relationships, hand-outs, records."""
    subjects: dict[int, Subject] = {}
    for part in chunks(ids, 500):
        for row in connection.execute(select(client).where(client.c.client_id.in_(part))):
            subjects[row.client_id] = Subject(row)
        _collect(connection.execute(
            select(account_event, account.c.account_no, account.c.account_kind)
            .join(account, account.c.account_id == account_event.c.account_id)
            .where(account_event.c.client_id.in_(part))
            .order_by(account_event.c.at, account.c.account_no, account_event.c.event)),
            lambda row: subjects[row.client_id].life)  # fmt: skip
        _collect(connection.execute(
            select(client_version).where(client_version.c.client_id.in_(part))
            .order_by(client_version.c.valid_from.nulls_first(), client_version.c.version_id)),
            lambda row: subjects[row.client_id].places)  # fmt: skip
        for row in connection.execute(
            select(relationship, account_event.c.at.label("event_at"))
            .outerjoin(account_event, account_event.c.event_id == relationship.c.event_id)
            .where(relationship.c.client_id.in_(part), relationship.c.state.in_(_LIVE))
            .order_by(relationship.c.valid_from, relationship.c.relationship_no)
        ):  # fmt: skip
            subjects[row.client_id].held.append(
                Held(row.relationship_id, row.relationship_no, row.type, row.state, row.valid_from, row.valid_to,
                     row.event_id, row.event_at, row.prereg_id, row.chain_id))  # fmt: skip
        _read_hand_outs(connection, part, subjects)
    _read_records(connection, subjects)
    return subjects


def _collect(rows: Iterable[Row[Any]], place: Callable[[Row[Any]], list[Row[Any]]]) -> None:
    for row in rows:
        place(row).append(row)


def _read_hand_outs(connection: Connection, part: Sequence[int], subjects: dict[int, Subject]) -> None:
    steps: dict[int, list[Row[Any]]] = {}
    found: Any = connection.execute(
        select(task_event.c.task_id, task_event.c.staff_id, task_event.c.at, staff.c.staff_no)
        .join(task, task.c.task_id == task_event.c.task_id)
        .outerjoin(staff, staff.c.staff_id == task_event.c.staff_id)
        .where(task.c.client_id.in_(part)).order_by(task_event.c.task_id, task_event.c.sequence)
    )  # fmt: skip
    for row in found:
        steps.setdefault(row.task_id, []).append(row)
    found = connection.execute(
        select(task, staff.c.staff_no).join(staff, staff.c.staff_id == task.c.staff_id)
        .where(task.c.client_id.in_(part)).order_by(task.c.assigned_at, task.c.task_no)
    )  # fmt: skip
    for row in found:
        subjects[row.client_id].hand_outs.append((row, steps.get(row.task_id, [])))


def _read_records(connection: Connection, subjects: dict[int, Subject]) -> None:
    """Read the records of the clients' documents, and those of the same name and phone with another document."""
    hashes = {one.row.document_hash for one in subjects.values() if one.row.document_hash}
    namesakes = _namesakes(connection, subjects)
    found = read_registered(connection, {*hashes, *(key for keys in namesakes.values() for key in keys)})
    taken_over = _taken_over(connection, [entry.prereg_id for entries in found.values() for entry in entries])
    for client_id, one in subjects.items():
        own = found.get(one.row.document_hash or "", [])
        one.records = [entry for entry in own if entry.prereg_id not in taken_over]
        one.namesakes = tuple(entry for key in sorted(namesakes.get(client_id, ())) for entry in found.get(key, [])
                              if entry.prereg_id not in taken_over)  # fmt: skip


def _taken_over(connection: Connection, prereg_ids: Sequence[int]) -> set[int]:
    """Return which of some records came from another platform."""
    found: set[int] = set()
    for part in chunks(prereg_ids, 500):
        found.update(connection.execute(
            select(preregistration.c.prereg_id).where(preregistration.c.prereg_id.in_(part), ~own_record())
        ).scalars())  # fmt: skip
    return found


def _namesakes(connection: Connection, subjects: dict[int, Subject]) -> dict[int, set[str]]:
    """Return, by client, the documents of records that bear the client's name and phone but not its document."""
    record = preregistration.c
    found: dict[int, set[str]] = {}
    for part in chunks(sorted(subjects), 500):
        for row in connection.execute(
            select(client.c.client_id, record.document_hash).distinct()
            .join(preregistration, (record.client_name == client.c.name)
                  & (record.contact_masked == client.c.phone_masked))
            .where(client.c.client_id.in_(part), own_record(),
                   client.c.document_hash.is_(None) | (record.document_hash != client.c.document_hash))
        ):  # fmt: skip
            found.setdefault(row.client_id, set()).add(row.document_hash)
    return found


def is_unclaimed(connection: Connection, prereg_id: int, event_id: int) -> bool:
    """Tell whether a record has not led to a relationship or an approval by another event."""
    held = relationship.c
    taken = exists().where(held.prereg_id == prereg_id, held.state.in_(_LIVE), held.event_id != event_id)
    return not connection.execute(select(taken)).scalar()
