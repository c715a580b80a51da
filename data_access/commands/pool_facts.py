"""Pool clients on present facts: what the figures say, and what has happened since they were built."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, func, or_, select

from data_access.clock import business_date
from data_access.listed import one_of
from data_access.scope import Scope, clients_in
from data_access.tables import (
    account_event,
    build,
    client,
    client_month,
    client_spell,
    client_status,
    generation,
    generation_month,
    reactivation_task,
    staff,
)
from domain.months import month_add, month_range, month_text
from domain.policies import RuleSet
from domain.tasks import OpenTask, PoolClient
from domain.words import OPEN_TASK_STATES, POOL, AccountEventKind, Status

RETURN_EVENTS = {
    Status.LOST: (AccountEventKind.OPENED, AccountEventKind.DESIGNATION_MADE),
    Status.ARCHIVED: (AccountEventKind.OPENED, AccountEventKind.ACTIVATED),
}
"""Events that end a pool status (R-21, R-23)."""


@dataclass(frozen=True)
class FoundClient:
    """A client inside the reach: its ids and its facts for R-26."""

    client_id: int
    office_id: int
    facts: PoolClient


@dataclass(frozen=True)
class _Published:
    build_id: int
    last_month: int
    known_batch_id: int
    built_at: datetime


def read_pool_clients(
    connection: Connection, scope: Scope, client_nos: Sequence[str], *, on: date, rules: RuleSet,
    branches: dict[int, int], wanted_statuses: tuple[str, ...] = POOL,
) -> dict[str, FoundClient]:  # fmt: skip
    """Return the clients of a list that lie inside the reach, by client_no, decided on present facts.

    The status is that of the newest published month, corrected by the lost and archived spells as of ``on``
    and by account events and months that the published figures have not read yet. ``wanted_statuses``: those that the
    hand-out is for.
    """
    return _read(connection, scope, client.c.client_no, client_nos, on, rules, branches, wanted_statuses)


def read_pool_clients_by_id(
    connection: Connection, scope: Scope, client_ids: Sequence[int], *, on: date, rules: RuleSet,
    branches: dict[int, int], wanted_statuses: tuple[str, ...] = POOL,
) -> dict[str, FoundClient]:  # fmt: skip
    """Return the clients of a list of ids, as ``read_pool_clients`` does."""
    return _read(connection, scope, client.c.client_id, client_ids, on, rules, branches, wanted_statuses)


def _read(
    connection: Connection, scope: Scope, key: ColumnElement[Any], values: Sequence[Any], on: date, rules: RuleSet,
    branches: dict[int, int], wanted_statuses: tuple[str, ...],
) -> dict[str, FoundClient]:  # fmt: skip
    published = _published(connection)
    rows = connection.execute(
        select(client.c.client_id, client.c.client_no, client.c.office_id, client.c.marketing_opt_out,
               client_status.c.status)
        .select_from(client.outerjoin(client_status, and_(
            client_status.c.client_id == client.c.client_id,
            client_status.c.build_id == (published.build_id if published else -1))))
        .where(one_of(connection, key, values), clients_in(scope, client.c.client_id, client.c.office_id))
    ).all()  # fmt: skip
    ids = [row.client_id for row in rows]
    spells = _spells(connection, ids, on)
    unseen = _unseen_events(connection, ids, on, published)
    moved = _moved(connection, ids, rules, published)
    held = read_open_tasks(connection, ids)
    found: dict[str, FoundClient] = {}
    for client_id, client_no, office_id, opt_out, published_status in rows:
        status, returned_on = _present(published_status, spells.get(client_id, {}), unseen.get(client_id, []))
        found[client_no] = FoundClient(client_id, office_id, PoolClient(
            client_no=client_no, status=status, branch_id=branches.get(office_id), marketing_opt_out=bool(opt_out),
            returned_on=returned_on, moved_in=moved.get(client_id) if status == Status.SILENT else None,
            open_task=held.get(client_id), wanted_statuses=wanted_statuses))  # fmt: skip
    return found


def read_open_tasks(connection: Connection, client_ids: Sequence[int]) -> dict[int, OpenTask]:
    """Return who holds each client of a list now, by client_id; clients without an open task are left out."""
    return {
        row.client_id: OpenTask(row.task_no, row.staff_no, row.name, business_date(row.assigned_at))
        for row in connection.execute(
            select(reactivation_task.c.client_id, reactivation_task.c.task_no, reactivation_task.c.assigned_at,
                   staff.c.staff_no, staff.c.name)
            .join(staff, staff.c.staff_id == reactivation_task.c.staff_id)
            .where(one_of(connection, reactivation_task.c.client_id, client_ids),
                   reactivation_task.c.state.in_([state.value for state in OPEN_TASK_STATES]))
        )
    }  # fmt: skip


def _published(connection: Connection) -> _Published | None:
    row = connection.execute(
        select(build.c.build_id, generation.c.last_month, build.c.known_batch_id, build.c.built_at)
        .select_from(generation)
        .join(generation_month, and_(generation_month.c.generation_id == generation.c.generation_id,
                                     generation_month.c.month == generation.c.last_month))
        .join(build, build.c.build_id == generation_month.c.build_id)
        .where(generation.c.is_current)
    ).first()  # fmt: skip
    return _Published(row.build_id, row.last_month, row.known_batch_id or 0, row.built_at) if row else None


def _spells(connection: Connection, ids: Sequence[int], on: date) -> dict[int, dict[str, tuple[date, date | None]]]:
    """Return per client and kind the newest spell begun by the day: (from, end reached by the day or None)."""
    spells: dict[int, dict[str, tuple[date, date | None]]] = {}
    for row in connection.execute(
        select(client_spell).where(one_of(connection, client_spell.c.client_id, ids), client_spell.c.from_on <= on)
        .order_by(client_spell.c.from_on)
    ):  # fmt: skip
        ended = row.to_on if row.to_on is not None and row.to_on <= on else None
        spells.setdefault(row.client_id, {})[row.kind] = (row.from_on, ended)
    return spells


def _unseen_events(
    connection: Connection, ids: Sequence[int], on: date, published: _Published | None
) -> dict[int, list[tuple[str, date]]]:
    """Return the account events that the published build had not read, oldest first."""
    events: dict[int, list[tuple[str, date]]] = {}
    if published is None:
        return events
    for row in connection.execute(
        select(account_event.c.client_id, account_event.c.event, account_event.c.on_date)
        .where(one_of(connection, account_event.c.client_id, ids), account_event.c.on_date <= on,
               or_(account_event.c.batch_id > published.known_batch_id,
                   and_(account_event.c.batch_id.is_(None), account_event.c.at > published.built_at)))
        .order_by(account_event.c.on_date)
    ):  # fmt: skip
        events.setdefault(row.client_id, []).append((row.event, row.on_date))
    return events


def _moved(
    connection: Connection, ids: Sequence[int], rules: RuleSet, published: _Published | None
) -> dict[int, str]:  # fmt: skip
    """Return the first month after the published one in which a client is no longer silent by R-24."""
    newest = connection.execute(select(func.max(client_month.c.month))).scalar()
    if published is None or newest is None or newest <= published.last_month:
        return {}
    later = month_range(month_add(published.last_month, 1), newest)
    rows = connection.execute(
        select(client_month.c.client_id, func.min(client_month.c.month).label("month"))
        .where(client_month.c.month.in_(later), one_of(connection, client_month.c.client_id, ids),
               or_(client_month.c.trades_count > 0, client_month.c.end_assets_fen >= rules.silent_assets_fen))
        .group_by(client_month.c.client_id)
    )  # fmt: skip
    return {row.client_id: month_text(row.month) for row in rows}


def _present(
    status: str | None, spells: dict[str, tuple[date, date | None]], unseen: list[tuple[str, date]]
) -> tuple[str | None, date | None]:
    """Return the status on present facts and, when a pool status has ended since, the day of the return."""
    for kind in (Status.LOST, Status.ARCHIVED):
        spell = spells.get(kind)
        if spell is not None and spell[1] is None:
            back = [day for event, day in unseen if event in RETURN_EVENTS[kind] and day >= spell[0]]
            return kind.value, back[-1] if back else None
    if status in (Status.LOST, Status.ARCHIVED):
        spell = spells.get(status)
        return status, spell[1] if spell else None
    return status, None
