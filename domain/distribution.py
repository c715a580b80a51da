"""Who may be handed which pool client, and with whom together: the hard limits of a hand-out (R-26).

Pure rules over plain facts. The preview, the re-check of a manual change and the commit ask the same functions, so
that what was shown is what is done. ``decide_hand_out`` is the whole of it for one client and one person; its three
parts, about the client, the person and the two together, may be asked apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from domain.decision import Decision, allow, refuse
from domain.tasks import PoolClient, TaskHolder, decide_holder, decide_pool_client
from domain.words import POOL, Status, Word


class Predecessor(Word):
    """What a hand-out does with the person who served the client before."""

    FIRST = "first", "The previous holder comes first"
    PREFERRED = "preferred", "The previous holder where it stays even"
    EXCLUDED = "excluded", "Never the previous holder"
    FREE = "free", "No difference"


@dataclass(frozen=True)
class Absence:
    """A person's absence, both days included."""

    from_on: date
    to_on: date


@dataclass(frozen=True)
class LastTask:
    """The client's newest closed task: who held it, and the day it was closed."""

    staff_no: str
    closed_on: date


@dataclass(frozen=True)
class HandOutPerson:
    """A person as the hand-out sees them: the facts of R-26, the office, the calendar of absences, the open tasks.

    ``ceiling``: most open tasks of this person; None means the ceiling of the limits. ``capacity``: weight among
    the others when the work is shared out, 100 for a full post; 0 takes nothing.
    """

    holder: TaskHolder
    office_id: int | None
    open_tasks: int = 0
    absences: tuple[Absence, ...] = ()
    ceiling: int | None = None
    capacity: int = 100


@dataclass(frozen=True)
class HandOutClient:
    """A client as the hand-out sees it: the facts of R-26 and what else holds it.

    ``complaint_no``: an open complaint. ``held_by_campaign`` and ``held_until_on``: the campaign whose hold-out the
    client is in, and the last day of its window. ``household`` and ``controller``: clients with an equal one belong
    together. ``kin_staff_no``: who already holds an open task for a client of the same household or controller.
    ``previous_staff_no``: who served the client before. ``last_task``: the newest closed task.
    """

    client: PoolClient
    office_id: int | None
    complaint_no: str | None = None
    held_by_campaign: str | None = None
    held_until_on: date | None = None
    household: str | None = None
    controller: str | None = None
    kin_staff_no: str | None = None
    previous_staff_no: str | None = None
    last_task: LastTask | None = None


@dataclass(frozen=True)
class HandOutLimits:
    """The published settings of a hand-out.

    ``ceiling``: most open tasks of one person. ``neighbours``: for a client's office, the other offices whose people
    may take its clients. ``cool_off_days``: days after a task was closed during which its holder does not get the same
    client again; 0 switches it off.
    """

    ceiling: int = 100
    neighbours: Mapping[int, frozenset[int]] = field(default_factory=dict)
    predecessor: str = Predecessor.PREFERRED
    cool_off_days: int = 90
    duty_on: date | None = None


def duty_day(on: date, is_working: Callable[[date], bool], most: int = 31) -> date:
    """Return the first working day on or after a day: the one on which people are asked to be present.

    A hand-out made on a holiday counts nobody's capacity as zero. Raises ``ValueError`` where none is found within
    ``most`` days, and what ``is_working`` raises.
    """
    for step in range(most + 1):
        if is_working(on + timedelta(days=step)):
            return on + timedelta(days=step)
    raise ValueError(f"no working day within {most} days after {on.isoformat()}")


def decide_client(client: HandOutClient, on: date) -> Decision:
    """Decide whether a client may be handed out to anybody on a day: R-26, complaints and hold-outs.

    The last day of a hold-out's window is still inside.
    """
    free = decide_pool_client(client.client)
    if not free:
        return free
    if client.complaint_no is not None:
        return refuse("hand_out.complaint", complaint_no=client.complaint_no)
    if client.held_until_on is not None and on <= client.held_until_on:
        return refuse("hand_out.held_out", campaign=client.held_by_campaign, until=client.held_until_on.isoformat())
    return allow("task.allowed")


