"""Drawn clients of campaigns with what they did since: both groups alike, whatever was done with them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from types import MappingProxyType
from typing import Any

from sqlalchemy import Connection, func, or_, select

from data_access.clock import business_date, day_begins_at
from data_access.reads.conduct import (
    Ids,
    PublishedMonth,
    month_known,
    read_flows,
    read_months,
    read_returns,
    read_spells,
)
from data_access.reads.generation import Generation, read_generation
from data_access.scope import Scope, clients_in
from data_access.tables import campaign, campaign_member, client, contact_log, org_unit, reactivation_task, staff
from domain.campaigns import UNDONE, CampaignState, Purpose
from domain.holdout import Arm
from domain.identity import mask_name
from domain.months import month_add, month_end, month_of, month_range
from domain.outcomes import ConductFacts, MonthConduct

ARMS = (Arm.TASK.value, Arm.HOLDOUT.value)
BEFORE_MONTHS = 3
"""Months before that of the draw which stand beside those after it."""
_MEMBER = campaign_member.c
_NOBODY = (None, None, None)
_NO_MONTH: Mapping[int, MonthConduct] = MappingProxyType({})
_NO_STATUS: Mapping[int, str] = MappingProxyType({})


@dataclass(frozen=True)
class DrawnCampaign:
    """A campaign as its results need it; ``known_to_on``: the end of the newest month known, None without any."""

    campaign_id: int
    campaign_no: str
    name: str
    purpose: str
    state: str
    drawn_on: date
    window_to_on: date
    outcome_days: int
    worthwhile_bp: int
    holdout_bp: int
    known_to_on: date | None

    @property
    def known_days(self) -> int | None:
        """Days after the draw up to which the months are known; None where they end before the draw."""
        if self.known_to_on is None or self.known_to_on < self.drawn_on:
            return None
        return (self.known_to_on - self.drawn_on).days


@dataclass(frozen=True)
class DrawnFacts:
    """A drawn client of a campaign.

    ``office_id``, ``tier``, ``value_fen``: as drawn. ``staff_no``: who has or had the campaign's task; of a client
    without one, who held the client last. ``task_no``: the newest task that was not undone. ``contacts``: the days of
    all contacts from the draw on, in order. ``conduct`` also holds ``BEFORE_MONTHS`` months before the draw; assets and
    status only from the draw on, and only where the campaign keeps clients.
    """

    campaign: DrawnCampaign
    client_id: int
    client_no: str
    client_name: str
    arm: str
    office_id: int
    office_code: str
    office_name: str
    tier: str | None
    months_quiet: int | None
    value_fen: int
    staff_id: int | None
    staff_no: str | None
    staff_name: str | None
    task_no: str | None
    contacts: tuple[date, ...]
    conduct: ConductFacts


def read_drawn_campaigns(connection: Connection, scope: Scope, *, as_of: date,
                         campaign_nos: Collection[str] | None = None,
                         generation: Generation | None = None) -> list[DrawnCampaign]:  # fmt: skip
    """Return the campaigns drawn by a day, the newest first, cancelled ones left out.

    A campaign is seen by who sees one of its clients; ``campaign_nos`` None: all of them.
    """
    generation = generation or read_generation(connection)
    last = month_known(generation, as_of)
    row = campaign.c
    conditions = [row.drawn_on <= as_of, row.state != CampaignState.CANCELLED.value]
    if campaign_nos is not None:
        conditions.append(row.campaign_no.in_(sorted(campaign_nos)))
    if not scope.everything:
        # one of its clients is enough, the others are not looked at
        conditions.append(
            select(_MEMBER.client_id).join(client, client.c.client_id == _MEMBER.client_id)
            .where(_MEMBER.campaign_id == row.campaign_id, clients_in(scope, client.c.client_id, client.c.office_id))
            .exists())  # fmt: skip
    found: Any = connection.execute(
        select(row.campaign_id, row.campaign_no, row.name, row.purpose, row.state, row.drawn_on, row.window_to_on,
               row.outcome_days, row.worthwhile_bp, row.holdout_bp)
        .where(*conditions).order_by(row.drawn_on.desc(), row.campaign_no.desc())
    )  # fmt: skip
    return [DrawnCampaign(**one, known_to_on=month_end(last) if last else None) for one in found.mappings()]


def read_drawn(connection: Connection, scope: Scope, campaign_nos: Sequence[str], *, as_of: date,
               generation: Generation | None = None,
               campaigns: Collection[DrawnCampaign] | None = None) -> list[DrawnFacts]:  # fmt: skip
    """Return the drawn clients of some campaigns inside the reach, in the order of campaigns and client numbers.

    Both groups; who was not drawn (must be contacted, or excluded) is left out. Months, events, tasks and contacts up
    to ``as_of`` only. Names are masked for a masked reach. A campaign outside the reach gives nothing. ``campaigns``:
    those of the numbers, where they are read already.
    """
    generation = generation or read_generation(connection)
    if campaigns is None:
        campaigns = read_drawn_campaigns(connection, scope, as_of=as_of, campaign_nos=campaign_nos,
                                         generation=generation)  # fmt: skip
    last = month_known(generation, as_of)
    found: list[DrawnFacts] = []
    for one in sorted(campaigns, key=lambda each: each.campaign_no):
        found += _drawn_of(connection, scope, one, as_of, generation, last)
    return found


def read_pulse(connection: Connection, campaign_nos: Collection[str]) -> tuple[int, int, int]:
    """Return numbers that change with every task of some campaigns, step of one, and contact with one of their clients.

    They tell whether results read before still hold.
    """
    chosen = select(campaign.c.campaign_id).where(campaign.c.campaign_no.in_(sorted(campaign_nos)))
    task = reactivation_task.c
    tasks, steps = connection.execute(
        select(func.count(), func.coalesce(func.sum(task.version), 0)).where(task.campaign_id.in_(chosen))
    ).one()
    contacts = connection.execute(
        select(func.count()).select_from(contact_log)
        .join(campaign_member, _MEMBER.client_id == contact_log.c.client_id).where(_MEMBER.campaign_id.in_(chosen))
    ).scalar_one()  # fmt: skip
    return int(tasks), int(steps), int(contacts)


def drawn_members(scope: Scope, campaign_id: int) -> list[Any]:
    """Return the conditions of a campaign's drawn clients inside the reach; the client is joined."""
    return [_MEMBER.campaign_id == campaign_id, _MEMBER.arm.in_(ARMS), _MEMBER.stratum.is_not(None),
            clients_in(scope, client.c.client_id, client.c.office_id)]  # fmt: skip


