"""``cube_client``: the sums of ``client_status`` that screens read instead of client rows."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, case, func, insert, literal, select

from data_access.refresh.lifecycle import warned_count
from data_access.refresh.month import MonthBuild, divided, total
from data_access.refresh.staging import unit_place
from data_access.tables import client_status, cube_client, cube_transfer
from domain.words import ClientKind, Status, Tier

_BASE = 10
"""Every dimension but the office takes one decimal digit of the grouping key; the office takes those above."""


def publish_cube(connection: Connection, build: MonthBuild) -> None:
    """Insert one row per combination of the cube's dimensions that occurs in the build.

    Rows are grouped by one number instead of six columns, which sorts in half the time; the few groups are then
    spelled out again. The branch follows from the office.
    """
    row = client_status.c
    key = ((row.office_id * _BASE + _digit(row.client_kind, ClientKind)) * _BASE
           + _digit(row.status, Status)) * _BASE + _digit(row.tier, Tier)  # fmt: skip
    sums = {
        "active_count": total(case((row.is_active, 1), else_=0)),
        "monthly_active_count": total(case((row.is_monthly_active, 1), else_=0)),
        "row_count": total(case((row.has_row, 1), else_=0)),
        **{name: total(row[name]) for name in (
            "new_count", "lost_count", "returned_count", "end_assets_fen", "cash_fen", "inflow_fen", "outflow_fen",
            "turnover_fen", "trades_count", "net_income_fen", "value_fen", "filled_count", "required_count",
            "assets_before_fen")},
        "watch_count": total(case((row.watch_count > 0, 1), else_=0)), "warned_count": warned_count(build),
        **{name: total(value) for name, value in asset_changes(client_status).items()},
    }  # fmt: skip
    group = (
        select(key.label("key"), row.stage, func.count().label("clients_count"),
               *(value.label(name) for name, value in sums.items()))
        .where(row.build_id == build.build_id).group_by("key", row.stage).subquery("grouped")
    )  # fmt: skip
    one = group.c
    office = divided(one.key, _BASE**3)
    status = _word(divided(one.key, _BASE) % _BASE, Status)
    is_lost = status == Status.LOST.value
    values: dict[str, ColumnElement[Any]] = {
        "build_id": literal(build.build_id), "month": literal(build.month), "branch_id": unit_place.c.client_branch_id,
        "office_id": office, "client_kind": _word(divided(one.key, _BASE**2) % _BASE, ClientKind), "status": status,
        "tier": _word(one.key % _BASE, Tier), "stage": one.stage, "clients_count": one.clients_count,
        "alive_count": case((is_lost, 0), else_=one.clients_count),
        "lost_assets_fen": case((is_lost, one.end_assets_fen), else_=0),
        **{name: one[name] for name in sums},
    }  # fmt: skip
    connection.execute(insert(cube_client).from_select(
        list(values),
        select(*values.values()).select_from(group.join(unit_place, unit_place.c.unit_id == office)),
    ))  # fmt: skip


def asset_changes(table: FromClause) -> dict[str, ColumnElement[int]]:
    """Return what one client row adds to the sums of the asset bridge, by what happened to the client in the month.

    Won: opened or returned, and a client at the end. Lost: a client before and no more. Gap: all others whose
    assets at one of the two ends, or whose payments, are unknown. Stayed: the rest, whose change is their payments
    and the market.
    """
    row = table.c
    now, before = func.coalesce(row.end_assets_fen, 0), func.coalesce(row.assets_before_fen, 0)
    balance = row.new_count + row.returned_count - row.lost_count
    known = (row.end_assets_fen.is_not(None) & row.assets_before_fen.is_not(None)
             & row.inflow_fen.is_not(None) & row.outflow_fen.is_not(None))  # fmt: skip
    return {
        "won_change_fen": case((balance > 0, now - before), else_=0),
        "lost_change_fen": case((balance < 0, now - before), else_=0),
        "gap_change_fen": case(((balance == 0) & ~known, now - before), else_=0),
        "stayed_inflow_fen": case(((balance == 0) & known, row.inflow_fen), else_=0),
        "stayed_outflow_fen": case(((balance == 0) & known, row.outflow_fen), else_=0),
    }


def was_client(table: FromClause) -> ColumnElement[int]:
    """Return 1 for a client row that was not lost at the end of the month before, else 0."""
    row = table.c
    is_client = case((row.status != Status.LOST.value, 1), else_=0)
    return is_client - row.new_count - row.returned_count + row.lost_count


def publish_transfers(connection: Connection, build: MonthBuild) -> None:
    """Insert who changed office since the month before: clients that were not lost then, and all their assets then."""
    row = client_status.c
    connection.execute(insert(cube_transfer).from_select(
        ["build_id", "from_office_id", "to_office_id", "month", "clients_count", "assets_fen"],
        select(literal(build.build_id), row.office_before_id, row.office_id, literal(build.month),
               total(was_client(client_status)), total(row.assets_before_fen))
        .where(row.build_id == build.build_id, row.office_before_id != row.office_id)
        .group_by(row.office_before_id, row.office_id),
    ))  # fmt: skip


def _digit(column: ColumnElement[str], words: type[StrEnum]) -> ColumnElement[int]:
    """Return a word's place in its list as a number from 1 to 9; 0 where there is none."""
    return case({word.value: place for place, word in enumerate(words, start=1)}, value=column, else_=0)


def _word(digit: ColumnElement[int], words: type[StrEnum]) -> ColumnElement[str]:
    """Return the word at a place; NULL at 0."""
    return case({place: literal(word.value) for place, word in enumerate(words, start=1)}, value=digit)
