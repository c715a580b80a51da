"""What the matching reads of the clients of some events, at once, and what each event rests on."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from data_access.reads.holder_facts import read_holder_facts
from data_access.reads.holders import read_branches
from data_access.reads.rules import read_rules
from data_access.reads.type_rules import TypeVersion, read_type_versions
from data_access.reads.working_days import read_working_days
from data_access.register.match_events import business_of
from data_access.register.match_subjects import Held, Subject, read_subjects
from data_access.tables import (
    org_unit,
)
from domain.calendar import WorkingDays
from domain.holders import HolderFacts
from domain.identity import normal_text
from domain.match_facts import ClientFacts, Developed, EventFacts, HandOut
from domain.policies import RuleSet
from domain.preregistration import Moment, Registered
from domain.reactivation import PERSONAL_REASON, PERSONAL_REASONS, Transfer
from domain.register_words import BusinessEvent
from domain.relationship_types import TypeRule
from domain.status import LifeEvent, OpeningState, Spell, archived_spells, lost_spells
from domain.words import AccountEventKind


class MatchBook:
    """The facts of the clients of some events, read at once; ``rules_on`` and ``calendar_of`` answer by day."""

    def __init__(self, connection: Connection, client_ids: Collection[int]) -> None:
        self._connection = connection
        self._versions: list[TypeVersion] = read_type_versions(connection)
        self._rules: dict[date, dict[str, TypeRule]] = {}
        self._standards: dict[date, RuleSet] = {}
        self._calendars: dict[tuple[int, int], WorkingDays] = {}
        self.branches = read_branches(connection)
        self.cities = {row.unit_id: row.city for row in connection.execute(select(org_unit.c.unit_id, org_unit.c.city))}
        self.subjects = read_subjects(connection, sorted(client_ids))

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
        years = (min(days).year, max(days).year)
        if years not in self._calendars:
            self._calendars[years] = read_working_days(self._connection, range(years[0], years[1] + 1))
        return self._calendars[years]

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
        personal = any(normal_text(note).casefold() in PERSONAL_REASONS for note in notes)
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