def open_ceiling(person: HandOutPerson, limits: HandOutLimits) -> int:
    """Return the most open tasks a person may have."""
    return limits.ceiling if person.ceiling is None else person.ceiling


def open_room(person: HandOutPerson, limits: HandOutLimits) -> int:
    """Return how many more tasks a person may take; 0 where none."""
    return max(open_ceiling(person, limits) - person.open_tasks, 0) if person.capacity > 0 else 0


def decide_person(person: HandOutPerson, on: date, limits: HandOutLimits) -> Decision:
    """Decide whether a person may be handed anything on a day: R-26 with the absence calendar, and room.

    The limits' day of duty stands for ``on`` where they name one.
    """
    on = limits.duty_on or on
    days = [absence.to_on for absence in person.absences if absence.from_on <= on <= absence.to_on]
    known = [day for day in (*days, person.holder.absent_to) if day is not None]
    holder = replace(person.holder, absent_to=max(known, default=None))
    present = decide_holder(holder, on)
    if not present:
        return present
    if person.capacity <= 0:
        return refuse("hand_out.no_capacity", staff_no=holder.staff_no)
    if open_room(person, limits) == 0:
        return refuse("hand_out.ceiling", staff_no=holder.staff_no, open_count=person.open_tasks,
                      limit=open_ceiling(person, limits))  # fmt: skip
    return allow("task.allowed")


def decide_place(client_office_id: int | None, client_branch_id: int | None, person: HandOutPerson,
                 limits: HandOutLimits) -> Decision:  # fmt: skip
    """Decide whether a person works where the client's office may hand out.

    That is the same branch company (R-26), and the same office or a neighbour named for it.
    """
    if client_branch_id is None or client_branch_id != person.holder.branch_id:
        return refuse("R-26.other_branch")
    if client_office_id is None or person.office_id is None:
        return refuse("hand_out.other_office", staff_no=person.holder.staff_no)
    near = limits.neighbours.get(client_office_id, frozenset())
    if person.office_id != client_office_id and person.office_id not in near:
        return refuse("hand_out.other_office", staff_no=person.holder.staff_no)
    return allow("task.allowed")


def decide_pair(client: HandOutClient, staff_no: str, on: date, limits: HandOutLimits) -> Decision:
    """Decide whether what lies between a client and a person speaks against it: kin with another, earlier holders.

    The cool-off begins on the day the last task was closed; its last day is still inside.
    """
    if client.kin_staff_no is not None and client.kin_staff_no != staff_no:
        return refuse("hand_out.kin_elsewhere", staff_no=client.kin_staff_no)
    last = client.last_task
    if last is not None and last.staff_no == staff_no and limits.cool_off_days > 0:
        until = last.closed_on + timedelta(days=limits.cool_off_days)
        if on <= until:
            return refuse("hand_out.cool_off", staff_no=staff_no, until=until.isoformat())
    if limits.predecessor == Predecessor.EXCLUDED and staff_no in earlier_holders(client):
        return refuse("hand_out.previous_excluded", staff_no=staff_no)
    return allow("task.allowed")


def earlier_holders(client: HandOutClient) -> frozenset[str]:
    """Return who served the client before or held its last task."""
    last = client.last_task.staff_no if client.last_task is not None else None
    return frozenset(number for number in (client.previous_staff_no, last) if number is not None)


def decide_hand_out(client: HandOutClient, person: HandOutPerson, on: date, limits: HandOutLimits) -> Decision:
    """Decide whether one client may go to one person on a day, every hard limit but the togetherness of a list."""
    for decision in (
        decide_client(client, on),
        decide_person(person, on, limits),
        decide_place(client.office_id, client.client.branch_id, person, limits),
        decide_pair(client, person.holder.staff_no, on, limits),
    ):
        if not decision:
            return decision
    return allow("R-26.allowed", client_no=client.client.client_no, staff_no=person.holder.staff_no)


