"""The order in which writers of the desk wait for each other: first people, then clients, each by id.

On PostgreSQL the rows are locked until the end of the transaction, and at READ COMMITTED every statement after that
sees what earlier writers committed. On SQLite writers stand in line anyhow.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import Connection, select

from data_access.commands.pool_facts import chunks
from data_access.tables import client, staff


def lock_people(connection: Connection, staff_ids: Iterable[int]) -> None:
    """Lock people's rows, in the order of their ids; to be called before ``lock_clients``."""
    if connection.dialect.name == "postgresql":
        for ids in chunks(sorted(set(staff_ids))):
            connection.execute(select(staff.c.staff_id).where(staff.c.staff_id.in_(ids))
                               .order_by(staff.c.staff_id).with_for_update()).all()  # fmt: skip


def lock_clients(connection: Connection, client_ids: Iterable[int]) -> None:
    """Lock clients' rows, in the order of their ids."""
    if connection.dialect.name == "postgresql":
        for ids in chunks(sorted(set(client_ids))):
            connection.execute(select(client.c.client_id).where(client.c.client_id.in_(ids))
                               .order_by(client.c.client_id).with_for_update()).all()  # fmt: skip
