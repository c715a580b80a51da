"""Campaigns as their readers see them: the list, one campaign, its members; everything inside the reader's reach."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, and_, case, exists, func, or_, select

from data_access.reads.campaign_members import GROUPS, PAGE_LIMIT, members_in
from data_access.scope import Scope, ScopeKey, clients_in
from data_access.tables import app_user, campaign, campaign_member, hand_out, org_unit, reactivation_task
from domain.campaigns import EXCLUDED
from domain.decision import Reason
from domain.words import OPEN_TASK_STATES


@dataclass(frozen=True)
class CampaignRow:
    """A campaign in the list; counts are of the members inside the reach, ``is_whole`` when that is all of them.

    ``tasks``: handed out from it so far, those of undone hand-outs not counted; ``open_tasks``: of them still open.
    """

    campaign_id: int
    campaign_no: str
    name: str
    purpose: str
    source: str
    state: str
    as_of_month: int
    drawn_on: date
    window_to_on: date
    created_by: str
    to_contact: int
    held_back: int
    excluded: int
    tasks: int
    open_tasks: int
    is_whole: bool
    version: int

    @property
    def members(self) -> int:
        """Clients of the list inside the reach."""
        return self.to_contact + self.held_back + self.excluded


@dataclass(frozen=True)
class HandOutRow:
    """One commit of a campaign's distribution; ``measures`` as its preview had them."""

    hand_out_id: int
    tasks_count: int
    committed_by: str
    committed_at: datetime
    undo_until_at: datetime
    undone_at: datetime | None
    measures: Mapping[str, Any]


@dataclass(frozen=True)
class CampaignDetail:
    """One campaign. ``rule``: the list as it was asked for; ``reach``: the place it was read in; ``said``: of the draw.

    ``must_contact``: clients inside the reach that were not drawn because they had to be contacted. ``reasons``: count
    of excluded clients by reason code.
    """

    row: CampaignRow
    rule: Mapping[str, Any]
    reach: ScopeKey
    unit_code: str | None
    generation_id: int
    rule_version: int
    predecessor: str
    script: str
    holdout_bp: int
    worthwhile_bp: int
    outcome_days: int
    drawn_at: datetime
    closed_at: datetime | None
    said: Reason
    must_contact: int = 0
    reasons: Mapping[str, int] = field(default_factory=dict)
    hand_outs: tuple[HandOutRow, ...] = ()

    @property
    def campaign_id(self) -> int:
        """The campaign's id."""
        return self.row.campaign_id

    @property
    def campaign_no(self) -> str:
        """The campaign's number."""
        return self.row.campaign_no


def read_campaigns(
    connection: Connection,
    scope: Scope,
    *,
    states: Sequence[str] = (),
    after: int | None = None,
    limit: int = PAGE_LIMIT,
) -> list[CampaignRow]:  # fmt: skip
    """Return the campaigns that have a client inside the reach, newest first; ``after``: the last ``campaign_id``."""
    kept: list[ColumnElement[bool]] = [campaign.c.state.in_(states)] if states else []
    if after is not None:
        kept.append(campaign.c.campaign_id < after)
    return _rows(connection, scope, kept, min(limit, PAGE_LIMIT))


def read_campaign(connection: Connection, scope: Scope, campaign_no: str) -> CampaignDetail | None:
    """Return one campaign; None for one without a client inside the reach, as for one that does not exist."""
    rows = _rows(connection, scope, [campaign.c.campaign_no == campaign_no], 1)
    if not rows:
        return None
    found = connection.execute(
        select(campaign, org_unit.c.unit_code).outerjoin(org_unit, org_unit.c.unit_id == campaign.c.unit_id)
        .where(campaign.c.campaign_no == campaign_no)
    ).one()  # fmt: skip
    reasons = _reason_counts(connection, scope, found.campaign_id)
    is_must = campaign_member.c.reason == "holdout.must_contact"
    must = connection.execute(
        select(func.count()).where(*members_in(scope, found.campaign_id), is_must)).scalar_one()  # fmt: skip
    everything, offices, units, people, masked = json.loads(found.reach)
    return CampaignDetail(
        row=rows[0], rule=json.loads(found.rule),
        reach=(everything, tuple(offices), tuple(units), tuple(people), masked), unit_code=found.unit_code,
        generation_id=found.generation_id, rule_version=found.rule_version, predecessor=found.predecessor,
        script=found.script or "", holdout_bp=found.holdout_bp, worthwhile_bp=found.worthwhile_bp,
        outcome_days=found.outcome_days, drawn_at=found.drawn_at, closed_at=found.closed_at,
        said=Reason(found.said, json.loads(found.said_params)), must_contact=must, reasons=reasons,
        hand_outs=_hand_outs(connection, found.campaign_id),
    )  # fmt: skip


