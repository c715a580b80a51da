"""Everything a hand-out is decided on at one moment: preview, commit and manual hand-outs read it here alike."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import Connection, select

from data_access.desk.facts import DeskClient, read_desk_clients
from data_access.desk.limits import read_limits
from data_access.desk.locks import lock_clients, lock_people
from data_access.desk.people import DeskPerson, read_desk_people, read_offices
from data_access.listed import one_of
from data_access.reads.holders import read_branches
from data_access.reads.working_days import read_working_days
from data_access.scope import FIRM, Scope, clients_in
from data_access.tables import client, staff
from domain.calendar import CalendarMissing
from domain.campaigns import Purpose
from domain.decision import Decision
from domain.distribution import HandOutLimits, Predecessor, decide_plan, duty_day
from domain.policies import RuleSet


@dataclass(frozen=True)
class Desk:
    """Clients by client_no and people by staff_no under the limits of a day; ``limits`` name the day of duty."""

    on: date
    limits: HandOutLimits
    clients: Mapping[str, DeskClient]
    people: Mapping[str, DeskPerson]

    def decide(self, placed: Mapping[str, str]) -> dict[str, Decision]:
        """Return why each refused client of a plan (client_no to staff_no) may not go there; empty: the plan stands."""
        return decide_plan([one.facts for one in self.clients.values()], [one.person for one in self.people.values()],
                           placed, self.on, self.limits)  # fmt: skip


def read_desk(
    connection: Connection, scope: Scope, client_nos: Sequence[str], *, on: date, rules: RuleSet,
    purpose: str = Purpose.REACTIVATION, predecessor: str = Predecessor.PREFERRED,
    ignore_campaign_id: int | None = None, staff_nos: Collection[str] | None = None,
) -> Desk:  # fmt: skip
    """Return the desk of a list: its clients inside the reach, and who could take them.

    With ``staff_nos`` only those of these people are read, whatever speaks against them.
    """
    found = read_desk_clients(connection, scope, client_nos=client_nos, on=on, rules=rules, purpose=purpose,
                              branches=read_branches(connection), ignore_campaign_id=ignore_campaign_id)  # fmt: skip
    limits = limits_of_day(connection, rules, on, predecessor)
    offices = {one.facts.office_id for one in found.values()} - {None}
    people = read_desk_people(connection, scope, [key for key in offices if key is not None],
                              on=limits.duty_on or on, staff_nos=staff_nos)  # fmt: skip
    return Desk(on, limits, found, {one.staff_no: one for one in people})


def read_desk_of_person(connection: Connection, scope: Scope, client_nos: Sequence[str], staff_id: int, *, on: date,
                        rules: RuleSet, moving: Collection[str] = ()) -> Desk:  # fmt: skip
    """Return the desk of a list for one person chosen by hand, wherever that person works.

    ``moving``: numbers of the clients' open tasks where these are handed on.
    """
    found = read_desk_clients(connection, scope, client_nos=client_nos, on=on, rules=rules,
                              branches=read_branches(connection), moving=moving)  # fmt: skip
    limits = limits_of_day(connection, rules, on, Predecessor.FREE)
    person = read_person(connection, staff_id, on=limits.duty_on or on)
    return Desk(on, limits, found, {person.staff_no: person} if person else {})


def read_person(connection: Connection, staff_id: int, *, on: date) -> DeskPerson | None:
    """Return one person as the desk sees them on a day of duty; None for somebody who works in no office."""
    row = connection.execute(select(staff.c.staff_no, staff.c.unit_id).where(staff.c.staff_id == staff_id)).one()
    office = read_offices(connection).get(row.unit_id)
    people = read_desk_people(connection, FIRM, [office[0]], on=on, staff_nos=[row.staff_no]) if office else []
    return people[0] if people else None


def limits_of_day(connection: Connection, rules: RuleSet, on: date, predecessor: str) -> HandOutLimits:
    """Return the limits of a hand-out on a day, with the day on which people are asked to be present."""
    return replace(read_limits(connection, rules, on, predecessor), duty_on=read_duty_day(connection, on))


def read_duty_day(connection: Connection, on: date) -> date:
    """Return the first working day on or after a day; the day itself where the calendar does not reach."""
    days = read_working_days(connection, (on.year, on.year + 1))
    try:
        return duty_day(on, days.is_working)
    except CalendarMissing:
        return on


def lock_list(connection: Connection, scope: Scope, client_nos: Sequence[str], staff_nos: Iterable[str]) -> None:
    """Lock the people and the clients of a plan, so that nobody else hands them out until the transaction ends."""
    inside = clients_in(scope, client.c.client_id, client.c.office_id)
    people = connection.execute(
        select(staff.c.staff_id).where(one_of(connection, staff.c.staff_no, sorted(set(staff_nos))))
    ).scalars().all()  # fmt: skip
    clients = connection.execute(
        select(client.c.client_id).where(one_of(connection, client.c.client_no, client_nos), inside)
    ).scalars().all()  # fmt: skip
    lock_people(connection, people)
    lock_clients(connection, clients)
