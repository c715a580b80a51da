"""Clients lost in a period: who, when, worth what before, and why (R-20, R-72, K-51 to K-53)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    FromClause,
    Integer,
    Select,
    and_,
    case,
    cast,
    exists,
    extract,
    false,
    func,
    literal,
    literal_column,
    or_,
    select,
)

from data_access.reads.client_beside import read_holder_names
from data_access.reads.client_lists import PAGE_LIMIT
from data_access.reads.generation import Generation
from data_access.scope import Scope, clients_in
from data_access.tables import client, client_spell, client_status, cube_client, loss_reason_entry, org_unit
from domain.identity import mask_name
from domain.months import month_add
from domain.words import Status, Tier

# written out, not bound: only then does SQLite see that the index of moved clients holds these rows
WAS_LOST: ColumnElement[bool] = client_status.c.lost_count > literal_column("0")
"""The condition of client rows that were lost in the row's month."""
_LEAST = -(2**62)
_NO_BUILD = -1
FoundLoss = tuple[int, date]
"""A client and the day it was lost."""


@dataclass(frozen=True)
class LossFilter:
    """What a list of losses keeps; empty tuples and None keep everything.

    ``reasons``: codes; ``has_reason``: only losses with, or without, a reason; ``is_back``: only clients that have
    returned since, or that have not; ``tiers``: the tier in the month before the loss; ``kinds``: client kinds.
    """

    reasons: tuple[str, ...] = ()
    has_reason: bool | None = None
    is_back: bool | None = None
    tiers: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()


EVERY_LOSS = LossFilter()


def before_rows(generation: Generation, months: Sequence[int]) -> tuple[FromClause, ColumnElement[bool]]:
    """Return ``client_status`` as ``before`` and the condition that makes it the client's row of the month before."""
    before = client_status.alias("before")
    earlier = {generation.builds[month]: generation.builds.get(month_add(month, -1), _NO_BUILD) for month in months}
    build = case(earlier, value=client_status.c.build_id, else_=_NO_BUILD)
    return before, and_(before.c.build_id == build, before.c.client_id == client_status.c.client_id)


def month_of_day(day: ColumnElement[date]) -> ColumnElement[int]:
    """Return the month of a date as ``YYYYMM``."""
    return cast(extract("year", day), Integer) * 100 + cast(extract("month", day), Integer)


def spell_reason(spell: FromClause, entry: FromClause) -> ColumnElement[str]:
    """Return the reason of a lost spell: the one entered for it; for a client's first spell else that of its file.

    A client that came back and was lost again needs a new reason: the file's stands for the first spell alone.
    """
    earlier = client_spell.alias("earlier")
    is_first = ~exists().where(earlier.c.client_id == spell.c.client_id, earlier.c.kind == Status.LOST.value,
                               earlier.c.from_on < spell.c.from_on)  # fmt: skip
    filed = and_(client.c.loss_reason.is_not(None), is_first)
    return func.coalesce(entry.c.reason, case((filed, client.c.loss_reason)))


def _losses(generation: Generation, months: Sequence[int], scope: Scope, *, with_reason: bool = True,
            with_before: bool = True, only: Sequence[int] | None = None) -> Any:  # fmt: skip
    """Return one row per loss in the months, as a subquery; ``only``: of these clients."""
    row, spell, entry = client_status.c, client_spell, loss_reason_entry
    source: FromClause = client_status.outerjoin(
        spell, and_(spell.c.client_id == row.client_id, spell.c.kind == Status.LOST.value,
                    month_of_day(spell.c.from_on) == row.month))  # fmt: skip
    columns: list[ColumnElement[Any]] = [
        row.client_id, row.month, row.office_id, row.client_kind, row.assets_before_fen,
        func.coalesce(spell.c.from_on, row.lost_on).label("lost_on"), spell.c.to_on.label("returned_on"),
    ]  # fmt: skip
    if with_reason:
        source = source.join(client, client.c.client_id == row.client_id).outerjoin(
            entry, and_(entry.c.client_id == row.client_id, entry.c.lost_on == spell.c.from_on))  # fmt: skip
        columns += [spell_reason(spell, entry).label("reason"), entry.c.note,
                    func.coalesce(entry.c.version, 0).label("version"), client.c.client_no, client.c.name]  # fmt: skip
    if with_before:
        before, is_before = before_rows(generation, months)
        source = source.outerjoin(before, is_before)
        columns += [before.c.tier.label("tier_then"), before.c.value_fen.label("income_before_fen")]
    kept = [] if only is None else [row.client_id.in_(only)]
    return (
        select(*columns).select_from(source)
        .where(row.build_id.in_([generation.builds[month] for month in months]), WAS_LOST,
               clients_in(scope, row.client_id, row.office_id), *kept)
        .subquery("losses")
    )  # fmt: skip


