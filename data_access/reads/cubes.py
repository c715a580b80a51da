"""Sums over clients by month and other groups: from the cube, or from client rows for a personal reach."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Connection, Select, Table, case, cast, func, literal, select

from data_access.scope import Scope, clients_in
from data_access.tables import client_status, cube_client
from domain.words import Status

_status = client_status.c
_lost = _status.status == Status.LOST.value


def _one_if(condition: ColumnElement[bool]) -> ColumnElement[int]:
    return case((condition, 1), else_=0)


ROW_SUMS: dict[str, ColumnElement[Any]] = {
    "clients_count": literal(1),
    "alive_count": _one_if(~_lost),
    "active_count": _one_if(_status.is_active),
    "monthly_active_count": _one_if(_status.is_monthly_active),
    "new_count": _status.new_count,
    "lost_count": _status.lost_count,
    "returned_count": _status.returned_count,
    "row_count": _one_if(_status.has_row),
    "end_assets_fen": _status.end_assets_fen,
    "lost_assets_fen": case((_lost, _status.end_assets_fen), else_=0),
    "cash_fen": _status.cash_fen,
    "inflow_fen": _status.inflow_fen,
    "outflow_fen": _status.outflow_fen,
    "turnover_fen": _status.turnover_fen,
    "trades_count": _status.trades_count,
    "net_income_fen": _status.net_income_fen,
    "value_fen": _status.value_fen,
    "filled_count": _status.filled_count,
    "required_count": _status.required_count,
}
"""What each sum of ``cube_client`` adds up over rows of ``client_status``; NULL adds nothing."""


def source_table(scope: Scope) -> Table:
    """Return the table that answers for a reach: client rows for a personal one, the cube otherwise."""
    return client_status if scope.is_personal else cube_client


def in_scope(scope: Scope) -> ColumnElement[bool]:
    """Return the condition that keeps the rows of ``source_table`` inside the reach."""
    table = source_table(scope)
    return clients_in(scope, client_status.c.client_id, table.c.office_id)


def sums(scope: Scope, builds: Iterable[int], names: Sequence[str], by: Sequence[str] = ()) -> Select[Any]:
    """Select sums (fen and counts, 0 for none) over the builds inside the reach, grouped by columns.

    ``names`` are of ``CUBE_SUMS``; ``by`` are column names that ``cube_client`` has.
    """
    table = source_table(scope)
    groups = [table.c[name] for name in by]
    added = [
        cast(func.coalesce(func.sum(ROW_SUMS[name] if scope.is_personal else table.c[name]), 0), BigInteger)
        .label(name)
        for name in names
    ]  # fmt: skip
    query = select(*groups, *added).where(table.c.build_id.in_(sorted(builds)), in_scope(scope))
    return query.group_by(*groups) if groups else query


def read_sums(connection: Connection, scope: Scope, builds: Iterable[int], names: Sequence[str],
              by: Sequence[str] = ()) -> list[dict[str, Any]]:  # fmt: skip
    """Return the rows of ``sums`` as plain values."""
    return [dict(row) for row in connection.execute(sums(scope, builds, names, by)).mappings()]
