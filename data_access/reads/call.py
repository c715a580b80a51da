"""Everything one call needs, about the client of one task: read at once, None outside the reach."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, case, func, or_, select

from data_access.actor import ActingUser
from data_access.clock import business_date, day_begins_at
from data_access.reads.generation import Generation
from data_access.reads.holdouts import HeldOut, read_holdout
from data_access.reads.registered import read_registered
from data_access.reads.task_filters import NEWEST_CONTACT, OPEN_STATES, ORDER, Position, comes_after, position_of
from data_access.scope import Scope, clients_in
from data_access.tables import (
    account_event,
    campaign,
    client,
    client_month,
    client_spell,
    client_status,
    complaint,
    contact_log,
    org_unit,
    reactivation_task,
    relationship,
    relationship_share,
    staff,
)
from domain.identity import mask_name
from domain.match_facts import HandOut
from domain.months import month_add, month_of, month_range
from domain.task_progress import HandedOut
from domain.words import RelationshipState

CONTACTS_SHOWN = 100
_MONTHS_READ = 36
"""Months up to the month shown in which the last assets and the last trade are looked for."""
_TASK = reactivation_task.c
_TASK_FIELDS = ("task_id", "task_no", "version", "state", "pool_status", "priority", "due_on", "note", "grade",
                "value_fen", "assigned_at", "closed_on", "result_reason", "extended_count", "staff_no", "staff_name",
                "is_own", "campaign_no", "campaign_name", "script")  # fmt: skip
_CLIENT_FIELDS = ("client_no", "kind", "phone_masked", "document_masked", "risk_level", "risk_on", "opened_on",
                  "loss_reason", "marketing_opt_out", "office", "household")  # fmt: skip
_STATUS_FIELDS = ("status", "tier", "tier_before", "months_quiet", "last_trade_month", "end_assets_fen", "value_fen",
                  "lost_on", "archived_on")  # fmt: skip


@dataclass(frozen=True)
class CallPage:
    """Plain values for one call; money in fen, lists newest first.

    Notes are free text about a person: None for readers of masked names. ``status``: the row of the month, None
    before the client opened. ``last_assets``: (month, fen) of the newest known month-end, ``last_trade``: month of
    the newest trade, both None when not within three years. ``way``: what the recognition of the task has seen so
    far. ``open_complaint``: its number.
    """

    client_id: int
    task: Mapping[str, Any]
    client: Mapping[str, Any]
    status: Mapping[str, Any] | None
    contacts: Sequence[Mapping[str, Any]]
    tasks: Sequence[Mapping[str, Any]]
    relationships: Sequence[Mapping[str, Any]]
    complaints: Sequence[Mapping[str, Any]]
    open_complaint: str | None
    held_out: HeldOut | None
    last_assets: tuple[int, int] | None
    last_trade: int | None
    way: HandedOut

    @property
    def position(self) -> Position:
        """Where the task stands in the order of work."""
        task = self.task
        return position_of(task["due_on"], task["value_fen"], task["grade"], task["task_id"])


@dataclass(frozen=True)
class NextTask:
    """The task to call next."""

    task_no: str
    client_name: str
    due_on: date


def read_call(connection: Connection, generation: Generation, month: int, scope: Scope, user: ActingUser,
              task_no: str) -> CallPage | None:  # fmt: skip
    """Return what a call about a task needs; None for a task that is unknown or whose client is outside the reach."""
    row = connection.execute(_task_statement(scope, task_no)).first()
    if row is None:
        return None
    status = connection.execute(
        select(*(client_status.c[name] for name in _STATUS_FIELDS))
        .where(client_status.c.build_id == generation.builds[month], client_status.c.client_id == row.client_id)
    ).mappings().first()  # fmt: skip
    months = _months(connection, row.client_id, month)
    newest = sorted((one for one in months if one <= month), reverse=True)
    complaints = _rows(connection, _complaints(row.client_id))
    contacts = _rows(connection, _contacts(row.client_id))
    masked = scope.masks_names
    facts = {name: getattr(row, name) for name in _CLIENT_FIELDS}
    facts["name"] = mask_name(row.client_name) if masked else row.client_name
    facts["can_reveal_phone"], facts["can_reveal_document"] = row.has_phone, False
    task = {name: getattr(row, name, None) for name in _TASK_FIELDS}
    task["is_own"] = user.staff_id is not None and row.staff_id == user.staff_id
    return CallPage(
        client_id=row.client_id,
        task=task | ({"note": None, "result_reason": None} if masked else {}),
        client=facts,
        status=dict(status) if status else None,
        contacts=[{**one, "note": None} for one in contacts] if masked else contacts,
        tasks=_rows(connection, _earlier(row.client_id, row.task_id)),
        relationships=_rows(connection, _relationships(row.client_id)),
        complaints=complaints,
        open_complaint=next((one["complaint_no"] for one in complaints if one["closed_at"] is None), None),
        held_out=read_holdout(connection, row.client_id),
        last_assets=next(
            ((one, months[one].end_assets_fen) for one in newest if months[one].end_assets_fen is not None), None
        ),
        last_trade=next((one for one in newest if months[one].trades_count), None),
        way=_way(connection, row, months),
    )


def read_next_task(connection: Connection, user: ActingUser, *, after: Position | None = None) -> NextTask | None:
    """Return the task to call next, None when none waits; as ``read_next_tasks``."""
    return next(iter(read_next_tasks(connection, user, after=after, limit=1)), None)


def read_next_tasks(
    connection: Connection, user: ActingUser, *, after: Position | None = None, limit: int
) -> list[NextTask]:
    """Return the first open tasks of the user in the order of work that were not called today.

    One whose next step lies ahead waits for that day, one whose client refuses marketing for good. ``after``: where
    the task on the screen stands; those behind it come first, then the list begins anew without it.
    """
    if user.staff_id is None:
        return []
    today = business_date()
    newest = contact_log.c
    is_due = or_(newest.contact_id.is_(None), and_(newest.at < day_begins_at(today), or_(
        newest.next_step_on.is_(None), newest.next_step_on <= today)))  # fmt: skip
    rows = connection.execute(
        select(_TASK.task_no, client.c.name, _TASK.due_on)
        .join(client, client.c.client_id == _TASK.client_id)
        .outerjoin(contact_log, newest.contact_id == NEWEST_CONTACT)
        .where(_TASK.staff_id == user.staff_id, _TASK.state.in_(OPEN_STATES), is_due,
               client.c.marketing_opt_out.is_(False), _TASK.task_id != (after[-1] if after else -1))
        .order_by(*([case((comes_after(after), 0), else_=1)] if after else []), *ORDER).limit(limit)
    )  # fmt: skip
    masked = user.scope.masks_names
    return [NextTask(row.task_no, mask_name(row.name) if masked else row.name, row.due_on) for row in rows]


def _task_statement(scope: Scope, task_no: str) -> Select[Any]:
    names = [name for name in _CLIENT_FIELDS if name != "office"]
    return (
        select(reactivation_task, *(client.c[name] for name in names), client.c.name.label("client_name"),
               client.c.phone_cipher.is_not(None).label("has_phone"), client.c.document_hash,
               org_unit.c.name.label("office"), staff.c.staff_no, staff.c.name.label("staff_name"),
               campaign.c.campaign_no, campaign.c.name.label("campaign_name"), campaign.c.script)
        .join(client, client.c.client_id == _TASK.client_id)
        .join(org_unit, org_unit.c.unit_id == client.c.office_id)
        .join(staff, staff.c.staff_id == _TASK.staff_id)
        .outerjoin(campaign, campaign.c.campaign_id == _TASK.campaign_id)
        .where(_TASK.task_no == task_no, clients_in(scope, client.c.client_id, client.c.office_id))
    )  # fmt: skip


def _contacts(client_id: int) -> Select[Any]:
    one = contact_log.c
    return (
        select(one.at, one.channel, one.result, one.topic, one.note, one.next_step_on, one.task_id,
               staff.c.name.label("staff"))
        .join(staff, staff.c.staff_id == one.staff_id)
        .where(one.client_id == client_id).order_by(one.at.desc(), one.contact_id.desc()).limit(CONTACTS_SHOWN)
    )  # fmt: skip


def _earlier(client_id: int, task_id: int) -> Select[Any]:
    return (
        select(_TASK.task_no, _TASK.state, _TASK.assigned_at, _TASK.closed_on, staff.c.name.label("staff"))
        .join(staff, staff.c.staff_id == _TASK.staff_id)
        .where(_TASK.client_id == client_id, _TASK.task_id != task_id).order_by(_TASK.assigned_at.desc())
    )  # fmt: skip


def _relationships(client_id: int) -> Select[Any]:
    one, share = relationship.c, relationship_share.c
    return (
        select(one.type, one.valid_from, one.valid_to, share.share_bp, staff.c.name.label("staff"))
        .join(relationship_share, share.relationship_id == one.relationship_id)
        .join(staff, staff.c.staff_id == share.staff_id)
        .where(one.client_id == client_id, one.state == RelationshipState.CONFIRMED.value)
        .order_by(one.valid_from.desc(), staff.c.staff_no)
    )  # fmt: skip


def _complaints(client_id: int) -> Select[Any]:
    one = complaint.c
    return (
        select(one.complaint_no, one.at, one.category, one.closed_at)
        .where(one.client_id == client_id).order_by(one.at.desc())
    )  # fmt: skip


def _rows(connection: Connection, query: Select[Any]) -> list[dict[str, Any]]:
    return [dict(row) for row in connection.execute(query).mappings()]


def _months(connection: Connection, client_id: int, month: int) -> dict[int, Any]:
    """Return the rows of the months up to the one shown and of those that came in since."""
    last = max(month, month_of(business_date()))
    wanted = month_range(month_add(month, 1 - _MONTHS_READ), last)
    row = client_month.c
    return {
        one.month: one
        for one in connection.execute(
            select(row.month, row.end_assets_fen, row.inflow_fen, row.trades_count)
            .where(row.client_id == client_id, row.month.in_(wanted))
        )
    }  # fmt: skip


def _way(connection: Connection, row: Row[Any], months: Mapping[int, Any]) -> HandedOut:
    """Read what the recognition of a task looks at: records, months and events since the hand-out, the loss."""
    handed_on = business_date(row.assigned_at)
    events = connection.execute(
        select(account_event.c.event, account_event.c.on_date)
        .where(account_event.c.client_id == row.client_id, account_event.c.at >= row.assigned_at)
        .order_by(account_event.c.at, account_event.c.event_id)
    ).all()  # fmt: skip
    lost_on = connection.execute(
        select(func.max(client_spell.c.from_on))
        .where(and_(client_spell.c.client_id == row.client_id, client_spell.c.kind == "lost",
                    client_spell.c.from_on <= handed_on))
    ).scalar()  # fmt: skip
    records = read_registered(connection, [row.document_hash]) if row.document_hash else {}
    return HandedOut(
        held=HandOut(row.task_id, row.task_no, row.staff_id, row.staff_no), staff_name=row.staff_name,
        handed_on=handed_on, due_on=row.due_on, pool_status=row.pool_status,
        records=records.get(row.document_hash or "", []),
        months={month: (one.inflow_fen, one.trades_count) for month, one in months.items()},
        events=[(one.event, one.on_date) for one in events], lost_on=lost_on,
    )  # fmt: skip