def _conditions(loss: Any, kept: LossFilter) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    if kept.reasons:
        found.append(loss.reason.in_(kept.reasons))
    if kept.tiers:
        found.append(loss.tier_then.in_(kept.tiers))
    if kept.kinds:
        found.append(loss.client_kind.in_(kept.kinds))
    if kept.has_reason is not None:
        found.append(loss.reason.is_not(None) if kept.has_reason else loss.reason.is_(None))
    if kept.is_back is not None:
        found.append(loss.returned_on.is_not(None) if kept.is_back else loss.returned_on.is_(None))
    return found


def _asks_reason(kept: LossFilter) -> bool:
    return bool(kept.reasons) or kept.has_reason is not None


def count_losses(connection: Connection, generation: Generation, months: Sequence[int], scope: Scope,
                 kept: LossFilter) -> int:  # fmt: skip
    """Count the losses of a list."""
    loss = _losses(generation, months, scope, with_reason=_asks_reason(kept), with_before=bool(kept.tiers)).c
    query = select(func.count()).select_from(loss.client_id.table).where(*_conditions(loss, kept))
    return int(connection.execute(query).scalar_one())


def select_lost_ids(generation: Generation, months: Sequence[int], scope: Scope, kept: LossFilter) -> Select[Any]:
    """Return the statement of the ids of the clients of a list, once for each loss; nobody without months."""
    if not months:
        return select(client.c.client_id).where(false())
    loss = _losses(generation, months, scope, with_reason=_asks_reason(kept), with_before=bool(kept.tiers)).c
    return select(loss.client_id).where(*_conditions(loss, kept))


def read_losses(connection: Connection, generation: Generation, months: Sequence[int], scope: Scope,
                kept: LossFilter, *, after: tuple[Any, int] | None = None,
                limit: int = PAGE_LIMIT) -> list[dict[str, Any]]:  # fmt: skip
    """Return one page of the losses in some months, most valuable first (trailing income of the month before).

    Amounts are fen, None where the month before is not published. ``after`` is (``sort_value``, ``client_id``) of
    the last row of the page before. Names are masked for a masked reach. ``version`` 0: no reason entered by hand.
    """
    found = find_losses(connection, generation, months, scope, kept, after=after, limit=limit)
    return read_found_losses(connection, generation, months, scope, found)


def find_losses(connection: Connection, generation: Generation, months: Sequence[int], scope: Scope,
                kept: LossFilter, *, after: tuple[Any, int] | None = None,
                limit: int = PAGE_LIMIT) -> list[FoundLoss]:  # fmt: skip
    """Return client and day of the losses of one page in its order; see ``read_losses``."""
    loss = _losses(generation, months, scope, with_reason=_asks_reason(kept)).c
    value = func.coalesce(loss.income_before_fen, _LEAST)
    found = select(loss.client_id, loss.month, loss.lost_on).where(*_conditions(loss, kept))
    if after is not None:
        (worth, day), last = after
        found = found.where(or_(value < worth, and_(value == worth, or_(
            loss.client_id > last, and_(loss.client_id == last, loss.lost_on > day)))))  # fmt: skip
    found = found.order_by(value.desc(), loss.client_id, loss.lost_on).limit(min(limit, PAGE_LIMIT))
    return [(row.client_id, row.lost_on) for row in connection.execute(found)]


def read_found_losses(connection: Connection, generation: Generation, months: Sequence[int], scope: Scope,
                      found: Sequence[FoundLoss]) -> list[dict[str, Any]]:  # fmt: skip
    """Return the rows of losses found before, those that are losses still; see ``read_losses``."""
    rows = _read_details(connection, generation, months, scope, found)
    holders = read_holder_names(connection, [row["client_id"] for row in rows])
    for row in rows:
        worth = row["income_before_fen"]
        row["sort_value"] = (_LEAST if worth is None else worth, row["lost_on"])
        row["name"] = mask_name(row["name"]) if scope.masks_names else row["name"]
        row["note"] = None if scope.masks_names else row["note"]
        row["holders"] = holders.get(row["client_id"], "")
    return rows


