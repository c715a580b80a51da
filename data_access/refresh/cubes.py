"""``cube_client``: the sums of ``client_status`` that screens read instead of client rows."""

from __future__ import annotations

from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, case, func, insert, literal, select

from data_access.refresh.month import MonthBuild, divided, total
from data_access.refresh.staging import unit_place
from data_access.tables import client_status, cube_client
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
            "turnover_fen", "trades_count", "net_income_fen", "value_fen", "filled_count", "required_count")},
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


def _digit(column: ColumnElement[str], words: type[StrEnum]) -> ColumnElement[int]:
    """Return a word's place in its list as a number from 1 to 9; 0 where there is none."""
    return case({word.value: place for place, word in enumerate(words, start=1)}, value=column, else_=0)


def _word(digit: ColumnElement[int], words: type[StrEnum]) -> ColumnElement[str]:
    """Return the word at a place; NULL at 0."""
    return case({place: literal(word.value) for place, word in enumerate(words, start=1)}, value=digit)
