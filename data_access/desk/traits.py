"""What a client is and brings, as published: tier, months quiet, assets, value, kin, and whether it can be reached."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Connection, and_, func, select

from data_access.listed import one_of
from data_access.reads.generation import Generation, read_generation
from data_access.tables import client, client_status, contact_log, org_unit
from domain.words import POOL, ContactResult

_NO_BUILD = -1


@dataclass(frozen=True)
class Traits:
    """A client's traits; ``tier`` is the one before dormancy for a client of the pool."""

    household: str | None
    controller: str | None
    kind: str
    office_code: str
    tier: str | None
    months_quiet: int | None
    assets_fen: int | None
    value_fen: int
    reachable: bool


def read_traits(connection: Connection, client_ids: Sequence[int]) -> dict[int, Traits]:
    """Return the traits of clients by id; those without a published status have no tier, value or quiet months."""
    published = read_generation(connection)
    build_id = published.builds.get(published.last_month, _NO_BUILD) if published else _NO_BUILD
    row = client_status.c
    lines = connection.execute(
        select(client.c.client_id, client.c.household, client.c.controller, client.c.kind, client.c.phone_hash,
               org_unit.c.unit_code, row.status, row.tier, row.tier_before, row.months_quiet, row.end_assets_fen,
               row.last_trade_month)
        .select_from(client)
        .join(org_unit, org_unit.c.unit_id == client.c.office_id)
        .outerjoin(client_status, and_(row.build_id == build_id, row.client_id == client.c.client_id))
        .where(one_of(connection, client.c.client_id, client_ids))
    ).all()  # fmt: skip
    values = _values(connection, published, {line.client_id: line.last_trade_month for line in lines})
    wrong = _wrong_numbers(connection, client_ids)
    return {
        line.client_id: Traits(
            household=line.household, controller=line.controller, kind=line.kind, office_code=line.unit_code,
            tier=(line.tier_before or line.tier) if line.status in POOL else line.tier,
            months_quiet=line.months_quiet, assets_fen=line.end_assets_fen,
            value_fen=max(values.get(line.client_id, 0), 0),
            reachable=line.phone_hash is not None and line.client_id not in wrong,
        )
        for line in lines
    }  # fmt: skip


def _values(
    connection: Connection, published: Generation | None, last_months: dict[int, int | None]
) -> dict[int, int]:  # fmt: skip
    """Return the tier value that each client had in its last month with a trade, as published."""
    by_month: dict[int, list[int]] = {}
    for client_id, month in last_months.items():
        if month is not None and published is not None and month in published.builds:
            by_month.setdefault(published.builds[month], []).append(client_id)
    row = client_status.c
    found: dict[int, int] = {}
    for build_id, ids in by_month.items():
        then = select(row.client_id, row.value_fen).where(
            row.build_id == build_id, one_of(connection, row.client_id, ids))  # fmt: skip
        found |= {one.client_id: one.value_fen for one in connection.execute(then)}
    return found


def _wrong_numbers(connection: Connection, client_ids: Sequence[int]) -> set[int]:
    """Return the clients whose newest contact found that the number was wrong."""
    row = contact_log.c
    newest = (
        select(row.client_id, func.max(row.at).label("at")).where(one_of(connection, row.client_id, client_ids))
        .group_by(row.client_id).subquery("newest")
    )  # fmt: skip
    return set(connection.execute(
        select(row.client_id)
        .join(newest, and_(newest.c.client_id == row.client_id, newest.c.at == row.at))
        .where(row.result == ContactResult.WRONG_NUMBER.value)
    ).scalars())  # fmt: skip
