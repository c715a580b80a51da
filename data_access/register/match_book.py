"""What the matching reads of the clients of some events, at once, and what each event rests on."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, exists, select

from data_access.commands.pool_facts import chunks
from data_access.reads.holder_facts import read_holder_facts
from data_access.reads.holders import read_branches
from data_access.reads.registered import read_registered
from data_access.reads.rules import read_rules
from data_access.reads.type_rules import TypeVersion, read_type_versions
from data_access.reads.working_days import read_working_days
from data_access.register.match_events import business_of, own_record
from data_access.tables import (
    account,
    account_event,
    client,
    client_version,
    org_unit,
    preregistration,
    relationship,
    staff,
    task_event,
)
from data_access.tables import reactivation_task as task
from domain.calendar import WorkingDays
from domain.holders import HolderFacts
from domain.identity import normal_text
from domain.match_facts import ClientFacts, Developed, EventFacts, HandOut
from domain.policies import RuleSet
from domain.preregistration import Moment, Registered
from domain.reactivation import PERSONAL_REASON, Transfer
from domain.register_words import BusinessEvent
from domain.relationship_types import TypeRule
from domain.status import LifeEvent, OpeningState, Spell, archived_spells, lost_spells
from domain.words import AccountEventKind, RelationshipState

_LIVE = (RelationshipState.CONFIRMED.value, RelationshipState.PENDING.value)
_PERSONAL = (PERSONAL_REASON, "个人原因")


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


class MatchBook:
    """The facts of the clients of some events, read at once; ``rules_on`` and ``calendar_of`` answer by day."""

    def __init__(self, connection: Connection, client_ids: Collection[int]) -> None:
        self._connection = connection
        self._versions: list[TypeVersion] = read_type_versions(connection)
        self._rules: dict[date, dict[str, TypeRule]] = {}
        self._standards: dict[date, RuleSet] = {}
        self.branches = read_branches(connection)
        self.cities = {row.unit_id: row.city for row in connection.execute(select(org_unit.c.unit_id, org_unit.c.city))}
        self.subjects = _read_subjects(connection, sorted(client_ids))

    def rules_on(self, day: date) -> dict[str, TypeRule]:
        """Return the types that hold on a day, in the order of their numbers."""
        if day not in self._rules:
            found = sorted((one.rule for one in self._versions if one.holds_on(day)), key=lambda rule: rule.number)
            self._rules[day] = {rule.type: rule for rule in found}
        return self._rules[day]

    def standards_on(self, day: date) -> RuleSet:
        """Return the published rules of the pool on a day."""
        if day not in self._standards:
            self._standards[day] = read_rules(self._connection, day)
        return self._standards[day]

    def calendar_of(self, event_on: date, records: Iterable[Registered]) -> WorkingDays:
        """Return the working days of the years between an event and the records of its client."""
        days = [event_on, *(record.registered_on for record in records)]
        return read_working_days(self._connection, range(min(days).year, max(days).year + 1))

    def business(self, event: Row[Any]) -> str:
        """Return what an account event means for its client."""
        subject = self.subjects[event.client_id]
        earlier = any(row.event == AccountEventKind.OPENED and row.account_kind == event.account_kind
                      for row in subject.before(event))  # fmt: skip
        is_new = event.on_date <= subject.row.opened_on and not earlier
        return business_of(event.account_kind, event.event, is_new_client=is_new)

    def event_facts(self, event: Row[Any], business: str) -> EventFacts:
        """Return an event as the rules see it."""
        subject = self.subjects[event.client_id]
        same = [row for row in subject.before(event)
                if row.event == event.event and row.account_kind == event.account_kind]  # fmt: skip
        facts = EventFacts(
            business, event.event, Moment(event.at, event.on_date, bool(event.has_time)),
            branch_id=self.branches.get(self.office_of(event)), is_first=not same)  # fmt: skip
        if business != BusinessEvent.ACTIVATION:
            return facts
        return EventFacts(facts.business, facts.kind, facts.moment, facts.branch_id, facts.is_first,
                          self.standards_on(event.on_date))  # fmt: skip

    def office_of(self, event: Row[Any]) -> int:
        """Return the office of an event: the one it names, else the client's on that day."""
        return int(event.office_id or self.subjects[event.client_id].office_on(event.on_date))

    def client_facts(self, event: Row[Any], records: Sequence[Registered]) -> ClientFacts:
        """Return the client just before an event."""
        subject, day = self.subjects[event.client_id], event.on_date
        row = subject.row
        opening = OpeningState(row.opened_on, row.closed_on, row.archived_on, row.designation_withdrawn_on)
        life = [LifeEvent(one.on_date, one.at, one.account_id, one.event) for one in subject.before(event)]
        lost = _lasting(lost_spells(opening, life), day)
        rules = self.rules_on(day)
        owner = next((held for held in subject.held if held.holds_on(day) and is_development(held, rules)), None)
        return ClientFacts(
            name=row.name, opened_on=row.opened_on, lost_on=lost,
            is_archived=_lasting(archived_spells(opening, life), day) is not None,
            transfer=self._transfer(subject, event, lost) if lost is not None else None,
            developed=Developed(owner.relationship_no, owner.type, owner.valid_from) if owner else None,
            hand_out=_hand_out_at(subject, event.at),
            holders=self.people_on(day, records),
            namesakes=subject.namesakes)  # fmt: skip

    def people_on(self, day: date, records: Iterable[Registered]) -> dict[int, HolderFacts]:
        """Return the holders of some records as they were on a day, by staff_id."""
        people = {one.staff_id for record in records for one in record.holders}
        return read_holder_facts(self._connection, people, day) if people else {}

    def _transfer(self, subject: Subject, event: Row[Any], lost_on: date) -> Transfer | None:
        """Return the move between branch companies of a client who comes back elsewhere (R-22)."""
        old, new = subject.office_on(lost_on), self.office_of(event)
        before, after = self.branches.get(old), self.branches.get(new)
        if before is None or after is None or before == after:
            return None
        notes = [one.note for one in (*subject.life, event) if one.note and lost_on <= one.on_date <= event.on_date]
        personal = any(normal_text(note).casefold() in _PERSONAL for note in notes)
        return Transfer(PERSONAL_REASON if personal else "", str(before), str(after), self.cities.get(old),
                        self.cities.get(new))  # fmt: skip


def is_development(held: Held, rules: Mapping[str, TypeRule]) -> bool:
    """Tell whether a relationship is of a type of which a client has one at a time."""
    return held.type in rules and rules[held.type].is_development


def _lasting(spells: Sequence[Spell], day: date) -> date | None:
    """Return the first day of the spell that lasts on a day."""
    return next((spell.from_on for spell in reversed(spells) if spell.covers(day)), None)


def _hand_out_at(subject: Subject, at: datetime) -> HandOut | None:
    """Return the hand-out that held at a moment, with the person who had it then."""
    for row, steps in subject.hand_outs:
        if row.assigned_at < at and (row.closed_at is None or row.closed_at > at):
            then = [step for step in steps if step.at <= at and step.staff_id is not None]
            holder = then[-1] if then else row
            return HandOut(row.task_id, row.task_no, holder.staff_id, holder.staff_no)
    return None


def _read_subjects(connection: Connection, ids: Sequence[int]) -> dict[int, Subject]:
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
