"""Everything open that names somebody who leaves: relationships, tasks, approvals, posts, records, views, accounts."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, func, or_, select

from data_access.clock import business_date
from data_access.tables import (
    app_user,
    approval_candidate,
    approval_chain,
    approval_step,
    client,
    delegation,
    org_unit,
    post_holder,
    preregistration,
    preregistration_share,
    prospect,
    reactivation_task,
    relationship,
    relationship_share,
    saved_view,
)
from domain.approvals import OPEN_CHAIN_STATES
from domain.prospects import ProspectState
from domain.register_words import PreregistrationState
from domain.staff_exit import ExitItem
from domain.words import OPEN_TASK_STATES, RelationshipState


@dataclass(frozen=True)
class Inventory:
    """Everything open that names a leaver, as rows; empty when nothing does."""

    relationship: tuple[Row[Any], ...] = ()
    pending: tuple[Row[Any], ...] = ()
    task: tuple[Row[Any], ...] = ()
    preregistration: tuple[Row[Any], ...] = ()
    prospect: tuple[Row[Any], ...] = ()
    step: tuple[Row[Any], ...] = ()
    post: tuple[Row[Any], ...] = ()
    delegation: tuple[Row[Any], ...] = ()
    view: tuple[Row[Any], ...] = ()
    account: tuple[Row[Any], ...] = ()

    @property
    def counts(self) -> dict[ExitItem, int]:
        """How many items of each kind there are, in the order of the closed list."""
        return {item: len(self.of(item)) for item in ExitItem}

    def of(self, item: ExitItem) -> tuple[Row[Any], ...]:
        """Return the rows of one kind."""
        rows: tuple[Row[Any], ...] = getattr(self, item.value)
        return rows

    @property
    def stamp(self) -> str:
        """A short text that differs whenever an item comes, goes or changes: what a reader has seen."""
        plain = {entry.name: [list(row) for row in getattr(self, entry.name)] for entry in fields(self)}
        return hashlib.sha256(json.dumps(plain, sort_keys=True, default=str).encode()).hexdigest()[:16]


def read_inventory(connection: Connection, staff_id: int, *, exit_on: date) -> Inventory:
    """Return everything open that names a person who leaves after a last day in service.

    A relationship is open when it holds beyond that day. Accounts that are disabled are not open.
    """
    users = list(connection.execute(
        select(app_user.c.user_id).where(app_user.c.staff_id == staff_id).order_by(app_user.c.user_id)
    ).scalars())  # fmt: skip
    asked: Mapping[str, Select[Any]] = {
        "relationship": _relationships(staff_id, exit_on), "pending": _pending(staff_id), "task": _tasks(staff_id),
        "preregistration": _preregistrations(staff_id), "prospect": _prospects(staff_id), "step": _steps(users),
        "post": _posts(users, exit_on), "delegation": _delegations(users), "view": _views(users),
        "account": _accounts(users),
    }  # fmt: skip
    return Inventory(**{name: tuple(connection.execute(statement).all()) for name, statement in asked.items()})


def _held(staff_id: int) -> Select[Any]:
    """Select relationships of a person with the client and the number of holders."""
    others = relationship_share.alias("others")
    link = relationship.c
    return (
        select(link.relationship_id, link.relationship_no, link.version, link.client_id, client.c.client_no,
               client.c.name, link.type, link.valid_from, link.valid_to, relationship_share.c.share_bp,
               link.chain_id, client.c.office_id, select(func.count()).select_from(others)
               .where(others.c.relationship_id == link.relationship_id).scalar_subquery().label("holders"))
        .join(relationship_share, relationship_share.c.relationship_id == link.relationship_id)
        .join(client, client.c.client_id == link.client_id)
        .where(relationship_share.c.staff_id == staff_id)
        .order_by(client.c.client_no, link.relationship_no)
    )  # fmt: skip


def _relationships(staff_id: int, exit_on: date) -> Select[Any]:
    link = relationship.c
    return _held(staff_id).where(
        link.state == RelationshipState.CONFIRMED.value,
        # what ends on its first day never held
        or_(link.valid_to.is_(None), and_(link.valid_to > _day_after(exit_on), link.valid_to > link.valid_from)),
    )


def _day_after(day: date) -> date:
    return date.fromordinal(day.toordinal() + 1)


def _pending(staff_id: int) -> Select[Any]:
    return _held(staff_id).where(relationship.c.state == RelationshipState.PENDING.value)


def _tasks(staff_id: int) -> Select[Any]:
    task = reactivation_task.c
    return (
        select(task.task_id, task.task_no, task.version, task.state, task.due_on, client.c.client_no, client.c.name,
               client.c.office_id)
        .join(client, client.c.client_id == task.client_id)
        .where(task.staff_id == staff_id, task.state.in_([state.value for state in OPEN_TASK_STATES]))
        .order_by(task.due_on, task.task_id)
    )  # fmt: skip


def _preregistrations(staff_id: int) -> Select[Any]:
    record, share, others = preregistration.c, preregistration_share.c, preregistration_share.alias("others")
    return (
        select(record.prereg_id, record.prereg_no, record.version, record.type, record.client_name, record.expires_on,
               record.task_id, share.share_bp, select(func.count()).select_from(others)
               .where(others.c.prereg_id == record.prereg_id).scalar_subquery().label("holders"))
        .join(preregistration_share, share.prereg_id == record.prereg_id)
        .where(share.staff_id == staff_id, record.state == PreregistrationState.ACTIVE.value)
        .order_by(record.prereg_no)
    )  # fmt: skip


def _prospects(staff_id: int) -> Select[Any]:
    return (
        select(prospect.c.prospect_id, prospect.c.version, prospect.c.name, prospect.c.office_id, prospect.c.need)
        .where(prospect.c.staff_id == staff_id, prospect.c.state != ProspectState.WON.value)
        .order_by(prospect.c.prospect_id)
    )


def _steps(users: list[int]) -> Select[Any]:
    chain, step, candidate = approval_chain.c, approval_step.c, approval_candidate.c
    return (
        select(chain.chain_id, chain.chain_no, chain.kind, step.position, step.level, step.post, chain.submitted_at)
        .join(approval_step, step.chain_id == chain.chain_id)
        .join(approval_candidate, and_(candidate.chain_id == step.chain_id, candidate.position == step.position))
        .where(candidate.user_id.in_(users), chain.state.in_([state.value for state in OPEN_CHAIN_STATES]),
               step.round == chain.round, step.decision.is_(None))
        .order_by(chain.chain_id, step.position)
    )  # fmt: skip


def _posts(users: list[int], exit_on: date) -> Select[Any]:
    held = post_holder.c
    return (
        select(held.post_holder_id, held.post, held.type, held.valid_from, held.valid_to,
               org_unit.c.name.label("unit_name"))
        .join(org_unit, org_unit.c.unit_id == held.unit_id)
        .where(held.user_id.in_(users), or_(held.valid_to.is_(None), held.valid_to > _day_after(exit_on)),
               held.valid_from.is_distinct_from(held.valid_to))
        .order_by(held.post_holder_id)
    )  # fmt: skip


def _delegations(users: list[int]) -> Select[Any]:
    handing = delegation.c
    giver, taker = app_user.alias("giver"), app_user.alias("taker")
    return (
        select(handing.delegation_id, handing.post, handing.valid_from, handing.valid_to,
               giver.c.display_name.label("giver"), taker.c.display_name.label("taker"))
        .join(giver, giver.c.user_id == handing.from_user_id)
        .join(taker, taker.c.user_id == handing.to_user_id)
        .where(or_(handing.from_user_id.in_(users), handing.to_user_id.in_(users)), handing.ended_at.is_(None),
               handing.valid_to >= business_date())
        .order_by(handing.delegation_id)
    )  # fmt: skip


def _views(users: list[int]) -> Select[Any]:
    return (
        select(saved_view.c.view_id, saved_view.c.version, saved_view.c.kind, saved_view.c.name)
        .where(saved_view.c.owner_id.in_(users), saved_view.c.is_shared)
        .order_by(saved_view.c.view_id)
    )


def _accounts(users: list[int]) -> Select[Any]:
    return (
        select(app_user.c.user_id, app_user.c.username, app_user.c.role, app_user.c.unit_id)
        .where(app_user.c.user_id.in_(users), app_user.c.disabled_at.is_(None))
        .order_by(app_user.c.user_id)
    )
