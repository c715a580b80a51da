"""Lists of clients of one month, page by page: the pool, a tier, any filter. Keyset pages, scope first."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from functools import cache, lru_cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    Connection,
    Integer,
    Select,
    and_,
    bindparam,
    case,
    exists,
    func,
    literal,
    or_,
    select,
    true,
)

from data_access.keys import match_hash
from data_access.listed import as_bound, listed_under
from data_access.reads.client_beside import read_holder_names, read_open_tasks, task_is_open
from data_access.reads.client_filter import ClientFilter, has_moved
from data_access.reads.generation import Generation
from data_access.reads.listed_columns import count_listed, find_listed, first_by_value
from data_access.reads.moves import made_move
from data_access.reads.segments import segment_of
from data_access.scope import Scope, ScopeKind, clients_in
from data_access.tables import client, client_status, cube_client, org_unit, reactivation_task
from domain.identity import mask_name, normal_phone

PAGE_LIMIT = 500
ORDERS = {
    "value": (client_status.c.value_fen, True),
    "assets": (client_status.c.end_assets_fen, True),
    "quiet": (client_status.c.months_quiet, True),
    "client_no": (client.c.client_no, False),
}
"""Order key to column and whether it descends; ties are broken by ``client_id``."""
_BUILD_ID: BindParameter[int] = bindparam("build_id", type_=Integer)


def conditions(generation: Generation, month: int, scope: Scope, kept: ClientFilter) -> list[ColumnElement[bool]]:
    """Return the conditions on ``client_status`` joined with ``org_unit`` (office)."""
    moved = [made_move(client_status, kept.move, month, generation.builds, scope, kept.kinds)] if kept.move else []
    return [*_within(generation.builds[month], scope), *_kept(kept), *moved]


def _within(build_id: int | BindParameter[int], scope: Scope) -> list[ColumnElement[bool]]:
    row = client_status.c
    return [row.build_id == build_id, clients_in(scope, row.client_id, row.office_id)]


def _kept(kept: ClientFilter) -> list[ColumnElement[bool]]:
    """Return the conditions of what a list keeps by the rows of its month alone."""
    row = client_status.c
    found: list[ColumnElement[bool]] = []
    for column, codes in ((row.status, kept.statuses), (row.tier, kept.tiers), (row.tier_before, kept.tiers_before),
                          (row.client_kind, kept.kinds), (org_unit.c.unit_code, kept.office_codes)):  # fmt: skip
        if codes:
            found.append(column.in_(codes))
    if kept.quiet_from is not None:
        found.append(row.months_quiet >= kept.quiet_from)
    if kept.quiet_to is not None:
        found.append(row.months_quiet <= kept.quiet_to)
    if kept.newly is not None:
        found.append(row.months_quiet == kept.newly)
    if kept.moved:
        found.append(has_moved(kept.moved))
    if kept.active:
        found.append({"month": row.is_monthly_active, "quarter": row.is_active}[kept.active])
    found += _by_value(kept)
    if kept.has_task is not None:
        held = exists().where(reactivation_task.c.client_id == row.client_id, task_is_open())
        found.append(held if kept.has_task else ~held)
    return found


def _by_value(kept: ClientFilter) -> list[ColumnElement[bool]]:
    row = client_status.c
    found = [segment_of() == kept.segment] if kept.segment else []
    if kept.watch_from is not None:
        found.append(row.watch_count >= kept.watch_from)
    return [*found, row.client_id.in_(kept.client_ids)] if kept.client_ids else found


def count_clients(connection: Connection, generation: Generation, month: int, scope: Scope, kept: ClientFilter) -> int:
    """Count the clients of a list: from the cube or columns where they know the filters, else row by row."""
    if not scope.staff_ids and kept == replace(ClientFilter(), statuses=kept.statuses, tiers=kept.tiers,
                                               kinds=kept.kinds):  # fmt: skip
        return _count_in_cube(connection, generation.builds[month], scope, kept)
    if scope.is_personal and _needs_only_rows(kept):
        return _count_rows(connection, generation, month, scope, [kept])[0]
    if counted := count_listed(connection, generation, month, scope, [kept]):
        return counted[kept]
    ids = select_list_ids(connection, generation, month, scope, kept)
    return int(connection.execute(ids.with_only_columns(func.count(), maintain_column_froms=True)).scalar_one())


def count_lists(connection: Connection, generation: Generation, month: int, scope: Scope,
                lists: Sequence[ClientFilter]) -> list[int]:  # fmt: skip
    """Count the clients of several lists in one pass over columns, or for a reach of persons over their clients."""
    if scope.is_personal and all(_needs_only_rows(kept) for kept in lists):
        return _count_rows(connection, generation, month, scope, lists)
    known = count_listed(connection, generation, month, scope, lists)
    return [known[kept] if kept in known else count_clients(connection, generation, month, scope, kept)
            for kept in lists]  # fmt: skip


def _needs_only_rows(kept: ClientFilter) -> bool:
    """Tell whether the clients' rows of the month decide what a list keeps."""
    return not kept.move and not kept.office_codes and kept.among is None


