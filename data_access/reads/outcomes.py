"""Drawn campaigns as their results need them, what tells that results still hold, and who and what counts in them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Connection, Select, bindparam, func, or_, select

from data_access.clock import day_begins_at
from data_access.reads.conduct import month_known
from data_access.reads.generation import Generation, read_generation
from data_access.scope import Scope, clients_in
from data_access.tables import campaign, campaign_member, client, contact_log, reactivation_task
from domain.campaigns import UNDONE, CampaignState
from domain.holdout import Arm
from domain.months import month_end

ARMS = (Arm.TASK.value, Arm.HOLDOUT.value)
_MEMBER = campaign_member.c
_TASK = reactivation_task.c


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


# the campaigns first, by their numbers: their tasks and clients are then found by the keys
_OF_CAMPAIGNS = campaign.c.campaign_no.in_(bindparam("campaign_nos", expanding=True))
_PULSE = select(
    select(func.count()).select_from(campaign.join(reactivation_task, _TASK.campaign_id == campaign.c.campaign_id))
    .where(_OF_CAMPAIGNS).scalar_subquery(),
    select(func.coalesce(func.sum(_TASK.version), 0))
    .select_from(campaign.join(reactivation_task, _TASK.campaign_id == campaign.c.campaign_id))
    .where(_OF_CAMPAIGNS).scalar_subquery(),
    select(func.count())
    .select_from(campaign.join(campaign_member, _MEMBER.campaign_id == campaign.c.campaign_id)
                 .join(contact_log, contact_log.c.client_id == _MEMBER.client_id))
    .where(_OF_CAMPAIGNS).scalar_subquery(),
)  # fmt: skip


def read_pulse(connection: Connection, campaign_nos: Collection[str]) -> tuple[int, int, int]:
    """Return numbers that change with every task of some campaigns, step of one, and contact with one of their clients.

    They tell whether results read before still hold.
    """
    tasks, steps, contacts = connection.execute(_PULSE, {"campaign_nos": sorted(campaign_nos)}).one()
    return int(tasks), int(steps), int(contacts)


def drawn_members(scope: Scope, campaign_id: int) -> list[Any]:
    """Return the conditions of a campaign's drawn clients inside the reach; the client is joined."""
    return [_MEMBER.campaign_id == campaign_id, _MEMBER.arm.in_(ARMS), _MEMBER.stratum.is_not(None),
            clients_in(scope, client.c.client_id, client.c.office_id)]  # fmt: skip


def drawn_ids(scope: Scope, campaign_id: int) -> Select[tuple[int]]:
    """Return the statement of the ids of a campaign's drawn clients inside the reach."""
    found = select(_MEMBER.client_id)
    if not scope.everything:  # who sees all is not asked for the client's office
        found = found.join(client, client.c.client_id == _MEMBER.client_id)
    return found.where(*drawn_members(scope, campaign_id))


def standing_tasks(campaign_id: int, as_of: date) -> list[Any]:
    """Return the conditions of a campaign's tasks handed out by a day; undone ones count nowhere."""
    return [_TASK.campaign_id == campaign_id, _TASK.assigned_at < day_begins_at(as_of + timedelta(days=1)),
            or_(_TASK.result_reason.is_(None), _TASK.result_reason != UNDONE)]  # fmt: skip
