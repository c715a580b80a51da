"""The members of a campaign: a page of them with their newest tasks, a group's numbers, the excluded and why."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, exists, func, select

from data_access.scope import Scope, clients_in
from data_access.tables import campaign, campaign_member, client, org_unit, reactivation_task, staff
from domain.campaigns import EXCLUDED
from domain.decision import Reason
from domain.holdout import Arm
from domain.identity import mask_name
from domain.words import TaskState

PAGE_LIMIT = 500
GROUPS = (Arm.TASK.value, Arm.HOLDOUT.value, EXCLUDED)


@dataclass(frozen=True)
class MemberRow:
    """A member as drawn, with the newest task that it has from the campaign."""

    client_id: int
    client_no: str
    name: str
    office_code: str
    arm: str
    reason: Reason
    stratum: str | None
    pool_status: str | None
    tier: str | None
    months_quiet: int | None
    effort: int
    value_fen: int
    assets_fen: int | None
    previous_staff_no: str | None
    task_no: str | None = None
    task_state: str | None = None
    staff_no: str | None = None
    staff_name: str | None = None


def read_members(
    connection: Connection, scope: Scope, campaign_no: str, *, arms: Sequence[str] = (), after: str | None = None,
    limit: int = PAGE_LIMIT,
) -> list[MemberRow]:  # fmt: skip
    """Return a page of a campaign's members inside the reach in client_no order; ``after``: the last number seen.

    Names are masked for a masked reach.
    """
    member, previous, other = campaign_member.c, staff.alias("previous"), reactivation_task.alias("other")
    newest = (
        select(func.max(other.c.task_id))
        .where(other.c.campaign_id == member.campaign_id, other.c.client_id == member.client_id)
        .correlate(campaign_member).scalar_subquery()
    )  # fmt: skip
    query = (
        select(campaign_member, client.c.client_no, client.c.name, org_unit.c.unit_code,
               previous.c.staff_no.label("previous_staff_no"), reactivation_task.c.task_no,
               reactivation_task.c.state.label("task_state"), staff.c.staff_no, staff.c.name.label("staff_name"))
        .join(campaign, campaign.c.campaign_id == member.campaign_id)
        .join(client, client.c.client_id == member.client_id)
        .join(org_unit, org_unit.c.unit_id == member.office_id)
        .outerjoin(previous, previous.c.staff_id == member.previous_staff_id)
        .outerjoin(reactivation_task, reactivation_task.c.task_id == newest)
        .outerjoin(staff, staff.c.staff_id == reactivation_task.c.staff_id)
        .where(campaign.c.campaign_no == campaign_no, clients_in(scope, member.client_id, member.office_id))
        .order_by(client.c.client_no)
        .limit(min(limit, PAGE_LIMIT))
    )  # fmt: skip
    if arms:
        query = query.where(member.arm.in_(arms))
    if after is not None:
        query = query.where(client.c.client_no > after)
    return [_member(row, masked=scope.masks_names) for row in connection.execute(query)]


def read_arm_client_nos(connection: Connection, scope: Scope, campaign_id: int, arm: str = Arm.TASK) -> list[str]:
    """Return the client numbers of a campaign's group inside the reach, sorted."""
    return list(connection.execute(
        select(client.c.client_no).join(campaign_member, campaign_member.c.client_id == client.c.client_id)
        .where(*members_in(scope, campaign_id), campaign_member.c.arm == str(arm)).order_by(client.c.client_no)
    ).scalars())  # fmt: skip


def read_arm_counts(connection: Connection, campaign_id: int) -> dict[str, int]:
    """Return how many clients each group of a campaign has; every group is named."""
    row = campaign_member.c
    counted = select(row.arm, func.count().label("clients")).where(row.campaign_id == campaign_id).group_by(row.arm)
    return dict.fromkeys(GROUPS, 0) | {one.arm: one.clients for one in connection.execute(counted)}


def read_excluded(connection: Connection, campaign_id: int) -> list[tuple[str, Reason]]:
    """Return who could not be drawn and why, in client_no order."""
    member = campaign_member.c
    rows = connection.execute(
        select(client.c.client_no, member.reason, member.reason_params)
        .join(client, client.c.client_id == member.client_id)
        .where(member.campaign_id == campaign_id, member.arm == EXCLUDED).order_by(client.c.client_no)
    )  # fmt: skip
    return [(row.client_no, Reason(row.reason, json.loads(row.reason_params))) for row in rows]


def read_members_to_hand_out(connection: Connection, scope: Scope, campaign_id: int) -> list[str]:
    """Return the numbers of the clients inside the reach whom a campaign may contact and nobody has from it now.

    A client whose task ended without a result, by withdrawal or expiry, is among them again.
    """
    task = reactivation_task.c
    is_taken = exists().where(task.campaign_id == campaign_id, task.client_id == campaign_member.c.client_id,
                              task.state.not_in([TaskState.WITHDRAWN.value, TaskState.EXPIRED.value]))  # fmt: skip
    return list(connection.execute(
        select(client.c.client_no)
        .join(campaign_member, campaign_member.c.client_id == client.c.client_id)
        .where(*members_in(scope, campaign_id), campaign_member.c.arm == Arm.TASK.value,
               campaign_member.c.released_at.is_(None), ~is_taken)
        .order_by(client.c.client_no)
    ).scalars())  # fmt: skip


def members_in(scope: Scope, campaign_id: int) -> tuple[ColumnElement[bool], ...]:
    """Return the conditions that keep a campaign's members inside the reach."""
    member = campaign_member.c
    return member.campaign_id == campaign_id, clients_in(scope, member.client_id, member.office_id)


def _member(row: Row[Any], *, masked: bool) -> MemberRow:
    return MemberRow(
        row.client_id, row.client_no, mask_name(row.name) if masked else row.name, row.unit_code, row.arm,
        Reason(row.reason, json.loads(row.reason_params)), row.stratum, row.pool_status, row.tier, row.months_quiet,
        row.effort, row.value_fen, row.assets_fen, row.previous_staff_no, row.task_no, row.task_state, row.staff_no,
        row.staff_name,
    )  # fmt: skip