def _count_rows(connection: Connection, generation: Generation, month: int, scope: Scope,
                lists: Sequence[ClientFilter]) -> list[int]:  # fmt: skip
    counted = _count_each(tuple(lists), scope.kind)
    return list(connection.execute(counted, {"build_id": generation.builds[month], **scope.ids}).one())


# Made once for the same lists and kind of reach: making it takes longer than running it for one person's clients.
@lru_cache(maxsize=100)
def _count_each(lists: tuple[ClientFilter, ...], reach: ScopeKind) -> Select[Any]:
    counted: list[Any] = [func.count(case((and_(true(), *_kept(kept)), 1))) for kept in lists]
    return select(*counted).where(*_within(_BUILD_ID, reach))


def select_list_ids(connection: Connection, generation: Generation, month: int, scope: Scope,
                    kept: ClientFilter) -> Select[Any]:  # fmt: skip
    """Return the statement of the ids of the clients of a list, in no order."""
    query = select(client_status.c.client_id)
    if kept.office_codes:
        query = query.join(org_unit, org_unit.c.unit_id == client_status.c.office_id)
    return query.where(*conditions(generation, month, scope, kept),
                       *_among(connection, generation, month, scope, kept))  # fmt: skip


def _among(connection: Connection, generation: Generation, month: int, scope: Scope,
           kept: ClientFilter) -> list[ColumnElement[bool]]:  # fmt: skip
    if kept.among is None:
        return []
    return [client_status.c.client_id.in_(kept.among.select_ids(connection, generation, month, scope))]


def _count_in_cube(connection: Connection, build_id: int, scope: Scope, kept: ClientFilter) -> int:
    cube = cube_client.c
    wanted = ((cube.status, kept.statuses), (cube.tier, kept.tiers), (cube.client_kind, kept.kinds))
    query = select(func.coalesce(func.sum(cube.clients_count), 0)).where(
        cube.build_id == build_id, clients_in(scope, literal(0), cube.office_id),
        *(column.in_(codes) for column, codes in wanted if codes))  # fmt: skip
    return int(connection.execute(query).scalar_one())


def read_clients(
    connection: Connection,
    generation: Generation,
    month: int,
    scope: Scope,
    kept: ClientFilter,
    *,
    order: str = "value",
    after: tuple[Any, int] | None = None,
    limit: int = PAGE_LIMIT,
) -> list[dict[str, Any]]:
    """Return one page of a list as plain rows; money in fen, months as YYYYMM.

    ``after`` is ``(sort value, client_id)`` of the last row of the page before. Names are masked for a masked
    reach. Holders, the open task and the office are added to each row. Raises ``KeyError`` for an unknown order.
    """
    limit = min(limit, PAGE_LIMIT)
    listed = find_listed(connection, generation, month, scope, kept) if order == "value" else None
    if listed is not None:
        ids: Sequence[int] = first_by_value(listed, after, limit)
    else:
        ids = _find_page(connection, generation, month, scope, kept, order, after, limit)
    rows = _read_rows(connection, generation.builds[month], ids)
    holders = read_holder_names(connection, ids)
    tasks = read_open_tasks(connection, ids)
    for row in rows:
        row["sort_value"] = row["client_no"] if order == "client_no" else _sort_value(row, order)
        row["name"] = mask_name(row["name"]) if scope.masks_names else row["name"]
        row["holders"] = holders.get(row["client_id"], "")
        row["task_no"], row["task_staff"] = tasks.get(row["client_id"], (None, None))
    return rows


def _sort_value(row: Mapping[str, Any], order: str) -> Any:
    value = row[ORDERS[order][0].name]
    return -(2**62) if value is None else value


