"""What the churn model learns from: the rows of one published month with their own past, and who was lost when."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pandas as pd
from sqlalchemy import BigInteger, ColumnElement, Connection, Select, and_, cast, func, literal, select

from data_access.clock import month_closes_at
from data_access.reads.generation import Generation
from data_access.tables import client, client_status, complaint, contact_log
from data_access.tables.types import UtcDateTime
from domain.months import month_add, month_start
from domain.words import Status

SPREAD, WHOLE = 2_654_435_761, 4_294_967_296
"""A client's place in the draw is ``client_id * SPREAD`` modulo ``WHOLE``: fixed, and unrelated to the order of ids."""
_NOW = (
    "client_id", "client_kind", "risk_level", "status", "stage", "tier", "watch_count", "value_fen", "end_assets_fen",
    "assets_before_fen", "cash_fen", "inflow_fen", "outflow_fen", "trades_count", "turnover_recent_fen",
    "months_quiet", "last_trade_month", "warning_points",
)  # fmt: skip


@dataclass(frozen=True)
class LogStarts:
    """The first moment on record of contacts and of complaints; None where there is none at all."""

    contacts: datetime | None
    complaints: datetime | None


def read_log_starts(connection: Connection) -> LogStarts:
    """Return since when contacts and complaints are on record: before that nothing is known of them."""
    first = [connection.execute(select(func.min(table.c.at))).scalar() for table in (contact_log, complaint)]
    return LogStarts(*first)


def read_warning_rows(
    connection: Connection, generation: Generation, month: int, logs: LogStarts, *, share: float = 1.0, after: int = 0,
    limit: int | None = None,
) -> pd.DataFrame:  # fmt: skip
    """Return one row per client not lost and not archived at the month's end, by client id, known then.

    Amounts are fen, NaN is unknown; ``assets_3_fen`` and ``assets_12_fen`` stand three and twelve months before,
    ``turnover_3_fen`` is the recent turnover of three months before; ``contacts_count`` counts three months,
    ``complaints_count`` twelve, both NaN where ``logs`` begins later. ``share`` draws that part of the clients, the
    same in every month; ``after`` and ``limit`` read a slice of client ids.
    """
    now = client_status.alias("now")
    source = now.join(client, client.c.client_id == now.c.client_id)
    columns: list[ColumnElement[Any]] = [now.c[name] for name in _NOW] + [client.c.opened_on]
    for months, names in ((3, {"end_assets_fen": "assets_3_fen", "turnover_recent_fen": "turnover_3_fen"}),
                          (12, {"end_assets_fen": "assets_12_fen"})):  # fmt: skip
        then = client_status.alias(f"before_{months}")
        build_id = generation.builds.get(month_add(month, -months), 0)
        source = source.outerjoin(then, (then.c.build_id == build_id) & (then.c.client_id == now.c.client_id))
        columns += [then.c[name].label(label) for name, label in names.items()]
    wanted = (
        select(*columns).select_from(source)
        .where(_at_risk(now, generation, month), now.c.client_id > after)
        .order_by(now.c.client_id).limit(limit)
    )  # fmt: skip
    if share < 1.0:
        wanted = wanted.where(_drawn(now.c.client_id, share))
    frame = pd.DataFrame([tuple(row) for row in connection.execute(wanted)], columns=[column.key for column in columns])
    until = int(frame["client_id"].iloc[-1]) if len(frame) else after
    for name, table, months, first in (("contacts_count", contact_log, 3, logs.contacts),
                                       ("complaints_count", complaint, 12, logs.complaints)):  # fmt: skip
        if first is None or first > month_closes_at(month_add(month, -months)):
            frame[name] = float("nan")
            continue
        counted = _counted(table, month, months)
        key = counted.selected_columns.client_id
        rows = connection.execute(counted.where(key > after, key <= until)).all()
        known = {row[0]: row[1] for row in rows}
        frame[name] = frame["client_id"].map(known).fillna(0) if known else 0
    return frame


def count_warning_rows(connection: Connection, generation: Generation, month: int) -> int:
    """Return how many clients are not lost and not archived at the month's end."""
    wanted = select(func.count()).select_from(client_status).where(_at_risk(client_status, generation, month))
    return connection.execute(wanted).scalar_one()


def read_lost_ids(connection: Connection, generation: Generation, month: int) -> set[int]:
    """Return the clients lost in the month and still lost at its end."""
    row = client_status.c
    found = select(row.client_id).where(row.build_id == generation.builds[month], row.status == Status.LOST.value,
                                        row.lost_on >= month_start(month))  # fmt: skip
    return set(connection.execute(found).scalars())


def _at_risk(rows: Any, generation: Generation, month: int) -> ColumnElement[bool]:
    return and_(rows.c.build_id == generation.builds[month],
                rows.c.status.not_in([Status.LOST.value, Status.ARCHIVED.value]))  # fmt: skip


def _drawn(client_id: ColumnElement[int], share: float) -> ColumnElement[bool]:
    return (cast(client_id, BigInteger) * literal(SPREAD, BigInteger)) % literal(WHOLE, BigInteger) < int(share * WHOLE)


def _counted(table: Any, month: int, months: int) -> Select[Any]:
    """Return how often each client appears in a log during the months up to the month's end."""
    return (
        select(table.c.client_id, func.count()).where(
            table.c.at >= literal(month_closes_at(month_add(month, -months)), UtcDateTime),
            table.c.at < literal(month_closes_at(month), UtcDateTime))
        .group_by(table.c.client_id)
    )  # fmt: skip
