"""``cube_client``: the sums of ``client_status`` that screens read instead of client rows."""

from __future__ import annotations

from collections.abc import Iterable
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, FromClause, case, func, insert, literal, select

from data_access.refresh.lifecycle import warned_count
from data_access.refresh.month import MonthBuild, total
from data_access.tables import client, client_status, cube_client, cube_transfer
from domain.words import ClientKind, Status, Tier

_BASE = 10
"""Every dimension but office and stage takes one decimal digit of the grouping key; the office takes those above."""
_WORDS = {"client_kind": ClientKind, "status": Status, "tier": Tier}

Groups = dict[tuple[int, str], dict[str, int]]
"""Sums by grouping key and stage."""


def middle_client(connection: Connection, part: float) -> int:
    """Return the id below which about this part of the clients lies."""
    return int((connection.execute(select(func.max(client.c.client_id))).scalar() or 0) * part)


def read_groups(connection: Connection, build: MonthBuild, clients: ColumnElement[bool]) -> Groups:
    """Return the sums of some of the build's clients by every combination of the cube's dimensions.

    Rows are grouped by one number instead of six columns, which sorts in half the time.
    """
    row = client_status.c
    key: ColumnElement[int] = row.office_id
    for name, words in _WORDS.items():
        key = key * _BASE + _digit(row[name], words)
    sums = {
        # an office lies in one branch company
        "branch_id": func.max(row.branch_id),
        "clients_count": func.count(),
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
    found = connection.execute(
        select(key.label("key"), row.stage, *(value.label(name) for name, value in sums.items()))
        .where(row.build_id == build.build_id, clients).group_by("key", row.stage)
    )  # fmt: skip
    return {(one.key, one.stage): {name: getattr(one, name) for name in sums} for one in found}


def publish_cube(connection: Connection, build: MonthBuild, parts: Iterable[Groups]) -> None:
    """Insert one row per combination of the cube's dimensions that occurs in the parts, which share no client."""
    cells: Groups = {}
    for part in parts:
        for key, sums in part.items():
            cell = cells.setdefault(key, {"branch_id": sums["branch_id"]})
            for name, value in sums.items():
                if name != "branch_id":
                    cell[name] = cell.get(name, 0) + value
    if cells:
        connection.execute(insert(cube_client), [_cell(build, *key, sums) for key, sums in sorted(cells.items())])


def _cell(build: MonthBuild, key: int, stage: str, sums: dict[str, int]) -> dict[str, Any]:
    """Spell a grouping key out again and add what follows from it."""
    place: dict[str, Any] = {"build_id": build.build_id, "month": build.month, "stage": stage}
    for name, words in reversed(_WORDS.items()):
        key, digit = divmod(key, _BASE)
        place[name] = list(words)[digit - 1].value if digit else None
    is_lost = place["status"] == Status.LOST.value
    return {**place, "office_id": key, **sums, "alive_count": 0 if is_lost else sums["clients_count"],
            "lost_assets_fen": sums["end_assets_fen"] if is_lost else 0}  # fmt: skip


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
