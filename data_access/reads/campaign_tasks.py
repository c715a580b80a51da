"""Tasks of campaigns as far as they came by a day: contacts, pre-registration, recognition, and what came after."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from types import MappingProxyType
from typing import Any, NamedTuple

from sqlalchemy import Connection, and_, func, or_, select

from data_access.clock import business_date, day_begins_at
from data_access.reads.conduct import Ids, PublishedMonth, month_known, read_months, read_spells
from data_access.reads.drawn import FEW, read_names, read_offices
from data_access.reads.generation import Generation, read_generation
from data_access.reads.outcomes import DrawnCampaign, drawn_members, read_drawn_campaigns, standing_tasks
from data_access.scope import Scope, clients_in
from data_access.tables import (
    account_match,
    campaign_member,
    client,
    contact_log,
    reactivation_task,
    relationship,
    staff,
    task_event,
)
from domain.holdout import Arm
from domain.identity import mask_name
from domain.months import month_of, month_range
from domain.status import Spell
from domain.tasks import TaskAct
from domain.words import ContactResult, TaskState

CONNECTED = (ContactResult.REACHED.value, ContactResult.REFUSED.value, ContactResult.INTERESTED.value)
"""Results of a contact in which the client was spoken to."""
_TASK = reactivation_task.c
_NO_MONTH: Mapping[int, PublishedMonth] = MappingProxyType({})


class TaskContact(NamedTuple):
    """A contact within a task: who made it, when, and with what result."""

    client_no: str
    staff_no: str
    at: datetime
    result: str | None

    @property
    def on(self) -> date:
        """The business day."""
        return business_date(self.at)


@dataclass(slots=True)
class CampaignTask:
    """A task of a campaign as it stood on a day; undone ones are none.

    ``staff_unit_id``: where the holder sits today. ``recognised_on``: the first day of the relationship that was
    recognised. ``contacts``: in their order. ``months``: published months from the hand-out on; ``lost`` and
    ``archived`` the client's spells. ``recognitions``: days of every recognition of the client, of any campaign.
    """

    task_id: int
    task_no: str
    campaign_no: str
    client_id: int
    client_no: str
    client_name: str
    staff_id: int
    staff_no: str
    staff_name: str
    staff_unit_id: int
    office_id: int
    office_code: str
    office_name: str
    handed_on: date
    pool_status: str
    state: str
    value_fen: int
    preregistered_on: date | None = None
    recognised_on: date | None = None
    contacts: Sequence[TaskContact] = ()
    months: Mapping[int, PublishedMonth] = field(default_factory=lambda: _NO_MONTH)
    lost: Sequence[Spell] = ()
    archived: Sequence[Spell] = ()
    recognitions: Sequence[date] = ()


def read_campaign_tasks(connection: Connection, scope: Scope, campaign_nos: Sequence[str], *, as_of: date,
                        generation: Generation | None = None,
                        campaigns: Collection[DrawnCampaign] | None = None) -> list[CampaignTask]:  # fmt: skip
    """Return the tasks of some campaigns whose clients lie inside the reach, as of a day, in the order of numbers.

    ``campaigns``: those of the numbers, where they are read already.
    """
    generation = generation or read_generation(connection)
    if campaigns is None:
        campaigns = read_drawn_campaigns(connection, scope, as_of=as_of, campaign_nos=campaign_nos,
                                         generation=generation)  # fmt: skip
    found: list[CampaignTask] = []
    for one in campaigns:
        found += _tasks_of(connection, scope, one.campaign_id, one.campaign_no, as_of, generation)
    return sorted(found, key=lambda task: task.task_no)


def read_held_back_contacts(connection: Connection, scope: Scope, campaign_nos: Sequence[str], *, as_of: date,
                            campaigns: Collection[DrawnCampaign] | None = None
                            ) -> list[tuple[str, str, date]]:  # fmt: skip
    """Return (client_no, staff_no, day) of the contacts with held-back clients from the draw on, in order.

    ``campaigns``: those of the numbers, where they are read already.
    """
    if campaigns is None:
        campaigns = read_drawn_campaigns(connection, scope, as_of=as_of, campaign_nos=campaign_nos)
    found: list[tuple[str, str, date]] = []
    member, contact = campaign_member.c, contact_log.c
    for one in campaigns:
        rows = connection.execute(
            select(client.c.client_no, staff.c.staff_no, contact.at)
            .select_from(contact_log)
            .join(campaign_member, member.client_id == contact.client_id)
            .join(client, client.c.client_id == contact.client_id)
            .join(staff, staff.c.staff_id == contact.staff_id)
            .where(*drawn_members(scope, one.campaign_id), member.arm == Arm.HOLDOUT.value,
                   contact.at >= day_begins_at(one.drawn_on), contact.at < day_begins_at(as_of + timedelta(days=1)))
            .order_by(contact.at, contact.contact_id)
        )  # fmt: skip
        found += [(row.client_no, row.staff_no, business_date(row.at)) for row in rows]
    return found


def _tasks_of(connection: Connection, scope: Scope, campaign_id: int, campaign_no: str, as_of: date,
              generation: Generation | None) -> list[CampaignTask]:  # fmt: skip
    standing = [*standing_tasks(campaign_id, as_of), clients_in(scope, client.c.client_id, client.c.office_id)]
    rows = connection.execute(
        select(_TASK.task_id, _TASK.task_no, _TASK.client_id, _TASK.staff_id, _TASK.office_id, _TASK.assigned_at,
               _TASK.pool_status, _TASK.state, _TASK.closed_on, _TASK.value_fen, client.c.client_no, client.c.name)
        .join(client, client.c.client_id == _TASK.client_id).where(*standing)
    ).all()  # fmt: skip
    ids = _ids(connection, scope, [row[0] for row in rows], standing)
    contacts = _contacts(connection, ids, as_of)
    offices = read_offices(connection)
    people = read_names(connection, {row[3] for row in rows} | {contact[1] for contact in contacts})
    tasks = {}
    days: dict[datetime, date] = {}  # most are handed out together
    for (task_id, task_no, client_id, staff_id, office_id, assigned_at, pool_status, state, closed_on, value,
         client_no, name) in rows:  # fmt: skip
        closed = closed_on is not None and closed_on <= as_of
        handed_on = days.get(assigned_at) or days.setdefault(assigned_at, business_date(assigned_at))
        _, staff_no, staff_name, unit_id = people[staff_id]
        _, office_code, office_name = offices[office_id]
        tasks[task_id] = CampaignTask(
            task_id, task_no, campaign_no, client_id, client_no, mask_name(name) if scope.masks_names else name,
            staff_id, staff_no, staff_name, unit_id, office_id, office_code, office_name, handed_on,
            pool_status, state if closed else TaskState.OPEN.value, value or 0)  # fmt: skip
    _add_registrations(connection, tasks, ids, as_of)
    _add_contacts(tasks, contacts, {key: row.staff_no for key, row in people.items()})
    _add_recognitions(connection, tasks, ids, as_of, generation)
    return list(tasks.values())


def _ids(connection: Connection, scope: Scope, task_ids: list[int], standing: Sequence[Any]) -> Ids:
    """Return the ids of the tasks: few by themselves, of more the statement that selects them."""
    if len(task_ids) <= FEW:
        return task_ids
    *of_campaign, inside = standing
    whole = select(_TASK.task_id).where(*of_campaign)
    if scope.everything:
        return whole
    # most campaigns lie in one reach as a whole: then nobody is asked for the client's office
    count = connection.execute(select(func.count()).select_from(whole.subquery())).scalar_one()
    if count == len(task_ids):
        return whole
    return whole.join(client, client.c.client_id == _TASK.client_id).where(inside)


def _add_registrations(connection: Connection, tasks: dict[int, CampaignTask], ids: Any, as_of: date) -> None:
    step = task_event.c
    for task_id, at in connection.execute(
        select(step.task_id, func.min(step.at)).where(step.task_id.in_(ids), step.kind == TaskAct.PREREGISTERED.value,
                                                      step.at < day_begins_at(as_of + timedelta(days=1)))
        .group_by(step.task_id)
    ).all():  # fmt: skip
        task = tasks[task_id]
        task.preregistered_on = business_date(at)
        if task.state == TaskState.OPEN:
            task.state = TaskState.PREREGISTERED.value


def _contacts(connection: Connection, ids: Any, as_of: date) -> Sequence[Any]:
    """Return task, person, moment and result of contacts, in their order.

    Those logged for a task, and those without a task while it stood.
    """
    contact = contact_log.c
    within = and_(contact.task_id.is_(None), contact.at >= _TASK.assigned_at,
                  or_(_TASK.closed_at.is_(None), contact.at <= _TASK.closed_at))  # fmt: skip
    return connection.execute(
        select(_TASK.task_id, contact.staff_id, contact.at, contact.result)
        .select_from(reactivation_task)
        .join(contact_log, and_(contact.client_id == _TASK.client_id, or_(contact.task_id == _TASK.task_id, within)))
        .where(_TASK.task_id.in_(ids), contact.at < day_begins_at(as_of + timedelta(days=1)))
        .order_by(contact.at, contact.contact_id)
    ).all()  # fmt: skip


def _add_contacts(tasks: dict[int, CampaignTask], rows: Sequence[Any], staff_nos: Mapping[int | None, str]) -> None:
    found: dict[int, list[TaskContact]] = {}
    for task_id, staff_id, at, result in rows:
        made = TaskContact(tasks[task_id].client_no, staff_nos[staff_id], at, result)
        if task_id in found:
            found[task_id].append(made)
        else:
            found[task_id] = [made]
    for task_id, contacts in found.items():
        tasks[task_id].contacts = contacts


def _add_recognitions(connection: Connection, tasks: dict[int, CampaignTask], ids: Any, as_of: date,
                      generation: Generation | None) -> None:  # fmt: skip
    recognised = {key: task for key, task in tasks.items() if task.state == TaskState.RECOGNISED}
    if not recognised:
        return
    clients: Ids = select(_TASK.client_id).where(_TASK.task_id.in_(ids), _TASK.state == TaskState.RECOGNISED.value)
    if len(recognised) <= FEW:
        clients = sorted({task.client_id for task in recognised.values()})
    match = account_match.c
    for task_id, first in connection.execute(
        select(match.task_id, func.min(relationship.c.valid_from))
        .join(relationship, relationship.c.relationship_id == match.relationship_id)
        .where(match.client_id.in_(clients), match.task_id.is_not(None)).group_by(match.task_id)
    ):  # fmt: skip
        if task_id in recognised:
            recognised[task_id].recognised_on = first
    every: dict[int, list[date]] = {}
    for task_id, client_id, closed_on in connection.execute(
        select(_TASK.task_id, _TASK.client_id, _TASK.closed_on)
        .where(_TASK.client_id.in_(clients), _TASK.state == TaskState.RECOGNISED.value, _TASK.closed_on <= as_of)
        .order_by(_TASK.closed_on)
    ):  # fmt: skip
        every.setdefault(client_id, []).append(closed_on)
        if task_id in recognised and recognised[task_id].recognised_on is None:
            recognised[task_id].recognised_on = closed_on
    lost, archived = read_spells(connection, clients)
    last = month_known(generation, as_of)
    first_month = month_of(min(task.handed_on for task in recognised.values()))
    months = read_months(connection, clients, generation, month_range(first_month, last)) if generation and last else {}
    for task in recognised.values():
        task.recognitions = every.get(task.client_id, ())
        task.lost, task.archived = lost.get(task.client_id, ()), archived.get(task.client_id, ())
        task.months = months.get(task.client_id, _NO_MONTH)