def kin_groups(clients: Iterable[HandOutClient]) -> list[tuple[str, ...]]:
    """Group clients who share a household or a controller, directly or through others, and so go together.

    Returns client numbers: sorted within a group, groups in the order of their first number; a client without kin is
    a group of its own. The order of the input does not matter.
    """
    rows = sorted(clients, key=lambda one: one.client.client_no)
    parent: dict[str, str] = {row.client.client_no: row.client.client_no for row in rows}

    def root(number: str) -> str:
        while parent[number] != number:
            parent[number] = parent[parent[number]]
            number = parent[number]
        return number

    first: dict[tuple[str, str], str] = {}
    for row in rows:
        number = row.client.client_no
        for kind, value in (("household", row.household), ("controller", row.controller)):
            if value is not None:
                ends = sorted((root(first.setdefault((kind, value), number)), root(number)))
                parent[ends[1]] = ends[0]
    groups: dict[str, list[str]] = {}
    for number in parent:
        groups.setdefault(root(number), []).append(number)
    return [tuple(group) for group in groups.values()]


def decide_plan(
    clients: Sequence[HandOutClient], people: Sequence[HandOutPerson], placed: Mapping[str, str], on: date,
    limits: HandOutLimits,
) -> dict[str, Decision]:  # fmt: skip
    """Check a whole plan, ``placed`` being client number to staff number, and return every refusal by client number.

    The same check stands before the commit and after a manual change: each client against its person, the ceiling
    against all of a person's clients, kin against each other. An empty answer means that the plan stands. The clients
    of a person beyond the ceiling are refused from the last client number on.
    """
    refused: dict[str, Decision] = {}
    by_client = {client.client.client_no: client for client in clients}
    by_staff = {person.holder.staff_no: person for person in people}
    given: dict[str, int] = {}
    for number, staff_no in sorted(placed.items()):
        client, person = by_client.get(number), by_staff.get(staff_no)
        if client is None:
            refused[number] = refuse("R-26.client_not_found", client_no=number)
            continue
        if person is None:
            refused[number] = refuse("R-26.staff_not_found", staff_no=staff_no)
            continue
        now = replace(person, open_tasks=person.open_tasks + given.get(staff_no, 0))
        decision = decide_hand_out(client, now, on, limits)
        if decision:
            given[staff_no] = given.get(staff_no, 0) + 1
        else:
            refused[number] = decision
    for group in kin_groups(by_client[number] for number in placed if number in by_client):
        holders = {placed[number] for number in group}
        if len(holders) > 1:
            apart = refuse("hand_out.kin_apart", count=len(group), staff_nos=", ".join(sorted(holders)))
            refused |= {number: apart for number in group if number not in refused}
    return refused


def decide_hand_on(clients: Sequence[HandOutClient], person: HandOutPerson, on: date,
                   limits: HandOutLimits) -> dict[str, Decision]:  # fmt: skip
    """Check that clients whose tasks are open may go on to another person together; every refusal by client number.

    Every hard limit of a hand-out but the pool status: a client who came back keeps the task until it is recognised.
    Where one of a household stays with the present holder, the others stay too.
    """
    free = {one.client.client_no: replace(one, client=replace(
        one.client, status=Status.SILENT.value, wanted_statuses=POOL, returned_on=None, moved_in=None, open_task=None))
        for one in clients}  # fmt: skip
    holder = {one.client.client_no: one.client.open_task.staff_no for one in clients if one.client.open_task}
    refused = decide_plan(list(free.values()), [person], dict.fromkeys(free, person.holder.staff_no), on, limits)
    for group in kin_groups(free.values()):
        staying = [number for number in group if number in refused]
        if staying:
            apart = refuse("hand_out.kin_elsewhere", staff_no=holder.get(staying[0]))
            refused |= {number: apart for number in group if number not in refused}
    return refused
