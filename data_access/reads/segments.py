"""The value segment of every client row in SQL: ``domain.segments.decide_segment``, and the sums per segment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt
from sqlalchemy import ColumnElement, Connection, and_, case

from data_access.reads.columns import MonthColumns, find_among, find_inside, read_columns
from data_access.scope import Scope
from data_access.tables import client_status
from domain.segments import ValueSegment
from domain.words import Status, Tier


@dataclass(frozen=True)
class SegmentSums:
    """One segment: clients, how many of them lost, and lost since a day; trailing net income and assets in fen."""

    clients: int = 0
    lost: int = 0
    lost_since: int = 0
    value_fen: int = 0
    assets_fen: int = 0


def segment_of() -> ColumnElement[str]:
    """Return the segment of a row of ``client_status``."""
    row = client_status.c
    is_lost = row.status == Status.LOST.value
    return case(
        (and_(is_lost, row.tier_before == Tier.A.value), ValueSegment.LOST_VALUABLE.value),
        (and_(~is_lost, row.tier == Tier.A.value), ValueSegment.MOST_VALUABLE.value),
        else_=ValueSegment.OTHER.value,
    )


def read_segments(connection: Connection, build_id: int, scope: Scope, since: date,
                  kinds: Sequence[str] = ()) -> dict[ValueSegment, SegmentSums]:  # fmt: skip
    """Return the sums of every segment of clients inside the reach; empty segments are zeros (K-35, K-36).

    ``kinds``: of the clients (empty: all).
    """
    every = read_columns(connection, build_id, ("client_id", "office_id", "client_kind", "status", "tier",
                                                "tier_before", "lost_on", "value_fen", "end_assets_fen"))  # fmt: skip
    kept = find_inside(connection, scope, every)
    if kinds:
        kept &= find_among(every, "client_kind", kinds)
    row = {name: column[kept] for name, column in every.items()}
    lost = find_among(row, "status", (Status.LOST.value,))
    lost_since = lost & (row["lost_on"] >= int(since.strftime("%Y%m%d")))
    members = find_segments(row)
    return {segment: SegmentSums(*(int(np.sum(of[members[segment]])) for of in (
                np.ones(len(lost), dtype=np.int64), lost, lost_since, row["value_fen"], row["end_assets_fen"])))
            for segment in ValueSegment if segment is not ValueSegment.POTENTIAL}  # fmt: skip


def find_segments(month: MonthColumns) -> dict[ValueSegment, npt.NDArray[np.bool_]]:
    """Return which clients each segment of people with an account has; needs status, tier and tier before."""
    first, lost = (Tier.A.value,), find_among(month, "status", (Status.LOST.value,))
    most, gone = ~lost & find_among(month, "tier", first), lost & find_among(month, "tier_before", first)
    return {ValueSegment.MOST_VALUABLE: most, ValueSegment.LOST_VALUABLE: gone, ValueSegment.OTHER: ~(most | gone)}
