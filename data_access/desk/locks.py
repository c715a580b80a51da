"""The order in which writers of the desk wait for each other: first people, then clients, each by id.

On PostgreSQL the rows are locked until the end of the transaction, and at READ COMMITTED every statement after that
sees what earlier writers committed. On SQLite writers stand in line anyhow.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Column, Connection, select

from data_access.listed import one_of
from data_access.tables import client, staff


def lock_people(connection: Connection, staff_ids: Iterable[int]) -> None:
    """Lock people's rows, in the order of their ids; to be called before ``lock_clients``."""
    _lock(connection, staff.c.staff_id, staff_ids)


def lock_clients(connection: Connection, client_ids: Iterable[int]) -> None:
    """Lock clients' rows, in the order of their ids."""
    _lock(connection, client.c.client_id, client_ids)


def _lock(connection: Connection, key: Column[int], ids: Iterable[int]) -> None:
    if connection.dialect.name == "postgresql":
        connection.execute(
            select(key).where(one_of(connection, key, sorted(set(ids)))).order_by(key).with_for_update()
        ).all()