def _drawn_of(connection: Connection, scope: Scope, one: DrawnCampaign, as_of: date, generation: Generation | None,
              last: int | None) -> list[DrawnFacts]:  # fmt: skip
    inside = drawn_members(scope, one.campaign_id)
    ids: Ids = select(_MEMBER.client_id).join(client, client.c.client_id == _MEMBER.client_id).where(*inside)
    rows = connection.execute(
        select(_MEMBER.client_id, _MEMBER.arm, _MEMBER.office_id, _MEMBER.pool_status, _MEMBER.tier,
               _MEMBER.months_quiet, _MEMBER.value_fen, _MEMBER.assets_fen, _MEMBER.previous_staff_id,
               client.c.client_no, client.c.name)
        .join(client, client.c.client_id == _MEMBER.client_id).where(*inside).order_by(client.c.client_no)
    ).all()  # fmt: skip
    if not rows:
        return []
    keep = one.purpose == Purpose.RETENTION
    tasks = _tasks(connection, ids, one, as_of)
    contacts = _contacts(connection, ids, one, as_of)
    lost, archived = read_spells(connection, ids)
    known_to = month_end(last) if last else one.drawn_on - timedelta(days=1)
    events = read_returns(connection, ids, first=one.drawn_on, last=known_to, lost=lost)
    flows: Mapping[int, Mapping[int, MonthConduct]] = {}
    kept: Mapping[int, Mapping[int, PublishedMonth]] = {}
    if generation and last:
        begun = month_of(one.drawn_on)
        # only who is to be kept is asked for assets and status, and only from the draw on
        wanted = month_range(month_add(begun, -BEFORE_MONTHS), month_add(begun, -1) if keep else last)
        flows = read_flows(connection, ids, generation, wanted)
        kept = read_months(connection, ids, generation, month_range(begun, last)) if keep else {}
    offices = {row.unit_id: row for row in connection.execute(
        select(org_unit.c.unit_id, org_unit.c.unit_code, org_unit.c.name)).all()}  # fmt: skip
    people: dict[int | None, Any] = {row.staff_id: row for row in connection.execute(
        select(staff.c.staff_id, staff.c.staff_no, staff.c.name)).all()}  # fmt: skip
    found = []
    for key, arm, office_id, pool_status, tier, months_quiet, value, assets, previous, client_no, name in rows:
        task_no, staff_id = tasks.get(key, (None, previous))
        _, staff_no, staff_name = people.get(staff_id, _NOBODY)
        months, statuses = flows.get(key, _NO_MONTH), _NO_STATUS
        if key in kept:
            months = {**months, **kept[key]}
            statuses = {month: each.status for month, each in kept[key].items()}
        facts = ConductFacts(pool_status, lost.get(key, ()), archived.get(key, ()), events.get(key, ()), months, assets,
                             statuses, last)  # fmt: skip
        _, office_code, office_name = offices[office_id]
        found.append(DrawnFacts(
            one, key, client_no, mask_name(name) if scope.masks_names else name, arm, office_id, office_code,
            office_name, tier, months_quiet, value, staff_id if staff_no else None, staff_no, staff_name, task_no,
            tuple(contacts.get(key, ())), facts))  # fmt: skip
    return found


def standing_tasks(campaign_id: int, as_of: date) -> list[Any]:
    """Return the conditions of a campaign's tasks handed out by a day; undone ones count nowhere."""
    task = reactivation_task.c
    return [task.campaign_id == campaign_id, task.assigned_at < day_begins_at(as_of + timedelta(days=1)),
            or_(task.result_reason.is_(None), task.result_reason != UNDONE)]  # fmt: skip


def _tasks(connection: Connection, ids: Ids, one: DrawnCampaign,
           as_of: date) -> dict[int, tuple[str | None, int | None]]:  # fmt: skip
    """Return the newest task of each client in the campaign: its number and its holder."""
    task = reactivation_task.c
    rows = connection.execute(
        select(task.client_id, task.task_no, task.staff_id)
        .where(*standing_tasks(one.campaign_id, as_of), task.client_id.in_(ids)).order_by(task.task_id)
    ).all()  # fmt: skip
    return {client_id: (task_no, staff_id) for client_id, task_no, staff_id in rows}


def _contacts(connection: Connection, ids: Ids, one: DrawnCampaign, as_of: date) -> dict[int, list[date]]:
    contact = contact_log.c
    found: dict[int, list[date]] = {}
    for client_id, at in connection.execute(
        select(contact.client_id, contact.at)
        .where(contact.client_id.in_(ids), contact.at >= day_begins_at(one.drawn_on),
               contact.at < day_begins_at(as_of + timedelta(days=1)))
        .order_by(contact.client_id, contact.at)
    ).all():  # fmt: skip
        found.setdefault(client_id, []).append(business_date(at))
    return found