def _find_page(connection: Connection, generation: Generation, month: int, scope: Scope, kept: ClientFilter,
               order: str, after: tuple[Any, int] | None, limit: int) -> Sequence[int]:  # fmt: skip
    """Find the page's clients; their rows are read afterwards."""
    goes_on = after is not None
    if _needs_only_rows(kept):
        query = _page_of_rows(kept, scope.kind, order, goes_on=goes_on)
    else:
        where = [*conditions(generation, month, scope, kept), *_among(connection, generation, month, scope, kept)]
        query = _page(kept, where, order, goes_on=goes_on)
    value, last = after or (None, None)
    return connection.execute(query, {"build_id": generation.builds[month], **scope.ids, "page_limit": limit,
                                      "after_value": value, "after_id": last}).scalars().all()  # fmt: skip


@lru_cache(maxsize=200)
def _page_of_rows(kept: ClientFilter, reach: ScopeKind, order: str, *, goes_on: bool) -> Select[Any]:
    return _page(kept, [*_within(_BUILD_ID, reach), *_kept(kept)], order, goes_on=goes_on)


def _page(kept: ClientFilter, where: Sequence[ColumnElement[bool]], order: str, *, goes_on: bool) -> Select[Any]:
    """Return the statement of a page's ids; ``goes_on``: after the last row of the page before."""
    row, (column, descends) = client_status.c, ORDERS[order]
    key: ColumnElement[Any] = func.coalesce(column, -(2**62)) if descends and column is not row.value_fen else column
    found: Select[Any] = select(row.client_id).where(*where)
    if order == "client_no":
        found = found.join(client, client.c.client_id == row.client_id)
    if kept.office_codes:
        found = found.join(org_unit, org_unit.c.unit_id == row.office_id)
    if goes_on:
        value: BindParameter[Any] = bindparam("after_value", type_=BigInteger() if descends else key.type)
        last: BindParameter[int] = bindparam("after_id", type_=Integer)
        further = key < value if descends else key > value
        found = found.where(or_(further, and_(key == value, row.client_id > last)))
    found = found.order_by(key.desc() if descends else key.asc(), row.client_id)
    return found.limit(bindparam("page_limit", type_=Integer))


def _read_rows(connection: Connection, build_id: int, ids: Sequence[int]) -> list[dict[str, Any]]:
    if not ids:
        return []
    dialect = connection.dialect.name
    result = connection.execute(_rows(dialect), {"build_id": build_id, "client_ids": as_bound(dialect, ids)})
    names = list(result.keys())
    lines = {line[0]: dict(zip(names, line, strict=True)) for line in result.all()}
    return [lines[number] for number in ids]


_STATUS = client_status.c


@cache
def _rows(dialect: str) -> Select[Any]:
    return (
        select(_STATUS.client_id, _STATUS.office_id, client.c.client_no, client.c.name,
               org_unit.c.unit_code.label("office_code"), org_unit.c.name.label("office"), _STATUS.client_kind,
               _STATUS.status, _STATUS.tier, _STATUS.tier_before, _STATUS.value_fen, _STATUS.end_assets_fen,
               _STATUS.months_quiet, _STATUS.last_trade_month, _STATUS.lost_on, _STATUS.archived_on,
               client.c.marketing_opt_out, client.c.risk_level)
        .join(client, client.c.client_id == _STATUS.client_id)
        .join(org_unit, org_unit.c.unit_id == _STATUS.office_id)
        .where(_STATUS.build_id == bindparam("build_id"), listed_under(dialect, _STATUS.client_id, "client_ids"))
    )  # fmt: skip


def search_clients(connection: Connection, scope: Scope, text: str, *, limit: int = 20) -> list[dict[str, Any]]:
    """Find clients inside the reach by the beginning of the number, part of the name, or the whole phone number.

    At least two characters are needed, else nothing is found. Names are masked for a masked reach, which
    therefore cannot search by name or phone.
    """
    wanted = text.strip()
    if len(wanted) < 2:
        return []
    ways: list[ColumnElement[bool]] = [client.c.client_no.startswith(wanted, autoescape=True)]
    if not scope.masks_names:
        ways.append(client.c.name.contains(wanted, autoescape=True))
        with suppress(ValueError):  # not a phone number: the other two ways remain
            ways.append(client.c.phone_hash == match_hash(normal_phone(wanted)))
    rows = connection.execute(
        select(client.c.client_no, client.c.name, org_unit.c.name.label("office"), client.c.kind)
        .join(org_unit, org_unit.c.unit_id == client.c.office_id)
        .where(or_(*ways), clients_in(scope, client.c.client_id, client.c.office_id))
        .order_by(client.c.client_no)
        .limit(limit)
    ).mappings()
    return [{**row, "name": mask_name(row["name"]) if scope.masks_names else row["name"]} for row in rows]