def _read_details(connection: Connection, generation: Generation, months: Sequence[int], scope: Scope,
                  keys: Sequence[FoundLoss]) -> list[dict[str, Any]]:  # fmt: skip
    """Return the whole rows of the losses of a page, in its order."""
    if not keys:
        return []
    loss = _losses(generation, months, scope, only=sorted({client_id for client_id, _day in keys})).c
    rows = connection.execute(
        select(*loss, org_unit.c.name.label("office"), org_unit.c.unit_code.label("office_code"))
        .select_from(loss.client_id.table.join(org_unit, org_unit.c.unit_id == loss.office_id))
    ).mappings()  # fmt: skip
    known = {(row["client_id"], row["lost_on"]): dict(row) for row in rows}
    return [known[key] for key in keys if key in known]


def read_reason_counts(connection: Connection, generation: Generation, months: Sequence[int], scope: Scope,
                       kept: LossFilter = EVERY_LOSS) -> list[tuple[int, str | None, int]]:  # fmt: skip
    """Return (month, reason or None, losses) for the losses of some months that a filter keeps (K-53)."""
    loss = _losses(generation, months, scope, with_before=bool(kept.tiers)).c
    rows = connection.execute(
        select(loss.month, loss.reason, func.count()).where(*_conditions(loss, kept)).group_by(loss.month, loss.reason)
        .order_by(loss.month, loss.reason)
    )  # fmt: skip
    return [(row[0], row[1], row[2]) for row in rows]


@dataclass(frozen=True)
class TierLosses:
    """Losses of the clients of one tier: ``clients`` had it at the period's start, None when that is not published.

    ``lost`` had it in the month before their loss; ``tier`` None: the month before is not published. Amounts fen.
    """

    tier: str | None
    clients: int | None
    lost: int
    assets_before_fen: int
    income_before_fen: int


def read_losses_by_tier(connection: Connection, generation: Generation, months: Sequence[int], scope: Scope,
                        kinds: Sequence[str] = (), tiers: Sequence[str] = ()) -> list[TierLosses]:  # fmt: skip
    """Return the losses of some months by the tier in the month before (K-51, K-52), one line per tier.

    ``kinds`` of the clients, ``tiers`` of the month before (both empty: all).
    """
    row = client_status.c
    before, is_before = before_rows(generation, months)
    lost = {
        found.tier: found
        for found in connection.execute(
            select(before.c.tier, func.sum(row.lost_count).label("lost"),
                   func.coalesce(func.sum(row.assets_before_fen), 0).label("assets"),
                   func.coalesce(func.sum(before.c.value_fen), 0).label("income"))
            .select_from(client_status.outerjoin(before, is_before))
            .where(row.build_id.in_([generation.builds[month] for month in months]), WAS_LOST,
                   clients_in(scope, row.client_id, row.office_id), *([row.client_kind.in_(kinds)] if kinds else ()))
            .group_by(before.c.tier)
        )
    }  # fmt: skip
    start = clients_by_tier(connection, generation.builds.get(month_add(min(months), -1)), scope, kinds)
    found = []
    for tier in (*(word.value for word in Tier), None):
        if (tier is None and tier not in lost) or (tiers and tier not in tiers):
            continue
        one = lost.get(tier)
        found.append(TierLosses(tier, start.get(tier, 0) if start and tier else None, int(one.lost) if one else 0,
                                int(one.assets) if one else 0, int(one.income) if one else 0))  # fmt: skip
    return found


def clients_by_tier(connection: Connection, build_id: int | None, scope: Scope,
                    kinds: Sequence[str] = ()) -> dict[str, int]:  # fmt: skip
    """Return how many clients of a month's end, of some kinds or all, have each tier; nothing without a build."""
    if build_id is None:
        return {}
    personal = bool(scope.staff_ids) and not scope.everything
    table: Any = client_status if personal else cube_client
    counted = func.count() if personal else func.sum(cube_client.c.alive_count)
    number = client_status.c.client_id if personal else literal(0)
    rows = connection.execute(
        select(table.c.tier, counted)
        .where(table.c.build_id == build_id, table.c.status != Status.LOST.value,
               clients_in(scope, number, table.c.office_id), *([table.c.client_kind.in_(kinds)] if kinds else ()))
        .group_by(table.c.tier)
    )  # fmt: skip
    return {row[0]: int(row[1]) for row in rows}