def _rows(connection: Connection, scope: Scope, kept: Sequence[ColumnElement[bool]], limit: int) -> list[CampaignRow]:
    inside = clients_in(scope, campaign_member.c.client_id, campaign_member.c.office_id)
    found: Select[Any] = select(campaign, app_user.c.display_name).outerjoin(
        app_user, app_user.c.user_id == campaign.c.created_by)  # fmt: skip
    if not scope.everything:
        found = found.where(exists().where(campaign_member.c.campaign_id == campaign.c.campaign_id, inside))
    rows = connection.execute(found.where(*kept).order_by(campaign.c.campaign_id.desc()).limit(limit)).all()
    ids = [row.campaign_id for row in rows]
    member = campaign_member.c
    counts: dict[int, dict[str, int]] = {}
    for one in connection.execute(
        select(member.campaign_id, member.arm, func.count().label("clients"),
               func.sum(case((inside, 1), else_=0)).label("inside"))
        .where(member.campaign_id.in_(ids)).group_by(member.campaign_id, member.arm)
    ):  # fmt: skip
        known = counts.setdefault(one.campaign_id, {"beyond": 0})
        known[one.arm] = int(one.inside)
        known["beyond"] += int(one.clients) - int(one.inside)
    tasks = _tasks(connection, scope, ids)
    return [_row(row, counts.get(row.campaign_id, {}), tasks.get(row.campaign_id, (0, 0))) for row in rows]


def _row(row: Row[Any], counts: Mapping[str, int], tasks: tuple[int, int]) -> CampaignRow:
    to_contact, held_back, excluded = (counts.get(group, 0) for group in GROUPS)
    return CampaignRow(
        row.campaign_id, row.campaign_no, row.name, row.purpose, row.source, row.state, row.as_of_month, row.drawn_on,
        row.window_to_on, row.display_name or "", to_contact, held_back, excluded, *tasks,
        is_whole=not counts.get("beyond", 0), version=row.version,
    )  # fmt: skip


def _tasks(connection: Connection, scope: Scope, campaign_ids: Sequence[int]) -> dict[int, tuple[int, int]]:
    row = reactivation_task.c
    is_open = row.state.in_([state.value for state in OPEN_TASK_STATES])
    undone = exists().where(hand_out.c.hand_out_id == row.hand_out_id, hand_out.c.undone_at.is_not(None))
    return {
        one.campaign_id: (one.tasks, int(one.open_tasks))
        for one in connection.execute(
            select(row.campaign_id, func.count().label("tasks"),
                   func.sum(case((is_open, 1), else_=0)).label("open_tasks"))
            .where(row.campaign_id.in_(campaign_ids), clients_in(scope, row.client_id, row.office_id),
                   or_(is_open, ~undone))
            .group_by(row.campaign_id)
        )
    }  # fmt: skip


def _reason_counts(connection: Connection, scope: Scope, campaign_id: int) -> dict[str, int]:
    member = campaign_member.c
    rows = connection.execute(
        select(member.reason, func.count().label("clients"))
        .where(*members_in(scope, campaign_id), member.arm == EXCLUDED)
        .group_by(member.reason).order_by(func.count().desc(), member.reason)
    )  # fmt: skip
    return {row.reason: row.clients for row in rows}


def _hand_outs(connection: Connection, campaign_id: int) -> tuple[HandOutRow, ...]:
    row = hand_out.c
    return tuple(
        HandOutRow(one.hand_out_id, one.tasks_count, one.display_name or "", one.committed_at, one.undo_until_at,
                   one.undone_at, json.loads(one.measures))
        for one in connection.execute(
            select(hand_out, app_user.c.display_name).outerjoin(app_user, and_(app_user.c.user_id == row.committed_by))
            .where(row.campaign_id == campaign_id).order_by(row.hand_out_id.desc())
        )
    )  # fmt: skip
