"""What binds a client: open complaints, a running campaign, kin with an open task, the last task, who served it."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import ColumnElement, Connection, and_, exists, func, not_, or_, select

from data_access.listed import one_of
from data_access.tables import (
    campaign,
    campaign_member,
    client,
    complaint,
    hand_out,
    reactivation_task,
    relationship,
    relationship_share,
    staff,
)
from domain.campaigns import UNDONE
from domain.distribution import LastTask
from domain.holdout import Arm
from domain.words import OPEN_TASK_STATES, RelationshipState

_OPEN = [state.value for state in OPEN_TASK_STATES]
KinKey = tuple[str, str, int | None]


@dataclass(frozen=True)
class Membership:
    """A client's place in the campaign that holds it now."""

    campaign_id: int
    campaign_no: str
    name: str
    window_to_on: date
    is_held_back: bool


@dataclass(frozen=True)
class Kin:
    """Who holds open tasks for clients of a household or controller, by kind, value and branch company."""

    holders: Mapping[KinKey, str]

    def holder_of(self, household: str | None, controller: str | None, branch_id: int | None) -> str | None:
        """Return who holds a client of the household, else of the controller, in the same branch company."""
        for kind, value in (("household", household), ("controller", controller)):
            found = self.holders.get((kind, value, branch_id)) if value is not None else None
            if found is not None:
                return found
        return None


def read_complaints(connection: Connection, client_ids: Sequence[int]) -> dict[int, str]:
    """Return the number of the oldest open complaint of each client that has one."""
    row = complaint.c
    return {
        one.client_id: one.complaint_no
        for one in connection.execute(
            select(row.client_id, row.complaint_no)
            .where(one_of(connection, row.client_id, client_ids), row.closed_at.is_(None))
            .order_by(row.at.desc(), row.complaint_id.desc())
        )
    }


def read_memberships(connection: Connection, client_ids: Sequence[int], on: date) -> dict[int, Membership]:
    """Return the campaign that holds each client on a day, in either group; the window's last day is still inside."""
    member = campaign_member.c
    return {
        one.client_id: Membership(one.campaign_id, one.campaign_no, one.name, one.window_to_on, one.arm == Arm.HOLDOUT)
        for one in connection.execute(
            select(member.client_id, member.arm, campaign.c.campaign_id, campaign.c.campaign_no, campaign.c.name,
                   campaign.c.window_to_on)
            .join(campaign, campaign.c.campaign_id == member.campaign_id)
            .where(one_of(connection, member.client_id, client_ids), is_held(), campaign.c.window_to_on >= on)
        )
    }  # fmt: skip


def is_held() -> ColumnElement[bool]:
    """Return the condition on ``campaign_member`` under which a campaign holds the client: drawn and not released."""
    # written as the partial unique index has it, so that it is used
    return and_(campaign_member.c.arm.in_([Arm.TASK.value, Arm.HOLDOUT.value]), campaign_member.c.released_at.is_(None))


def read_kin(connection: Connection, branches: Mapping[int, int], moving: Collection[str] = ()) -> Kin:
    """Return who holds which households and controllers by open tasks but those ``moving``; of several the first."""
    holders: dict[KinKey, str] = {}
    for one in connection.execute(
        select(reactivation_task.c.task_no, client.c.household, client.c.controller, client.c.office_id,
               staff.c.staff_no)
        .select_from(reactivation_task)
        .join(client, client.c.client_id == reactivation_task.c.client_id)
        .join(staff, staff.c.staff_id == reactivation_task.c.staff_id)
        .where(reactivation_task.c.state.in_(_OPEN),
               or_(client.c.household.is_not(None), client.c.controller.is_not(None)))
        .order_by(staff.c.staff_no.desc())
    ):  # fmt: skip
        if one.task_no in moving:
            continue
        for kind, value in (("household", one.household), ("controller", one.controller)):
            if value is not None:
                holders[kind, value, branches.get(one.office_id)] = one.staff_no
    return Kin(holders)


def read_last_tasks(connection: Connection, client_ids: Sequence[int]) -> dict[int, LastTask]:
    """Return the newest closed task of each client; those of hand-outs that were undone do not count."""
    row = reactivation_task.c
    return {
        one.client_id: LastTask(one.staff_no, one.closed_on)
        for one in connection.execute(
            select(row.client_id, staff.c.staff_no, row.closed_on)
            .join(staff, staff.c.staff_id == row.staff_id)
            .where(one_of(connection, row.client_id, client_ids), row.closed_on.is_not(None), not_(was_undone()))
            .order_by(row.client_id, row.closed_on, row.task_id)
        )
    }


def was_undone() -> ColumnElement[bool]:
    """Return the condition on ``reactivation_task`` that its hand-out was undone and the task taken back with it."""
    row = reactivation_task.c
    return and_(row.result_reason == UNDONE, exists().where(hand_out.c.hand_out_id == row.hand_out_id,
                                                            hand_out.c.undone_at.is_not(None)))  # fmt: skip


def read_servants(connection: Connection, client_ids: Sequence[int], on: date) -> dict[int, tuple[str, date]]:
    """Return who served each client last, and until when.

    That is the holder with the largest share of the relationship that ended last; one still in force ends ``on``.
    """
    row = relationship.c
    until = func.coalesce(row.valid_to, on)
    found: dict[int, tuple[str, date]] = {}
    for one in connection.execute(
        select(row.client_id, staff.c.staff_no, row.valid_to)
        .join(relationship_share, relationship_share.c.relationship_id == row.relationship_id)
        .join(staff, staff.c.staff_id == relationship_share.c.staff_id)
        .where(one_of(connection, row.client_id, client_ids), row.valid_from <= on,
               row.state.in_([RelationshipState.CONFIRMED.value, RelationshipState.RELEASED.value]))
        .order_by(row.client_id, until, row.valid_from, relationship_share.c.share_bp, staff.c.staff_no.desc())
    ):  # fmt: skip
        found[one.client_id] = (one.staff_no, min(one.valid_to or on, on))
    return found
