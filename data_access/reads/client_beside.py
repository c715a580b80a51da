"""What stands beside the clients of a page of a list: their holders, their open task, their assets over time."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, bindparam, select

from data_access.listed import as_bound, listed_under
from data_access.tables import client_month, reactivation_task, relationship, relationship_share, staff
from domain.months import month_add, month_range
from domain.words import OPEN_TASK_STATES, RelationshipState


def task_is_open() -> ColumnElement[bool]:
    """Return the condition that a task is open or preregistered."""
    return reactivation_task.c.state.in_([state.value for state in OPEN_TASK_STATES])


@cache
def _holders(dialect: str) -> Select[Any]:
    return (
        select(relationship.c.client_id, relationship.c.valid_from, staff.c.name)
        .join(relationship_share, relationship_share.c.relationship_id == relationship.c.relationship_id)
        .join(staff, staff.c.staff_id == relationship_share.c.staff_id)
        .where(listed_under(dialect, relationship.c.client_id, "client_ids"),
               relationship.c.state.in_([RelationshipState.CONFIRMED.value, RelationshipState.RELEASED.value]))
        .order_by(relationship.c.client_id, relationship.c.valid_from.desc(), staff.c.staff_no)
    )  # fmt: skip


@cache
def _open_tasks(dialect: str) -> Select[Any]:
    return (
        select(reactivation_task.c.client_id, reactivation_task.c.task_no, staff.c.name)
        .join(staff, staff.c.staff_id == reactivation_task.c.staff_id)
        .where(listed_under(dialect, reactivation_task.c.client_id, "client_ids"), task_is_open())
    )


_ASSETS = (
    select(client_month.c.client_id, client_month.c.end_assets_fen)
    .where(client_month.c.month.in_(bindparam("months", expanding=True)),
           client_month.c.client_id.in_(bindparam("client_ids", expanding=True)),
           client_month.c.end_assets_fen.is_not(None))
    .order_by(client_month.c.month)
)  # fmt: skip


def read_holder_names(connection: Connection, client_ids: Iterable[int]) -> dict[int, str]:
    """Return the newest confirmed holders of each client, present or last, as one text."""
    names: dict[int, list[tuple[Any, str]]] = {}
    for client_id, start, name in _of_clients(connection, _holders, client_ids):
        names.setdefault(client_id, []).append((start, name))
    newest = {key: [name for start, name in held if start == held[0][0]] for key, held in names.items()}
    return {key: "、".join(dict.fromkeys(held)) for key, held in newest.items()}


def read_open_tasks(connection: Connection, client_ids: Iterable[int]) -> dict[int, tuple[str, str]]:
    """Return the open task of each client: its number and its holder's name."""
    return {client_id: (task_no, name) for client_id, task_no, name in _of_clients(connection, _open_tasks, client_ids)}


def _of_clients(connection: Connection, kept: Callable[[str], Select[Any]],
                client_ids: Iterable[int]) -> Sequence[Any]:  # fmt: skip
    dialect = connection.dialect.name
    return connection.execute(kept(dialect), {"client_ids": as_bound(dialect, sorted(set(client_ids)))}).all()


def read_asset_histories(connection: Connection, client_ids: Iterable[int], month: int,
                         months: int = 24) -> dict[int, list[float]]:  # fmt: skip
    """Return month-end assets in yuan of the last months, oldest first; unknown months are left out."""
    asked = {"months": month_range(month_add(month, 1 - months), month), "client_ids": sorted(set(client_ids))}
    found: dict[int, list[float]] = {}
    for client_id, fen in connection.execute(_ASSETS, asked).all():
        found.setdefault(client_id, []).append(fen / 100)
    return found
