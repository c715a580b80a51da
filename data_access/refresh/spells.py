"""``client_spell``: lost and archived intervals, decided client by client by ``domain.status`` (R-20, R-23).

Only clients with an ending event or an ending date can have a spell; they are read in order of id and
written in batches, so that memory stays flat whatever the size of the firm.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import groupby

from sqlalchemy import ColumnElement, Connection, delete, func, insert, or_, select

from data_access.database import Database
from data_access.tables import account_event, client, client_spell
from domain.status import ENDING_EVENTS, LifeEvent, OpeningState, archived_spells, lost_spells
from domain.words import Status

_RANGE = 100_000  # client ids a transaction looks at


def rebuild_spells(db: Database) -> None:
    """Derive every client's spells anew, in one short transaction per range of clients."""
    with db.reading() as connection:
        last = connection.execute(select(func.max(client.c.client_id))).scalar() or 0
    for first in range(0, last + 1, _RANGE):
        upto = first + _RANGE - 1

        def work(connection: Connection, first: int = first, upto: int = upto) -> None:
            connection.execute(delete(client_spell).where(client_spell.c.client_id.between(first, upto)))
            _write(connection, _derive(connection, lambda column: column.between(first, upto)))

        db.transact(work)


def update_spells(db: Database, client_ids: list[int]) -> None:
    """Derive the spells of some clients anew."""
    for start in range(0, len(client_ids), 500):
        some = client_ids[start : start + 500]

        def work(connection: Connection, some: list[int] = some) -> None:
            connection.execute(delete(client_spell).where(client_spell.c.client_id.in_(some)))
            _write(connection, _derive(connection, lambda column: column.in_(some)))

        db.transact(work)


def _write(connection: Connection, rows: Iterator[dict[str, object]]) -> None:
    found = list(rows)
    if found:
        connection.execute(insert(client_spell), found)


def _derive(
    connection: Connection, within: Callable[[ColumnElement[int]], ColumnElement[bool]]
) -> Iterator[dict[str, object]]:
    event = account_event.c
    ending = select(event.client_id).where(
        within(event.client_id), event.event.in_([kind.value for kind in ENDING_EVENTS])
    )
    dated = or_(
        client.c.closed_on.is_not(None),
        client.c.archived_on.is_not(None),
        client.c.designation_withdrawn_on.is_not(None),
    )
    openings = {
        row.client_id: OpeningState(row.opened_on, row.closed_on, row.archived_on, row.designation_withdrawn_on)
        for row in connection.execute(
            select(client.c.client_id, client.c.opened_on, client.c.closed_on, client.c.archived_on,
                   client.c.designation_withdrawn_on)
            .where(within(client.c.client_id), or_(dated, client.c.client_id.in_(ending)))
            .order_by(client.c.client_id))
    }  # fmt: skip
    lives: dict[int, list[LifeEvent]] = {}
    rows = connection.execute(
        select(event.client_id, event.account_id, event.event, event.at, event.on_date)
        .join(client, client.c.client_id == event.client_id)
        .where(within(event.client_id),
               or_(dated, event.client_id.in_(ending)))
        .order_by(event.client_id)
    )  # fmt: skip
    for client_id, some in groupby(rows, key=lambda row: row.client_id):
        lives[client_id] = [LifeEvent(row.on_date, row.at, row.account_id, row.event) for row in some]
    for client_id, opening in openings.items():
        life = lives.get(client_id, [])
        for kind, spells_of in ((Status.LOST, lost_spells), (Status.ARCHIVED, archived_spells)):
            for spell in spells_of(opening, life):
                yield {"client_id": client_id, "kind": kind.value, "from_on": spell.from_on, "to_on": spell.to_on}
