"""The value segment of every client row in SQL: ``domain.segments.decide_segment``, and the sums per segment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import BigInteger, ColumnElement, Connection, Date, and_, case, cast, func, literal, select

from data_access.scope import Scope, clients_in
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
    row = client_status.c
    is_lost = case((row.status == Status.LOST.value, 1), else_=0)
    lost_since = case((and_(row.status == Status.LOST.value, row.lost_on >= literal(since, Date)), 1), else_=0)
    inner = (
        select(segment_of().label("segment"), is_lost.label("lost"), lost_since.label("lost_since"), row.value_fen,
               row.end_assets_fen)
        .where(row.build_id == build_id, clients_in(scope, row.client_id, row.office_id),
               *([row.client_kind.in_(kinds)] if kinds else ()))
        .subquery()
    )  # fmt: skip
    sums = [cast(func.coalesce(func.sum(inner.c[name]), 0), BigInteger)
            for name in ("lost", "lost_since", "value_fen", "end_assets_fen")]  # fmt: skip
    found = {
        ValueSegment(line[0]): SegmentSums(*(int(value) for value in line[1:]))
        for line in connection.execute(select(inner.c.segment, func.count(), *sums).group_by(inner.c.segment))
    }
    return {segment: found.get(segment, SegmentSums()) for segment in ValueSegment
            if segment is not ValueSegment.POTENTIAL}  # fmt: skip
