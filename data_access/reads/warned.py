"""The churn-warning list: clients with as many rule points as the published limit, or more (R-74, K-56)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, and_, case, func, literal, or_, select

from data_access.reads.client_filter import ClientFilter
from data_access.reads.client_lists import PAGE_LIMIT, read_clients
from data_access.reads.generation import Generation
from data_access.reads.watch import read_rules_of
from data_access.scope import Scope, clients_in
from data_access.tables import client_status, cube_client, org_unit
from domain.words import Tier

_RANK = {tier.value: place for place, tier in enumerate(Tier)}
_BITS = 6


@dataclass(frozen=True)
class WarningFilter:
    """What the list keeps; empty tuples keep everything.

    ``reasons``: numbers of ``domain.warnings.WarningReason``, clients with any of them; ``points``: at least so many
    (never fewer than the limit).
    """

    tiers: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    office_codes: tuple[str, ...] = ()
    reasons: tuple[int, ...] = ()
    points: int = 0


EVERY_WARNING = WarningFilter()


def _conditions(connection: Connection, build_id: int, scope: Scope, kept: WarningFilter) -> list[ColumnElement[bool]]:
    row = client_status.c
    limit = max(read_rules_of(connection, build_id).warning_limit, kept.points)
    found: list[ColumnElement[bool]] = [
        row.build_id == build_id, row.warning_points >= limit, clients_in(scope, row.client_id, row.office_id)
    ]  # fmt: skip
    for column, codes in ((row.tier, kept.tiers), (row.client_kind, kept.kinds)):
        if codes:
            found.append(column.in_(codes))
    if kept.office_codes:
        offices = select(org_unit.c.unit_id).where(org_unit.c.unit_code.in_(kept.office_codes))
        found.append(row.office_id.in_(offices))
    if kept.reasons:
        found.append(row.warning_reasons.bitwise_and(sum(set(kept.reasons))) > 0)
    return found


def count_warned(connection: Connection, generation: Generation, month: int, scope: Scope, kept: WarningFilter) -> int:
    """Count the clients of the list: from the cube where it knows the filters, else row by row."""
    build_id = generation.builds[month]
    if not kept.office_codes and not kept.reasons and not kept.points and not scope.staff_ids:
        cube = cube_client.c
        wanted = ((cube.tier, kept.tiers), (cube.client_kind, kept.kinds))
        query = select(func.coalesce(func.sum(cube.warned_count), 0)).where(
            cube.build_id == build_id, clients_in(scope, literal(0), cube.office_id),
            *(column.in_(codes) for column, codes in wanted if codes))  # fmt: skip
        return int(connection.execute(query).scalar_one())
    query = select(func.count()).select_from(client_status)
    return int(connection.execute(query.where(*_conditions(connection, build_id, scope, kept))).scalar_one())


def select_warned_ids(connection: Connection, generation: Generation, month: int, scope: Scope,
                      kept: WarningFilter) -> Select[Any]:  # fmt: skip
    """Return the statement of the ids of the clients of the list."""
    return select(client_status.c.client_id).where(*_conditions(connection, generation.builds[month], scope, kept))


def read_warned(
    connection: Connection, generation: Generation, month: int, scope: Scope, kept: WarningFilter, *,
    after: tuple[Any, int] | None = None, limit: int = PAGE_LIMIT,
) -> list[dict[str, Any]]:  # fmt: skip
    """Return one page of the list by tier and value, as rows of ``read_clients`` with ``points`` and ``reasons``.

    ``reasons`` is the sum of the numbers of ``domain.warnings.WarningReason``; ``after`` is (``sort_value``,
    ``client_id``) of the last row of the page before.
    """
    row, build_id = client_status.c, generation.builds[month]
    rank = case(_RANK, value=row.tier, else_=len(_RANK))
    found = select(row.client_id, rank.label("rank"), row.value_fen, row.warning_points, row.warning_reasons).where(
        *_conditions(connection, build_id, scope, kept))  # fmt: skip
    if after is not None:
        (place, value), last = after
        found = found.where(or_(rank > place, and_(rank == place, or_(
            row.value_fen < value, and_(row.value_fen == value, row.client_id > last)))))  # fmt: skip
    found = found.order_by(rank, row.value_fen.desc(), row.client_id).limit(min(limit, PAGE_LIMIT))
    lines = {line.client_id: line for line in connection.execute(found)}
    if not lines:
        return []
    details = {one["client_id"]: one for one in read_clients(
        connection, generation, month, scope, ClientFilter(client_ids=tuple(lines)), order="value")}  # fmt: skip
    return [{**details[number], "points": line.warning_points, "reasons": line.warning_reasons,
             "sort_value": (line.rank, line.value_fen)} for number, line in lines.items()]  # fmt: skip


def count_reasons(connection: Connection, generation: Generation, month: int, scope: Scope,
                  kept: WarningFilter = EVERY_WARNING) -> Mapping[int, int]:  # fmt: skip
    """Return how many clients of the list have each reason, by its number; one with two reasons counts in both."""
    row, build_id = client_status.c, generation.builds[month]
    sums = [func.sum(case((row.warning_reasons.bitwise_and(1 << bit) > 0, 1), else_=0)) for bit in range(_BITS)]
    found = connection.execute(select(*sums).where(*_conditions(connection, build_id, scope, kept))).one()
    return {1 << bit: int(found[bit] or 0) for bit in range(_BITS)}
